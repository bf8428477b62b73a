package knowledge

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Limits of the search for words.
const (
	// wordCandidates is how many passages are scored exactly.
	wordCandidates = 100
	// postingBudget is how many postings choose them. The rarest words are read
	// until it is spent: on 6,000 passages that is every word of a short
	// question, and for a pasted mail the twenty or so that decide. Words left
	// out still count in the exact score.
	postingBudget = 12000
	// maxQueryTerms bounds what a pasted text can cost.
	maxQueryTerms = 200
)

// statisticsSQL reads the size of the index and how many passages hold each
// word of the query.
const statisticsSQL = `
	SELECT term, passages, 0::bigint AS terms FROM term_stat WHERE workspace_id = $1 AND term = ANY ($2::text[])
	UNION ALL
	SELECT NULL, passages, terms FROM knowledge_stat WHERE workspace_id = $1`

// candidatesSQL finds the passages that score best by the given words. Equality
// on (workspace_id, term) is what makes the index usable under forced row level
// security. OFFSET 0 keeps the sub-query whole, so that each word is one look-up
// and never a walk over the whole index with a hash of the words beside it. The
// weights carry BM25's constant factor, $4 and $5 its denominator's two parts,
// as floats: arithmetic on numeric would take four times as long as the look-up.
const candidatesSQL = `
	SELECT p.chunk_id
	FROM unnest($2::text[], $3::float8[]) AS q (term, weight)
	CROSS JOIN LATERAL (
	    SELECT t.chunk_id, t.tf, t.length FROM chunk_term t
	    WHERE t.workspace_id = $1 AND t.term = q.term OFFSET 0
	) p
	GROUP BY p.chunk_id
	ORDER BY sum(q.weight * p.tf / (p.tf + $4::float8 + $5::float8 * p.length)) DESC, p.chunk_id
	LIMIT $6`

// forwardSQL reads what a ranking looks at. The text is not: only what is
// returned needs it. Each passage is one look-up by its key, for the same reason
// as above: with id = ANY a planner that has no numbers yet, right after an
// import, reads all passages of the workspace and filters them.
const forwardSQL = `
	SELECT c.id, c.document_id, c.position, c.heading, c.page, c.terms, c.tfs, c.length,
	       d.external_id, d.title, d.url, d.locale, d.content_at
	FROM unnest($2::uuid[]) AS w (id)
	CROSS JOIN LATERAL (SELECT * FROM chunk WHERE workspace_id = $1 AND id = w.id OFFSET 0) c
	CROSS JOIN LATERAL (SELECT * FROM document WHERE workspace_id = $1 AND id = c.document_id OFFSET 0) d`

// textsSQL reads the texts of the passages that are returned.
const textsSQL = `
	SELECT c.id, c.text FROM unnest($2::uuid[]) AS w (id)
	CROSS JOIN LATERAL (SELECT id, text FROM chunk WHERE workspace_id = $1 AND id = w.id OFFSET 0) c`

func readStatistics(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, query []queryTerm) (statistics, error) {
	stats := statistics{df: make(map[string]int32, len(query))}
	names := make([]string, len(query))
	for i, q := range query {
		names[i] = q.term
	}
	rows, err := tx.Query(ctx, statisticsSQL, workspaceID, names)
	if err != nil {
		return stats, fmt.Errorf("read statistics: %w", err)
	}
	var term *string
	var passages, total int64
	_, err = pgx.ForEachRow(rows, []any{&term, &passages, &total}, func() error {
		if term == nil {
			stats.passages, stats.terms = passages, total
			return nil
		}
		stats.df[*term] = int32(passages)
		return nil
	})
	if err != nil {
		return stats, fmt.Errorf("read statistics: %w", err)
	}
	return stats, nil
}

// affordable are the query's words, heaviest first, as long as the budget of
// postings lasts; the heaviest is always among them.
func affordable(query []queryTerm, stats statistics) (names []string, weights []float64) {
	known := slices.DeleteFunc(slices.Clone(query), func(q queryTerm) bool { return stats.df[q.term] == 0 })
	slices.SortStableFunc(known, func(a, b queryTerm) int {
		return cmp.Compare(b.weight*stats.idf(b.term), a.weight*stats.idf(a.term))
	})
	spent := int32(0)
	for i, q := range known {
		if spent += stats.df[q.term]; i > 0 && spent > postingBudget {
			break
		}
		names, weights = append(names, q.term), append(weights, q.weight*stats.idf(q.term))
	}
	return names, weights
}

// findWords returns the passages that hold the query's words, with their score.
func findWords(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, query []queryTerm, stats statistics) ([]*candidate, error) {
	names, weights := affordable(query, stats)
	if len(names) == 0 {
		return nil, nil
	}
	base, perWord := bm25K1*(1-bm25B), bm25K1*bm25B/stats.averageLength()
	rows, err := tx.Query(ctx, candidatesSQL, workspaceID, names, weights, base, perWord, wordCandidates)
	if err != nil {
		return nil, fmt.Errorf("find words: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("find words: %w", err)
	}
	return loadCandidates(ctx, tx, workspaceID, ids)
}

func loadCandidates(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, ids []uuid.UUID) ([]*candidate, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, forwardSQL, workspaceID, ids)
	if err != nil {
		return nil, fmt.Errorf("read candidates: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*candidate, error) {
		c := &candidate{}
		p := &c.passage
		return c, row.Scan(&p.ChunkID, &p.DocumentID, &p.Position, &p.Heading, &p.Page, &c.terms, &c.tfs, &c.length,
			&p.ExternalID, &p.Title, &p.URL, &p.Locale, &p.Updated)
	})
	if err != nil {
		return nil, fmt.Errorf("read candidates: %w", err)
	}
	return list, nil
}
