package knowledge

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// EmbedKind says what a text is to the embedder: many models embed a question
// and the passage that answers it differently, so that they meet.
type EmbedKind string

// The kinds.
const (
	EmbedQuery   EmbedKind = "query"
	EmbedPassage EmbedKind = "passage"
)

// Embedder turns texts into vectors, one for each text, all of one length.
type Embedder interface {
	Embed(ctx context.Context, kind EmbedKind, texts []string) ([][]float32, error)
}

// A Space is a vector space: an embedder, the name of its model and its
// dimension. Vectors of two spaces are never compared.
type Space struct {
	ID         int
	Model      string
	Dimensions int
	embedder   Embedder
	resting    atomic.Int64 // Unix nanoseconds until which queries do not try
	pace       pace         // of the batches of passages
}

// OpenSpace asks the embedder for the dimension of its vectors and has prepare
// make the place for them; in the product prepare is
// migrations.EnsureEmbeddingModel on the owner's connections.
func OpenSpace(ctx context.Context, model string, embedder Embedder, prepare func(ctx context.Context, id, dimensions int) error) (*Space, error) {
	vectors, err := embedder.Embed(ctx, EmbedQuery, []string{"dimension"})
	if err != nil {
		return nil, fmt.Errorf("open vector space: %w", err)
	}
	if len(vectors) != 1 || len(vectors[0]) == 0 {
		return nil, errors.New("open vector space: the embedder returned no vector")
	}
	space := &Space{ID: spaceID(model, len(vectors[0])), Model: model, Dimensions: len(vectors[0]), embedder: embedder}
	if err := prepare(ctx, space.ID, space.Dimensions); err != nil {
		return nil, fmt.Errorf("open vector space: %w", err)
	}
	return space, nil
}

// spaceID makes a positive number of the model's name and dimension, the same
// on every server and in every workspace. Two models that met in one number
// would be told apart by embedding_model's key, which refuses the second.
func spaceID(model string, dimensions int) int {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s/%d", model, dimensions)
	return int(h.Sum32()&0x7fffffff) | 1
}

// registerSpace notes that the workspace has vectors of this space.
func registerSpace(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, space *Space) error {
	var model string
	err := tx.QueryRow(ctx, `
		INSERT INTO embedding_model AS m (workspace_id, id, model, dimensions) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace_id, id) DO UPDATE SET model = m.model
		RETURNING model`, workspaceID, space.ID, space.Model, space.Dimensions).Scan(&model)
	if err != nil {
		return err
	}
	if model != space.Model {
		return fmt.Errorf("models %q and %q share the number %d", model, space.Model, space.ID)
	}
	return nil
}
