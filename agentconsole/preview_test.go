package agentconsole_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/workspace"
)

type askedOf struct {
	ID  uuid.UUID
	Seq int64
}

// recorded is a passage as the assistant records it.
type recorded struct {
	Chunk    uuid.UUID `json:"chunk"`
	Document uuid.UUID `json:"document"`
	Score    float64   `json:"score"`
	Words    float64   `json:"words"`
	N        int       `json:"n,omitempty"`
	Refused  bool      `json:"refused,omitempty"`
}

// page puts a text into the knowledge base, as an import does, and returns its passage.
func (s *shop) page(id, title, text string) knowledge.Passage {
	s.t.Helper()
	entries := func(yield func(knowledge.Entry, error) bool) {
		yield(knowledge.Entry{ID: id, Title: title, Text: text}, nil)
	}
	_, err := s.docs.Ingest(s.ctx, s.workspace.ID, entries, knowledge.IngestOptions{})
	s.ok(err)
	list, err := s.docs.List(s.ctx, s.workspace.ID, knowledge.All, uuid.Nil, 1)
	s.ok(err)
	passages, err := s.docs.Passages(s.ctx, s.workspace.ID, list[0].ID, -1, 1)
	s.ok(err)
	return passages[0]
}

// sha is a content's SHA-256 as clients send it.
func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestBenchShowsTheAnswerAndHowItCameAbout(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	b := s.signIn(s.asha)
	screen := b.socket()
	asked := into[askedOf](b.call("POST", "/preview", map[string]any{"text": "Do you ship to Bengaluru?"}).want(http.StatusAccepted))
	screen.send(map[string]any{"t": "watch", "conv": asked.ID, "after": asked.Seq})
	screen.next("viewers")
	b.call("GET", "/preview/"+asked.ID.String()+"/turn/1", nil).refused(http.StatusNotFound, "not_found")

	page := s.page("shipping", "Shipping charges", "Free over ₹2,500.")
	run := newID()
	s.bus.Publish(workspace.NewEvent(s.workspace.ID, asked.ID, workspace.EventDelta, map[string]any{"run": run, "epoch": 0, "offset": 0, "text": "Yes", "pages": 1}))
	if d := screen.next("delta"); d.Text != "Yes" || d.Conv != asked.ID {
		t.Errorf("the delta is %+v", d)
	}
	_, err := s.convs.Reply(t.Context(), conversation.ReplyInput{
		Workspace: s.workspace.ID, Conversation: asked.ID, InReplyTo: asked.Seq, Run: run, Body: "Yes. [1]", Outcome: conversation.OutcomeHandoff,
		Call: &conversation.Call{Rule: "needs-action", Reason: "Only a person can do this"},
		Turn: conversation.Turn{
			Outcome: "handoff", Rule: "needs-action", Confidence: 0.875, SignalsVersion: 1, Model: "extractive", Timings: map[string]float64{"search": 9, "total": 32},
			Passages: []recorded{{Chunk: page.ChunkID, Document: page.DocumentID, Score: 0.75, Words: 7.5, N: 1}, {Chunk: newID(), Document: newID(), Score: 0.25, Refused: true}},
		},
	})
	s.ok(err)
	if m := screen.next("message"); m.Body != "Yes. [1]" || m.Conv != asked.ID {
		t.Errorf("the message is %+v", m)
	}
	got := into[struct {
		Outcome, Rule, Reason, Model string
		Confidence                   float64
		Timings                      map[string]float64
		Passages                     []struct {
			Title, Text   string
			Score, Words  float64
			N             int
			Refused, Gone bool
		}
	}](b.call("GET", "/preview/"+asked.ID.String()+"/turn/1", nil).want(http.StatusOK))
	if got.Outcome != "handoff" || got.Rule != "needs-action" || got.Reason != "Only a person can do this" || got.Confidence != 0.875 || got.Timings["search"] != 9 || len(got.Passages) != 2 {
		t.Fatalf("the turn is %+v", got)
	}
	if p := got.Passages[0]; p.Title == "" || !strings.Contains(p.Text, "₹2,500") || p.N != 1 || p.Refused || p.Gone || p.Words != 7.5 {
		t.Errorf("the passage used is %+v", p)
	}
	if p := got.Passages[1]; !p.Refused || !p.Gone || p.Text != "" {
		t.Errorf("the passage refused is %+v", p)
	}
	counts := into[struct {
		Counts struct{ Waiting, Assistant int }
	}](b.call("GET", "/conversations", nil).want(http.StatusOK))
	if counts.Counts.Waiting+counts.Counts.Assistant != 0 {
		t.Errorf("the trial is counted: %+v", counts)
	}
	b.call("GET", "/conversations/"+asked.ID.String(), nil).refused(http.StatusNotFound, "not_found")
	b.call("POST", "/conversations/"+asked.ID.String()+"/claim", struct{}{}).refused(http.StatusNotFound, "not_found")
}

