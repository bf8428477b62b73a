//go:build fit

package knowledge

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/internal/e5"
	"github.com/baton-chat/baton/internal/e5/weights"
)

// TestScale measures the search in a large workspace and how much of the exact
// result HNSW finds, in the whole index and behind a filter of 1 %:
//
//	BATON_SCALE=100000 go test -tags fit -run TestScale -v -timeout 1h ./knowledge
//
// The passages are made up of the demo shop's words; their vectors are those of
// 200 real passages by the built-in embedder, each moved a little at random, because
// a hundred thousand real ones would take hours.
func TestScale(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("BATON_SCALE"))
	if err != nil {
		t.Fatal("BATON_SCALE is not a number of passages")
	}
	f := setUp(t)
	model, err := e5.Open(weights.File())
	if err != nil {
		t.Fatal(err)
	}
	seeds := scaleSeeds(t)
	vectors, err := model.Embed(t.Context(), e5.Passage, seeds)
	if err != nil {
		t.Fatal(err)
	}
	small := f.newWorkspace(t, "One per cent")
	f.fill(t, f.workspace, seeds, n)
	f.fill(t, small, seeds, n/100)
	space, err := OpenSpace(t.Context(), "multilingual-e5-small-scale", Builtin(model), f.prepare)
	if err != nil {
		t.Fatal(err)
	}
	f.UseSpace(space)
	for _, w := range []uuid.UUID{f.workspace, small} {
		f.scatter(t, w, space, vectors)
	}
	if _, err := f.db.Owner.Exec(t.Context(), `ANALYZE`); err != nil {
		t.Fatal(err)
	}
	var took []float64
	var whole, filtered []float64
	for i := range 200 {
		question := scaleQuestion(seeds, i)
		start := time.Now()
		if _, err := f.Search(t.Context(), Query{Workspace: f.workspace, Text: question}); err != nil {
			t.Fatal(err)
		}
		if i >= 20 { // The first warm the caches.
			took = append(took, float64(time.Since(start).Microseconds())/1000)
		}
		if i%4 == 0 {
			whole = append(whole, f.recall(t, f.workspace, space, question))
			filtered = append(filtered, f.recall(t, small, space, question))
		}
	}
	slices.Sort(took)
	fmt.Printf("%d passages: p50 %.1f ms, p95 %.1f ms, embedding included\n", n, took[len(took)/2], took[len(took)*95/100])
	fmt.Printf("recall of HNSW against exact, best 50: whole %.3f, in a workspace of 1 %% %.3f\n", mean(whole), mean(filtered))
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v / float64(len(values))
	}
	return sum
}

// fill stores n passages with their words, without vectors.
func (f fixture) fill(t *testing.T, workspaceID uuid.UUID, seeds []string, n int) {
	t.Helper()
	f.UseSpace(nil)
	random := rand.New(rand.NewPCG(3, uint64(n)))
	p, err := f.Ingest(t.Context(), workspaceID, func(yield func(Entry, error) bool) {
		for i := range n {
			words := terms(seeds[random.IntN(len(seeds))] + " " + seeds[random.IntN(len(seeds))])
			random.Shuffle(len(words), func(a, b int) { words[a], words[b] = words[b], words[a] })
			text := fmt.Sprint(words[:min(60, len(words))], " number ", i)
			if !yield(Entry{ID: fmt.Sprint(i), Text: text}, nil) {
				return
			}
		}
	}, IngestOptions{WordsOnly: true})
	if err != nil || len(p.Refused) > 0 {
		t.Fatal(err, p.Refused)
	}
}

// scatter gives every passage a real vector, moved by a length of .35.
func (f fixture) scatter(t *testing.T, workspaceID uuid.UUID, space *Space, vectors [][]float32) {
	t.Helper()
	random := rand.New(rand.NewPCG(5, 6))
	last := uuid.Nil
	for {
		var batch []unembedded
		err := f.tx(t.Context(), workspaceID, func(tx pgx.Tx) (err error) {
			batch, err = nextUnembedded(t.Context(), tx, space, workspaceID, last)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(batch) == 0 {
			return
		}
		last = batch[len(batch)-1].chunk
		moved := make([][]float32, len(batch))
		for i := range batch {
			moved[i] = move(random, vectors[random.IntN(len(vectors))])
		}
		if err := f.storeVectors(t.Context(), space, workspaceID, batch, moved); err != nil {
			t.Fatal(err)
		}
	}
}

func move(random *rand.Rand, v []float32) []float32 {
	out := make([]float32, len(v))
	step, sum := 0.35/math.Sqrt(float64(len(v))), 0.0
	for i, x := range v {
		out[i] = x + float32(random.NormFloat64()*step)
		sum += float64(out[i]) * float64(out[i])
	}
	for i := range out {
		out[i] /= float32(math.Sqrt(sum))
	}
	return out
}

// recall is the share of the exact best fifty that the approximate scan finds.
func (f fixture) recall(t *testing.T, workspaceID uuid.UUID, space *Space, question string) float64 {
	t.Helper()
	vectors, err := space.embedder.Embed(t.Context(), EmbedQuery, []string{question})
	if err != nil {
		t.Fatal(err)
	}
	found := map[bool]similarities{}
	for _, exact := range []bool{true, false} {
		err := f.tx(t.Context(), workspaceID, func(tx pgx.Tx) error {
			if !exact {
				if err := iterative(t.Context(), tx); err != nil {
					return err
				}
				if _, err := tx.Exec(t.Context(), `SELECT set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true)`); err != nil {
					return err
				}
			}
			near, err := readSimilarities(context.WithoutCancel(t.Context()), tx, nearestSQL(space, exact), workspaceID, vectorText(vectors[0]))
			found[exact] = near
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	hits := 0.0
	for id := range found[true] {
		if has(found[false], id) {
			hits++
		}
	}
	return hits / float64(len(found[true]))
}

// scaleSeeds are passages of the demo shop.
func scaleSeeds(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../internal/demo/articles/*.md")
	if err != nil {
		t.Fatal(err)
	}
	var seeds []string
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(content), "\n\n") {
			if len(part) > 80 && len(seeds) < 200 {
				seeds = append(seeds, part)
			}
		}
	}
	return seeds
}

// scaleQuestion is a question of about ten words out of one of the passages.
func scaleQuestion(seeds []string, i int) string {
	words := strings.Fields(seeds[i*7%len(seeds)])
	return "what about " + strings.Join(words[:min(9, len(words))], " ") + "?"
}
