package assistant_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/baton-chat/baton/assistant"
	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/escalation"
	"github.com/baton-chat/baton/internal/demo"
	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/workspace"
)

// patience is how long a test waits for what must happen; only a failing one gets there.
const patience = 30 * time.Second

// bus is the seam of events inside a test: it keeps them all, and calls whoever watches in the publisher's goroutine, as the real one does.
type bus struct {
	mu      sync.Mutex
	events  []workspace.Event
	hearers map[int]func(workspace.Event)
	next    int
	changed chan struct{}
	// hold, where it is set, keeps rounds from reading the transcript until it is closed.
	hold chan struct{}
}

func newBus() *bus {
	return &bus{hearers: map[int]func(workspace.Event){}, changed: make(chan struct{})}
}

func (b *bus) Publish(e workspace.Event) {
	b.mu.Lock()
	b.events = append(b.events, e)
	close(b.changed)
	b.changed = make(chan struct{})
	hearers := make([]func(workspace.Event), 0, len(b.hearers))
	for _, h := range b.hearers {
		hearers = append(hearers, h)
	}
	b.mu.Unlock()
	for _, h := range hearers {
		h(e)
	}
}

func (b *bus) watch(_, conversationID uuid.UUID, hear func(workspace.Event)) (stop func()) {
	b.mu.Lock()
	hold := b.hold
	b.mu.Unlock()
	if hold != nil {
		<-hold
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	id := b.next
	b.hearers[id] = func(e workspace.Event) {
		if e.Conversation == conversationID {
			hear(e)
		}
	}
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.hearers, id)
	}
}

// holdRounds keeps rounds from reading the transcript until go is called.
func (b *bus) holdRounds() (release func()) {
	hold := make(chan struct{})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hold = hold
	return func() { close(hold) }
}

// all returns what was published so far.
func (b *bus) all() ([]workspace.Event, chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]workspace.Event(nil), b.events...), b.changed
}

// await waits until found returns true for the events so far.
func (b *bus) await(t testing.TB, what string, found func([]workspace.Event) bool) {
	t.Helper()
	deadline := time.After(patience)
	for {
		events, changed := b.all()
		if found(events) {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("waited %s for %s", patience, what)
		}
	}
}

// house is a workspace with the demo shop's help pages, its stores, and a River client that answers.
type house struct {
	t             testing.TB
	ctx           context.Context
	db            *pgtest.DB
	bus           *bus
	workspace     uuid.UUID
	inbox         workspace.Inbox
	priya         workspace.Agent
	knowledge     *knowledge.Store
	conversations *conversation.Store
	answerer      *assistant.Answerer
	reply         *assistant.ReplyWorker
}

// option changes how a house is built.
type option func(*assistant.Config)

func withModel(m assistant.Model) option {
	return func(c *assistant.Config) { c.Model, c.ModelName = m, "scripted" }
}

// withoutKnowledge gives the assistant a knowledge base whose database is away.
func withoutKnowledge(c *assistant.Config) {
	pool, err := pgxpool.New(context.Background(), "postgres://nobody@127.0.0.1:1/nothing")
	if err != nil {
		panic(err)
	}
	pool.Close()
	c.Knowledge = knowledge.New(knowledge.Config{Pool: pool})
}

func withLog(l *slog.Logger) option { return func(c *assistant.Config) { c.Log = l } }

func open(t testing.TB, options ...option) *house {
	t.Helper()
	h := &house{t: t, ctx: t.Context(), db: pgtest.New(t), bus: newBus()}
	people := workspace.NewStore(h.db.App)
	w, _, err := people.Ensure(h.ctx, "Tarang")
	h.ok(err)
	h.workspace = w.ID
	h.inbox, err = people.AddInbox(h.ctx, workspace.Inbox{Workspace: w.ID, Name: "Tarang"})
	h.ok(err)
	h.priya, err = people.AddAgent(h.ctx, w.ID, "Priya Nair", "priya@tarang.example", workspace.RoleAgent)
	h.ok(err)
	h.knowledge = knowledge.New(knowledge.Config{Pool: h.db.App})
	_, err = h.knowledge.Ingest(h.ctx, w.ID, articles(t), knowledge.IngestOptions{})
	h.ok(err)
	config := assistant.Config{Knowledge: h.knowledge, Rules: escalation.NewStore(h.db.App)}
	for _, o := range options {
		o(&config)
	}
	h.answerer = assistant.NewAnswerer(config)
	return h
}

