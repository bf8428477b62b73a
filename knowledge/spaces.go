package knowledge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ErrNoEmbedder is returned where a vector is asked for and there is nothing
// that makes one: the search is by words only, or the endpoint has not answered yet.
var ErrNoEmbedder = errors.New("there is no embedder")

// Spaces are the vector spaces of a process, each in its part.
//
// A change of models is a change of Target. Its vectors are made in the
// background, workspace by workspace, while searches go on in the space that was
// complete before. When a workspace's last vector is there, the workspace
// searches in Target, and the vectors that no configuration names any more are
// removed. Nothing else removes vectors, so a change that stops half-way, by a
// dead endpoint, a killed process or a configuration that was set back, costs no
// search anything.
//
// The built-in embedder's vectors are kept through every change, because they
// cost nothing to search when the endpoint is down. They are not made any more
// while an endpoint is configured: passages that came since are then found by
// their words.
type Spaces struct {
	// Target is the configured model. Missing vectors are made in it. Nil while
	// its endpoint has not answered, and where there is no embedder.
	Target *Space
	// Former are models that were configured before and whose embedder still
	// answers, best first.
	Former []*Space
	// Builtin is the space of the embedder in the binary. It may be Target.
	Builtin *Space
}

// all are the distinct spaces, in the order in which a search would have them.
func (s Spaces) all() []*Space {
	var out []*Space
	for _, space := range append(append([]*Space{s.Target}, s.Former...), s.Builtin) {
		if space != nil && !slices.ContainsFunc(out, func(o *Space) bool { return o.ID == space.ID }) {
			out = append(out, space)
		}
	}
	return out
}

// own is the space of Store.Embed: the built-in one, which costs no request.
func (s Spaces) own() *Space {
	if s.Builtin != nil {
		return s.Builtin
	}
	return s.Target
}

// UseSpaces makes the store embed and search with these spaces from now on.
func (s *Store) UseSpaces(spaces Spaces) { s.spaces.Store(&spaces) }

// UseSpace makes the store embed and search with one space. Nil means words only.
func (s *Store) UseSpace(space *Space) { s.UseSpaces(Spaces{Target: space}) }

// Space is the space in which missing vectors are made, or nil.
func (s *Store) Space() *Space { return s.inUse().Target }

func (s *Store) inUse() Spaces {
	if spaces := s.spaces.Load(); spaces != nil {
		return *spaces
	}
	return Spaces{}
}

// Embed returns the vectors of texts, of length 1, all of one space: the
// built-in embedder's where there is one. It is for whoever compares texts with
// each other, such as a question with sentences in another language, and for
// Query.Vector. ErrNoEmbedder means that words have to do.
func (s *Store) Embed(ctx context.Context, kind EmbedKind, texts []string) ([][]float32, error) {
	space := s.inUse().own()
	if space == nil || s.mode == WordsOnly {
		return nil, ErrNoEmbedder
	}
	var vectors [][]float32
	var err error
	if b, here := space.embedder.(*builtin); here && kind == EmbedPassage {
		vectors, err = b.sentences(ctx, texts)
	} else {
		vectors, err = space.embedder.Embed(ctx, kind, texts)
	}
	if err == nil {
		err = checkVectors(space, vectors, len(texts))
	}
	if err != nil {
		return nil, fmt.Errorf("embed: %w", err)
	}
	return vectors, nil
}

// reopenPause is how long KeepSpaces waits before it asks a silent endpoint
// again. An operator who has just mended it should not wait longer.
const reopenPause = 10 * time.Second

