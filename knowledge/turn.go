package knowledge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

const (
	// turnLasts is how long a workspace has the embedder before the next one: some
	// batches, so that taking turns costs nothing, and a wait that nobody minds.
	turnLasts = 4 * time.Second
	// waitedEvery gives every fourth batch to the document that has waited longest,
	// and the others to those that lack least: a page is ready in seconds while a
	// manual of two thousand passages goes on at a quarter of the speed, and pages
	// without end do not stop it.
	waitedEvery = 4
)

// turn makes vectors of one workspace for that long, and one batch at least. done
// means that none was missing; complete was then called in the transaction that
// made sure.
func (s *Store) turn(ctx context.Context, workspaceID uuid.UUID, lasts time.Duration, complete func(pgx.Tx) error) (done bool, err error) {
	space := s.Space()
	if space == nil {
		return true, nil
	}
	began := time.Now()
	for n := 0; n == 0 || time.Since(began) < lasts; n++ {
		batch, err := s.nextInTurn(ctx, space, workspaceID, n%waitedEvery == 0)
		if err != nil {
			return false, err
		}
		if len(batch) == 0 {
			if batch, err = s.finishVectors(ctx, space, workspaceID, complete); err != nil || len(batch) == 0 {
				return err == nil, err
			}
		}
		if err := s.manners.work(ctx, func() error { return s.embedEach(ctx, space, workspaceID, batch) }); err != nil {
			return false, err
		}
	}
	return false, nil
}

// batch is how many passages the next batch may have.
func (s *Store) batch(space *Space) int {
	if s.manners.conversing() {
		return min(politeBatch, space.pace.next())
	}
	return space.pace.next()
}

// nextInTurnSQL takes passages without a vector in the order of their documents:
// by who has waited longest ($3), or by who lacks least. A document that lacks
// none comes with an empty passage.
const nextInTurnSQL = `
	WITH next AS (
	    SELECT id, title, row_number() OVER (ORDER BY CASE WHEN $3 THEN extract(epoch FROM updated_at) ELSE progress_total - progress_done END, id) AS turn
	    FROM document WHERE workspace_id = $1 AND state = 'embedding' AND indexed_revision = revision
	    ORDER BY turn LIMIT $4
	)
	SELECT c.id, n.id, array_to_string(array_remove(n.title || c.heading, ''), ' › '), coalesce(c.text, '')
	FROM next n LEFT JOIN LATERAL (
	    SELECT c.id, c.position, c.heading, c.text FROM chunk c
	    WHERE c.workspace_id = $1 AND c.document_id = n.id
	      AND NOT EXISTS (SELECT FROM embedding e WHERE e.workspace_id = $1 AND e.chunk_id = c.id AND e.model_id = $2)
	    ORDER BY c.position LIMIT $4
	) c ON true
	ORDER BY n.turn, c.position LIMIT $4`

// nextInTurn returns the next batch of the documents that wait for vectors. It
// makes those ready that turn out to lack none.
func (s *Store) nextInTurn(ctx context.Context, space *Space, workspaceID uuid.UUID, waited bool) (batch []unembedded, err error) {
	for {
		var whole []uuid.UUID
		err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
			rows, err := tx.Query(ctx, nextInTurnSQL, workspaceID, space.ID, waited, s.batch(space))
			if err != nil {
				return err
			}
			var chunk *uuid.UUID
			var u unembedded
			var head, text string
			_, err = pgx.ForEachRow(rows, []any{&chunk, &u.document, &head, &text}, func() error {
				if chunk == nil {
					whole = append(whole, u.document)
					return nil
				}
				u.chunk, u.text = *chunk, passageText(head, text)
				batch = append(batch, u)
				return nil
			})
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("find passages without vectors: %w", err)
		}
		if len(whole) > 0 {
			if err := s.settle(ctx, workspaceID, whole); err != nil {
				return nil, err
			}
		}
		if len(batch) > 0 || len(whole) == 0 {
			return batch, nil
		}
	}
}

