package agentconsole_test

import (
	"testing"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

func TestWatchBringsMessagesAndState(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	g.says("One")
	g.says("Two")
	screen := s.signIn(s.priya).socket()
	screen.send(map[string]any{"t": "watch", "conv": g.id(), "after": 1})
	screen.messages(1, 1)
	g.says("Three")
	screen.messages(2, 1)
	g.asksForPerson()
	line := screen.next("message")
	if line.Kind != "event" || line.Seq != 4 {
		t.Errorf("the line is %+v", line)
	}
	if state := screen.next("state"); state.State != "waiting" || state.Conv != g.id() {
		t.Errorf("the state is %+v", state)
	}
	// What is on a screen of the team has reached it.
	for {
		now, err := s.convs.Get(t.Context(), s.workspace.ID, g.id())
		if err != nil {
			t.Fatal(err)
		}
		if now.AgentDelivered >= 3 {
			if now.AgentSeen != 0 {
				t.Error("delivered counts as seen")
			}
			break
		}
		// Noting it makes a new row. Asking by pings would outrun the socket's rate on a slow machine, and a ping too many is answered by no head.
		screen.next("row")
	}
	screen.send(map[string]any{"t": "read", "conv": g.id(), "seq": 4})
	screen.until("the row without unread messages", func(f frame) bool { return f.T == "row" && f.Row.Unread == 0 })
}

func TestAssistantsMessageTellsHowSureItWas(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	seq := g.says("Do you ship to Bengaluru?")
	screen := s.signIn(s.priya).socket()
	screen.send(map[string]any{"t": "watch", "conv": g.id(), "after": seq})
	screen.next("viewers")
	run := newID()
	s.bus.Publish(workspace.NewEvent(s.workspace.ID, g.id(), workspace.EventDelta, map[string]any{"run": run, "epoch": 0, "offset": 0, "text": "Yes", "pages": 1}))
	if d := screen.next("delta"); d.Text != "Yes" || d.Conv != g.id() {
		t.Errorf("the delta is %+v", d)
	}
	_, err := s.convs.Reply(t.Context(), conversation.ReplyInput{
		Workspace: s.workspace.ID, Conversation: g.id(), InReplyTo: seq, Run: run, Body: "Yes.", Outcome: conversation.OutcomeAnswered,
		Turn: conversation.Turn{Outcome: "answered", Confidence: 0.75, SignalsVersion: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	if m := screen.next("message"); m.Confidence == nil || *m.Confidence != 0.75 || m.Body != "Yes." {
		t.Errorf("the message is %+v", m)
	}
}

func TestNothingIsLostOverReconnects(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	b := s.signIn(s.priya)
	g.says("1")
	first := b.socket()
	first.send(map[string]any{"t": "watch", "conv": g.id(), "after": 0})
	first.messages(0, 1)
	_ = first.ws.Close()
	const missed = conversation.PageSize + 20
	for range missed {
		g.says("While you were away")
	}
	second := b.socket()
	second.send(map[string]any{"t": "watch", "conv": g.id(), "after": 1})
	second.messages(1, missed)
	g.says("Back")
	second.messages(1+missed, 1)
}

func TestLostHintIsFoundAtThePing(t *testing.T) {
	t.Parallel()
	o := open(t)
	s := o.shop("Tarang")
	g := s.guest()
	g.says("1")
	screen := s.signIn(s.priya).socket()
	screen.send(map[string]any{"t": "watch", "conv": g.id(), "after": 0})
	screen.messages(0, 1)
	// Another node stored these, and its hints never came.
	g.convs = conversation.NewStore(o.db.App, deaf{}, nobody{}, o.now)
	g.says("2")
	g.says("3")
	screen.send(map[string]any{"t": "ping"})
	screen.messages(1, 2)
}

// deaf publishes nothing.
type deaf struct{}

func (deaf) Publish(workspace.Event) {}

func TestRestoredDatabaseAsksForResync(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	g.says("1")
	screen := s.signIn(s.priya).socket()
	screen.send(map[string]any{"t": "watch", "conv": g.id(), "after": 99})
	if f := screen.next("resync"); f.From != 0 || f.Conv != g.id() {
		t.Errorf("the resync is %+v", f)
	}
	screen.messages(0, 1)
}

func TestStateIsToldWhenItChangesAndWhenThePacketIsWritten(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	g.says("Hello")
	g.asksForPerson()
	screen := s.signIn(s.priya).socket()
	screen.send(map[string]any{"t": "watch", "conv": g.id(), "after": 2})
	// The packet may have come since the client read: it is told once to read again, and not when it then watches again.
	screen.next("state")
	screen.send(map[string]any{"t": "watch", "conv": g.id(), "after": 2})
	const last = 8
	for seq := int64(3); seq <= last; seq++ {
		g.says("Are you there?")
	}
	screen.until("the last message", func(f frame) bool {
		if f.T == "state" {
			t.Errorf("a message alone was told as a state: %+v", f)
		}
		return f.T == "message" && f.Seq == last
	})
	s.ok(s.convs.SavePacket(t.Context(), s.workspace.ID, g.id(), 2, []byte(`{}`)))
	if f := screen.next("state"); f.State != "waiting" {
		t.Errorf("the state is %+v", f)
	}
	s.ok(s.convs.SetPlaces(t.Context(), s.workspace.ID, []conversation.Place{{ID: g.id(), Position: 4}}))
	_, err := s.convs.Claim(t.Context(), s.priya, g.id())
	s.ok(err)
	if f := screen.next("state"); f.State != "agent" || f.Person == nil || f.Person.Name != "Priya Nair" {
		t.Errorf("moving up in line was told as a state: %+v", f)
	}
}
