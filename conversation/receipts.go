package conversation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/workspace"
)

// Receipt tells how far one side of a conversation has received and seen it. Both only grow.
type Receipt struct {
	By        string    `json:"by"` // visitor or agent: who received and saw
	Delivered int64     `json:"delivered"`
	Seen      int64     `json:"seen"`
	At        time.Time `json:"at"`
}

// Receive notes that the visitor's or the team's screen has the messages up to delivered, and that somebody saw those up to seen. It writes, and tells the other
// side, only when that is news. by is ByVisitor or ByAgent.
func (s *Store) Receive(ctx context.Context, workspaceID, id uuid.UUID, by string, delivered, seen int64) error {
	columns := [2]string{"visitor_delivered", "visitor_seen"}
	if by == ByAgent {
		columns = [2]string{"agent_delivered", "agent_seen"}
	}
	receipt := Receipt{By: by, At: s.now().UTC().Truncate(time.Millisecond)}
	err := workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, fmt.Sprintf(`
			UPDATE conversation SET %[1]s = least(head, greatest(%[1]s, $3, $4)), %[2]s = least(head, greatest(%[2]s, $4))
			WHERE workspace_id = $1 AND id = $2 AND (least(head, greatest($3::bigint, $4::bigint)) > %[1]s OR least(head, $4::bigint) > %[2]s)
			RETURNING %[1]s, %[2]s`, columns[0], columns[1]), workspaceID, id, delivered, seen).Scan(&receipt.Delivered, &receipt.Seen)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // Nothing new.
	}
	if err != nil {
		return fmt.Errorf("note receipt: %w", err)
	}
	s.events.Publish(workspace.NewEvent(workspaceID, id, workspace.EventRead, receipt))
	return nil
}
