package widget_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/presence"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/widget"
	"github.com/baton-chat/baton/workspace"
)

// heard collects events of one kind about a conversation.
func (s *site) heard(t *testing.T, conv uuid.UUID, kind string) <-chan string {
	t.Helper()
	events := make(chan string, 99)
	sub := s.bus.Watch(s.inbox.Workspace, conv, realtime.Watch{Event: func(e workspace.Event) {
		if e.Kind == kind {
			events <- string(e.Data)
		}
	}})
	t.Cleanup(sub.Close)
	return events
}

func wait(t *testing.T, events <-chan string) string {
	t.Helper()
	select {
	case e := <-events:
		return e
	case <-time.After(patience):
		t.Fatal("nothing was heard")
		return ""
	}
}

func TestAskForAPerson(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	v := s.visitor(t)
	l := v.connect(t, 0)
	l.until("state", nil)
	person := func(on bool) map[string]any {
		l.send(map[string]any{"t": "person", "conv": v.conv, "on": on})
		return l.until("state", nil)
	}
	// Before the first message, and twice.
	for range 2 {
		st := person(true)
		queue, _ := st["queue"].(map[string]any)
		if st["state"] != "waiting" || queue == nil || queue["position"] != 1.0 || queue["minutes"] != nil || st["online"] != 0.0 || st["person"] != nil {
			t.Errorf("asked for a person: %v", st)
		}
	}
	l.send(map[string]any{"t": "contact", "conv": v.conv, "email": "Ananya.Rao@Example.in"})
	if st := l.until("state", is("contact", true)); st["state"] != "waiting" {
		t.Errorf("left an address: %v", st)
	}
	if who, err := s.conversations.Visitor(t.Context(), s.inbox.Workspace, s.visitorOf(t, v)); err != nil || who.Email != "ananya.rao@example.in" {
		t.Errorf("stored %+v (error %v)", who, err)
	}
	for range 2 {
		if st := person(false); st["state"] != "assistant" || st["queue"] != nil || st["contact"] != true {
			t.Errorf("left the line: %v", st)
		}
	}
	person(true)
	if _, err := s.conversations.Claim(t.Context(), s.agent, v.conv); err != nil {
		t.Fatal(err)
	}
	st := l.until("state", is("state", "agent"))
	who, _ := st["person"].(map[string]any)
	if who == nil || who["name"] != "Priya Nair" || who["initials"] != "PN" || st["epoch"] != 1.0 {
		t.Errorf("claimed: %v", st)
	}
}

func (s *site) visitorOf(t *testing.T, v *visitor) uuid.UUID {
	t.Helper()
	c, err := s.conversations.Get(t.Context(), s.inbox.Workspace, v.conv)
	if err != nil {
		t.Fatal(err)
	}
	return c.Visitor
}

func TestNotesStayWithTheTeam(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	v := s.visitor(t)
	l := v.connect(t, 0)
	l.say(1, "one")
	const secret = "this visitor is difficult"
	if _, err := s.conversations.Note(t.Context(), s.agent, v.conv, uuid.Must(uuid.NewV7()), secret); err != nil {
		t.Fatal(err)
	}
	s.agentSays(t, s.conversations, v.conv, "Hello")
	for name, line := range map[string]*line{"live": l, "resumed": v.connect(t, 1)} {
		got := line.messages(2, 4)
		note := got[0]
		if note["kind"] != "hidden" || note["body"] != nil || note["author"].(map[string]any)["kind"] != "system" || len(note["author"].(map[string]any)) != 1 {
			t.Errorf("%s: the visitor got %v", name, note)
		}
	}
}

func TestReceipts(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	v := s.visitor(t)
	l := v.connect(t, 0)
	l.say(1, "one")
	read := s.heard(t, v.conv, workspace.EventRead)
	if err := s.conversations.Receive(t.Context(), s.inbox.Workspace, v.conv, conversation.ByAgent, 1, 1); err != nil {
		t.Fatal(err)
	}
	wait(t, read)
	if f := l.until("read", nil); f["by"] != "agent" || f["delivered"] != 1.0 || f["seen"] != 1.0 {
		t.Errorf("read: %v", f)
	}
	s.agentSays(t, s.conversations, v.conv, "Hello")
	wait(t, read) // written to the visitor's socket
	c := s.conversationOf(t, v)
	if c.VisitorDelivered != 3 || c.VisitorSeen != 0 {
		t.Errorf("delivered %d, seen %d, want 3 and 0", c.VisitorDelivered, c.VisitorSeen)
	}
	l.until("message", is("seq", 3.0))
	l.send(map[string]any{"t": "read", "conv": v.conv, "seq": 99})
	wait(t, read)
	if c := s.conversationOf(t, v); c.VisitorSeen != 3 {
		t.Errorf("seen %d, want 3", c.VisitorSeen)
	}
	// After a reload the ticks are there again.
	if f := v.connect(t, 3).until("read", nil); f["seen"] != 1.0 {
		t.Errorf("after a reload: %v", f)
	}
	// What was read just before the end is stored too.
	s.agentSays(t, s.conversations, v.conv, "Bye")
	l.until("message", is("seq", 4.0))
	l.send(map[string]any{"t": "read", "conv": v.conv, "seq": 4})
	_ = l.ws.NetConn().Close()
	for c := s.conversationOf(t, v); c.VisitorSeen != 4; c = s.conversationOf(t, v) {
		wait(t, read)
	}
}

