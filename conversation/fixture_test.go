package conversation_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/workspace"
)

// recorder is both what listens to events and what takes rounds: it keeps them for the test to look at.
type recorder struct {
	mu     sync.Mutex
	events []workspace.Event
	rounds []conversation.Round
}

func (r *recorder) Publish(e workspace.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

func (r *recorder) Schedule(_ context.Context, _ pgx.Tx, rounds ...conversation.Round) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rounds = append(r.rounds, rounds...)
	return nil
}

func (r *recorder) count(kind string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, round := range r.rounds {
		if round.Kind == kind {
			n++
		}
	}
	return n
}

// fixture is a workspace with an inbox, two agents and a visitor on a database of its own.
type fixture struct {
	*conversation.Store
	t       *testing.T
	ctx     context.Context
	db      *pgtest.DB
	rec     *recorder
	people  *workspace.Store
	inbox   workspace.Inbox
	asha    workspace.Agent
	priya   workspace.Agent
	visitor conversation.VisitorSession
	mu      sync.Mutex
	clock   time.Time
}

func setup(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, ctx: t.Context(), db: pgtest.New(t), rec: &recorder{}, clock: time.Now().UTC().Truncate(time.Microsecond)}
	f.people = workspace.NewStore(f.db.App)
	f.Store = conversation.NewStore(f.db.App, f.rec, f.rec, f.now)
	w, _, err := f.people.Ensure(f.ctx, "Tarang")
	f.ok(err)
	f.inbox, err = f.people.AddInbox(f.ctx, workspace.Inbox{Workspace: w.ID, Name: "Shop"})
	f.ok(err)
	f.asha, err = f.people.AddAgent(f.ctx, w.ID, "Asha Kulkarni", "asha@tarang.example", workspace.RoleAgent)
	f.ok(err)
	f.priya, err = f.people.AddAgent(f.ctx, w.ID, "Priya Nair", "priya@tarang.example", workspace.RoleAgent)
	f.ok(err)
	_, f.visitor, err = f.OpenSession(f.ctx, f.inbox, "", conversation.Page{})
	f.ok(err)
	return f
}

func (f *fixture) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.clock
}

func (f *fixture) pass(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clock = f.clock.Add(d)
}

func (f *fixture) ok(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// says sends the visitor's message number n and returns its sequence number.
func (f *fixture) says(n int64, body string) int64 {
	f.t.Helper()
	ack, err := f.Say(f.ctx, conversation.SayInput{Session: f.visitor, Conversation: f.visitor.Conversation, CID: newID(), N: n, Body: body})
	f.ok(err)
	return ack.Seq
}

func (f *fixture) reply(inReplyTo, epoch int64, call *conversation.Call) error {
	_, err := f.Reply(f.ctx, conversation.ReplyInput{
		Workspace: f.inbox.Workspace, Conversation: f.visitor.Conversation, InReplyTo: inReplyTo, Epoch: epoch, Run: newID(), Body: "An answer.",
		Outcome: conversation.OutcomeAnswered, Turn: conversation.Turn{Outcome: "answered", SignalsVersion: 1}, Call: call,
	})
	return err
}

func (f *fixture) transcript() (conversation.Conversation, []conversation.Message) {
	f.t.Helper()
	c, messages, err := f.Transcript(f.ctx, f.inbox.Workspace, f.visitor.Conversation)
	f.ok(err)
	for i, m := range messages {
		if m.Seq != int64(i)+1 {
			f.t.Fatalf("message %d has seq %d: the sequence has a gap", i, m.Seq)
		}
	}
	if c.Head != int64(len(messages)) {
		f.t.Fatalf("head is %d with %d messages", c.Head, len(messages))
	}
	return c, messages
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