func TestBenchRefuses(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	g.says("Hello")
	b := s.signIn(s.asha)
	ask := func(body map[string]any) reply { return b.call("POST", "/preview", body) }
	ask(map[string]any{"text": " "}).refused(http.StatusBadRequest, "bad_request")
	ask(map[string]any{"text": strings.Repeat("x", 4_001)}).refused(http.StatusBadRequest, "bad_request")
	ask(map[string]any{"text": "Hello", "lang": "tlh"}).refused(http.StatusBadRequest, "bad_request")
	ask(map[string]any{"text": "Hello", "preview": g.id()}).refused(http.StatusNotFound, "not_found")
	b.call("POST", "/preview/"+g.id().String()+"/stop", map[string]any{"run": newID()}).refused(http.StatusNotFound, "not_found")
	b.call("GET", "/preview/"+g.id().String()+"/turn/1", nil).refused(http.StatusNotFound, "not_found")
	mine := into[askedOf](ask(map[string]any{"text": "Hello"}).want(http.StatusAccepted))
	other := s.signIn(s.priya)
	other.call("POST", "/preview", map[string]any{"text": "And me?", "preview": mine.ID}).refused(http.StatusNotFound, "not_found")
}

// What somebody tries is theirs alone: a colleague neither reads it, nor hears it, nor stops it; and it is no conversation in which anything is read.
func TestPreviewIsItsMakersAlone(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	mine, other := s.signIn(s.asha), s.signIn(s.priya)
	asked := into[askedOf](mine.call("POST", "/preview", map[string]any{"text": "Do you ship to Bengaluru?"}).want(http.StatusAccepted))
	_, err := s.convs.Reply(t.Context(), conversation.ReplyInput{
		Workspace: s.workspace.ID, Conversation: asked.ID, InReplyTo: asked.Seq, Run: newID(), Body: "Yes.", Outcome: conversation.OutcomeAnswered,
		Turn: conversation.Turn{Outcome: "answered", SignalsVersion: 1, Passages: []recorded{}, Timings: map[string]float64{"total": 3}},
	})
	s.ok(err)
	at := "/preview/" + asked.ID.String()
	stop := map[string]any{"run": newID()}
	mine.call("GET", at+"/turn/1", nil).want(http.StatusOK)
	mine.call("POST", at+"/stop", stop).want(http.StatusNoContent)
	for _, r := range []reply{other.call("GET", at+"/turn/1", nil), other.call("POST", at+"/stop", stop)} {
		r.refused(http.StatusNotFound, "not_found")
		if !strings.Contains(string(r.body), "trial") {
			t.Errorf("a trial is refused with %s", r.body)
		}
	}
	if r := mine.call("GET", at+"/turn/7", nil); !strings.Contains(string(r.body), "answer to that question") {
		t.Errorf("a turn that is not there is refused with %s", r.body)
	}
	for _, b := range []*browser{mine, other} {
		b.call("POST", "/conversations/"+asked.ID.String()+"/read", map[string]any{"seq": 2}).refused(http.StatusNotFound, "not_found")
	}
	screen := other.socket()
	for _, frame := range []string{"watch", "read"} {
		screen.send(map[string]any{"t": frame, "conv": asked.ID, "seq": 1})
		if f := screen.next("error"); f.Code != "conversation_unknown" {
			t.Errorf("%s of a colleague's trial: %+v", frame, f)
		}
	}
}

