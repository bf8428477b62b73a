package assistant

import (
	"cmp"
	"context"
	"hash/maphash"
	"slices"
	"strings"
	"sync"

	"github.com/baton-chat/baton/knowledge"
)

// Which of the sentences that have a question's words answers it, its sense tells: "the pen is sold separately" and "the pen costs ₹2,990" share the same words with "is the
// pen included?". So the best ones are compared with the question by their vectors besides.

const (
	// nearest is how many sentences are compared. Each costs a run of the embedder, about 8 ms on one core, the first time it is met.
	nearestSentences = 16
	// nearWeight is what a standard deviation of their cosines is worth, in shares of the question. Tenths, as in usualTaste.
	nearWeight = 0.3
	// maxRemembered is how many sentences' vectors are kept, about 1.5 kB each.
	maxRemembered = 4096
)

// compare adds to the best sentences' relevance how near they are to the question. Without an embedder words decide alone.
func (c *chooser) compare(ctx context.Context, q Question) {
	if q.Embed == nil || len(c.sentences) == 0 || c.clear() {
		return
	}
	best := c.best(nearestSentences)
	texts := make([]string, len(best))
	for i, at := range best {
		p := c.passages[c.sentences[at].passage]
		texts[i] = strings.Join(append([]string{p.Title}, p.Heading...), " ") + ": " + c.sentences[at].text
	}
	question, err := q.Embed(ctx, knowledge.EmbedQuery, []string{q.Text})
	if err != nil || len(question) != 1 {
		return
	}
	vectors, err := q.Embed(ctx, knowledge.EmbedPassage, texts)
	if err != nil || len(vectors) != len(texts) {
		return
	}
	near := standard(cosines(question[0], vectors))
	least := slices.Min(near)
	for i, at := range best {
		c.relevance[at] += nearWeight * near[i]
	}
	for i := range c.sentences {
		if !slices.Contains(best, i) {
			c.relevance[i] += nearWeight * least
		}
	}
}

// clear reports whether words leave nothing open: one sentence has them all, and none of the others has any.
func (c *chooser) clear() bool {
	whole, partly := 0, 0
	for _, s := range c.sentences {
		has := 0
		for t := range c.weight {
			if s.terms[t] {
				has++
			}
		}
		switch {
		case has == len(c.weight):
			whole++
		case has > 0:
			partly++
		}
	}
	return whole == 1 && partly == 0
}

// best are the places of the n sentences that lead so far.
func (c *chooser) best(n int) []int {
	order := make([]int, len(c.sentences))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(c.relevance[b]+c.prior[b], c.relevance[a]+c.prior[a])
	})
	return order[:min(n, len(order))]
}

// remembered keeps the vectors of sentences that were compared lately, since the pages that are asked about are few.
type remembered struct {
	embed func(context.Context, knowledge.EmbedKind, []string) ([][]float32, error)
	seed  maphash.Seed
	mu    sync.Mutex
	known map[uint64][]float32
}

func newRemembered(embed func(context.Context, knowledge.EmbedKind, []string) ([][]float32, error)) *remembered {
	return &remembered{embed: embed, seed: maphash.MakeSeed(), known: map[uint64][]float32{}}
}

// Embed is the embedder's, which it asks only for what it has not.
func (r *remembered) Embed(ctx context.Context, kind knowledge.EmbedKind, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	keys := make([]uint64, len(texts))
	var missing []string
	var at []int
	r.mu.Lock()
	for i, text := range texts {
		keys[i] = maphash.String(r.seed, string(kind)+"\n"+text)
		if out[i] = r.known[keys[i]]; out[i] == nil {
			missing, at = append(missing, text), append(at, i)
		}
	}
	r.mu.Unlock()
	if len(missing) == 0 {
		return out, nil
	}
	vectors, err := r.embed(ctx, kind, missing)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known)+len(vectors) > maxRemembered {
		clear(r.known) // Rare, and what is needed comes back with the next questions.
	}
	for i, v := range vectors {
		out[at[i]], r.known[keys[at[i]]] = v, v
	}
	return out, nil
}
