package knowledge

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Limits of the search for meaning.
const (
	meaningCandidates = 50
	// exactBelow is the number of passages under which every vector is compared:
	// an HNSW scan with a workspace filter stops at hnsw.max_scan_tuples, 20,000,
	// and in a smaller workspace may stop before it has met the workspace at all.
	exactBelow = 20000
	// queryTimeout is how long a search waits for the vector of its question
	// before it goes on with words alone.
	queryTimeout = 3 * time.Second
	// restAfterFailure is how long searches do not ask an embedder that failed,
	// so that a dead endpoint costs one question its time and not all of them.
	restAfterFailure = 15 * time.Second
)

// nearestSQL finds the nearest vectors. The cast is the index's expression,
// repeated literally; without it (exact) no index matches, and every vector of
// the workspace is compared. Model and dimension stand in the text, so that the
// partition is chosen when the statement is planned.
func nearestSQL(space *Space, exact bool) string {
	column := fmt.Sprintf("(v::halfvec(%d))", space.Dimensions)
	if exact {
		column = "v"
	}
	return fmt.Sprintf(`
	SELECT chunk_id, 1 - (%[1]s <=> $2::halfvec(%[2]d)) FROM embedding
	WHERE workspace_id = $1 AND model_id = %[3]d
	ORDER BY %[1]s <=> $2::halfvec(%[2]d) LIMIT %[4]d`, column, space.Dimensions, space.ID, meaningCandidates)
}

// similaritySQL gives the similarity of passages that words found.
func similaritySQL(space *Space) string {
	return fmt.Sprintf(`
	SELECT e.chunk_id, 1 - (e.v <=> $2::halfvec(%[1]d)) FROM unnest($3::uuid[]) AS w (id)
	CROSS JOIN LATERAL (
	    SELECT chunk_id, v FROM embedding WHERE workspace_id = $1 AND model_id = %[2]d AND chunk_id = w.id OFFSET 0
	) e`, space.Dimensions, space.ID)
}

// embedQuery returns the question's vector, or false
// where the embedder fails; that is logged when it begins, and not again while
// the embedder rests.
func (s *Store) embedQuery(ctx context.Context, space *Space, q Query) ([]float32, bool) {
	text := embedText(q)
	if len(q.Vector) == space.Dimensions && space == s.inUse().own() && text == q.Text {
		return q.Vector, true
	}
	if time.Now().UnixNano() < space.resting.Load() {
		return nil, false
	}
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	vectors, err := space.embedder.Embed(ctx, EmbedQuery, []string{text})
	if err == nil {
		err = checkVectors(space, vectors, 1)
	}
	if err == nil {
		if space.resting.Swap(0) != 0 {
			s.log.Info("the embedder answers again", slog.String("model", space.Model))
		}
		return vectors[0], true
	}
	rest := restAfterFailure
	if _, here := space.embedder.(*builtin); here {
		rest = 0 // The one in the binary is never down: the machine is busy, and the next question may find it less so.
	}
	if space.resting.Swap(time.Now().Add(rest).UnixNano()) == 0 {
		s.log.Warn("the embedder does not answer; searching without it", slog.String("model", space.Model), slog.String("error", err.Error()))
	}
	return nil, false
}

// similarities maps passages to the cosine of their vector with the question's.
type similarities map[uuid.UUID]float64

// findMeaning returns the passages whose vectors are nearest to the question's.
func findMeaning(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, space *Space, vector string) (similarities, error) {
	var passages int64
	err := tx.QueryRow(ctx, `SELECT coalesce((SELECT passages FROM knowledge_stat WHERE workspace_id = $1), 0)`, workspaceID).Scan(&passages)
	if err != nil {
		return nil, fmt.Errorf("find meaning: %w", err)
	}
	exact := passages < exactBelow
	if !exact {
		if err := iterative(ctx, tx); err != nil {
			return nil, fmt.Errorf("find meaning: %w", err)
		}
	}
	return readSimilarities(ctx, tx, nearestSQL(space, exact), workspaceID, vector)
}

// iterative makes the transaction's approximate scans go on until they have enough
// rows: a filter behind one leaves too few otherwise, or none.
func iterative(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', '100', true)`)
	return err
}

func readSimilarities(ctx context.Context, tx pgx.Tx, sql string, args ...any) (similarities, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("compare vectors: %w", err)
	}
	found := make(similarities)
	var id uuid.UUID
	var cosine float64
	if _, err := pgx.ForEachRow(rows, []any{&id, &cosine}, func() error {
		found[id] = cosine
		return nil
	}); err != nil {
		return nil, fmt.Errorf("compare vectors: %w", err)
	}
	return found, nil
}
