//go:build fit

package knowledge

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/baton-chat/baton/knowledge/source"
)

// A sample is a question to a knowledge base and whether the answer is there.
type sample struct {
	words, both asked // the second only with vectors
	label       bool
	text        string
}

// A group is the samples of one knowledge base, or of several small ones of a kind.
type group struct {
	name    string
	samples []sample
}

// ask adds a sample.
func (g *group) ask(t *testing.T, b *base, text string, history []Turn, drop func(string) bool, label bool) {
	t.Helper()
	s := sample{label: label, text: text, words: b.search(t, text, history, drop, WordsOnly)}
	if vectors != nil {
		s.both = b.search(t, text, history, drop, Both)
	}
	g.samples = append(g.samples, s)
}

func none(string) bool { return false }

// chance is a fit's source of random numbers: each group draws its own, so that a
// group is the same whatever others are fitted beside it.
func chance(name string) *rand.Rand {
	seed := uint64(14695981039346656037)
	for _, c := range []byte(name) {
		seed = (seed ^ uint64(c)) * 1099511628211
	}
	return rand.New(rand.NewPCG(1, seed))
}

// A set is a knowledge base of pages with its questions and with questions to others.
type set struct {
	name        string
	corpus, own []fitRow
	foreign     []fitRow
	page        func(id string) string
}

// whole is the group of the whole set: every question, the same with the pages that
// answer it deleted, and half as many questions made for others.
func (s set) whole(t *testing.T) group {
	t.Helper()
	var b base
	for _, r := range s.corpus {
		b.add(r.ID, r.Title, r.Heading, r.Text)
	}
	g := group{name: s.name}
	s.questions(t, &g, &b, s.own, len(s.own)/2, chance(s.name))
	return g
}

func (s set) questions(t *testing.T, g *group, b *base, own []fitRow, foreign int, random *rand.Rand) {
	t.Helper()
	b.embed(t)
	embedQuestions(t, own, s.foreign)
	for _, q := range own {
		pages := map[string]bool{}
		for _, id := range q.Gold {
			pages[s.page(id)] = true
		}
		g.ask(t, b, q.Text, nil, none, true)
		g.ask(t, b, q.Text, nil, func(id string) bool { return pages[s.page(id)] }, false)
	}
	for _, i := range random.Perm(len(s.foreign))[:min(foreign, len(s.foreign))] {
		g.ask(t, b, s.foreign[i].Text, nil, none, false)
	}
}

// embedQuestions embeds questions in one go, which keeps all processors busy.
func embedQuestions(t *testing.T, rows ...[]fitRow) {
	t.Helper()
	if vectors == nil {
		return
	}
	var texts []string
	for _, r := range slices.Concat(rows...) {
		texts = append(texts, embedText(Query{Text: clipText(r.Text, maxQueryBytes)}))
	}
	vectors.all(t, EmbedQuery, texts)
}

// Small knowledge bases of a set: how many, of how many pages, with how many questions.
const (
	smallBases     = 4
	smallPages     = 40
	smallQuestions = 25
)

// small is the group of small parts of the set, since a shop has fifty pages and not
// five thousand.
func (s set) small(t *testing.T) group {
	t.Helper()
	g, random := group{name: "small " + s.name}, chance("small "+s.name)
	pages := map[string][]fitRow{}
	for _, r := range s.corpus {
		pages[s.page(r.ID)] = append(pages[s.page(r.ID)], r)
	}
	all, own := slices.Sorted(maps.Keys(pages)), slices.Clone(s.own)
	for range smallBases {
		random.Shuffle(len(own), func(i, j int) { own[i], own[j] = own[j], own[i] })
		some := own[:min(len(own), smallQuestions)]
		chosen := map[string]bool{}
		for _, q := range some {
			for _, id := range q.Gold {
				chosen[s.page(id)] = true
			}
		}
		for _, i := range random.Perm(len(all)) {
			if len(chosen) >= smallPages {
				break
			}
			chosen[all[i]] = true
		}
		var b base
		for _, p := range slices.Sorted(maps.Keys(chosen)) {
			for _, r := range pages[p] {
				b.add(r.ID, r.Title, r.Heading, r.Text)
			}
		}
		s.questions(t, &g, &b, some, len(some), random)
	}
	return g
}