// KeepSpaces opens the spaces and has every workspace's missing vectors computed
// by backfill. Where either fails, as it does while the endpoint is down, it uses
// the spaces that did open, says so once, and tries again until it has worked or
// ctx ends; then it returns nil. It is a service of the server: start it beside
// the others.
func (s *Store) KeepSpaces(ctx context.Context, open func(context.Context) (Spaces, error), backfill func(context.Context) error) error {
	for told := false; ; {
		spaces, err := open(ctx)
		if ctx.Err() != nil {
			return nil
		}
		s.UseSpaces(spaces)
		if err == nil {
			err = backfill(ctx)
		}
		if err == nil || ctx.Err() != nil {
			return nil
		}
		if !told {
			told = true
			s.log.Warn("embeddings are not available yet; it is tried again by itself", slog.String("error", err.Error()))
		}
		timer := time.NewTimer(reopenPause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// FormerModels are the models in which a workspace has vectors: what to open
// beside the configured one while its vectors are being made.
func (s *Store) FormerModels(ctx context.Context, workspaceID uuid.UUID) (models []string, err error) {
	err = s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT DISTINCT model FROM embedding_model WHERE workspace_id = $1 ORDER BY 1`, workspaceID)
		if err != nil {
			return err
		}
		models, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read models: %w", err)
	}
	return models, nil
}

// servingSQL says in which spaces a workspace has vectors, and which are complete.
const servingSQL = `SELECT id, complete_at IS NOT NULL FROM embedding_model WHERE workspace_id = $1`

// serving are the spaces in which this workspace can be searched, the best
// first: those whose vectors are complete before those that are being filled.
func (s *Store) serving(ctx context.Context, workspaceID uuid.UUID) ([]*Space, error) {
	all := s.inUse().all()
	if len(all) < 2 {
		return all, nil // The usual case: nothing to choose from, and nothing to ask.
	}
	complete := make(map[int]bool)
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, servingSQL, workspaceID)
		if err != nil {
			return err
		}
		var id int
		var done bool
		_, err = pgx.ForEachRow(rows, []any{&id, &done}, func() error {
			complete[id] = done
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("choose a vector space: %w", err)
	}
	var ready, filling []*Space
	for _, space := range all {
		switch done, has := complete[space.ID]; {
		case done:
			ready = append(ready, space)
		case has:
			filling = append(filling, space)
		}
	}
	return append(ready, filling...), nil
}

// completeSpace notes that a workspace has all its vectors in this space, where
// that is so, and then removes those of spaces that are not in use any more.
func (s *Store) completeSpace(ctx context.Context, tx pgx.Tx, space *Space, workspaceID uuid.UUID) error {
	var done bool
	err := tx.QueryRow(ctx, `SELECT complete_at IS NOT NULL FROM embedding_model WHERE workspace_id = $1 AND id = $2`, workspaceID, space.ID).Scan(&done)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // The workspace has no passages.
	}
	if err != nil {
		return fmt.Errorf("complete vector space: %w", err)
	}
	if !done {
		tag, err := tx.Exec(ctx, `
			UPDATE embedding_model SET complete_at = now() WHERE workspace_id = $1 AND id = $2 AND NOT EXISTS (
			    SELECT FROM chunk c WHERE c.workspace_id = $1 AND NOT EXISTS (
			        SELECT FROM embedding e WHERE e.workspace_id = $1 AND e.chunk_id = c.id AND e.model_id = $2))`, workspaceID, space.ID)
		if err != nil {
			return fmt.Errorf("complete vector space: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
		s.log.Info("all vectors of the model are there", slog.String("model", space.Model), slog.String("workspace", workspaceID.String()))
	}
	if err := dropOthers(ctx, tx, workspaceID, s.kept(space)); err != nil {
		return fmt.Errorf("drop vectors of other models: %w", err)
	}
	return nil
}

// kept are the numbers of the spaces whose vectors stay when this one is complete.
func (s *Store) kept(space *Space) []int {
	keep := []int{space.ID}
	if builtin := s.inUse().Builtin; builtin != nil {
		keep = append(keep, builtin.ID)
	}
	return keep
}

func dropOthers(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, keep []int) error {
	tag, err := tx.Exec(ctx, `DELETE FROM embedding_model WHERE workspace_id = $1 AND NOT (id = ANY ($2))`, workspaceID, keep)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM embedding WHERE workspace_id = $1 AND NOT (model_id = ANY ($2))`, workspaceID, keep)
	return err
}
