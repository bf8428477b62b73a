package workspace

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Actor is who did something. ID is uuid.Nil where the kind says it all.
type Actor struct {
	Kind string // agent, visitor, assistant, system, operator
	ID   uuid.UUID
}

// Audit adds a line to the audit log, in the transaction of what it tells about. The log holds no bodies and no names, so that it can outlive an erasure.
func Audit(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, actor Actor, action, objectKind string, objectID uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO audit (workspace_id, id, actor_kind, actor_id, action, object_kind, object_id)
		VALUES ($1, $2, $3, nullif($4, '00000000-0000-0000-0000-000000000000'::uuid), $5, $6, nullif($7, '00000000-0000-0000-0000-000000000000'::uuid))`,
		workspaceID, uuid.Must(uuid.NewV7()), actor.Kind, actor.ID, action, objectKind, objectID)
	if err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	return nil
}