// readSets reads the sets of pages with questions. Every one's foreign questions are
// those of kb_docs and kb_stackfaq that are not its own.
func readSets(t *testing.T, dir string) map[string]set {
	t.Helper()
	whole := func(id string) string { return id }
	before := func(mark string) func(string) string {
		return func(id string) string { p, _, _ := strings.Cut(id, mark); return p }
	}
	docs, faq := fitRows(t, dir, "kb_docs", "queries.jsonl"), fitRows(t, dir, "kb_stackfaq", "queries.jsonl")
	corpus := fitRows(t, dir, "kb_docs", "corpus.jsonl")
	sets := map[string]set{}
	for _, kb := range []string{"sendgrid", "plausible", "exchange_online"} {
		s := set{name: "docs " + kb, page: before("#")}
		s.corpus = slices.DeleteFunc(slices.Clone(corpus), func(r fitRow) bool { return r.KB != kb })
		s.own = slices.DeleteFunc(slices.Clone(docs), func(r fitRow) bool { return r.KB != kb })
		s.foreign = slices.DeleteFunc(slices.Clone(docs), func(r fitRow) bool { return r.KB == kb })
		sets[s.name] = s
	}
	for _, name := range []string{"kb_stackfaq", "kb_emanual_tv", "kb_wixqa"} {
		s := set{name: name, page: whole, corpus: fitRows(t, dir, name, "corpus.jsonl"), own: fitRows(t, dir, name, "queries.jsonl"), foreign: docs}
		if name == "kb_stackfaq" {
			s.page = func(id string) string { return id[:4] }
		} else {
			s.foreign = slices.Concat(docs, faq)
		}
		s.own = slices.DeleteFunc(s.own, func(r fitRow) bool { return len(r.Gold) == 0 })
		sets[name] = s
	}
	return sets
}

// Long messages: how many words of a page go in front of the question.
const (
	leastContext = 20
	mostContext  = 100
)

// long is the group of the set's questions as a pasted mail would hold them: behind
// some text from the matter's own pages, which are then hidden, so that what shares
// its words is there and not what it says; and the same with the whole matter deleted.
// None of the sets that may be learned from has long messages of its own.
func (s set) long(t *testing.T) group {
	t.Helper()
	g, random := group{name: "long " + s.name}, chance("long "+s.name)
	var b base
	text, siblings := map[string]string{}, map[string][]string{}
	for _, r := range s.corpus {
		b.add(r.ID, r.Title, r.Heading, r.Text)
		text[r.ID] = r.Text
		siblings[s.page(r.ID)] = append(siblings[s.page(r.ID)], r.ID)
	}
	b.embed(t)
	var rows []fitRow
	var hidden []map[string]bool
	for _, q := range s.own {
		hide, context := s.context(q, siblings[s.page(q.Gold[0])], text, random)
		if len(context) > 0 && slices.ContainsFunc(q.Gold, func(id string) bool { return !hide[id] }) {
			q.Text = strings.Join(context, " ") + " " + q.Text
			rows, hidden = append(rows, q), append(hidden, hide)
		}
	}
	embedQuestions(t, rows)
	for i, q := range rows {
		g.ask(t, &b, q.Text, nil, func(id string) bool { return hidden[i][id] }, true)
		g.ask(t, &b, q.Text, nil, func(id string) bool { return s.page(id) == s.page(q.Gold[0]) }, false)
	}
	return g
}

// context takes text of the question's own page: of the answers themselves only where
// there are several.
func (s set) context(q fitRow, siblings []string, text map[string]string, random *rand.Rand) (hide map[string]bool, context []string) {
	n, hide := leastContext+random.IntN(mostContext-leastContext), map[string]bool{}
	for _, i := range random.Perm(len(siblings)) {
		id := siblings[i]
		if len(q.Gold) == 1 && id == q.Gold[0] || len(context) >= n {
			continue
		}
		hide[id] = true
		context = append(context, strings.Fields(text[id])...)
	}
	return hide, context[:min(n, len(context))]
}

// intentGroup is a knowledge base of example utterances, every nth of each intent, asked
// what is out of scope and every mth question that is not: that keeps it fast and
// changes little.
func intentGroup(t *testing.T, name, train, test string, nth, mth int) group {
	t.Helper()
	var b base
	intents := map[string]int{}
	for _, r := range fitRows(t, train) {
		if intents[r.Intent]++; !r.OOS && intents[r.Intent]%nth == 0 {
			b.add(r.Text, "", "", r.Text)
		}
	}
	b.embed(t)
	rows := fitRows(t, test)
	embedQuestions(t, rows)
	g := group{name: name}
	for i, r := range rows {
		if r.OOS || i%mth == 0 {
			g.ask(t, &b, r.Text, nil, none, !r.OOS)
		}
	}
	return g
}