func TestBenchSlowsDown(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	b := s.signIn(s.asha)
	var last reply
	taken := 0
	for range 40 {
		if last = b.call("POST", "/preview", map[string]any{"text": "Hello"}); last.StatusCode != http.StatusAccepted {
			break
		}
		taken++
	}
	last.refused(http.StatusTooManyRequests, "slow_down")
	if taken < 10 || last.Header.Get("Retry-After") == "" {
		t.Errorf("after %d questions: Retry-After is %q", taken, last.Header.Get("Retry-After"))
	}
	s.signIn(s.priya).call("POST", "/preview", map[string]any{"text": "Hello"}).want(http.StatusAccepted)
	s.pass(time.Minute)
	s.signIn(s.asha).call("POST", "/preview", map[string]any{"text": "Hello"}).want(http.StatusAccepted)
}

func TestOldTrialsAreSwept(t *testing.T) {
	t.Parallel()
	o := open(t)
	var ids []uuid.UUID
	var shops []*shop
	for _, name := range []string{"Tarang", "Nachbar"} {
		s := o.shop(name)
		asked, err := o.convs.Ask(t.Context(), s.asha, uuid.Nil, "Yesterday's question")
		o.ok(err)
		ids, shops = append(ids, asked.Conversation), append(shops, s)
	}
	o.pass(conversation.PreviewLife + time.Minute)
	o.ok(o.handler.Sweep(t.Context()))
	for i, s := range shops {
		if _, err := o.convs.Get(t.Context(), s.workspace.ID, ids[i]); err == nil {
			t.Errorf("%s still has its old trial", s.workspace.Name)
		}
	}
}

// An event says that a document changed; where it stands now is read. What was published late, as by whoever stored the file and was overtaken by the job, takes nothing back.
func TestLateEventTakesNoDocumentBack(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	b := s.signIn(s.priya)
	id := s.page("shipping", "Shipping charges", "Free over ₹2,500.").DocumentID
	old, err := s.docs.Get(t.Context(), s.workspace.ID, id)
	s.ok(err)
	old.State = "queued"
	screen := b.socket()
	s.bus.Publish(workspace.NewEvent(s.workspace.ID, uuid.Nil, workspace.EventDocument, old))
	f := screen.until("the document", func(f frame) bool { return f.T == "document" && f.Document != nil && f.Document.ID == id })
	if f.Document.State != "ready" {
		t.Errorf("the event was taken at its word: %+v", f.Document)
	}
	s.bus.Publish(workspace.NewEvent(s.workspace.ID, uuid.Nil, workspace.EventDocument, map[string]any{"id": newID()}))
	if f := screen.next("document"); !f.Deleted {
		t.Errorf("a document that is gone was told as %+v", f)
	}
}

func TestKnownContentsAndFiles(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	b := s.signIn(s.priya)
	const text = "# Shipping charges\n\nFree over ₹2,500."
	id := s.upload(b, file{"versand – \"größe\".md", text})
	known := into[struct {
		Items []struct{ Hash, Title string }
	}](b.call("POST", "/documents/known", map[string]any{"hashes": []string{sha(text), sha("other")}}).want(http.StatusOK))
	if len(known.Items) != 1 || known.Items[0].Hash != sha(text) {
		t.Errorf("known are %+v", known.Items)
	}
	b.call("POST", "/documents/known", map[string]any{"hashes": []string{"xyz"}}).refused(http.StatusBadRequest, "bad_request")
	b.call("POST", "/documents/known", map[string]any{"hashes": slices.Repeat([]string{sha("x")}, 501)}).refused(http.StatusBadRequest, "bad_request")
	got := b.call("GET", "/documents/"+id.String()+"/file", nil).want(http.StatusOK)
	if string(got.body) != text || got.Header.Get("Content-Type") != "application/octet-stream" || got.Header.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment;") || !strings.Contains(got.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("the file came as %v", got.Header)
	}
}
