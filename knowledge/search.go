package knowledge

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/workspace"
)

// Limits of a query.
const (
	defaultK = 10
	maxK     = 50
	// maxRefused is how many of the passages that come next are told.
	maxRefused = 10
	// maxQueryBytes is how much of a message is searched for. A longer one is a
	// pasted log or a letter, and says in its beginning what it is about.
	maxQueryBytes = 8 << 10
	// maxEmbedBytes is how much of it is embedded; models cut off near there.
	maxEmbedBytes = 2 << 10
)

// A Query is a question to the knowledge base of one workspace.
type Query struct {
	Workspace uuid.UUID
	Text      string
	// History are the turns before, oldest first. A follow-up is understood
	// through them; the question's own words count most.
	History []Turn
	K       int // passages wanted; 0 means 10, and at most 50
	// Vector is the question's vector, where the caller has had Store.Embed make
	// it already; it is used where the workspace is searched in that space and no
	// earlier turn has to be embedded with the question.
	Vector []float32
	// OnePerDocument returns only the best passage of each document.
	OnePerDocument bool
}

// A Result is what a search found.
type Result struct {
	// Passages are the best ones, best first.
	Passages []Passage
	// Refused are the best of those that were looked at and are not among
	// Passages, best first, at most 10.
	Refused []Passage
	// Confidence is the estimated probability, 0 to 1, that the knowledge base
	// holds the answer at all.
	Confidence float64
	// Features are what Confidence was computed from.
	Features Features
	// Asked are the words of the question itself, in order.
	Asked []Word
	// Words and Meaning are how long each half took; Meaning is 0 where it was
	// not searched, or its embedder failed.
	Words, Meaning time.Duration
}

// Search finds the passages for a question. Where vectors are in use, words and
// meaning are searched at the same time on two connections; without them, or
// when the embedder fails, words alone answer.
func (s *Store) Search(ctx context.Context, q Query) (Result, error) {
	q.Text, q.K = clipText(q.Text, maxQueryBytes), clampK(q.K)
	query := queryTerms(q.Text, q.History)
	query = query[:min(len(query), maxQueryTerms)]
	var half struct {
		words, meaning halfResult
	}
	var wait sync.WaitGroup
	wait.Go(func() { half.words = s.searchWords(ctx, q, query) })
	if s.mode != WordsOnly {
		wait.Go(func() { half.meaning = s.searchMeaning(ctx, q) })
	}
	wait.Wait()
	if half.words.err != nil {
		return Result{}, fmt.Errorf("search: %w", half.words.err)
	}
	if half.meaning.err != nil {
		return Result{}, fmt.Errorf("search: %w", half.meaning.err)
	}
	out, err := s.finish(ctx, q, half.words, half.meaning)
	if err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	return out, nil
}

func clampK(k int) int {
	if k <= 0 {
		return defaultK
	}
	return min(k, maxK)
}

// A halfResult is what one half of the search found.
type halfResult struct {
	reading    reading
	stats      statistics
	candidates []*candidate
	space      *Space
	vector     string
	usual      float64 // how near the question lies to help pages as such; 0: not known of this model
	near       similarities
	took       time.Duration
	err        error
}

func (s *Store) searchWords(ctx context.Context, q Query, query []queryTerm) (r halfResult) {
	start := time.Now()
	defer func() { r.took = time.Since(start) }()
	r.err = workspace.InReadTx(ctx, s.pool, q.Workspace, func(tx pgx.Tx) (err error) {
		look := func(words []queryTerm) (statistics, error) { return readStatistics(ctx, tx, q.Workspace, words) }
		if r.reading, r.stats, err = readQuery(q.Text, query, look); err != nil {
			return err
		}
		r.candidates, err = findWords(ctx, tx, q.Workspace, r.reading.query, r.stats)
		return err
	})
	return r
}

// searchMeaning searches in the best space whose embedder answers.
func (s *Store) searchMeaning(ctx context.Context, q Query) (r halfResult) {
	start := time.Now()
	spaces, err := s.serving(ctx, q.Workspace)
	if err != nil {
		return halfResult{err: err}
	}
	for _, space := range spaces {
		vector, ok := s.embedQuery(ctx, space, q)
		if !ok {
			continue
		}
		r.space, r.vector = space, vectorText(vector)
		if cosinesKnown(space.Model) {
			r.usual = usual(vector)
		}
		r.err = workspace.InReadTx(ctx, s.pool, q.Workspace, func(tx pgx.Tx) (err error) {
			r.near, err = findMeaning(ctx, tx, q.Workspace, space, r.vector)
			return err
		})
		break
	}
	r.took = time.Since(start)
	return r
}

// embeddedTurns is how many turns before a follow-up are embedded with it, of
// either side: the assistant names what "it" is more often than the visitor. On
// dialog_dstc10 the follow-up alone finds its answer in 2 of 100 cases, with the
// visitor's last turn in 2, with one, two, three and five turns of both in 19, 10,
// 25 and 19 (n = 48).
const embeddedTurns = 3

