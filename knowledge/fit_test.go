//go:build fit

package knowledge

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
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

	"github.com/baton-chat/baton/internal/e5"
	"github.com/baton-chat/baton/internal/e5/weights"
	"github.com/baton-chat/baton/knowledge/source"
)

// TestFitConfidence fits the columns of the table in calibration.go and prints them:
//
//	BATON_FIT_DATA=DIR go test -tags fit -run TestFitConfidence -v -timeout 2h ./knowledge
//
// fits the words' column; with BATON_FIT_VECTORS=FILE besides, the columns e5 and
// meaning, with vectors of the built-in embedder that are kept in FILE for the next
// time. DIR holds the sets kb_docs, kb_stackfaq, kb_emanual_tv, oos_clinc150 and
// oos_hint3 as JSON Lines; kb_techqa, kb_wixqa and the demo shop are only measured,
// never learned from. Every knowledge base gives questions whose answer is there, the
// same questions after their answer was deleted, and questions made for other
// knowledge bases. Small parts of the large ones are knowledge bases of their
// own, since a shop has fifty pages and not five thousand.
func TestFitConfidence(t *testing.T) {
	dir := os.Getenv("BATON_FIT_DATA")
	if dir == "" {
		t.Fatal("BATON_FIT_DATA is not set")
	}
	columns := map[string]func(coefficient) float64{"words": func(c coefficient) float64 { return c.words }}
	if vectors != nil {
		defer vectors.save(t)
		columns = map[string]func(coefficient) float64{
			"e5": func(c coefficient) float64 { return c.e5 }, "meaning": func(c coefficient) float64 { return c.meaning },
		}
	}
	learned := docsGroups(t, filepath.Join(dir, "kb_docs"))
	learned = append(learned, plainGroups(t, dir, "kb_stackfaq", func(id string) string { return id[:4] })...)
	learned = append(learned, plainGroups(t, dir, "kb_emanual_tv", func(id string) string { return id })...)
	learned = append(learned, intentGroup(t, "clinc", filepath.Join(dir, "oos_clinc150", "train.jsonl"), filepath.Join(dir, "oos_clinc150", "val.jsonl"), 3, 15))
	if vectors != nil {
		hint := filepath.Join(dir, "oos_hint3")
		learned = append(learned,
			intentGroup(t, "hint curekart", filepath.Join(hint, "curekart_train.jsonl"), filepath.Join(hint, "curekart_test_dev.jsonl"), 1, 1),
			intentGroup(t, "hint sofmattress", filepath.Join(hint, "sofmattress_train.jsonl"), filepath.Join(hint, "sofmattress_test.jsonl"), 1, 1))
	}
	held := []group{shopGroup(t, "shop", "testdata/shop_questions.txt"), techGroup(t, filepath.Join(dir, "kb_techqa"))}
	held = append(held, plainGroups(t, dir, "kb_wixqa", func(id string) string { return id })...)
	if vectors != nil {
		held = append(held, shopGroup(t, "shop in Hindi", "testdata/shop_questions_hi.txt"))
	}
	for _, name := range slices.Sorted(maps.Keys(columns)) {
		fitColumn(name, columns[name], learned, held)
	}
}

// fitColumn fits the features that a column uses and says how well it does, on what
// it learned from, on the same left out, and on what it never learns from.
func fitColumn(name string, weight func(coefficient) float64, learned, held []group) {
	used = used[:0]
	for i, c := range calibration {
		if weight(c) != 0 {
			used = append(used, i)
		}
	}
	w := fit(learned, "")
	fmt.Printf("column %s\n", name)
	for i, at := range used {
		fmt.Printf("\t%-10s %.3f, in the table %.3f\n", calibration[at].name, w[i], weight(calibration[at]))
	}
	for _, name := range slices.Sorted(maps.Keys(names(learned))) {
		fmt.Printf("%-24s AUROC %.3f, left out %.3f\n", name, auroc(learned, name, w), auroc(learned, name, fit(learned, name)))
	}
	for _, name := range slices.Sorted(maps.Keys(names(held))) {
		fmt.Printf("%-24s AUROC %.3f (held out)\n", name, auroc(held, name, w))
	}
}

// used are the features of the column that is being fitted.
var used []int

type sample struct {
	x     []float64
	label bool
	text  string
}

func (s sample) p(w []float64) float64 {
	z := 0.0
	for i, at := range used {
		z += w[i] * s.x[at]
	}
	return 1 / (1 + math.Exp(-z))
}

// vectors are the built-in embedder's, where BATON_FIT_VECTORS names a file that keeps them.
var vectors = newVectorCache(os.Getenv("BATON_FIT_VECTORS"))

