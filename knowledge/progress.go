package knowledge

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// progressEvery is how often the pages that were read are stored and told.
const progressEvery = time.Second

// pageProgress returns what stores how many pages of a document have been read.
// A number that could not be stored is followed by the next one.
func (s *Store) pageProgress(ctx context.Context, workspaceID, id uuid.UUID, revision int) func(done, total int) {
	var last time.Time
	return func(done, total int) {
		if time.Since(last) < progressEvery {
			return
		}
		last = time.Now()
		err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `
				UPDATE document SET progress_done = $4, progress_total = $5, updated_at = now()
				WHERE workspace_id = $1 AND id = $2 AND revision = $3 AND state = 'reading'`, workspaceID, id, revision, done, total)
			return err
		})
		if err == nil {
			err = s.announce(ctx, workspaceID, id)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("progress could not be stored", slog.String("document", id.String()), slog.String("error", err.Error()))
		}
	}
}