func (s *site) conversationOf(t *testing.T, v *visitor) conversation.Conversation {
	t.Helper()
	c, err := s.conversations.Get(t.Context(), s.inbox.Workspace, v.conv)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPresence(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	v := s.visitor(t)
	l := v.connect(t, 0)
	if f := l.until("presence", nil); len(f["people"].([]any)) != 0 {
		t.Errorf("nobody is here: %v", f)
	}
	key := presence.Key{Workspace: s.inbox.Workspace, Kind: presence.Agent, Person: s.agent.ID, Device: uuid.New()}
	s.presence.Enter(t.Context(), key)
	f := l.until("presence", nil)
	if people := f["people"].([]any); len(people) != 1 || people[0].(map[string]any)["status"] != "online" {
		t.Errorf("Priya came: %v", f)
	}
	if st := l.until("state", nil); st["online"] != 1.0 {
		t.Errorf("Priya came: %v", st)
	}
	if err := s.workspaces.SetStatus(t.Context(), s.agent, workspace.Busy); err != nil {
		t.Fatal(err)
	}
	s.presence.AnnounceAgent(s.inbox.Workspace, s.agent.ID)
	if people := l.until("presence", nil)["people"].([]any); len(people) != 1 || people[0].(map[string]any)["status"] != "busy" {
		t.Errorf("Priya is busy: %v", people)
	}
	if st := l.until("state", nil); st["online"] != 0.0 {
		t.Errorf("Priya is busy: %v", st)
	}
	seen, err := s.presence.Visitors(t.Context(), s.inbox.Workspace, []uuid.UUID{s.firstVisitor(t)})
	if err != nil || !seen[s.firstVisitor(t)].Here {
		t.Errorf("the visitor is not here: %v (error %v)", seen, err)
	}
}

// firstVisitor is the id of the one visitor there is.
func (s *site) firstVisitor(t *testing.T) (id uuid.UUID) {
	t.Helper()
	if _, err := s.db.Owner.Exec(t.Context(), `ALTER TABLE visitor NO FORCE ROW LEVEL SECURITY`); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Owner.QueryRow(t.Context(), `SELECT id FROM visitor`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestTypingExpires(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(l *widget.Limits) { l.Typing = 50 * time.Millisecond })
	v := s.visitor(t)
	l := v.connect(t, 0)
	l.say(1, "one")
	signs := s.heard(t, v.conv, workspace.EventTyping)
	l.send(map[string]any{"t": "typing", "conv": v.conv, "on": true})
	for _, want := range []string{`{"who":{"kind":"visitor"},"on":true,"ttl":1}`, `{"who":{"kind":"visitor"},"on":false,"ttl":1}`} {
		if got := wait(t, signs); got != want {
			t.Errorf("typing: %s, want %s", got, want)
		}
	}
}

func TestTyping(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	v := s.visitor(t)
	l := v.connect(t, 0)
	l.say(1, "one")
	signs := s.heard(t, v.conv, workspace.EventTyping)
	l.send(map[string]any{"t": "typing", "conv": v.conv, "on": true})
	if got := wait(t, signs); got != `{"who":{"kind":"visitor"},"on":true,"ttl":6}` {
		t.Errorf("typing: %s", got)
	}
	_ = l.ws.NetConn().Close()
	if got := wait(t, signs); got != `{"who":{"kind":"visitor"},"on":false,"ttl":6}` {
		t.Errorf("after the tab closed: %s", got)
	}
	l = v.connect(t, 1)
	l.until("presence", nil)
	s.bus.Publish(workspace.NewEvent(s.inbox.Workspace, v.conv, workspace.EventTyping, widget.Typing{Who: widget.Who{Kind: "visitor"}, On: true, TTL: 6}))
	s.bus.Publish(workspace.NewEvent(s.inbox.Workspace, v.conv, workspace.EventTyping, widget.Typing{Who: widget.Who{Kind: "agent", Name: "Priya Nair"}, On: true, TTL: 6}))
	f := l.until("typing", nil)
	if who := f["who"].(map[string]any); who["kind"] != "agent" || who["name"] != "Priya Nair" || f["ttl"] != 6.0 || f["on"] != true {
		t.Errorf("typing: %v", f)
	}
}
