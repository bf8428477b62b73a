package presence

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/workspace"
)

// Member is a person of the team, and whether they can be reached.
type Member struct {
	ID     uuid.UUID
	Name   string
	Chosen workspace.Status // what they say of themselves
	Here   bool             // a console of theirs is open
}

// Status is what others see: what the person chose while they are here, and offline otherwise.
func (m Member) Status() workspace.Status {
	if !m.Here {
		return workspace.Offline
	}
	return m.Chosen
}

// alive is the condition that a lease l counts.
const alive = `EXISTS (SELECT FROM node n WHERE n.id = l.node_id AND n.beat_at > now() - interval '25 s')`

// Team returns the people of a workspace by name.
func (r *Registry) Team(ctx context.Context, workspaceID uuid.UUID) ([]Member, error) {
	var team []Member
	err := workspace.InTx(ctx, r.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT g.id, g.name, g.status, EXISTS (
				SELECT FROM lease l WHERE l.workspace_id = $1 AND l.person_kind = 'agent' AND l.person_id = g.id AND `+alive+`)
			FROM agent g WHERE g.workspace_id = $1 AND g.disabled_at IS NULL ORDER BY g.name, g.id`, workspaceID)
		if err != nil {
			return err
		}
		team, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Member])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read team: %w", err)
	}
	return team, nil
}

// OnlineCount is how many of the team take conversations now: here, and online by their own word.
func OnlineCount(team []Member) (n int) {
	for _, m := range team {
		if m.Status() == workspace.Online {
			n++
		}
	}
	return n
}

// Seen is whether a visitor is here, and when they last were.
type Seen struct {
	Here bool
	Last time.Time
}

// Visitors returns what is known of these visitors, read in one statement for a whole page of them. Unknown ids are missing.
func (r *Registry) Visitors(ctx context.Context, workspaceID uuid.UUID, ids []uuid.UUID) (map[uuid.UUID]Seen, error) {
	seen := make(map[uuid.UUID]Seen, len(ids))
	err := workspace.InTx(ctx, r.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT v.id, v.last_seen_at, EXISTS (
				SELECT FROM lease l WHERE l.workspace_id = $1 AND l.person_kind = 'visitor' AND l.person_id = v.id AND `+alive+`)
			FROM visitor v WHERE v.workspace_id = $1 AND v.id = ANY ($2)`, workspaceID, ids)
		if err != nil {
			return err
		}
		var id uuid.UUID
		var s Seen
		_, err = pgx.ForEachRow(rows, []any{&id, &s.Last, &s.Here}, func() error {
			seen[id] = s
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read visitors' presence: %w", err)
	}
	return seen, nil
}
