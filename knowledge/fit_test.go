//go:build fit

package knowledge

import (
	"bufio"
	"cmp"
	"context"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/knowledge/source"
)

// TestFitConfidence fits the table in calibration.go and prints it:
//
//	BATON_FIT_DATA=DIR go test -tags fit -run TestFitConfidence -v ./knowledge
//
// DIR holds the sets kb_docs, kb_stackfaq, kb_emanual_tv and oos_clinc150 as
// JSON Lines; kb_techqa, kb_wixqa and the demo shop are only measured, never
// learned from. Every knowledge base gives questions whose answer is there, the
// same questions after their answer was deleted, and questions made for other
// knowledge bases. Small parts of the large ones are knowledge bases of their
// own, since a shop has fifty pages and not five thousand.
func TestFitConfidence(t *testing.T) {
	dir := os.Getenv("BATON_FIT_DATA")
	if dir == "" {
		t.Fatal("BATON_FIT_DATA is not set")
	}
	var groups []group
	if vectors != nil {
		defer vectors.save()
	}
	if vectors == nil {
		groups = append(groups, docsGroups(t, filepath.Join(dir, "kb_docs"))...)
	}
	groups = append(groups, plainGroups(t, dir, "kb_stackfaq", func(id string) string { return id[:4] })...)
	groups = append(groups, plainGroups(t, dir, "kb_emanual_tv", func(id string) string { return id })...)
	if vectors == nil {
		groups = append(groups, intentGroup(t, filepath.Join(dir, "oos_clinc150")))
	}
	w := fit(groups, "")
	for i, c := range calibration {
		fmt.Printf("\t{%q, %.3f, …},\n", c.name, w[i])
	}
	for _, name := range slices.Sorted(maps.Keys(names(groups))) {
		fmt.Printf("%-24s AUROC %.3f, left out %.3f\n", name, auroc(groups, name, w), auroc(groups, name, fit(groups, name)))
	}
	held := []group{shopGroup(t)}
	if vectors == nil {
		held = append(held, plainGroups(t, dir, "kb_wixqa", func(id string) string { return id })...)
		held = append(held, techGroup(t, filepath.Join(dir, "kb_techqa")))
	}
	for _, name := range slices.Sorted(maps.Keys(names(held))) {
		fmt.Printf("%-24s AUROC %.3f (held out)\n", name, auroc(held, name, w))
	}
	for _, g := range held {
		if g.name != "shop" {
			continue
		}
		slices.SortFunc(g.samples, func(a, b sample) int { return int(1e6 * (b.p(w) - a.p(w))) })
		for _, s := range g.samples {
			fmt.Printf("%v %.2f %-60s %s\n", s.label, s.p(w), s.text, s.note)
		}
	}
}

type sample struct {
	x     []float64
	label bool
	text  string
	note  string
}

func (s sample) p(w []float64) float64 {
	z := 0.0
	for i := range w {
		z += w[i] * s.x[i]
	}
	return 1 / (1 + math.Exp(-z))
}

// vectors are asked from BATON_FIT_ENDPOINT, an OpenAI-compatible server, where
// it is set, and remembered in BATON_FIT_CACHE; then the weights with vectors
// are fitted, on the sets that are small enough to embed in minutes.
var vectors = newVectorCache(os.Getenv("BATON_FIT_ENDPOINT"), os.Getenv("BATON_FIT_CACHE"))

type vectorCache struct {
	embedder *OpenAI
	file     string
	known    map[string][]float32
}

func newVectorCache(endpoint, file string) *vectorCache {
	if endpoint == "" {
		return nil
	}
	c := &vectorCache{NewOpenAI(OpenAIConfig{BaseURL: endpoint, Model: "fit"}), file, map[string][]float32{}}
	if f, err := os.Open(file); err == nil {
		defer f.Close()
		_ = gob.NewDecoder(f).Decode(&c.known)
	}
	return c
}

func (c *vectorCache) get(kind EmbedKind, texts ...string) [][]float32 {
	out := make([][]float32, len(texts))
	for i, text := range texts {
		key := string(kind) + text
		if c.known[key] == nil {
			v, err := c.embedder.Embed(context.Background(), kind, []string{text})
			if err != nil {
				panic(err)
			}
			c.known[key] = v[0]
			if len(c.known)%100 == 0 {
				c.save()
			}
		}
		out[i] = c.known[key]
	}
	return out
}

