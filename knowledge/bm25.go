package knowledge

import (
	"cmp"
	"math"
	"slices"

	"github.com/google/uuid"
)

// BM25's two constants, as the field uses them: how fast a repeated word stops
// counting, and how much a long passage is held against it.
const (
	bm25K1 = 1.2
	bm25B  = 0.75
)

// statistics describe a workspace's whole index, and how many passages hold
// each word of one query.
type statistics struct {
	passages int64
	terms    int64
	df       map[string]int32
}

func (s statistics) averageLength() float64 {
	return max(1, float64(s.terms)/max(1, float64(s.passages)))
}

// idf is a word's weight: rare words tell more. A word nobody wrote weighs most.
func (s statistics) idf(term string) float64 {
	n, df := float64(s.passages), float64(s.df[term])
	return math.Log(1 + (max(n, df)-df+0.5)/(df+0.5))
}

// A queryTerm is a distinct word of a query. Weight is 1 for the visitor's
// present words, less for words of earlier turns.
type queryTerm struct {
	term   string
	weight float64
}

// A candidate is a passage with everything a ranking looks at, except its text.
type candidate struct {
	passage Passage
	terms   []string
	tfs     []int16
	length  int
	words   float64 // BM25
	meaning float64 // cosine, 0 when there is no vector
	hasV    bool
	score   float64
}

// saturation is what one word's count in one passage contributes, 0 to k1 + 1.
func saturation(tf, length, average float64) float64 {
	return tf * (bm25K1 + 1) / (tf + bm25K1*(1-bm25B+bm25B*length/average))
}

// bm25 is the score of one passage: 0 when it holds no word of the query.
func bm25(query []queryTerm, stats statistics, c *candidate) float64 {
	average, score := stats.averageLength(), 0.0
	for _, q := range query {
		if i := slices.Index(c.terms, q.term); i >= 0 {
			score += q.weight * stats.idf(q.term) * saturation(float64(c.tfs[i]), float64(c.length), average)
		}
	}
	return score
}

// byScore orders candidates best first; ties by id, so that a search answers
// the same way twice.
func byScore(a, b *candidate) int {
	return cmp.Or(cmp.Compare(b.score, a.score), compareID(a.passage.ChunkID, b.passage.ChunkID))
}

func compareID(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }
