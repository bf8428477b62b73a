package model_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/chaos/model"
	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/workspace"
)

// rounds keeps what the real store gives to the assistant.
type rounds struct {
	mu   sync.Mutex
	list []conversation.Round
}

func (r *rounds) Publish(workspace.Event) {}

func (r *rounds) Schedule(_ context.Context, _ pgx.Tx, rounds ...conversation.Round) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, round := range rounds {
		round.Workspace = uuid.Nil
		r.list = append(r.list, round)
	}
	return nil
}

// ticking is a clock that moves with every look, so that no two things happen at the same moment.
func ticking() func() time.Time {
	var mu sync.Mutex
	now := time.Now().UTC().Truncate(time.Second)
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Millisecond)
		return now
	}
}

// pair is the model and the real store, with the same people.
type pair struct {
	real    *conversation.Store
	told    *rounds
	model   *model.Store
	space   uuid.UUID
	visitor conversation.VisitorSession
	agents  [2]workspace.Agent
	cids    []uuid.UUID
}

// kinds are what callers decide on; everything else must not happen.
var kinds = []error{
	conversation.ErrUnknown, conversation.ErrEmpty, conversation.ErrTooLong, conversation.ErrCIDReused, conversation.ErrStale, conversation.ErrClaimed, conversation.ErrState,
}

func kindOf(err error) string {
	var gap *conversation.GapError
	if errors.As(err, &gap) {
		return fmt.Sprintf("gap %d", gap.Next)
	}
	for _, kind := range kinds {
		if errors.Is(err, kind) {
			return kind.Error()
		}
	}
	if err != nil {
		return "unexpected: " + err.Error()
	}
	return ""
}

// same compares what one command did to both.
func (p *pair) same(t *rapid.T, what string, realSeq int64, realErr error, modelSeq int64, modelErr error) {
	if kindOf(realErr) != kindOf(modelErr) || realSeq != modelSeq {
		t.Fatalf("%s: PostgreSQL says %d %q, the model %d %q", what, realSeq, kindOf(realErr), modelSeq, kindOf(modelErr))
	}
}

// A model that differs from the real store would make the simulation a proof about nothing.
func TestModelDoesWhatPostgreSQLDoes(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	people := workspace.NewStore(db.App)
	ctx := t.Context()
	w, _, err := people.Ensure(ctx, "Tarang")
	if err != nil {
		t.Fatal(err)
	}
	inbox, err := people.AddInbox(ctx, workspace.Inbox{Workspace: w.ID, Name: "Shop"})
	if err != nil {
		t.Fatal(err)
	}
	var agents [2]workspace.Agent
	for i, name := range []string{"Asha Kulkarni", "Priya Nair"} {
		if agents[i], err = people.AddAgent(ctx, w.ID, name, fmt.Sprintf("a%d@tarang.example", i), workspace.RoleAgent); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		told := &rounds{}
		p := &pair{told: told, real: conversation.NewStore(db.App, told, told, ticking()), model: model.New(), space: w.ID, agents: agents}
		if _, p.visitor, err = p.real.OpenSession(ctx, inbox, "", conversation.Page{}); err != nil {
			rt.Fatal(err)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"say":      func(t *rapid.T) { p.say(ctx, t) },
			"say more": func(t *rapid.T) { p.say(ctx, t) }, // Talking is what people do most.
			"reply":    func(t *rapid.T) { p.reply(ctx, t) },
			"team":     func(t *rapid.T) { p.team(ctx, t) },
			"person":   func(t *rapid.T) { p.person(ctx, t) },
			"":         func(t *rapid.T) { p.compare(ctx, t) },
		})
	})
}

// cid is a new one, or now and then one that was used.
func (p *pair) cid(t *rapid.T) uuid.UUID {
	if len(p.cids) > 0 && rapid.IntRange(0, 3).Draw(t, "again") == 0 {
		return rapid.SampledFrom(p.cids).Draw(t, "old cid")
	}
	cid := uuid.Must(uuid.NewV7())
	p.cids = append(p.cids, cid)
	return cid
}

func body(t *rapid.T) string {
	return rapid.SampledFrom([]string{"Hello", "Do you ship to Bengaluru?", "नमस्ते", " ", "a\x00b"}).Draw(t, "body")
}

func (p *pair) say(ctx context.Context, t *rapid.T) {
	cid, text := p.cid(t), body(t)
	n := p.model.Counter(p.visitor.Device) + int64(rapid.SampledFrom([]int{1, 1, 1, 1, 0, 2, 5}).Draw(t, "n"))
	conv := p.visitor.Conversation
	if rapid.IntRange(0, 19).Draw(t, "foreign") == 0 {
		conv = uuid.Must(uuid.NewV7())
	}
	ack, err := p.real.Say(ctx, conversation.SayInput{Session: p.visitor, Conversation: conv, CID: cid, N: max(n, 1), Body: text})
	if conv != p.visitor.Conversation {
		if _, clean := conversation.Cleaned(text); clean == nil && !errors.Is(err, conversation.ErrUnknown) {
			t.Fatalf("somebody else's conversation: %v", err)
		}
		return
	}
	seq, modelErr := p.model.Say(p.visitor.Visitor, p.visitor.Device, conv, cid, max(n, 1), text)
	p.same(t, "say", ack.Seq, err, seq, modelErr)
}