// embedText is what is embedded for a question. A follow-up means little alone, so
// the turns before it go in front. A question that stands alone is embedded alone,
// and not drawn back to what the visitor has left behind.
func embedText(q Query) string {
	text := clipText(q.Text, maxEmbedBytes)
	if len(q.History) == 0 || !dependent(q.Text) {
		return text
	}
	var lines []string
	for _, turn := range q.History[max(0, len(q.History)-embeddedTurns):] {
		lines = append(lines, clipText(turn.Text, maxEmbedBytes/4))
	}
	return strings.Join(append(lines, text), "\n")
}

// finish brings the halves together: each half's finds get the other's score,
// then they are ranked and the best ones get their text.
func (s *Store) finish(ctx context.Context, q Query, words, meaning halfResult) (Result, error) {
	out := Result{Asked: words.reading.words, Words: words.took, Meaning: meaning.took}
	query := words.reading.query
	mode := s.mode
	if meaning.near == nil {
		mode = WordsOnly
	}
	candidates := words.candidates
	err := workspace.InReadTx(ctx, s.pool, q.Workspace, func(tx pgx.Tx) (err error) {
		if mode != WordsOnly {
			candidates = bestByWords(candidates, query, words.stats)
			if candidates, err = unite(ctx, tx, q.Workspace, candidates, meaning); err != nil {
				return err
			}
		}
		for _, c := range candidates {
			c.words = bm25(query, words.stats, c)
		}
		rank(candidates, mode)
		favourSubject(candidates, q, words.stats)
		out.Features = measure(ownTerms(query), words.stats, candidates, mode)
		out.Features.cross(q.Text, candidates, meaning.usual)
		out.Confidence = out.Features.confidence(mode, meaning.space != nil && cosinesKnown(meaning.space.Model))
		if q.OnePerDocument {
			candidates = onePerDocument(candidates)
		}
		used := min(q.K, len(candidates))
		looked := min(used+maxRefused, len(candidates))
		if out.Passages, err = withTexts(ctx, tx, q.Workspace, candidates[:looked]); err != nil {
			return err
		}
		used = min(used, len(out.Passages))
		out.Passages, out.Refused = out.Passages[:used:used], out.Passages[used:]
		return nil
	})
	return out, err
}

// unite adds what only meaning found, and the similarity of what only words did.
func unite(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, candidates []*candidate, meaning halfResult) ([]*candidate, error) {
	near := meaning.near
	have := make(map[uuid.UUID]bool, len(candidates))
	var compare, missing []uuid.UUID
	for _, c := range candidates {
		have[c.passage.ChunkID] = true
		if _, known := near[c.passage.ChunkID]; !known {
			compare = append(compare, c.passage.ChunkID)
		}
	}
	for id := range near {
		if !have[id] {
			missing = append(missing, id)
		}
	}
	added, err := loadCandidates(ctx, tx, workspaceID, missing)
	if err != nil {
		return nil, err
	}
	candidates = append(candidates, added...)
	if len(compare) > 0 {
		more, err := readSimilarities(ctx, tx, similaritySQL(meaning.space), workspaceID, meaning.vector, compare)
		if err != nil {
			return nil, err
		}
		for id, cosine := range more {
			near[id] = cosine
		}
	}
	for _, c := range candidates {
		c.meaning, c.hasV = near[c.passage.ChunkID], has(near, c.passage.ChunkID)
	}
	return candidates, nil
}

func has(near similarities, id uuid.UUID) bool {
	_, ok := near[id]
	return ok
}

func withTexts(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, candidates []*candidate) ([]Passage, error) {
	ids := make([]uuid.UUID, len(candidates))
	at := make(map[uuid.UUID]int, len(candidates))
	passages := make([]Passage, len(candidates))
	for i, c := range candidates {
		ids[i], at[c.passage.ChunkID] = c.passage.ChunkID, i
		passages[i] = c.passage
		passages[i].Score, passages[i].WordScore, passages[i].MeaningScore = c.score, c.words, c.meaning
	}
	rows, err := tx.Query(ctx, textsSQL, workspaceID, ids)
	if err != nil {
		return nil, fmt.Errorf("read texts: %w", err)
	}
	var id uuid.UUID
	var text string
	if _, err := pgx.ForEachRow(rows, []any{&id, &text}, func() error {
		passages[at[id]].Text = text
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read texts: %w", err)
	}
	// A passage that was replaced since it was found has no text any more.
	return slices.DeleteFunc(passages, func(p Passage) bool { return p.Text == "" }), nil
}

// clipText cuts a text to at most n bytes, between characters.
func clipText(text string, n int) string {
	if len(text) > n {
		text = text[:n]
	}
	return strings.ToValidUTF8(text, "")
}
