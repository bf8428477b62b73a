package knowledge

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

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
