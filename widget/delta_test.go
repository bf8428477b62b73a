package widget_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

// asking is a visitor's first question, before anything of its answer came.
func asking(t *testing.T) (s *site, v *visitor, l *line) {
	t.Helper()
	s = newSite(t, nil)
	v = s.visitor(t)
	l = v.connect(t, 0)
	l.say(1, "Do you ship?")
	s.fence(l)
	return s, v, l
}

// piece publishes a piece of an answer, as the assistant does.
func (s *site) piece(conv, run uuid.UUID, epoch int64, offset int, text string) {
	s.bus.Publish(workspace.NewEvent(s.inbox.Workspace, conv, workspace.EventDelta, map[string]any{"run": run, "epoch": epoch, "offset": offset, "text": text, "pages": 2}))
}

// fence publishes what every client is shown, so that a test knows that nothing came before it.
func (s *site) fence(l *line) []map[string]any {
	l.t.Helper()
	l.text(`{"t":"ping"}`)
	var before []map[string]any
	for {
		f := l.next()
		if f["t"] == "head" {
			return before
		}
		before = append(before, f)
	}
}

func named(frames []map[string]any, name string) (found []map[string]any) {
	for _, f := range frames {
		if f["t"] == name {
			found = append(found, f)
		}
	}
	return found
}

func TestDeltas(t *testing.T) {
	t.Parallel()
	s, v, l := asking(t)
	run := uuid.Must(uuid.NewV7())
	s.piece(v.conv, run, 0, 0, "You get")
	s.piece(v.conv, run, 0, 7, " it")
	for _, want := range []map[string]any{{"offset": 0.0, "text": "You get"}, {"offset": 7.0, "text": " it"}} {
		f := l.until("delta", nil)
		if f["offset"] != want["offset"] || f["text"] != want["text"] || f["run"] != run.String() || f["conv"] != v.conv.String() || f["pages"] != 2.0 {
			t.Errorf("delta: %v, want %v", f, want)
		}
	}
	// A client that cannot show them gets none.
	plain := s.dial(t, nil)
	plain.send(map[string]any{"t": "hello", "v": 1, "caps": []string{}, "token": v.token, "store": "", "cursors": map[string]int64{}})
	s.fence(plain)
	s.piece(v.conv, run, 0, 10, "!")
	l.until("delta", nil)
	if got := named(s.fence(plain), "delta"); len(got) != 0 {
		t.Errorf("a client without deltas got %v", got)
	}
}

func TestDeltasAreCutAtTheClaim(t *testing.T) {
	t.Parallel()
	s, v, l := asking(t)
	run := uuid.Must(uuid.NewV7())
	s.piece(v.conv, run, 0, 0, "You")
	l.until("delta", nil)
	if _, err := s.conversations.Claim(t.Context(), s.agent, v.conv); err != nil {
		t.Fatal(err)
	}
	// The model does not know it yet.
	s.piece(v.conv, run, 0, 3, " get")
	got := s.fence(l)
	deltas := named(got, "delta")
	if len(deltas) != 1 || deltas[0]["end"] != true || deltas[0]["text"] != "" || deltas[0]["run"] != run.String() {
		t.Errorf("after the claim came %v, want the end of the run only", deltas)
	}
	if len(named(got, "state")) == 0 {
		t.Error("no state tells of the claim")
	}
	// The same for a socket that came after the claim.
	late := v.connect(t, 0)
	s.fence(late)
	s.piece(v.conv, run, 0, 7, " it")
	if got := named(s.fence(late), "delta"); len(got) != 0 {
		t.Errorf("a later socket got %v", got)
	}
	// Handed back, the assistant is heard again, under the new epoch only.
	if _, err := s.conversations.HandBack(t.Context(), s.agent, v.conv); err != nil {
		t.Fatal(err)
	}
	s.piece(v.conv, uuid.Must(uuid.NewV7()), 0, 0, "old") // of a run that this socket never saw
	s.piece(v.conv, uuid.Must(uuid.NewV7()), 1, 0, "new")
	if f := l.until("delta", nil); f["text"] != "new" {
		t.Errorf("after the hand-back: %v", f)
	}
}

