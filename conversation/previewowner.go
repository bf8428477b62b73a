package conversation

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/workspace"
)

// OwnPreview returns nil where the conversation is a preview that this agent asked in, and ErrUnknown otherwise. What somebody tries is theirs alone: colleagues neither
// read it nor stop it, as the console promises.
func (s *Store) OwnPreview(ctx context.Context, agent workspace.Agent, id uuid.UUID) error {
	var mine bool
	err := workspace.InTx(ctx, s.pool, agent.Workspace, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM conversation WHERE workspace_id = $1 AND id = $2 AND kind = 'preview' AND asked_by = $3)`,
			agent.Workspace, id, agent.ID).Scan(&mine)
	})
	if err == nil && !mine {
		err = ErrUnknown
	}
	if err != nil {
		return fmt.Errorf("look for the preview: %w", err)
	}
	return nil
}
