package presence

import (
	"context"
	"fmt"

	"github.com/google/uuid"
)

// Succeed enters this node, in the place of one that is certainly dead, or of uuid.Nil. The dead one's leases go with its row, at once and not after [Patience].
// When it has returned without an error, whoever looks for this node finds it alive.
func (r *Registry) Succeed(ctx context.Context, dead uuid.UUID) error {
	ctx, cancel := context.WithTimeout(ctx, writePatience)
	defer cancel()
	tag, err := r.pool.Exec(ctx, `DELETE FROM node WHERE id = $1`, dead)
	if err != nil {
		return fmt.Errorf("remove the node before: %w", err)
	}
	if err := r.Beat(ctx); err != nil {
		return err
	}
	if tag.RowsAffected() > 0 {
		return r.announceAll(ctx)
	}
	return nil
}