func TestDeltasAreCutWhenAPersonIsCalled(t *testing.T) {
	t.Parallel()
	s, v, l := asking(t)
	run := uuid.Must(uuid.NewV7())
	s.piece(v.conv, run, 0, 0, "You")
	l.send(map[string]any{"t": "person", "conv": v.conv, "on": true})
	if f := l.until("delta", is("end", true)); f["run"] != run.String() {
		t.Errorf("end: %v", f)
	}
	l.until("state", is("state", "waiting"))
	s.piece(v.conv, run, 0, 3, " get")
	if got := named(s.fence(l), "delta"); len(got) != 0 {
		t.Errorf("while waiting came %v", got)
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	s, v, l := asking(t)
	cancels := s.heard(t, v.conv, workspace.EventCancel)
	run := uuid.Must(uuid.NewV7())
	s.piece(v.conv, run, 0, 0, "You")
	l.send(map[string]any{"t": "stop", "conv": v.conv, "run": run})
	if got := wait(t, cancels); got != `{"run":"`+run.String()+`"}` {
		t.Errorf("cancel: %s", got)
	}
	s.piece(v.conv, run, 0, 3, " get")
	_, err := s.conversations.Reply(t.Context(), conversation.ReplyInput{
		Workspace: s.inbox.Workspace, Conversation: v.conv, InReplyTo: 1, Run: run, Body: "You", Outcome: conversation.OutcomeStopped,
		Turn: conversation.Turn{Outcome: conversation.OutcomeStopped},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := s.fence(l)
	if deltas := named(got, "delta"); len(deltas) != 1 || deltas[0]["text"] != "You" {
		t.Errorf("after the stop came %v", deltas)
	}
	if m := named(got, "message"); len(m) != 1 || m[0]["outcome"] != "stopped" {
		t.Errorf("messages: %v", m)
	}
	// The next answer is another run.
	l.say(2, "And to Mysuru?")
	s.piece(v.conv, uuid.Must(uuid.NewV7()), 0, 0, "Yes")
	if f := l.until("delta", nil); f["text"] != "Yes" {
		t.Errorf("next answer: %v", f)
	}
}

// again publishes the whole text so far, as the assistant does when somebody lacks it.
func (s *site) again(conv, run uuid.UUID, text string) {
	s.bus.Publish(workspace.NewEvent(s.inbox.Workspace, conv, workspace.EventDelta, map[string]any{"run": run, "epoch": 0, "offset": 0, "text": text, "again": true}))
}

// A socket that joins in the middle of an answer asks for the text so far, and gets it; one that holds it already gets only what it lacks.
func TestJoiningInTheMiddleOfAnAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	v := s.visitor(t)
	first := v.connect(t, 0)
	first.say(1, "Do you ship?")
	s.fence(first)
	run := uuid.Must(uuid.NewV7())
	s.piece(v.conv, run, 0, 0, "₹2,500 ")
	first.until("delta", nil)
	asked := s.heard(t, v.conv, workspace.EventMissing)
	second := v.connect(t, 1)
	<-asked
	s.again(v.conv, run, "₹2,500 and")
	for l, want := range map[*line]map[string]any{first: {"offset": 7.0, "text": "and"}, second: {"offset": 0.0, "text": "₹2,500 and"}} {
		f := l.until("delta", nil)
		if f["offset"] != want["offset"] || f["text"] != want["text"] || f["again"] != nil {
			t.Errorf("delta %v, want %v", f, want)
		}
	}
	s.piece(v.conv, run, 0, 10, " more")
	for _, l := range []*line{first, second} {
		if f := l.until("delta", nil); f["offset"] != 10.0 || f["text"] != " more" {
			t.Errorf("delta %v goes on", f)
		}
	}
	// Told again for somebody else's sake, it is nothing new to these two.
	s.again(v.conv, run, "₹2,500 and more")
	for _, l := range []*line{first, second} {
		if got := named(s.fence(l), "delta"); len(got) != 0 {
			t.Errorf("told twice: %v", got)
		}
	}
}

// A piece that does not fit is not sent; the text so far is asked for instead.
func TestLostPieceIsAskedFor(t *testing.T) {
	t.Parallel()
	s, v, l := asking(t)
	run := uuid.Must(uuid.NewV7())
	s.piece(v.conv, run, 0, 0, "You ")
	l.until("delta", nil)
	asked := s.heard(t, v.conv, workspace.EventMissing)
	s.piece(v.conv, run, 0, 8, "it free")
	<-asked
	if got := named(s.fence(l), "delta"); len(got) != 0 {
		t.Errorf("a piece that does not fit was sent: %v", got)
	}
	s.again(v.conv, run, "You get it free")
	if f := l.until("delta", nil); f["offset"] != 4.0 || f["text"] != "get it free" {
		t.Errorf("the rest: %v", f)
	}
}
