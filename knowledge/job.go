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
	"github.com/riverqueue/river/rivertype"

	"github.com/baton-chat/baton/knowledge/web"
)

// Queue is the River queue of indexing jobs. It is apart from the answers'
// queue, so that a visitor never waits behind two hundred files.
const Queue = "index"

// Limits of an indexing job.
const (
	// jobTimeout is for the longest document on the slowest embedder: 5,000
	// passages at 120 ms each take ten minutes.
	jobTimeout = 20 * time.Minute
	// jobAttempts with River's growing pauses span about half an hour: long
	// enough for an embedding server to come back.
	jobAttempts = 7
	// backfillPause is how long the making of missing vectors waits for an embedder
	// that failed.
	backfillPause = time.Minute
)

// IndexArgs name one content of one document. Like all job arguments they hold
// ids only.
type IndexArgs struct {
	Workspace uuid.UUID `json:"workspace"`
	Document  uuid.UUID `json:"document"`
	Revision  int       `json:"revision"`
}

// Kind is River's name for the job.
func (IndexArgs) Kind() string { return "knowledge_index" }

// InsertOpts puts the job into its own queue.
func (IndexArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: Queue, MaxAttempts: jobAttempts}
}

// EmbedArgs ask for the vectors that a workspace's passages lack.
type EmbedArgs struct {
	Workspace uuid.UUID `json:"workspace"`
}

// Kind is River's name for the job.
func (EmbedArgs) Kind() string { return "knowledge_embed" }