// techGroup is a set whose questions say themselves whether they have an answer.
func techGroup(t *testing.T, dir string) group {
	t.Helper()
	var b base
	for _, r := range fitRows(t, dir, "corpus.jsonl") {
		b.add(r.ID, r.Title, r.Heading, r.Text)
	}
	b.embed(t)
	g := group{name: "kb_techqa"}
	for _, q := range fitRows(t, dir, "queries.jsonl") {
		g.ask(t, &b, q.Text, nil, none, q.Answerable == nil || *q.Answerable)
	}
	return g
}

// dialogGroup is a set of dialogues whose last turn does or does not need the pages.
func dialogGroup(t *testing.T, dir string) group {
	t.Helper()
	var b base
	for _, r := range fitRows(t, dir, "corpus.jsonl") {
		b.add(r.ID, r.Title, r.Heading, r.Text)
	}
	b.embed(t)
	g := group{name: "dialog_dstc10"}
	for _, d := range fitRows(t, dir, "dialogs.jsonl") {
		text, history := d.dialogue()
		g.ask(t, &b, text, history, none, *d.NeedsKB)
	}
	return g
}

// dialogue is a row's last turn with the turns before it.
func (r fitRow) dialogue() (text string, history []Turn) {
	for _, turn := range r.Turns {
		role := "assistant"
		if turn.Speaker == "user" {
			role = "visitor"
		}
		history = append(history, Turn{Role: role, Text: turn.Text})
	}
	last := len(history) - 1
	return history[last].Text, history[:last]
}

// shopGroup is the demo shop with questions of our own, marked + or -.
func shopGroup(t *testing.T, name, questions string) group {
	t.Helper()
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
	b.embed(t)
	content, err := os.ReadFile(questions)
	if err != nil {
		t.Fatal(err)
	}
	g := group{name: name}
	for line := range strings.Lines(string(content)) {
		mark, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if mark == "+" || mark == "-" {
			g.ask(t, &b, text, nil, none, mark == "+")
		}
	}
	return g
}

// learned are the groups that may be learned from, held those that are only measured.
func learned(t *testing.T, dir string) []group {
	t.Helper()
	sets := readSets(t, dir)
	var out []group
	for _, name := range slices.SortedFunc(maps.Keys(sets), cmp.Compare) {
		if name != "kb_wixqa" {
			out = append(out, sets[name].whole(t), sets[name].small(t))
		}
	}
	clinc, hint := filepath.Join(dir, "oos_clinc150"), filepath.Join(dir, "oos_hint3")
	return append(out,
		intentGroup(t, "clinc", filepath.Join(clinc, "train.jsonl"), filepath.Join(clinc, "val.jsonl"), 3, 15),
		intentGroup(t, "hint curekart", filepath.Join(hint, "curekart_train.jsonl"), filepath.Join(hint, "curekart_test_dev.jsonl"), 1, 1),
		intentGroup(t, "hint sofmattress", filepath.Join(hint, "sofmattress_train.jsonl"), filepath.Join(hint, "sofmattress_test.jsonl"), 1, 1))
}

// longMessages are the groups of long messages; they are learned from as well.
func longMessages(t *testing.T, dir string) (out []group) {
	t.Helper()
	sets := readSets(t, dir)
	for _, name := range []string{"docs exchange_online", "docs plausible", "docs sendgrid", "kb_stackfaq"} {
		out = append(out, sets[name].long(t))
	}
	return out
}

func held(t *testing.T, dir string) []group {
	t.Helper()
	out := []group{
		shopGroup(t, "shop", "testdata/shop_questions.txt"),
		techGroup(t, filepath.Join(dir, "kb_techqa")),
		readSets(t, dir)["kb_wixqa"].whole(t),
	}
	if vectors != nil {
		out = append(out, shopGroup(t, "shop in Hindi", "testdata/shop_questions_hi.txt"), dialogGroup(t, filepath.Join(dir, "dialog_dstc10")))
	}
	return out
}