func (c *vectorCache) save() {
	f, err := os.Create(c.file)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	_ = gob.NewEncoder(f).Encode(c.known)
}

func dot(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

type group struct {
	name    string
	samples []sample
}

func names(groups []group) map[string]bool {
	set := map[string]bool{}
	for _, g := range groups {
		set[g.name] = true
	}
	return set
}

type fitRow struct {
	ID, KB, Title, Heading, Text, Intent string
	OOS                                  bool
	Gold                                 []string
	GoldPage                             string `json:"gold_page"`
	Answerable                           *bool
}

func fitRows(t *testing.T, path string) []fitRow {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var out []fitRow
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<24)
	for scanner.Scan() {
		var r fitRow
		if err := json.Unmarshal(scanner.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// A base is a knowledge base in memory.
type base struct {
	list []*candidate
	id   []string
	v    [][]float32
}

func (b *base) add(id, title, heading, text string) {
	doc := uuid.NewSHA1(uuid.Nil, []byte(id))
	headings := []string{heading}
	read := source.Source{Title: title, Sections: []source.Section{{Heading: headings, Text: text}}}
	passages, _ := read.Split()
	for _, p := range passages {
		all := terms(title + "\n" + heading + "\n" + p.Text)
		c := &candidate{length: len(all)}
		c.terms, c.tfs = count(all)
		c.passage = Passage{ChunkID: uuid.New(), DocumentID: doc, Title: title, Heading: headings}
		b.list, b.id = append(b.list, c), append(b.id, id)
		if vectors != nil {
			b.v = append(b.v, vectors.get(EmbedPassage, strings.Join(append([]string{title}, heading), " › ")+"\n"+p.Text)[0])
		}
	}
}

// ask ranks as Search does, leaving out what drop says was deleted.
func (b *base) ask(text string, drop func(id string) bool) (Features, *candidate) {
	query := queryTerms(text, nil)
	stats := statistics{df: map[string]int32{}}
	wanted := map[string]bool{}
	for _, q := range query {
		wanted[q.term] = true
	}
	var kept []*candidate
	var question []float32
	if vectors != nil {
		question = vectors.get(EmbedQuery, text)[0]
	}
	for i, c := range b.list {
		if drop(b.id[i]) {
			continue
		}
		stats.passages++
		stats.terms += int64(c.length)
		hit := false
		for _, term := range c.terms {
			if wanted[term] {
				stats.df[term]++
				hit = true
			}
		}
		if vectors != nil {
			c.meaning, c.hasV = dot(question, b.v[i]), true
		}
		if hit || vectors != nil {
			kept = append(kept, c)
		}
	}
	for _, c := range kept {
		c.words = bm25(query, stats, c)
	}
	rank(kept, WordsOnly)
	mode := WordsOnly
	if vectors != nil {
		mode = Both
		kept = union(kept)
		rank(kept, Both)
	}
	kept = kept[:min(len(kept), wordCandidates)]
	f := measure(query, stats, kept, mode)
	if len(kept) == 0 {
		return f, nil
	}
	return f, kept[0]
}

// union keeps what either half would have found; all is in order of words.
func union(all []*candidate) []*candidate {
	near := slices.Clone(all)
	slices.SortFunc(near, func(a, b *candidate) int { return cmp.Compare(b.meaning, a.meaning) })
	near = near[:min(len(near), meaningCandidates)]
	out := slices.Clone(near)
	for _, c := range all[:min(len(all), wordCandidates)] {
		if c.words > 0 && !slices.Contains(near, c) {
			out = append(out, c)
		}
	}
	return out
}

func row(f Features, label bool, text string) sample {
	s := sample{label: label, text: text}
	for _, c := range calibration {
		s.x = append(s.x, c.feature(f))
	}
	return s
}

func none(string) bool { return false }

// questions adds the three kinds of samples of one knowledge base.
func (b *base) questions(name string, own []fitRow, page func(string) string, foreign []string) group {
	g := group{name: name}
	for i, q := range own {
		f, _ := b.ask(q.Text, none)
		g.samples = append(g.samples, row(f, true, q.Text))
		pages := map[string]bool{}
		for _, id := range q.Gold {
			pages[page(id)] = true
		}
		f, _ = b.ask(q.Text, func(id string) bool { return pages[page(id)] })
		g.samples = append(g.samples, row(f, false, q.Text))
		if i < len(foreign) {
			f, _ = b.ask(foreign[i], none)
			g.samples = append(g.samples, row(f, false, foreign[i]))
		}
	}
	return g
}

var chance = rand.New(rand.NewPCG(1, 2))

func someTexts(rows []fitRow, n int) []string {
	var out []string
	for _, i := range chance.Perm(len(rows))[:min(n, len(rows))] {
		out = append(out, rows[i].Text)
	}
	return out
}

func docsGroups(t *testing.T, dir string) []group {
	corpus, queries := fitRows(t, filepath.Join(dir, "corpus.jsonl")), fitRows(t, filepath.Join(dir, "queries.jsonl"))
	page := func(id string) string { p, _, _ := strings.Cut(id, "#"); return p }
	var groups []group
	for _, kb := range []string{"sendgrid", "plausible", "exchange_online"} {
		var own, others []fitRow
		for _, q := range queries {
			if q.KB == kb {
				own = append(own, q)
			} else {
				others = append(others, q)
			}
		}
		var whole base
		pages := map[string][]fitRow{}
		for _, r := range corpus {
			if r.KB == kb {
				whole.add(r.ID, r.Title, r.Heading, r.Text)
				pages[page(r.ID)] = append(pages[page(r.ID)], r)
			}
		}
		groups = append(groups, whole.questions("docs "+kb, own, page, someTexts(others, len(own)/2)))
		groups = append(groups, parts("small docs "+kb, pages, own, others, page)...)
	}
	return groups
}

// parts makes small knowledge bases of forty pages each.
func parts(name string, pages map[string][]fitRow, own, others []fitRow, page func(string) string) []group {
	var groups []group
	all := slices.Sorted(maps.Keys(pages))
	for range 4 {
		chance.Shuffle(len(own), func(i, j int) { own[i], own[j] = own[j], own[i] })
		some := own[:min(len(own), 25)]
		chosen := map[string]bool{}
		for _, q := range some {
			for _, id := range q.Gold {
				chosen[page(id)] = true
			}
		}
		for _, i := range chance.Perm(len(all)) {
			if len(chosen) >= 40 {
				break
			}
			chosen[all[i]] = true
		}
		var small base
		for _, p := range slices.Sorted(maps.Keys(chosen)) {
			for _, r := range pages[p] {
				small.add(r.ID, r.Title, r.Heading, r.Text)
			}
		}
		groups = append(groups, small.questions(name, some, page, someTexts(others, len(some))))
	}
	return groups
}

func plainGroups(t *testing.T, dir, set string, page func(string) string) []group {
	corpus, queries := fitRows(t, filepath.Join(dir, set, "corpus.jsonl")), fitRows(t, filepath.Join(dir, set, "queries.jsonl"))
	others := fitRows(t, filepath.Join(dir, "kb_docs", "queries.jsonl"))
	others = append(others, fitRows(t, filepath.Join(dir, "kb_stackfaq", "queries.jsonl"))...)
	others = slices.DeleteFunc(others, func(r fitRow) bool {
		return slices.ContainsFunc(queries, func(q fitRow) bool { return q.ID == r.ID })
	})
	var whole base
	pages := map[string][]fitRow{}
	for _, r := range corpus {
		whole.add(r.ID, r.Title, r.Heading, r.Text)
		pages[page(r.ID)] = append(pages[page(r.ID)], r)
	}
	own := slices.DeleteFunc(queries, func(r fitRow) bool { return len(r.Gold) == 0 })
	groups := []group{whole.questions(set, own, page, someTexts(others, len(own)/2))}
	if set == "kb_wixqa" {
		return groups
	}
	return append(groups, parts("small "+set, pages, own, others, page)...)
}

// intentGroup is a knowledge base of example utterances.
func intentGroup(t *testing.T, dir string) group {
	var b base
	intents := map[string]int{}
	for _, r := range fitRows(t, filepath.Join(dir, "train.jsonl")) {
		// A third of the utterances keep the search fast and change little.
		if intents[r.Intent]++; !r.OOS && intents[r.Intent]%3 == 0 {
			b.add(r.Text, "", "", r.Text)
		}
	}
	g := group{name: "intents"}
	rows := fitRows(t, filepath.Join(dir, "val.jsonl"))
	for i, r := range rows {
		if r.OOS || i%15 == 0 {
			f, _ := b.ask(r.Text, none)
			g.samples = append(g.samples, row(f, !r.OOS, r.Text))
		}
	}
	return g
}

func techGroup(t *testing.T, dir string) group {
	var b base
	for _, r := range fitRows(t, filepath.Join(dir, "corpus.jsonl")) {
		b.add(r.ID, r.Title, r.Heading, r.Text)
	}
	g := group{name: "kb_techqa"}
	for _, q := range fitRows(t, filepath.Join(dir, "queries.jsonl")) {
		f, _ := b.ask(q.Text, none)
		g.samples = append(g.samples, row(f, q.Answerable == nil || *q.Answerable, q.Text))
	}
	return g
}

func shopGroup(t *testing.T) group {
	var b base
	files, err := filepath.Glob("../internal/demo/articles/*.md")
	if err != nil || len(files) == 0 {
		t.Fatal("no articles", err)
	}
	for _, name := range files {
		content, _ := os.ReadFile(name)
		read, err := source.Read(t.Context(), source.File{Name: filepath.Base(name), Content: content}, source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range read.Sections {
			_ = i
			b.add(read.Title, read.Title, strings.Join(s.Heading, "\n"), s.Text)
		}
	}
	g := group{name: "shop"}
	content, err := os.ReadFile("testdata/shop_questions.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(content)) {
		mark, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if mark != "+" && mark != "-" {
			continue
		}
		f, top := b.ask(text, none)
		s := row(f, mark == "+", text)
		if top != nil {
			s.note = fmt.Sprintf("%s › %s  cov %.2f unk %.2f", top.passage.Title, strings.Join(top.passage.Heading, "›"), f.Document, f.Unknown)
		}
		g.samples = append(g.samples, s)
	}
	return g
}

// fit is logistic regression by Newton's method with a ridge; groups weigh the
// same whatever their size, and so do both labels within a group.
func fit(groups []group, leave string) []float64 {
	n := len(calibration)
	w := make([]float64, n)
	counts := map[string][2]float64{}
	for _, g := range groups {
		for _, s := range g.samples {
			c := counts[g.name]
			c[b2i(s.label)]++
			counts[g.name] = c
		}
	}
	const ridge = 0.3
	for range 40 {
		gradient, hessian := make([]float64, n), make([][]float64, n)
		for i := range hessian {
			hessian[i] = make([]float64, n)
			hessian[i][i] = ridge
			gradient[i] = -ridge * w[i]
		}
		for _, g := range groups {
			if g.name == leave {
				continue
			}
			for _, s := range g.samples {
				weight := 100 / counts[g.name][b2i(s.label)]
				p := s.p(w)
				for i := range n {
					gradient[i] += weight * (float64(b2i(s.label)) - p) * s.x[i]
					for j := range n {
						hessian[i][j] += weight * p * (1 - p) * s.x[i] * s.x[j]
					}
				}
			}
		}
		for i, d := range solve(hessian, gradient) {
			w[i] += d
		}
	}
	return w
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// solve is Gaussian elimination.
func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	for i := range n {
		for j := i + 1; j < n; j++ {
			f := a[j][i] / a[i][i]
			for k := i; k < n; k++ {
				a[j][k] -= f * a[i][k]
			}
			b[j] -= f * b[i]
		}
	}
	x := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		x[i] = b[i]
		for k := i + 1; k < n; k++ {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	return x
}

func auroc(groups []group, name string, w []float64) float64 {
	var pos, neg []float64
	for _, g := range groups {
		if g.name != name {
			continue
		}
		for _, s := range g.samples {
			if s.label {
				pos = append(pos, s.p(w))
			} else {
				neg = append(neg, s.p(w))
			}
		}
	}
	wins := 0.0
	for _, p := range pos {
		for _, q := range neg {
			if p > q {
				wins++
			} else if p == q {
				wins += 0.5
			}
		}
	}
	return wins / float64(len(pos)*len(neg))
}
