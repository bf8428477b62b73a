package knowledge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
)

const (
	// turnTimeout bounds a turn whose embedder hangs. It is above the patience of an
	// endpoint that is tried three times with one batch.
	turnTimeout = 8 * time.Minute
	// embedPause is how long the making of vectors waits for an embedder that
	// failed: an operator who has just mended it should not wait longer.
	embedPause = 15 * time.Second
)

// EmbedArgs ask for the vectors that a workspace's passages lack. There is one
// such job for a workspace, however many documents wait, and it works in turns:
// after each it goes to the back of the queue, so that workspaces share the
// embedder, and where it is cut off nothing but one batch is lost.
type EmbedArgs struct {
	Workspace uuid.UUID `json:"workspace"`
}

// Kind is River's name for the job.
func (EmbedArgs) Kind() string { return "knowledge_embed" }

// InsertOpts lets one such job wait or run for each workspace.
func (EmbedArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: EmbedQueue, MaxAttempts: jobAttempts, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

// enqueueVectors makes the job, unless there is one. Whoever stores passages
// holds the counters' lock by then, under which the job makes sure that it has
// nothing left to do before it ends: so it sees these passages, or has ended and
// is made anew.
func (s *Store) enqueueVectors(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID) error {
	if err := lockStatistics(ctx, tx, workspaceID); err != nil {
		return err
	}
	if _, err := s.jobs.InsertTx(ctx, tx, EmbedArgs{workspaceID}, nil); err != nil {
		return fmt.Errorf("enqueue vectors: %w", err)
	}
	return nil
}

// Backfill enqueues the embedding of whatever this workspace has no vectors of:
// after an embedder was configured or changed, and after imports by words only.
// What failed for want of vectors is tried again. Without a job client it does
// nothing.
func (s *Store) Backfill(ctx context.Context, workspaceID uuid.UUID) error {
	if s.jobs == nil {
		return nil
	}
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		if err := s.enqueueVectors(ctx, tx, workspaceID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			UPDATE document SET state = 'embedding', failure_code = '', failure_cause = '', failure_fix = '', restarts = 0, updated_at = now()
			WHERE workspace_id = $1 AND state = 'failed' AND indexed_revision = revision`, workspaceID)
		return err
	})
	if err != nil {
		return fmt.Errorf("enqueue backfill: %w", err)
	}
	return nil
}

type embedder struct {
	river.WorkerDefaults[EmbedArgs]
	store *Store
	lasts time.Duration // of a turn
}

func (*embedder) Timeout(*river.Job[EmbedArgs]) time.Duration { return turnTimeout }

func (w *embedder) Work(ctx context.Context, job *river.Job[EmbedArgs]) error {
	return w.take(ctx, job.Args.Workspace, func(tx pgx.Tx) error {
		_, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
		return err
	})
}

// take takes a turn and returns what River is to do with the job.
func (w *embedder) take(ctx context.Context, workspaceID uuid.UUID, complete func(pgx.Tx) error) error {
	s := w.store
	done, err := s.turn(ctx, workspaceID, w.lasts, complete)
	failed := (*EmbedError)(nil)
	switch {
	case err == nil && done:
		s.heldUp.Store(false)
		return nil
	case err == nil:
		s.heldUp.Store(false)
		return river.JobSnooze(0) // to the back of the queue
	case ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
		return river.JobSnooze(0) // The server stops; the next one goes on.
	case errors.As(err, &failed) && failed.Permanent:
		return river.JobCancel(err)
	}
	// An endpoint may be away for a day. Pauses that grow, and attempts that end,
	// would leave the vectors unmade after that; searches use older ones meanwhile.
	if !s.heldUp.Swap(true) {
		s.log.Warn("making vectors is held up; it is tried again by itself", slog.String("workspace", workspaceID.String()), slog.String("error", err.Error()))
	}
	if failed != nil {
		// Without the note the documents only wait; the next failure notes it.
		_ = s.waitForVectors(ctx, workspaceID, failed.Failure)
	}
	return river.JobSnooze(embedPause)
}
