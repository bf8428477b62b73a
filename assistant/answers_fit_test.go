//go:build fit

package assistant

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/escalation"
	"github.com/baton-chat/baton/internal/e5"
	"github.com/baton-chat/baton/internal/e5/weights"
	"github.com/baton-chat/baton/internal/jsonl"
	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/migrations"
	"github.com/baton-chat/baton/workspace"
)

// TestFitAnswers measures the answers without a model on question sets with reference answers, and compares them with an earlier run:
//
//	BATON_FIT_DATA=DIR BATON_FIT_CACHE=FILE BATON_FIT_OUT=new.json BATON_FIT_BASE=old.json go test -tags fit -run TestFitAnswers -v ./assistant
//
// DIR holds sets as JSON Lines. What the search finds is remembered in the cache, with the vectors that BATON_FIT_ENDPOINT, an OpenAI-compatible
// server, or "builtin" was asked for; BATON_FIT_SHORT looks only at references of a few words. Without an endpoint the search goes by words. Rows are parted by a
// hash of their id: what is tuned on the even ones must win on the odd ones, by a paired bootstrap, to be kept.
func TestFitAnswers(t *testing.T) {
	dir := os.Getenv("BATON_FIT_DATA")
	if dir == "" {
		t.Fatal("BATON_FIT_DATA is not set")
	}
	cache := openCache(t, os.Getenv("BATON_FIT_CACHE"))
	defer cache.save(t)
	sets := os.Getenv("BATON_FIT_SETS")
	if sets == "" {
		sets = "kb_wixqa kb_techqa kb_emanual_tv kb_xquad_hi/en-en kb_xquad_hi/hi-en kb_xquad_hi/hi-hi"
	}
	scores := map[string]map[string]rowScore{}
	for _, name := range strings.Fields(sets) {
		set := cache.set(t, dir, name)
		scores[name] = map[string]rowScore{}
		for _, q := range set.Questions {
			if os.Getenv("BATON_FIT_SHORT") != "" && !set.short(q) {
				continue
			}
			scores[name][q.ID] = cache.answer(t, set, q)
		}
	}
	if path := os.Getenv("BATON_FIT_OUT"); path != "" {
		data, err := json.Marshal(scores)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	base := map[string]map[string]rowScore{}
	if path := os.Getenv("BATON_FIT_BASE"); path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &base); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range strings.Fields(sets) {
		for _, held := range []bool{false, true} {
			report(name, held, scores[name], base[name])
		}
	}
}

// rowScore is what one answer is worth; -1 where a figure does not apply to the row.
type rowScore struct {
	Hit, F1, Answered, Grounded, CiteGold, False float64
	Words                                        float64
	Answer                                       string
}

var fitFigures = []struct {
	name string
	of   func(rowScore) float64
}{
	{"hit", func(r rowScore) float64 { return r.Hit }},
	{"F1", func(r rowScore) float64 { return r.F1 }},
	{"answered", func(r rowScore) float64 { return r.Answered }},
	{"grounded", func(r rowScore) float64 { return r.Grounded }},
	{"cite gold", func(r rowScore) float64 { return r.CiteGold }},
	{"false", func(r rowScore) float64 { return r.False }},
	{"words", func(r rowScore) float64 { return r.Words }},
}

// heldOut parts the rows.
func heldOut(id string) bool {
	h := fnv.New32a()
	h.Write([]byte(id))
	return h.Sum32()>>8&1 == 1
}

func report(name string, held bool, now, base map[string]rowScore) {
	part := "tuned"
	if held {
		part = "held "
	}
	line := fmt.Sprintf("%-20s %s", name, part)
	for _, f := range fitFigures {
		var a, b []float64
		for _, id := range slices.Sorted(keysOf(now)) {
			if v := f.of(now[id]); heldOut(id) == held && v >= 0 {
				a = append(a, v)
				if old, ok := base[id]; ok {
					b = append(b, max(0, f.of(old)))
				}
			}
		}
		if len(a) == 0 {
			continue
		}
		line += fmt.Sprintf("  %s %.3f", f.name, meanOf(a))
		if len(b) == len(a) && f.name != "words" && f.name != "cite gold" {
			line += fmt.Sprintf(" (%+.3f p=%.3f)", meanOf(a)-meanOf(b), pairedBootstrap(a, b))
		}
		if f.name == "F1" || f.name == "hit" {
			line += fmt.Sprintf(" n=%d", len(a))
		}
	}
	fmt.Println(line)
}

