package widget_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/widget"
	"github.com/baton-chat/baton/workspace"
)

// silent is a publisher whose events all get lost.
type silent struct{}

func (silent) Publish(workspace.Event) {}

// unheard is the conversation store of a node whose events do not arrive.
func (s *site) unheard() *conversation.Store {
	return conversation.NewStore(s.db.App, silent{}, s.rounds, s.clock.now)
}

func (s *site) agentSays(t *testing.T, store *conversation.Store, conv uuid.UUID, body string) {
	t.Helper()
	if _, err := store.AgentSay(t.Context(), s.agent, conv, uuid.Must(uuid.NewV7()), body); err != nil {
		t.Fatal(err)
	}
}

// messages reads until seq, and fails unless every message comes once and in order.
func (l *line) messages(from, to float64) []map[string]any {
	l.t.Helper()
	var got []map[string]any
	for want := from; want <= to; want++ {
		m := l.until("message", nil)
		if m["seq"] != want {
			l.t.Fatalf("message %v came, want %v", m["seq"], want)
		}
		got = append(got, m)
	}
	return got
}

func TestResumeWithoutLoss(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	v := s.visitor(t)
	l := v.connect(t, 0)
	l.say(1, "one")
	_ = l.ws.NetConn().Close() // the network goes, not the client
	for i := range 3 {
		s.agentSays(t, s.conversations, v.conv, fmt.Sprintf("while away %d", i))
	}
	l = v.connect(t, 1)
	w := l.until("welcome", nil)
	if heads := w["heads"].(map[string]any); heads[v.conv.String()] != 5.0 || w["n"] != 1.0 {
		t.Errorf("welcome: %v", w)
	}
	if st := l.next(); st["t"] != "state" || st["state"] != "agent" || st["person"].(map[string]any)["name"] != "Priya Nair" {
		t.Errorf("after welcome: %v", st)
	}
	got := l.messages(2, 5) // "joined", then three
	if got[0]["kind"] != "event" || got[3]["body"] != "while away 2" {
		t.Errorf("resumed with %v", got)
	}
	s.agentSays(t, s.conversations, v.conv, "live")
	if m := l.messages(6, 6)[0]; m["body"] != "live" {
		t.Errorf("live: %v", m)
	}
}

// More than a page, more than a queue: all of it comes, in order.
func TestResumeOfALongConversation(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	v := s.visitor(t)
	l := v.connect(t, 0)
	l.say(1, "one")
	const more = conversation.PageSize + 50
	_, err := s.db.Owner.Exec(t.Context(), `ALTER TABLE message NO FORCE ROW LEVEL SECURITY; ALTER TABLE conversation NO FORCE ROW LEVEL SECURITY`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.db.Owner.Exec(t.Context(), `
		INSERT INTO message (workspace_id, conversation_id, seq, cid, kind, author_kind, body, body_hash)
		SELECT $1, $2, n, gen_random_uuid(), 'text', 'assistant', repeat('x', 2000), '' FROM generate_series(2, $3::bigint) n`, s.inbox.Workspace, v.conv, more)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.db.Owner.Exec(t.Context(), `UPDATE conversation SET head = $3 WHERE workspace_id = $1 AND id = $2`, s.inbox.Workspace, v.conv, more); err != nil {
		t.Fatal(err)
	}
	v.connect(t, 0).messages(1, more)
	// The socket that was open finds the same by itself.
	l.messages(2, more)
	l.text(`{"t":"ping"}`)
	if h := l.until("head", nil); h["seq"] != float64(more) {
		t.Errorf("head: %v", h)
	}
}

func TestSameCIDIsStoredOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	v := s.visitor(t)
	l := v.connect(t, 0)
	cid := uuid.Must(uuid.NewV7())
	frame := map[string]any{"t": "say", "conv": v.conv, "cid": cid, "n": 1, "body": "once"}
	l.send(frame)
	_ = l.ws.NetConn().Close() // the ack is lost, and perhaps the message
	l = v.connect(t, 0)
	for range 3 {
		l.send(frame)
		if ack := l.until("ack", nil); ack["seq"] != 1.0 || ack["cid"] != cid.String() {
			t.Errorf("ack: %v", ack)
		}
	}
	_, messages, err := s.conversations.Transcript(t.Context(), s.inbox.Workspace, v.conv)
	if err != nil || len(messages) != 1 {
		t.Errorf("%d messages are stored (error %v), want 1", len(messages), err)
	}
}