type vectorCache struct {
	embedder Embedder
	file     string
	known    map[string][]float32
}

// keptVectors is the form of the file.
type keptVectors struct {
	Texts   []string // kind and text
	Numbers []byte   // float32, little endian, one vector after another
}

func newVectorCache(file string) *vectorCache {
	if file == "" {
		return nil
	}
	model, err := e5.Open(weights.File())
	if err != nil {
		panic(err)
	}
	c := &vectorCache{Builtin(model), file, map[string][]float32{}}
	var kept keptVectors
	raw, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(raw, &kept) != nil {
		return c
	}
	size := model.Dimensions()
	for i, text := range kept.Texts {
		v := make([]float32, size)
		for k := range v {
			v[k] = math.Float32frombits(binary.LittleEndian.Uint32(kept.Numbers[(i*size+k)*4:]))
		}
		c.known[text] = v
	}
	return c
}

func (c *vectorCache) get(kind EmbedKind, text string) []float32 {
	key := string(kind) + text
	if c.known[key] == nil {
		v, err := c.embedder.Embed(context.Background(), kind, []string{text})
		if err != nil {
			panic(err)
		}
		c.known[key] = v[0]
	}
	return c.known[key]
}

func (c *vectorCache) save(t *testing.T) {
	t.Helper()
	var kept keptVectors
	for text, v := range c.known {
		kept.Texts = append(kept.Texts, text)
		for _, x := range v {
			kept.Numbers = binary.LittleEndian.AppendUint32(kept.Numbers, math.Float32bits(x))
		}
	}
	raw, err := json.Marshal(kept)
	if err == nil {
		err = os.WriteFile(c.file, raw, 0o600)
	}
	if err != nil {
		t.Error(err)
	}
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
	read := source.Source{Title: title, Sections: []source.Section{{Text: strings.TrimSpace(text)}}}
	if heading != "" {
		read.Sections[0].Heading = []string{heading}
	}
	passages, _ := read.Split()
	for _, p := range passages {
		b.addPassage(id, title, p)
	}
}

func (b *base) addPassage(id, title string, p source.Passage) {
	all := terms(title + "\n" + strings.Join(p.Heading, "\n") + "\n" + p.Text)
	c := &candidate{length: len(all)}
	c.terms, c.tfs = count(all)
	c.passage = Passage{ChunkID: uuid.New(), DocumentID: uuid.NewSHA1(uuid.Nil, []byte(id)), Title: title, Heading: p.Heading}
	b.list, b.id = append(b.list, c), append(b.id, id)
	if vectors != nil {
		head := strings.Join(append([]string{title}, p.Heading...), " › ")
		b.v = append(b.v, vectors.get(EmbedPassage, passageText(head, p.Text)))
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
		question = vectors.get(EmbedQuery, clipText(text, maxEmbedBytes))
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
	tenants := []string{"sendgrid", "plausible", "exchange_online"}
	if vectors != nil {
		tenants = tenants[1:2] // The others are six thousand passages more.
	}
	for _, kb := range tenants {
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

// intentGroup is a knowledge base of example utterances, every nth of each intent, asked
// what is out of scope and every mth question that is not: that keeps the search fast
// and changes little.
func intentGroup(t *testing.T, name, train, test string, nth, mth int) group {
	var b base
	intents := map[string]int{}
	for _, r := range fitRows(t, train) {
		if intents[r.Intent]++; !r.OOS && intents[r.Intent]%nth == 0 {
			b.add(r.Text, "", "", r.Text)
		}
	}
	g := group{name: name}
	for i, r := range fitRows(t, test) {
		if r.OOS || i%mth == 0 {
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

func shopGroup(t *testing.T, name, questions string) group {
	var b base
	files, err := filepath.Glob("../internal/demo/articles/*.md")
	if err != nil || len(files) == 0 {
		t.Fatal("no articles", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		read, err := source.Read(t.Context(), source.File{Name: filepath.Base(file), Content: content}, source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		passages, err := read.Split()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range passages {
			b.addPassage(read.Title, read.Title, p)
		}
	}
	g := group{name: name}
	content, err := os.ReadFile(questions)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(content)) {
		mark, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if mark == "+" || mark == "-" {
			f, _ := b.ask(text, none)
			g.samples = append(g.samples, row(f, mark == "+", text))
		}
	}
	return g
}

// fit is logistic regression by Newton's method with a ridge; groups weigh the
// same whatever their size, and so do both labels within a group.
func fit(groups []group, leave string) []float64 {
	n := len(used)
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
					gradient[i] += weight * (float64(b2i(s.label)) - p) * s.x[used[i]]
					for j := range n {
						hessian[i][j] += weight * p * (1 - p) * s.x[used[i]] * s.x[used[j]]
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
