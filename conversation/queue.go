package conversation

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/workspace"
)

// Place is a waiting conversation's place in line: its number from 1, and how many minutes it will probably take, nil where nothing is known.
type Place struct {
	ID       uuid.UUID
	Position int
	Minutes  *int
}

// Waiter is a conversation in line, and since when.
type Waiter struct {
	ID    uuid.UUID
	Since time.Time
}

// Line returns the waiting conversations, the longest waiting first.
func (s *Store) Line(ctx context.Context, workspaceID uuid.UUID) (line []Waiter, err error) {
	err = workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT id, waiting_since FROM conversation WHERE workspace_id = $1 AND state = 'waiting' ORDER BY waiting_since, id`, workspaceID)
		if err != nil {
			return err
		}
		line, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Waiter])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read line: %w", err)
	}
	return line, nil
}

// Waits returns how long visitors who were claimed since then had waited, the latest first. Who was claimed without a call did not wait.
func (s *Store) Waits(ctx context.Context, workspaceID uuid.UUID, since time.Time, limit int) (waits []time.Duration, err error) {
	err = workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT extract(epoch FROM claimed_at - at)::float8 FROM handoff
			WHERE workspace_id = $1 AND claimed_at >= $2 AND rule <> $3 ORDER BY claimed_at DESC LIMIT $4`, workspaceID, since, RuleClaimed, limit)
		if err != nil {
			return err
		}
		waits, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (time.Duration, error) {
			var seconds float64
			err := row.Scan(&seconds)
			return time.Duration(seconds * float64(time.Second)), err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read waits: %w", err)
	}
	return waits, nil
}

// SetPlaces writes the places that differ from what is stored, and tells of each. Rows are locked in the order of their ids, so that two nodes that do the same never wait for
// each other; a conversation that was claimed meanwhile is left alone.
func (s *Store) SetPlaces(ctx context.Context, workspaceID uuid.UUID, places []Place) error {
	ids, positions, minutes := make([]uuid.UUID, len(places)), make([]int, len(places)), make([]*int, len(places))
	for i, p := range places {
		ids[i], positions[i], minutes[i] = p.ID, p.Position, p.Minutes
	}
	var moved []Conversation
	err := workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			WITH due AS (
				SELECT c.id, p.position, p.minutes
				FROM conversation c JOIN unnest($2::uuid[], $3::int[], $4::int[]) AS p (id, position, minutes) ON p.id = c.id
				WHERE c.workspace_id = $1 AND c.state = 'waiting' AND (c.queue_position, c.queue_minutes) IS DISTINCT FROM (p.position, p.minutes)
				ORDER BY c.id FOR NO KEY UPDATE OF c
			)
			UPDATE conversation c SET queue_position = due.position, queue_minutes = due.minutes
			FROM due WHERE c.workspace_id = $1 AND c.id = due.id RETURNING c.id`, workspaceID, ids, positions, minutes)
		if err != nil {
			return err
		}
		changed, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil || len(changed) == 0 {
			return err
		}
		rows, err = tx.Query(ctx, `SELECT`+conversationColumns+conversationFrom+` WHERE c.workspace_id = $1 AND c.id = ANY ($2)`, workspaceID, changed)
		if err != nil {
			return err
		}
		moved, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Conversation, err error) {
			err = row.Scan(c.fields()...)
			return c, err
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("set places in line: %w", err)
	}
	for _, c := range moved {
		s.events.Publish(workspace.NewEvent(workspaceID, c.ID, workspace.EventState, c))
	}
	return nil
}