// An event that does not arrive is noticed at the next one, and at the latest with the next look at the database.
func TestLostEventsAreFilled(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	v := s.visitor(t)
	l := v.connect(t, 0)
	l.say(1, "one")
	s.agentSays(t, s.unheard(), v.conv, "unheard")
	s.agentSays(t, s.conversations, v.conv, "heard")
	got := l.messages(2, 4)
	if got[1]["body"] != "unheard" || got[2]["body"] != "heard" {
		t.Errorf("filled with %v", got)
	}
	s.agentSays(t, s.unheard(), v.conv, "unheard again")
	if _, err := s.unheard().Resolve(t.Context(), s.agent, v.conv); err != nil {
		t.Fatal(err)
	}
	if st := l.until("state", is("state", "resolved")); st["head"] != 6.0 {
		t.Errorf("state: %v", st)
	}
	l.messages(5, 6)
	l.text(`{"t":"ping"}`)
	if h := l.until("head", nil); h["seq"] != 6.0 || h["epoch"] != 1.0 {
		t.Errorf("head: %v", h)
	}
}

func TestResync(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	v := s.visitor(t)
	v.connect(t, 0).say(1, "one")
	for name, c := range map[string]struct {
		store  string
		cursor int64
		want   bool
	}{
		"a cursor ahead":  {v.store, 9, true},
		"another history": {uuid.NewString(), 1, true},
		"a first visit":   {"", 0, false},
		"the same":        {v.store, 1, false},
	} {
		w := *v
		w.store = c.store
		l := w.connect(t, c.cursor)
		l.until("welcome", nil)
		f := l.next()
		if got := f["t"] == "resync"; got != c.want {
			t.Errorf("%s: %v", name, f)
		}
		if c.want {
			l.messages(1, 1)
		}
	}
}

// A tab that is open while another one writes shows the same.
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	v := s.visitor(t)
	a, b := v.connect(t, 0), v.connect(t, 0)
	b.until("state", nil)
	cid, _ := a.say(1, "from the first")
	if m := b.messages(1, 1)[0]; m["cid"] != cid.String() || m["author"].(map[string]any)["kind"] != "visitor" {
		t.Errorf("the other tab got %v", m)
	}
	b.say(2, "from the second")
	a.messages(2, 2)
}

// Two tabs took the same number. Of the two messages that one of them has under way the second fits the count by then, and still must not be stored before the first.
func TestTwoTabsAtOnceKeepTheirOrders(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	v := s.visitor(t)
	a, b := v.connect(t, 0), v.connect(t, 0)
	a.say(1, "from one tab")
	first, second := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	says := func(cid uuid.UUID, n int64) {
		b.send(map[string]any{"t": "say", "conv": v.conv, "cid": cid, "n": n, "body": "from the other, " + cid.String()})
	}
	says(first, 1)
	says(second, 2)
	for _, cid := range []uuid.UUID{first, second} {
		if got := b.until("error", nil); got["code"] != "gap" || got["cid"] != cid.String() || got["n"] != 2.0 {
			t.Errorf("%s: %v, want a gap", cid, got)
		}
	}
	says(first, 2)
	says(second, 3)
	for i, cid := range []uuid.UUID{first, second} {
		if got := b.until("ack", nil); got["cid"] != cid.String() || got["seq"] != float64(i+2) {
			t.Errorf("sent again: %v, want %s at %d", got, cid, i+2)
		}
	}
}

// A copy of a message that came late, and was not taken, must not shut the socket to those that the client still holds.
func TestLateCopyHoldsNothingBackForEver(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(l *widget.Limits) { l.Socket.Burst, l.Socket.Rate, l.Socket.Refused = 3, 4, 1_000_000 })
	v := s.visitor(t)
	a := v.connect(t, 0) // The hello is the first of three.
	send := func(cid uuid.UUID, n int64) {
		a.send(map[string]any{"t": "say", "conv": v.conv, "cid": cid, "n": n, "body": "said"})
	}
	stored, held := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	for range 3 {
		send(stored, 1) // The last copy is too much.
	}
	if got := a.until("slow_down", nil); got["cid"] != stored.String() {
		t.Fatalf("got %v", got)
	}
	send(held, 2)
	if got := a.until("slow_down", nil); got["cid"] != held.String() {
		t.Fatalf("got %v", got)
	}
	answers := func(f map[string]any) bool { return f["cid"] == held.String() }
	for got := ""; got != "ack"; {
		send(held, 2)
		for got = ""; got != "ack" && got != "slow_down"; {
			if f := a.next(); answers(f) {
				got = f["t"].(string)
			}
		}
	}
}
