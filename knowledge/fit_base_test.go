//go:build fit

package knowledge

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/internal/jsonl"
	"github.com/baton-chat/baton/knowledge/source"
)

// A fitRow is a row of any of the sets.
type fitRow struct {
	ID, KB, Lang, Title, Heading, Text, Intent, Answer, Type string
	OOS                                                      bool
	Gold                                                     []string
	GoldEn                                                   []string `json:"gold_en"`
	Answerable                                               *bool
	NeedsKB                                                  *bool `json:"needs_kb"`
	Turns                                                    []struct{ Speaker, Text string }
}

func fitRows(t *testing.T, path ...string) []fitRow {
	t.Helper()
	rows, err := jsonl.Read[fitRow](filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// A base is a knowledge base in memory. It is searched by the product's own functions,
// so that what is fitted on it holds in the database: only the look-ups are others.
type base struct {
	list     []*candidate
	id       []string
	text     []string // what is embedded
	v        [][]float32
	postings map[string][]posting
	terms    int64
	chunks   map[string]int // of a document
}

type posting struct {
	at int32
	tf int16
}

func (b *base) add(id, title, heading, text string) {
	entry, read := Entry{ID: id, Title: title, Heading: heading, Text: text}, source.Source{Sections: make([]source.Section, 1)}
	if err := cleanEntry(&entry, &read); err != nil {
		return
	}
	passages, err := read.Split()
	if err != nil {
		panic(err)
	}
	for _, p := range passages {
		b.addPassage(id, title, p)
	}
}

func (b *base) addPassage(id, title string, p source.Passage) {
	if b.postings == nil {
		b.postings, b.chunks = map[string][]posting{}, map[string]int{}
	}
	all := terms(title + "\n" + strings.Join(p.Heading, "\n") + "\n" + p.Text)
	c := &candidate{length: len(all)}
	c.terms, c.tfs = count(all)
	key := fmt.Sprint(id, "#", b.chunks[id])
	c.passage = Passage{
		ChunkID: uuid.NewSHA1(uuid.Nil, []byte(key)), DocumentID: uuid.NewSHA1(uuid.Nil, []byte(id)), ExternalID: id, Title: title, Heading: p.Heading,
		Position: b.chunks[id], Text: p.Text,
	}
	b.chunks[id]++
	for i, term := range c.terms {
		b.postings[term] = append(b.postings[term], posting{int32(len(b.list)), c.tfs[i]})
	}
	b.terms += int64(c.length)
	head := slices.DeleteFunc(append([]string{title}, p.Heading...), func(s string) bool { return s == "" })
	b.list, b.id = append(b.list, c), append(b.id, id)
	b.text = append(b.text, passageText(strings.Join(head, " › "), p.Text))
}

// An asked question is what a search found, as Store.finish has it.
type asked struct {
	query    []queryTerm // own words only
	stats    statistics
	ranked   []*candidate // best first; copies
	features Features
	question []float32
}

// search asks the base without the documents that drop names, by words or by both halves.
func (b *base) search(t *testing.T, text string, history []Turn, drop func(id string) bool, mode Mode) asked {
	t.Helper()
	text = clipText(text, maxQueryBytes)
	query := queryTerms(text, history)
	query = query[:min(len(query), maxQueryTerms)]
	gone := make([]bool, len(b.list))
	kept := statistics{passages: int64(len(b.list)), terms: b.terms, df: map[string]int32{}}
	for i, id := range b.id {
		if drop(id) {
			gone[i] = true
			kept.passages--
			kept.terms -= int64(b.list[i].length)
		}
	}
	look := func(words []queryTerm) (statistics, error) {
		stats := statistics{passages: kept.passages, terms: kept.terms, df: make(map[string]int32, len(words))}
		for _, w := range words {
			if _, done := stats.df[w.term]; done {
				continue
			}
			n := int32(0)
			for _, p := range b.postings[w.term] {
				if !gone[p.at] {
					n++
				}
			}
			if n > 0 {
				stats.df[w.term] = n
			}
		}
		return stats, nil
	}
	read, stats, err := readQuery(text, query, look)
	if err != nil {
		t.Fatal(err)
	}
	a := asked{query: ownTerms(read.query), stats: stats}
	found := b.byWords(read.query, stats, gone)
	if mode != WordsOnly {
		found = bestByWords(found, read.query, stats)
		a.question = vectors.one(t, EmbedQuery, embedText(Query{Text: text, History: history}))
		found = b.byMeaning(a.question, found, gone)
	}
	for _, c := range found {
		c.words = bm25(read.query, stats, c)
	}
	rank(found, mode)
	a.ranked = found
	a.features = measure(a.query, stats, found, mode)
	return a
}

// byWords is findWords without a database.
func (b *base) byWords(query []queryTerm, stats statistics, gone []bool) []*candidate {
	names, weights := affordable(query, stats)
	scores := map[int32]float64{}
	low, perWord := bm25K1*(1-bm25B), bm25K1*bm25B/stats.averageLength()
	for i, name := range names {
		for _, p := range b.postings[name] {
			if !gone[p.at] {
				tf := float64(p.tf)
				scores[p.at] += weights[i] * tf / (tf + low + perWord*float64(b.list[p.at].length))
			}
		}
	}
	return b.best(scores, wordCandidates)
}

// byMeaning adds the nearest passages, and the cosine of those that words found.
func (b *base) byMeaning(question []float32, found []*candidate, gone []bool) []*candidate {
	scores := make(map[int32]float64, len(b.list))
	at := make(map[uuid.UUID]int32, len(b.list))
	for i := range b.list {
		if !gone[i] {
			scores[int32(i)] = dot(question, b.v[i])
			at[b.list[i].passage.ChunkID] = int32(i)
		}
	}
	have := map[uuid.UUID]bool{}
	for _, c := range found {
		have[c.passage.ChunkID] = true
	}
	for _, c := range b.best(scores, meaningCandidates) {
		if !have[c.passage.ChunkID] {
			found = append(found, c)
		}
	}
	for _, c := range found {
		c.meaning, c.hasV = scores[at[c.passage.ChunkID]], true
	}
	return found
}

// best returns copies of the n with the highest scores.
func (b *base) best(scores map[int32]float64, n int) []*candidate {
	order := make([]int32, 0, len(scores))
	for at := range scores {
		order = append(order, at)
	}
	slices.SortFunc(order, func(x, y int32) int { return cmp.Or(cmp.Compare(scores[y], scores[x]), cmp.Compare(x, y)) })
	var out []*candidate
	for _, at := range order[:min(n, len(order))] {
		c := *b.list[at]
		out = append(out, &c)
	}
	return out
}

// embed gives every passage its vector.
func (b *base) embed(t *testing.T) {
	t.Helper()
	if vectors != nil {
		b.v = vectors.all(t, EmbedPassage, b.text)
	}
}

func dot(a, b []float32) float64 {
	sum := float32(0)
	for i := range a {
		sum += a[i] * b[i]
	}
	return float64(sum)
}