func (p *pair) reply(ctx context.Context, t *rapid.T) {
	if len(p.model.Rounds) == 0 {
		return
	}
	round := rapid.SampledFrom(p.model.Rounds).Draw(t, "round")
	_, err := p.real.Reply(ctx, conversation.ReplyInput{
		Workspace: p.space, Conversation: p.visitor.Conversation, InReplyTo: round.Seq, Epoch: round.Epoch, Run: uuid.Must(uuid.NewV7()), Body: "An answer.",
		Outcome: conversation.OutcomeAnswered, Turn: conversation.Turn{Outcome: "answered", SignalsVersion: 1},
	})
	p.same(t, "reply", 0, err, 0, p.model.Reply(p.visitor.Conversation, round.Seq, round.Epoch, "An answer."))
}

func (p *pair) team(ctx context.Context, t *rapid.T) {
	agent, conv := rapid.SampledFrom(p.agents[:]).Draw(t, "agent"), p.visitor.Conversation
	switch what := rapid.SampledFrom([]string{"claim", "say", "note", "hand back", "resolve"}).Draw(t, "what"); what {
	case "claim":
		_, err := p.real.Claim(ctx, agent, conv)
		p.same(t, what, 0, err, 0, p.model.Claim(agent.ID, conv))
	case "say":
		cid, text := p.cid(t), body(t)
		ack, err := p.real.AgentSay(ctx, agent, conv, cid, text)
		seq, modelErr := p.model.AgentSay(agent.ID, conv, cid, text)
		p.same(t, what, ack.Seq, err, seq, modelErr)
	case "note":
		cid, text := p.cid(t), body(t)
		ack, err := p.real.Note(ctx, agent, conv, cid, text)
		seq, modelErr := p.model.Note(conv, cid, text)
		p.same(t, what, ack.Seq, err, seq, modelErr)
	case "hand back":
		_, err := p.real.HandBack(ctx, agent, conv)
		p.same(t, what, 0, err, 0, p.model.HandBack(agent.ID, conv))
	case "resolve":
		_, err := p.real.Resolve(ctx, agent, conv)
		p.same(t, what, 0, err, 0, p.model.Resolve(agent.ID, conv))
	}
}

func (p *pair) person(ctx context.Context, t *rapid.T) {
	if rapid.Bool().Draw(t, "ask") {
		_, err := p.real.AskPerson(ctx, p.visitor, p.visitor.Conversation)
		p.same(t, "ask", 0, err, 0, p.model.AskPerson(p.visitor.Visitor, p.visitor.Conversation))
		return
	}
	_, err := p.real.LeaveLine(ctx, p.visitor, p.visitor.Conversation)
	p.same(t, "leave", 0, err, 0, p.model.LeaveLine(p.visitor.Visitor, p.visitor.Conversation))
}

// compare holds everything that is stored against each other.
func (p *pair) compare(ctx context.Context, t *rapid.T) {
	c, messages, err := p.real.Transcript(ctx, p.space, p.visitor.Conversation)
	m := p.model.Conversations[p.visitor.Conversation]
	if m == nil {
		if !errors.Is(err, conversation.ErrUnknown) {
			t.Fatalf("only PostgreSQL has the conversation: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if c.State != m.State || c.Epoch != m.Epoch || c.Head != m.Head() || c.LastVisitorSeq != m.LastVisitorSeq {
		t.Fatalf("PostgreSQL: %s, epoch %d, head %d, last %d; model: %s, %d, %d, %d", c.State, c.Epoch, c.Head, c.LastVisitorSeq, m.State, m.Epoch, m.Head(), m.LastVisitorSeq)
	}
	var real []model.Message
	for i, r := range messages {
		one := model.Message{Seq: r.Seq, CID: r.CID, Kind: r.Kind, By: r.Author.Kind, Body: r.Body}
		if r.Line != nil {
			one.Name, one.CID = r.Line.Name, m.Messages[i].CID // The cid of a line is the store's own affair.
		}
		real = append(real, one)
	}
	if diff := cmp.Diff(m.Messages, real); diff != "" {
		t.Fatalf("the transcripts differ (-model +PostgreSQL):\n%s", diff)
	}
	if diff := cmp.Diff(p.model.Rounds, p.told.list); diff != "" {
		t.Fatalf("the assistant was asked differently (-model +PostgreSQL):\n%s", diff)
	}
}