// articles are the demo shop's help pages.
func articles(t testing.TB) func(func(knowledge.Entry, error) bool) {
	t.Helper()
	all, err := demo.Articles()
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(knowledge.Entry, error) bool) {
		for _, a := range all {
			if !yield(knowledge.Entry{ID: a.Slug, Title: a.Title, URL: a.URL, FileName: a.Slug + ".md", ContentType: "text/markdown", Content: []byte(a.Markdown)}, nil) {
				return
			}
		}
	}
}

// start runs the jobs until the test ends.
func (h *house) start() {
	h.t.Helper()
	insert, err := river.NewClient(riverpgxv5.New(h.db.App), &river.Config{FetchCooldown: assistant.FetchCooldown, Logger: quietLog()})
	h.ok(err)
	h.conversations = conversation.NewStore(h.db.App, h.bus, assistant.NewQueue(insert), nil)
	h.reply = assistant.NewReplyWorker(h.answerer, h.conversations, h.bus, h.bus.watch, nil)
	workers := river.NewWorkers()
	h.ok(assistant.AddWorkers(workers, h.reply, assistant.NewPacketWorker(h.conversations)))
	client, err := river.NewClient(riverpgxv5.New(h.db.App), &river.Config{
		Queues: assistant.Queues(), Workers: workers, FetchCooldown: assistant.FetchCooldown, JobTimeout: assistant.JobTimeout,
		RescueStuckJobsAfter: assistant.RescueAfter, ReindexerSchedule: river.NeverSchedule(), Logger: quietLog(),
	})
	h.ok(err)
	h.ok(client.Start(context.WithoutCancel(h.ctx)))
	h.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := client.StopAndCancel(ctx); err != nil {
			h.t.Errorf("stop jobs: %v", err)
		}
	})
}

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// visitor is somebody who writes.
type visitor struct {
	*house
	session conversation.VisitorSession
	n       int64
}

func (h *house) visit() *visitor {
	h.t.Helper()
	_, session, err := h.conversations.OpenSession(h.ctx, h.inbox, "", conversation.Page{})
	h.ok(err)
	return &visitor{house: h, session: session}
}

// says sends a message and returns its sequence number.
func (v *visitor) says(body string) int64 {
	v.t.Helper()
	v.n++
	ack, err := v.conversations.Say(v.ctx, conversation.SayInput{Session: v.session, Conversation: v.session.Conversation, CID: uuid.Must(uuid.NewV7()), N: v.n, Body: body})
	v.ok(err)
	return ack.Seq
}

// answer waits for the assistant's message after seq.
func (v *visitor) answer(seq int64) conversation.Message {
	v.t.Helper()
	var got conversation.Message
	v.bus.await(v.t, "an answer", func(events []workspace.Event) bool {
		for _, m := range messagesIn(v.t, events, v.session.Conversation) {
			if m.Seq > seq && m.Author.Kind == conversation.ByAssistant {
				got = m
				return true
			}
		}
		return false
	})
	return got
}

func messagesIn(t testing.TB, events []workspace.Event, conv uuid.UUID) []conversation.Message {
	t.Helper()
	var out []conversation.Message
	for _, e := range events {
		if e.Kind != workspace.EventMessage || e.Conversation != conv {
			continue
		}
		var m conversation.Message
		if err := json.Unmarshal(e.Data, &m); err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}

// delta is a piece of an answer as it went over the bus.
type delta struct {
	Run    uuid.UUID
	Epoch  int64
	Offset int
	Text   string
	Pages  int
	End    bool
}

func deltasIn(t testing.TB, events []workspace.Event, conv uuid.UUID) []delta {
	t.Helper()
	var out []delta
	for _, e := range events {
		if e.Kind != workspace.EventDelta || e.Conversation != conv {
			continue
		}
		var d delta
		if err := json.Unmarshal(e.Data, &d); err != nil {
			t.Fatal(err)
		}
		out = append(out, d)
	}
	return out
}

// put follows the pieces of a run as a client does, and returns the text they make.
func put(t testing.TB, deltas []delta, run uuid.UUID) string {
	t.Helper()
	var text []rune
	for _, d := range deltas {
		if d.Run != run {
			continue
		}
		if d.Offset == 0 {
			text = nil
		}
		if d.Offset != len(text) {
			t.Errorf("a piece begins at %d, the text so far has %d code points", d.Offset, len(text))
		}
		text = append(text, []rune(d.Text)...)
	}
	return string(text)
}

func (v *visitor) transcript() (conversation.Conversation, []conversation.Message) {
	v.t.Helper()
	c, messages, err := v.conversations.Transcript(v.ctx, v.workspace, v.session.Conversation)
	v.ok(err)
	return c, messages
}

func has(text string, words ...string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
