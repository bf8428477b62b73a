package knowledge

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Retry starts the indexing of a document again, or returns ErrUnknown.
func (s *Store) Retry(ctx context.Context, workspaceID, id uuid.UUID) (Document, error) {
	if s.jobs == nil {
		return Document{}, errors.New("retry document: this store was made without a job client")
	}
	var d Document
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) (err error) {
		// The job that makes vectors is enqueued under the counters' lock, which
		// everywhere is taken before a document's.
		if err := lockStatistics(ctx, tx, workspaceID); err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, `
			UPDATE document SET state = CASE WHEN indexed_revision = revision THEN 'embedding' ELSE 'queued' END, restarts = 0,
			    failure_code = '', failure_cause = '', failure_fix = '', updated_at = now()
			WHERE workspace_id = $1 AND id = $2`, workspaceID, id); err != nil {
			return err
		}
		if err := s.enqueue(ctx, tx, workspaceID, id); err != nil {
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

// RetryAll starts the indexing of every failed document again and returns how
// many there were.
func (s *Store) RetryAll(ctx context.Context, workspaceID uuid.UUID) (n int, err error) {
	if s.jobs == nil {
		return 0, errors.New("retry documents: this store was made without a job client")
	}
	var ids []uuid.UUID
	err = s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id FROM document WHERE workspace_id = $1 AND state = 'failed' ORDER BY id`, workspaceID)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("retry documents: %w", err)
	}
	for _, id := range ids {
		if _, err := s.Retry(ctx, workspaceID, id); err != nil && !errors.Is(err, ErrUnknown) {
			return n, err
		}
		n++
	}
	return n, nil
}
