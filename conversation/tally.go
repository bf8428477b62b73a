package conversation

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/workspace"
)

// Tally is the work of a workspace by who has it: the numbers of every agent at once, so that telling all of them costs one read.
type Tally struct {
	Waiting   int
	Assistant int
	Resolved  int
	// ByAgent counts the open conversations of each agent who has any.
	ByAgent map[uuid.UUID]int
}

// For returns the numbers beside one agent's views.
func (t Tally) For(agent uuid.UUID) Counts {
	return Counts{Waiting: t.Waiting, Mine: t.ByAgent[agent], Unassigned: t.Waiting, Assistant: t.Assistant, Resolved: t.Resolved}
}

// Tally counts the conversations of a workspace by state, and those with people by who has them.
func (s *Store) Tally(ctx context.Context, workspaceID uuid.UUID) (t Tally, err error) {
	t.ByAgent = map[uuid.UUID]int{}
	err = workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT state, agent_id, count(*) FROM conversation WHERE workspace_id = $1 AND state <> 'resolved' AND kind = 'chat' GROUP BY state, agent_id
			UNION ALL
			SELECT 'resolved', NULL, count(*) FROM conversation WHERE workspace_id = $1 AND state = 'resolved' AND kind = 'chat'`, workspaceID)
		if err != nil {
			return err
		}
		var state State
		var agent *uuid.UUID
		var n int
		_, err = pgx.ForEachRow(rows, []any{&state, &agent, &n}, func() error {
			t.add(state, agent, n)
			return nil
		})
		return err
	})
	if err != nil {
		return t, fmt.Errorf("tally conversations: %w", err)
	}
	return t, nil
}

func (t *Tally) add(state State, agent *uuid.UUID, n int) {
	switch state {
	case Waiting:
		t.Waiting += n
	case Assistant:
		t.Assistant += n
	case Resolved:
		t.Resolved += n
	case WithAgent:
		t.ByAgent[*agent] += n
	}
}

// Rows returns the lines of these conversations in no order, without those that do not exist.
func (s *Store) Rows(ctx context.Context, workspaceID uuid.UUID, ids []uuid.UUID) (list []Row, err error) {
	err = workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, rowQuery+` AND c.kind = 'chat' AND c.id = ANY ($2)`, workspaceID, ids)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, scanRow)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read inbox rows: %w", err)
	}
	return list, nil
}

// OfVisitors returns the open conversations of these visitors, or of all of them where visitors is nil: what shows them when they come or go.
func (s *Store) OfVisitors(ctx context.Context, workspaceID uuid.UUID, visitors []uuid.UUID) (ids []uuid.UUID, err error) {
	err = workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT id FROM conversation WHERE workspace_id = $1 AND ($2::uuid[] IS NULL OR visitor_id = ANY ($2)) AND state <> 'resolved' AND kind = 'chat'`, workspaceID, visitors)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find visitors' conversations: %w", err)
	}
	return ids, nil
}

// Outline is what a list of past conversations is read by: the visitor's first words, at most 200 characters of them, and who of the team had it last, if anybody.
type Outline struct {
	Opening string
	Agent   string
}

// Outlines returns the outlines of these conversations.
func (s *Store) Outlines(ctx context.Context, workspaceID uuid.UUID, ids []uuid.UUID) (map[uuid.UUID]Outline, error) {
	outlines := map[uuid.UUID]Outline{}
	err := workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT c.id, left(coalesce(m.body, ''), 200), coalesce(h.name, '')
			FROM unnest($2::uuid[]) AS c (id)
			LEFT JOIN LATERAL (
				SELECT body FROM message WHERE workspace_id = $1 AND conversation_id = c.id AND author_kind = 'visitor' AND kind = 'text' ORDER BY seq LIMIT 1
			) m ON true
			LEFT JOIN LATERAL (
				SELECT g.name FROM handoff h JOIN agent g ON g.workspace_id = h.workspace_id AND g.id = h.claimed_by
				WHERE h.workspace_id = $1 AND h.conversation_id = c.id ORDER BY h.seq DESC LIMIT 1
			) h ON true`, workspaceID, ids)
		if err != nil {
			return err
		}
		var id uuid.UUID
		var o Outline
		_, err = pgx.ForEachRow(rows, []any{&id, &o.Opening, &o.Agent}, func() error {
			outlines[id] = o
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read outlines: %w", err)
	}
	return outlines, nil
}

// Cited counts in how many answers since then each document was cited. It reads every answer of that time, so callers keep the result for a while.
func (s *Store) Cited(ctx context.Context, workspaceID uuid.UUID, since time.Time) (map[uuid.UUID]int, error) {
	cited := map[uuid.UUID]int{}
	err := workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT (c ->> 'document')::uuid, count(DISTINCT (m.conversation_id, m.seq))
			FROM message m CROSS JOIN LATERAL jsonb_array_elements(m.citations) AS c
			WHERE m.workspace_id = $1 AND m.at >= $2 AND m.citations IS NOT NULL
				AND NOT EXISTS (SELECT FROM conversation p WHERE p.workspace_id = $1 AND p.id = m.conversation_id AND p.kind = 'preview') GROUP BY 1`, workspaceID, since)
		if err != nil {
			return err
		}
		var document *uuid.UUID
		var n int
		_, err = pgx.ForEachRow(rows, []any{&document, &n}, func() error {
			if document != nil {
				cited[*document] = n
			}
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count citations: %w", err)
	}
	return cited, nil
}