func keysOf(m map[string]rowScore) iter.Seq[string] {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func meanOf(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

// pairedBootstrap is the two-sided probability of a difference at least as far from nothing, were there none: rows are drawn again
// with repeats, each time the same ones for both systems.
func pairedBootstrap(a, b []float64) float64 {
	const draws = 10000
	random := rand.New(rand.NewPCG(1, 2))
	difference, more := meanOf(a)-meanOf(b), 0
	for range draws {
		sum := 0.0
		for range a {
			i := random.IntN(len(a))
			sum += a[i] - b[i]
		}
		if d := sum / float64(len(a)); (difference > 0 && d <= 0) || (difference < 0 && d >= 0) || difference == 0 {
			more++
		}
	}
	return min(1, 2*float64(more)/draws)
}

// fitSet is a knowledge base with the questions to it and what the search found for them.
type fitSet struct {
	Questions []fitQuestion
	Texts     map[string]string // by external id
}

// short reports whether the reference is a few words that stand in a right page, which is what the share of hits is counted on.
func (s *fitSet) short(q fitQuestion) bool {
	wanted := plainWords(q.Reference)
	return len(wanted) > 0 && len(wanted) <= 8 && slices.ContainsFunc(q.Gold, func(g string) bool {
		return strings.Contains(" "+strings.Join(plainWords(s.Texts[g]), " ")+" ", " "+strings.Join(wanted, " ")+" ")
	})
}

type fitQuestion struct {
	ID, Text, Reference string
	Gold                []string
	Found               Question
}

type fitRow struct {
	ID, Lang, Title, Heading, Text, Answer string
	Gold                                   []string
	GoldEn                                 []string `json:"gold_en"`
}

func fitRows(t *testing.T, path string) []fitRow {
	t.Helper()
	rows, err := jsonl.Read[fitRow](path)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// fitCache remembers what is slow: vectors by kind and text, and sets.
type fitCache struct {
	mu       sync.Mutex
	path     string
	embedder knowledge.Embedder
	asked    int
	Vectors  map[string][]float32
	Sets     map[string]*fitSet
}

func openCache(t *testing.T, path string) *fitCache {
	t.Helper()
	c := &fitCache{path: path, Vectors: map[string][]float32{}, Sets: map[string]*fitSet{}}
	if url := os.Getenv("BATON_FIT_ENDPOINT"); url == "builtin" {
		model, err := e5.Open(weights.File())
		if err != nil {
			t.Fatal(err)
		}
		c.embedder = knowledge.Builtin(model)
	} else if url != "" {
		c.embedder = knowledge.NewOpenAI(knowledge.OpenAIConfig{BaseURL: url, Model: "fit"})
	}
	if file, err := os.Open(path); err == nil {
		defer file.Close()
		if err := gob.NewDecoder(bufio.NewReader(file)).Decode(c); err != nil {
			t.Fatal(err)
		}
	}
	if os.Getenv("BATON_FIT_SEARCH_AGAIN") != "" {
		c.Sets = map[string]*fitSet{}
	}
	return c
}

func (c *fitCache) save(t *testing.T) {
	t.Helper()
	fmt.Println("vectors asked for:", c.asked)
	if c.path == "" || c.asked == 0 && os.Getenv("BATON_FIT_SEARCH_AGAIN") == "" {
		return
	}
	file, err := os.Create(c.path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(file)
	if err := gob.NewEncoder(w).Encode(c); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// Embed implements knowledge.Embedder with a memory.
func (c *fitCache) Embed(ctx context.Context, kind knowledge.EmbedKind, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	var missing []string
	c.mu.Lock()
	for i, text := range texts {
		if out[i] = c.Vectors[vectorKey(kind, text)]; out[i] == nil {
			missing = append(missing, text)
		}
	}
	c.mu.Unlock()
	if len(missing) == 0 {
		return out, nil
	}
	if c.embedder == nil {
		return nil, fmt.Errorf("no vector for %q, and no BATON_FIT_ENDPOINT", missing[0])
	}
	vectors, err := c.embedder.Embed(ctx, kind, missing)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked += len(missing)
	for i, text := range missing {
		c.Vectors[vectorKey(kind, text)] = vectors[i]
	}
	for i, text := range texts {
		out[i] = c.Vectors[vectorKey(kind, text)]
	}
	return out, nil
}

func vectorKey(kind knowledge.EmbedKind, text string) string {
	sum := sha256.Sum256([]byte(string(kind) + "\n" + text))
	return string(sum[:16])
}

// set searches for every question of a set, or remembers that it did.
func (c *fitCache) set(t *testing.T, dir, name string) *fitSet {
	t.Helper()
	if s := c.Sets[name]; s != nil {
		return s
	}
	folder, languages, _ := strings.Cut(name, "/")
	from, to, mixed := strings.Cut(languages, "-")
	db := pgtest.New(t)
	w, _, err := workspace.NewStore(db.App).Ensure(t.Context(), "fit")
	if err != nil {
		t.Fatal(err)
	}
	store := knowledge.New(knowledge.Config{Pool: db.App})
	if c.embedder != nil {
		space, err := knowledge.OpenSpace(t.Context(), "fit", c, func(ctx context.Context, id, dimensions int) error {
			return migrations.EnsureEmbeddingModel(ctx, db.Owner, id, dimensions)
		})
		if err != nil {
			t.Fatal(err)
		}
		store.UseSpace(space)
	}
	s := &fitSet{Texts: map[string]string{}}
	corpus := fitRows(t, filepath.Join(dir, folder, "corpus.jsonl"))
	_, err = store.Ingest(t.Context(), w.ID, func(yield func(knowledge.Entry, error) bool) {
		for _, r := range corpus {
			if mixed && r.Lang != to {
				continue
			}
			s.Texts[r.ID] = r.Text
			if !yield(knowledge.Entry{ID: r.ID, Title: r.Title, Heading: r.Heading, Text: r.Text}, nil) {
				return
			}
		}
	}, knowledge.IngestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	rows := fitRows(t, filepath.Join(dir, folder, "queries.jsonl"))
	if c.embedder != nil {
		// Ahead of the searches, which do not wait for a slow endpoint.
		var texts []string
		for _, r := range rows {
			if !mixed || r.Lang == from {
				texts = append(texts, escalation.WithoutCourtesy(r.Text))
			}
		}
		if _, err := c.Embed(t.Context(), knowledge.EmbedQuery, texts); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range rows {
		if mixed && r.Lang != from {
			continue
		}
		if mixed && from != to {
			r.Gold = r.GoldEn
		}
		s.Questions = append(s.Questions, fitQuestion{ID: r.ID, Text: r.Text, Reference: r.Answer, Gold: r.Gold, Found: fitSearch(t, store, w.ID, r.Text)})
	}
	c.Sets[name] = s
	c.save(t)
	return s
}

func fitSearch(t *testing.T, store *knowledge.Store, w uuid.UUID, text string) Question {
	t.Helper()
	text = escalation.WithoutCourtesy(text)
	found, err := store.Search(t.Context(), knowledge.Query{Workspace: w, Text: text, K: searchK})
	if err != nil {
		t.Fatal(err)
	}
	return Question{Text: text, Language: Language(text), Passages: found.Passages, Confidence: found.Confidence, Asked: found.Asked}
}

// answer runs the part of the round that needs no database, and scores it as the scorer does.
func (c *fitCache) answer(t *testing.T, set *fitSet, q fitQuestion) rowScore {
	t.Helper()
	r := rowScore{Hit: -1, F1: -1, Answered: -1, Grounded: -1, CiteGold: -1, False: -1, Words: -1}
	signals := escalation.Read(q.Text, nil)
	before := escalation.Evaluate(escalation.Default(), escalation.Before, escalation.Input{Signals: signals, Text: q.Text, Question: true})
	var text string
	var cited []Cited
	if before.Action != escalation.Handoff {
		composed := newComposer(q.Found.Passages, nil)
		if err := c.model().Stream(t.Context(), c.question(q.Found), composed.add); err == nil {
			if text, cited = composed.finish(); len(cited) == 0 {
				text = ""
			}
		}
	}
	if r.Answer = text; text == "" {
		r.Answer = say(Language(q.Text), sayNotFound)
	}
	if len(q.Gold) == 0 {
		r.False = one(text != "")
		return r
	}
	r.Answered = one(text != "")
	r.Grounded = 0
	for _, k := range cited {
		right := slices.Contains(q.Gold, k.ExternalID)
		r.Grounded = max(r.Grounded, one(right))
		r.CiteGold = max(0, r.CiteGold) + one(right)/float64(len(cited))
	}
	said, wanted := plainWords(r.Answer), plainWords(q.Reference)
	if text != "" {
		r.Words = float64(len(said))
	}
	if len(wanted) == 0 {
		return r
	}
	if len(wanted) > 8 {
		r.F1 = wordF1(said, wanted)
		return r
	}
	span := " " + strings.Join(wanted, " ") + " "
	for _, g := range q.Gold {
		if strings.Contains(" "+strings.Join(plainWords(set.Texts[g]), " ")+" ", span) {
			r.Hit = one(len(said) <= 60 && strings.Contains(" "+strings.Join(said, " ")+" ", span))
		}
	}
	return r
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// fitWord is a word as the scorer reads it.
var fitWord = regexp.MustCompile(`[\p{L}\p{N}\x{0900}-\x{097F}]+`)

func plainWords(text string) []string {
	return slices.DeleteFunc(fitWord.FindAllString(strings.ToLower(text), -1), func(w string) bool { return w == "a" || w == "an" || w == "the" })
}

func wordF1(said, reference []string) float64 {
	have := map[string]int{}
	for _, w := range reference {
		have[w]++
	}
	common := 0
	for _, w := range said {
		if have[w] > 0 {
			have[w]--
			common++
		}
	}
	if common == 0 {
		return 0
	}
	return 2 * float64(common) / float64(len(said)+len(reference))
}

// model is the model that is measured.
func (c *fitCache) model() Model { return Extractive{} }

// question gives the model what the answerer gives it besides what was found.
func (c *fitCache) question(q Question) Question {
	q.Embed = c.Embed
	return q
}
