package knowledge

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// One score by hand: BM25 with k1 = 1.2 and b = 0.75 over three passages.
func TestBM25ByHand(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.ingest(t, f.workspace,
		Entry{ID: "a", Text: "refund refund order"},
		Entry{ID: "b", Text: "order tablet battery warranty pen"},
		Entry{ID: "c", Text: "coupon"})
	found, err := f.Search(t.Context(), Query{Workspace: f.workspace, Text: "Refund of an order"})
	if err != nil {
		t.Fatal(err)
	}
	average := (3.0 + 5.0 + 1.0) / 3
	idf := func(df float64) float64 { return math.Log(1 + (3-df+0.5)/(df+0.5)) }
	part := func(tf, length float64) float64 { return tf * 2.2 / (tf + 1.2*(0.25+0.75*length/average)) }
	want := map[string]float64{"a": idf(1)*part(2, 3) + idf(2)*part(1, 3), "b": idf(2) * part(1, 5)}
	if len(found.Passages) != 2 || found.Passages[0].ExternalID != "a" {
		t.Fatalf("found %+v", found.Passages)
	}
	for _, p := range found.Passages {
		if math.Abs(p.Score-want[p.ExternalID]) > 1e-9 || p.Text == "" {
			t.Errorf("%s: score %f, want %f", p.ExternalID, p.Score, want[p.ExternalID])
		}
	}
}

// Whatever the query, the product ranks like BM25 over all passages in memory,
// also where the budget leaves common words out of the first step.
func TestSearchRanksLikeTheWholeIndex(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	var entries []Entry
	words := strings.Fields("order refund screen battery courier charge pen keyboard warranty coupon tablet invoice delivery box seal photo card bank limit fee")
	for i := range 400 {
		var text []string
		for j := range 20 + i%30 {
			text = append(text, words[(i*i+j*j*(1+i%7)+j*i)%len(words)])
		}
		entries = append(entries, Entry{ID: fmt.Sprint(i), Title: words[i%len(words)], Text: strings.Join(text, " ") + fmt.Sprintf(" only%d", i/3)})
	}
	f.ingest(t, f.workspace, entries...)
	stats := statistics{df: map[string]int32{}}
	byID := map[string]*candidate{}
	for _, e := range entries {
		c := &candidate{}
		all := terms(e.Title + "\n\n" + e.Text)
		c.terms, c.tfs = count(all)
		c.length = len(all)
		stats.passages++
		stats.terms += int64(c.length)
		for _, w := range c.terms {
			stats.df[w]++
		}
		byID[e.ID] = c
	}
	for _, text := range []string{"refund", "battery of the tablet", "only17 courier", strings.Join(words, " ") + " only99 only3", "nothing here"} {
		query := queryTerms(text, nil)
		var want []float64
		for _, c := range byID {
			if s := bm25(query, stats, c); s > 0 {
				want = append(want, s)
			}
		}
		slices.SortFunc(want, func(a, b float64) int { return cmp.Compare(b, a) })
		found, err := f.Search(t.Context(), Query{Workspace: f.workspace, Text: text})
		if err != nil {
			t.Fatal(err)
		}
		if len(found.Passages) != min(10, len(want)) {
			t.Fatalf("%q: %d passages, want %d", text, len(found.Passages), min(10, len(want)))
		}
		for i, p := range found.Passages {
			if math.Abs(p.Score-want[i]) > 1e-9 {
				t.Errorf("%q: place %d has score %f, want %f", text, i, p.Score, want[i])
			}
		}
	}
}

func TestSearchStaysInItsWorkspace(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.useToy(t)
	other := f.newWorkspace(t, "Other")
	f.ingest(t, f.workspace, Entry{ID: "ours", Text: "the secret refund rule"})
	f.ingest(t, other, Entry{ID: "theirs", Text: "another refund rule"})
	if diff := gocmp.Diff([]string{"ours"}, f.find(t, f.workspace, "refund rule")); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]string{"theirs"}, f.find(t, other, "secret refund rule")); diff != "" {
		t.Error(diff)
	}
}

// Odd queries are answered, with nothing or something, and never with an error.
func TestOddQueries(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	empty, err := f.Search(t.Context(), Query{Workspace: f.workspace, Text: "anything"})
	if err != nil || len(empty.Passages) != 0 || empty.Confidence > 0.1 {
		t.Errorf("an empty knowledge base: %+v, %v", empty, err)
	}
	f.ingest(t, f.workspace, Entry{ID: "a", Text: "refund rule"})
	for _, text := range []string{"", "   ", "the a an", "???", "\x00\xff", strings.Repeat("refund unknown ", 10000), "😀"} {
		found, err := f.Search(t.Context(), Query{Workspace: f.workspace, Text: text, K: -1})
		if err != nil || math.IsNaN(found.Confidence) || found.Confidence < 0 || found.Confidence > 1 {
			t.Errorf("%.20q: %+v, %v", text, found, err)
		}
	}
}

