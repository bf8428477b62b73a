package knowledge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

const (
	// StuckAfter is how long a document that is under way may stand still. Every
	// step of indexing ends before: reading by the reader's limits, fetching by
	// its own, a batch of vectors by the embedder's.
	StuckAfter = time.Minute
	// watchEvery is how often that is looked at.
	watchEvery = 10 * time.Second
	// maxRestarts is how often a document is set going again by itself. More of
	// the same would hide from people what only they can mend.
	maxRestarts = 3
)

// Watch looks after documents that stand still until ctx ends. It is a service
// of the server; several servers may run it, since each document is taken by one.
func (s *Store) Watch(ctx context.Context, workspaces func(context.Context) ([]uuid.UUID, error)) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for told := false; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		err := s.watchAll(ctx, workspaces)
		if err != nil && ctx.Err() == nil && !told {
			s.log.Warn("documents that stand still cannot be looked for; it is tried again by itself", slog.String("error", err.Error()))
		}
		told = err != nil
	}
}

func (s *Store) watchAll(ctx context.Context, workspaces func(context.Context) ([]uuid.UUID, error)) error {
	all, err := workspaces(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range all {
		_, err := s.Unstick(ctx, id)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// stuckSQL marks the documents of a workspace that have stood still for too
// long. Not stuck are those whose turn has not come (their job waits), those that
// wait for vectors while the workspace's other documents get theirs or while the
// job that makes them waits for its turn, and, where there is no embedder, those
// that wait for vectors at all.
const stuckSQL = `
	WITH job AS (
	    SELECT kind, state::text, args ->> 'document' AS document, args ->> 'revision' AS revision, attempted_at FROM river_job
	    WHERE kind IN ('knowledge_index', 'knowledge_fetch', 'knowledge_embed') AND args ->> 'workspace' = $1::uuid::text
	      AND state IN ('available', 'pending', 'retryable', 'running', 'scheduled')
	), vectors AS (
	    SELECT EXISTS (SELECT FROM job WHERE kind = 'knowledge_embed' AND (state <> 'running' OR attempted_at > now() - $2::interval))
	        OR EXISTS (SELECT FROM document WHERE workspace_id = $1 AND state = 'embedding' AND updated_at >= now() - $2::interval) AS move
	)
	UPDATE document d SET stuck_at = now(), restarts = restarts + 1,
	    state = CASE WHEN restarts >= $3 THEN 'failed' ELSE state END,
	    failure_code = CASE WHEN restarts >= $3 THEN $5 ELSE '' END,
	    failure_cause = CASE WHEN restarts >= $3 THEN $6 ELSE '' END,
	    failure_fix = CASE WHEN restarts >= $3 THEN $7 ELSE '' END
	WHERE workspace_id = $1 AND state IN ('queued', 'reading', 'splitting', 'embedding')
	  AND updated_at < now() - $2::interval AND (stuck_at IS NULL OR stuck_at < now() - $2::interval)
	  AND CASE WHEN state = 'embedding' AND indexed_revision = revision
	      THEN NOT ($4 OR (SELECT move FROM vectors))
	      ELSE NOT EXISTS (SELECT FROM job WHERE job.document = d.id::text AND job.revision = d.revision::text AND (job.state <> 'running' OR d.state = 'queued')) END
	RETURNING d.id, d.state`

// Unstick sets the documents of a workspace going again that have not moved for
// StuckAfter: their jobs are cancelled and made anew. It returns how many there
// were. What has been set going maxRestarts times has failed.
func (s *Store) Unstick(ctx context.Context, workspaceID uuid.UUID) (n int, err error) {
	if s.jobs == nil {
		return 0, nil
	}
	type stuck struct {
		id    uuid.UUID
		state State
	}
	var found []stuck
	err = s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		var still bool
		err := tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT FROM document WHERE workspace_id = $1 AND state IN ('queued', 'reading', 'splitting', 'embedding') AND updated_at < now() - $2::interval)`,
			workspaceID, StuckAfter).Scan(&still)
		if err != nil || !still {
			return err // Nearly always, and then nothing is locked.
		}
		if err := lockStatistics(ctx, tx, workspaceID); err != nil {
			return err
		}
		f := failureStuck()
		rows, err := tx.Query(ctx, stuckSQL, workspaceID, StuckAfter, maxRestarts, s.Space() == nil, f.Code, f.Cause, f.Fix)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (d stuck, err error) {
			return d, row.Scan(&d.id, &d.state)
		})
		if err != nil {
			return err
		}
		for _, d := range found {
			if err := s.restart(ctx, tx, workspaceID, d.id, d.state != StateFailed); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("set documents going again: %w", err)
	}
	for _, d := range found {
		s.log.Warn("a document stood still", slog.String("document", d.id.String()), slog.String("state", string(d.state)))
		if err := s.announce(ctx, workspaceID, d.id); err != nil {
			return len(found), err
		}
	}
	return len(found), nil
}

// restart cancels the jobs that hang on a document, and makes a new one. The job
// that makes vectors is the whole workspace's: one that hangs has an end of its
// own, and until then there is no second one beside it.
func (s *Store) restart(ctx context.Context, tx pgx.Tx, workspaceID, document uuid.UUID, again bool) error {
	rows, err := tx.Query(ctx, `
		SELECT id FROM river_job WHERE kind IN ('knowledge_index', 'knowledge_fetch') AND state = 'running'
		  AND args ->> 'workspace' = $1::uuid::text AND args ->> 'document' = $2::uuid::text`,
		workspaceID, document)
	if err != nil {
		return err
	}
	jobs, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	for _, id := range jobs {
		if _, err := s.jobs.JobCancelTx(ctx, tx, id); err != nil {
			return err
		}
	}
	if !again {
		return nil
	}
	return s.enqueue(ctx, tx, workspaceID, document)
}