// finishVectors looks whether any passage of the workspace lacks its vector, whatever
// its document's state: a change of models concerns those as well whose new
// content is being read. If none does, the workspace is complete. All that
// happens under the lock that whoever stores passages takes first.
func (s *Store) finishVectors(ctx context.Context, space *Space, workspaceID uuid.UUID, complete func(pgx.Tx) error) (batch []unembedded, err error) {
	err = s.tx(ctx, workspaceID, func(tx pgx.Tx) (err error) {
		if err := lockStatistics(ctx, tx, workspaceID); err != nil {
			return err
		}
		if batch, err = nextUnembedded(ctx, tx, space, workspaceID, uuid.Nil, s.batch(space)); err != nil || len(batch) > 0 {
			return err
		}
		if err := s.completeSpace(ctx, tx, space, workspaceID); err != nil {
			return err
		}
		return complete(tx)
	})
	if err != nil {
		return nil, fmt.Errorf("finish vectors: %w", err)
	}
	if len(batch) > 0 {
		return batch, s.markUnembedded(ctx, space, workspaceID)
	}
	return nil, nil
}

// embedEach embeds a batch. Where the embedder refuses it for good, it is tried
// document by document, and those that are refused again have failed: one
// passage that a model cannot take must not cost the others their vectors.
func (s *Store) embedEach(ctx context.Context, space *Space, workspaceID uuid.UUID, batch []unembedded) error {
	err := s.embedBatch(ctx, space, workspaceID, batch)
	if err == nil || !permanent(err) {
		return err
	}
	parts := map[uuid.UUID][]unembedded{}
	for _, u := range batch {
		parts[u.document] = append(parts[u.document], u)
	}
	for document, part := range parts {
		if len(parts) > 1 {
			err = s.embedBatch(ctx, space, workspaceID, part)
		}
		if err == nil {
			continue
		}
		if !permanent(err) {
			return err
		}
		if noted, noteErr := s.failVectors(ctx, workspaceID, document, failureOf(err)); noteErr != nil || !noted {
			return errors.Join(err, noteErr)
		}
	}
	return nil
}

// failVectors notes that a document gets no vectors. It is found by its words.
// It returns false where the document is not waiting for any.
func (s *Store) failVectors(ctx context.Context, workspaceID, document uuid.UUID, f Failure) (bool, error) {
	failed, err := s.change(ctx, workspaceID, `
		UPDATE document SET state = 'failed', failure_code = $2, failure_cause = $3, failure_fix = $4, updated_at = now()
		WHERE workspace_id = $1 AND id = $5 AND state = 'embedding' AND indexed_revision = revision
		RETURNING `+documentColumns, workspaceID, f.Code, f.Cause, f.Fix, document)
	return len(failed) > 0, err
}

// waitForVectors notes beside the documents that wait for vectors why they do.
func (s *Store) waitForVectors(ctx context.Context, workspaceID uuid.UUID, f Failure) error {
	_, err := s.change(ctx, workspaceID, `
		UPDATE document SET failure_code = $2, failure_cause = $3, failure_fix = $4
		WHERE workspace_id = $1 AND state = 'embedding' AND indexed_revision = revision AND failure_code <> $2
		RETURNING `+documentColumns, workspaceID, f.Code, f.Cause, f.Fix)
	return err
}

// settle makes documents ready that lack no vector.
func (s *Store) settle(ctx context.Context, workspaceID uuid.UUID, documents []uuid.UUID) error {
	_, err := s.change(ctx, workspaceID, `
		UPDATE document SET state = 'ready', progress_done = progress_total, failure_code = '', failure_cause = '', failure_fix = ''
		WHERE workspace_id = $1 AND id = ANY ($2) AND state = 'embedding' AND indexed_revision = revision
		RETURNING `+documentColumns, workspaceID, documents)
	return err
}

// change runs a statement that changes documents, and tells watchers how they
// stand now.
func (s *Store) change(ctx context.Context, workspaceID uuid.UUID, statement string, args ...any) (changed []Document, err error) {
	err = s.unhurried(ctx, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, statement, args...)
		if err != nil {
			return err
		}
		changed, err = pgx.CollectRows(rows, scanDocument)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("change documents: %w", err)
	}
	for _, d := range changed {
		s.publish(workspaceID, d)
	}
	return changed, nil
}