// A follow-up that names nothing is understood through the turn before.
func TestFollowUpUsesHistory(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.ingest(t, f.workspace,
		Entry{ID: "express", Title: "Express delivery", Text: "Express delivery takes one day and costs 99."},
		Entry{ID: "repair", Title: "Repairs", Text: "A repair takes a week and costs what the parts cost."})
	found, err := f.Search(t.Context(), Query{Workspace: f.workspace, Text: "And what does it cost?", History: []Turn{
		{"visitor", "Do you have express delivery?"}, {"assistant", "Yes, within one day."},
	}})
	if err != nil || len(found.Passages) == 0 || found.Passages[0].ExternalID != "express" {
		t.Errorf("%+v, %v", found.Passages, err)
	}
}

// Meaning finds what words do not; both together put it first.
func TestMeaningFindsOtherWords(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	server := f.useToy(t)
	f.ingest(t, f.workspace,
		Entry{ID: "phone", Text: "How to choose a phone"},
		Entry{ID: "refund", Text: "A refund takes five days"},
		Entry{ID: "pen", Text: "The pen and its tips"})
	if diff := gocmp.Diff("phone", f.find(t, f.workspace, "mobile")[0]); diff != "" {
		t.Error(diff)
	}
	kinds := map[any]bool{}
	for _, r := range server.seen() {
		kinds[r["input_type"]] = true
	}
	if !kinds["query"] || !kinds["passage"] {
		t.Errorf("the endpoint was told %v, want query and passage", kinds)
	}
	found, err := f.Search(t.Context(), Query{Workspace: f.workspace, Text: "money back please"})
	if err != nil || found.Passages[0].ExternalID != "refund" || found.Passages[0].MeaningScore <= 0 || found.Meaning == 0 {
		t.Errorf("%+v, %v", found.Passages, err)
	}
	for _, p := range found.Passages {
		if p.Score < 0 {
			t.Errorf("%s has the negative score %f", p.ExternalID, p.Score)
		}
	}
}

// An embedder that fails costs the meaning and nothing else, and is told once.
func TestEmbedderFailsAtQueryTime(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	server := f.useToy(t)
	f.ingest(t, f.workspace, Entry{ID: "refund", Text: "A refund takes five days"})
	server.fail(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "down", http.StatusInternalServerError) })
	asked := len(server.seen())
	for range 5 {
		if diff := gocmp.Diff([]string{"refund"}, f.find(t, f.workspace, "refund")); diff != "" {
			t.Fatal(diff)
		}
	}
	if n := len(server.seen()) - asked; n != 1 {
		t.Errorf("a failing embedder was asked %d times, want once until it has rested", n)
	}
	if n := strings.Count(f.log.String(), "does not answer"); n != 1 {
		t.Errorf("told %d times, want once:\n%s", n, f.log)
	}
	if strings.Contains(f.log.String(), "refund") {
		t.Error("the question stands in the log")
	}
}