// InsertOpts lets one such job wait for each workspace, not one for each start
// of the server.
func (EmbedArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: Queue, MaxAttempts: jobAttempts, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

func (s *Store) enqueueIndex(ctx context.Context, tx pgx.Tx, workspaceID, document uuid.UUID, revision int) error {
	_, err := s.jobs.InsertTx(ctx, tx, IndexArgs{workspaceID, document, revision}, nil)
	if err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
}

// Backfill enqueues the embedding of whatever this workspace has no vectors of:
// after an embedder was configured or changed, and after imports by words only.
// Without a job client it does nothing.
func (s *Store) Backfill(ctx context.Context, workspaceID uuid.UUID) error {
	if s.jobs == nil {
		return nil
	}
	if _, err := s.jobs.Insert(ctx, EmbedArgs{workspaceID}, nil); err != nil {
		return fmt.Errorf("enqueue backfill: %w", err)
	}
	return nil
}

// EmbedMissing computes the vectors this workspace lacks, now. progress, which
// may be nil, hears how many passages are done so far.
func (s *Store) EmbedMissing(ctx context.Context, workspaceID uuid.UUID, progress func(done int)) error {
	space := s.Space()
	if space == nil {
		return nil
	}
	if err := s.markUnembedded(ctx, space, workspaceID); err != nil {
		return err
	}
	done := 0
	if err := s.embedMissing(ctx, space, workspaceID, uuid.Nil, func(documents []uuid.UUID) error {
		done += storeBatch
		if progress != nil {
			progress(done)
		}
		return s.settle(ctx, workspaceID, documents)
	}); err != nil {
		return err
	}
	return s.completeSpace(ctx, space, workspaceID)
}

// markUnembedded sets the documents that lack vectors to embedding, with the
// number they have.
func (s *Store) markUnembedded(ctx context.Context, space *Space, workspaceID uuid.UUID) error {
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE document d SET state = 'embedding', progress_done = n.done, progress_total = d.passages
			FROM (SELECT c.document_id, count(e.chunk_id) AS done, count(*) AS total
			      FROM chunk c LEFT JOIN embedding e ON e.workspace_id = c.workspace_id AND e.chunk_id = c.id AND e.model_id = $2
			      WHERE c.workspace_id = $1 GROUP BY c.document_id) n
			WHERE d.workspace_id = $1 AND d.id = n.document_id AND n.done < n.total
			  AND d.indexed_revision = d.revision AND d.state IN ('ready', 'embedding')`, workspaceID, space.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("find documents without vectors: %w", err)
	}
	return nil
}

// Retry starts the indexing of a document again, or returns ErrUnknown.
func (s *Store) Retry(ctx context.Context, workspaceID, id uuid.UUID) (Document, error) {
	if s.jobs == nil {
		return Document{}, errors.New("retry document: this store was made without a job client")
	}
	var d Document
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		var revision int
		err := tx.QueryRow(ctx, `
			UPDATE document SET state = CASE WHEN indexed_revision = revision THEN 'embedding' ELSE 'queued' END, restarts = 0,
			    failure_code = '', failure_cause = '', failure_fix = '', updated_at = now()
			WHERE workspace_id = $1 AND id = $2 RETURNING revision`, workspaceID, id).Scan(&revision)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrUnknown
		}
		if err != nil {
			return err
		}
		if err := s.enqueueIndex(ctx, tx, workspaceID, id, revision); err != nil {
			return err
		}
		d, err = getDocument(ctx, tx, workspaceID, id)
		return err
	})
	if err != nil {
		return Document{}, fmt.Errorf("retry document: %w", err)
	}
	s.publish(workspaceID, d)
	return d, nil
}

// Delete removes a document with its file, passages, words and vectors, or
// returns ErrUnknown.
func (s *Store) Delete(ctx context.Context, workspaceID, id uuid.UUID) error {
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		if err := lockStatistics(ctx, tx, workspaceID); err != nil {
			return err
		}
		if err := removePassages(ctx, tx, workspaceID, []uuid.UUID{id}); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `DELETE FROM document WHERE workspace_id = $1 AND id = $2`, workspaceID, id)
		if err == nil && tag.RowsAffected() == 0 {
			return ErrUnknown
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("delete document: %w", err)
	}
	s.publish(workspaceID, map[string]any{"id": id, "deleted": true})
	return nil
}

// Register adds the workers of this package to those of a River client, which
// must work the queue Queue.
func Register(workers *river.Workers, s *Store) {
	river.AddWorker(workers, &indexer{store: s})
	river.AddWorker(workers, &backfiller{store: s})
}

type indexer struct {
	river.WorkerDefaults[IndexArgs]
	store *Store
}

func (*indexer) Timeout(*river.Job[IndexArgs]) time.Duration { return jobTimeout }

func (w *indexer) Work(ctx context.Context, job *river.Job[IndexArgs]) error {
	a := job.Args
	err := w.store.index(ctx, a.Workspace, a.Document, a.Revision, job.Attempt >= job.MaxAttempts)
	if fetched := (*web.Error)(nil); errors.As(err, &fetched) && job.Attempt >= fetchAttempts {
		// Half an hour of trying is for our own endpoints. Somebody waits for this one.
		return w.store.fail(ctx, a.Workspace, a.Document, a.Revision, StateFailed, failureOf(err))
	}
	return err
}

type backfiller struct {
	river.WorkerDefaults[EmbedArgs]
	store *Store
}

// Timeout is none: the job stores after every batch and can be stopped anywhere.
func (*backfiller) Timeout(*river.Job[EmbedArgs]) time.Duration { return -1 }

func (w *backfiller) Work(ctx context.Context, job *river.Job[EmbedArgs]) error {
	err := w.store.EmbedMissing(ctx, job.Args.Workspace, nil)
	if permanent := (*EmbedError)(nil); errors.As(err, &permanent) && permanent.Permanent {
		return river.JobCancel(err)
	}
	if err != nil && ctx.Err() == nil {
		// An endpoint may be away for a day. Pauses that grow, and attempts that end,
		// would leave the vectors unmade after that; searches use older ones meanwhile.
		w.store.log.Warn("making vectors is held up; it is tried again by itself", slog.String("workspace", job.Args.Workspace.String()), slog.String("error", err.Error()))
		return river.JobSnooze(backfillPause)
	}
	return err
}