// Every statement of a search names its term, passage or vector in a way that
// uses an index as the application role: under forced row level security only
// leakproof operators may, and a plan that reads a whole workspace's words
// would be right and slow.
func TestSearchStatementsUseTheirIndex(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.useToy(t)
	space := f.Space()
	var entries []Entry
	for i := range 300 {
		entries = append(entries, Entry{ID: fmt.Sprint(i), Text: fmt.Sprintf("refund rule %d of %d days", i, i%7)})
	}
	f.ingest(t, f.workspace, entries...)
	vector := vectorText(toyVector("refund"))
	chunk := f.chunks(t)[:3]
	for _, c := range []struct {
		name, sql string
		args      []any
		want      []string
	}{
		{"statistics", statisticsSQL, []any{f.workspace, []string{"refund", "rule"}}, []string{"term = ANY", "knowledge_stat_pkey"}},
		{"candidates", candidatesSQL, []any{f.workspace, []string{"refund", "rule"}, []float64{1, 2}, 0.3, 0.1, 100}, []string{"(term = q.term)", "Index Only Scan using chunk_term_pkey"}},
		{"forward", forwardSQL, []any{f.workspace, chunk}, []string{"(id = w.id)", "chunk_pkey", "document_pkey"}},
		{"texts", textsSQL, []any{f.workspace, chunk}, []string{"(id = w.id)", "chunk_pkey"}},
		{"nearest, exact", nearestSQL(space, true), []any{f.workspace, vector}, []string{"_pkey", "workspace_id ="}},
		{"nearest, approximate", nearestSQL(space, false), []any{f.workspace, vector}, []string{fmt.Sprintf("embedding_%d_hnsw", space.ID), "Order By"}},
		{"similarity", similaritySQL(space), []any{f.workspace, vector, chunk}, []string{"(chunk_id = w.id)"}},
	} {
		f.scoped(t, func(ctx context.Context, tx pgx.Tx) error {
			// Without a choice of the planner's taste, what is left is what is allowed.
			if _, err := tx.Exec(ctx, `SELECT set_config('enable_seqscan', 'off', true), set_config('enable_sort', $1, true)`, onOff(c.name != "nearest, approximate")); err != nil {
				return err
			}
			rows, err := tx.Query(ctx, "EXPLAIN (COSTS OFF) "+c.sql, c.args...)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			plan := strings.Join(lines, "\n")
			conditions := ""
			for _, line := range lines {
				if strings.Contains(line, "Index Cond") || strings.Contains(line, "Scan using") || strings.Contains(line, "Order By") {
					conditions += line + "\n"
				}
			}
			for _, want := range c.want {
				if !strings.Contains(conditions, want) {
					t.Errorf("%s: no %q in an index condition:\n%s", c.name, want, plan)
				}
			}
			if strings.Contains(plan, "Seq Scan") {
				t.Errorf("%s reads a whole table:\n%s", c.name, plan)
			}
			return nil
		})
	}
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// The approximate scan, which large workspaces use, finds what the exact one
// does, also where another workspace's vectors crowd around.
func TestApproximateScanMeetsItsWorkspace(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.useToy(t)
	crowd := f.newWorkspace(t, "Crowd")
	var entries []Entry
	for i := range 500 {
		entries = append(entries, Entry{ID: fmt.Sprint(i), Text: fmt.Sprintf("refund rule number %d", i)})
	}
	f.ingest(t, crowd, entries...)
	f.ingest(t, f.workspace, Entry{ID: "a", Text: "refund rule"}, Entry{ID: "b", Text: "pen tips"})
	f.scoped(t, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true), set_config('hnsw.iterative_scan', 'relaxed_order', true)`); err != nil {
			return err
		}
		near, err := readSimilarities(ctx, tx, nearestSQL(f.Space(), false), f.workspace, vectorText(toyVector("refund rule")))
		if len(near) != 2 {
			t.Errorf("found %d of 2 passages", len(near))
		}
		return err
	})
}

func confident(list []float64) (n int) {
	for _, c := range list {
		if c >= 0.5 {
			n++
		}
	}
	return n
}

// The demo shop is a small knowledge base: what it holds must stand clear of
// what it does not, and the best known examples must come out right.
func TestConfidenceOnTheDemoShop(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	files, err := filepath.Glob("../internal/demo/articles/*.md")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d articles, %v", len(files), err)
	}
	var entries []Entry
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, Entry{ID: filepath.Base(name), FileName: filepath.Base(name), Content: content})
	}
	f.ingest(t, f.workspace, entries...)
	content, err := os.ReadFile("testdata/shop_questions.txt")
	if err != nil {
		t.Fatal(err)
	}
	var present, absent []float64
	for line := range strings.Lines(string(content)) {
		mark, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if mark != "+" && mark != "-" {
			continue
		}
		found, err := f.Search(t.Context(), Query{Workspace: f.workspace, Text: text})
		if err != nil {
			t.Fatal(err)
		}
		if mark == "+" {
			present = append(present, found.Confidence)
		} else {
			absent = append(absent, found.Confidence)
		}
	}
	t.Logf("confident (at least one half) in %d of %d present and %d of %d absent matters", confident(present), len(present), confident(absent), len(absent))
	wins := 0.0
	for _, p := range present {
		for _, a := range absent {
			if p > a {
				wins++
			}
		}
	}
	if auroc := wins / float64(len(present)*len(absent)); auroc < 0.92 {
		t.Errorf("AUROC %.3f over %d and %d questions, want at least .92", auroc, len(present), len(absent))
	}
	for text, high := range map[string]bool{
		"Do you ship to Bengaluru?": true, "How do I cancel my order?": true,
		"Can you engrave my earbuds case?": false, "how do I cook biryani": false,
	} {
		found, err := f.Search(t.Context(), Query{Workspace: f.workspace, Text: text})
		if err != nil || (found.Confidence >= 0.5) != high {
			t.Errorf("%q: confidence %.2f, %v", text, found.Confidence, err)
		}
	}
}
