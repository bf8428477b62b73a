package widget_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

// No worker lives. Ten seconds after the question the gateway says so, and forty-five after it calls a person.
func TestSilenceIsBroken(t *testing.T) {
	t.Parallel()
	s, v, l := asking(t)
	s.clock.forward(9 * time.Second)
	if got := named(s.fence(l), "notice"); len(got) != 0 {
		t.Errorf("after nine seconds: %v", got)
	}
	s.clock.forward(2 * time.Second)
	if n := l.until("notice", nil); n["seq"] != 1.0 || n["code"] != "slow" || n["conv"] != v.conv.String() {
		t.Errorf("notice: %v", n)
	}
	s.clock.forward(33 * time.Second)
	got := s.fence(l)
	if more := named(got, "notice"); len(more) != 0 {
		t.Errorf("it was shown again: %v", more)
	}
	if early := named(got, "state"); len(early) != 0 {
		t.Errorf("after 44 seconds: %v", early)
	}
	s.clock.forward(2 * time.Second)
	if m := l.until("message", nil); m["event"].(map[string]any)["name"] != "called" {
		t.Errorf("message: %v", m)
	}
	if st := l.until("state", nil); st["state"] != "waiting" {
		t.Errorf("state: %v", st)
	}
	h, err := s.conversations.LastHandoff(t.Context(), s.inbox.Workspace, v.conv)
	if err != nil || h.Rule != conversation.RuleSilence || h.WhySeq != 1 {
		t.Errorf("handoff: %+v, %v", h, err)
	}
}

// Dots are a sign for as long as they stand, words for ten seconds; whoever reads words is not handed over in the middle of them.
func TestSignsOfAnAnswer(t *testing.T) {
	t.Parallel()
	s, v, l := asking(t)
	s.bus.Publish(workspace.NewEvent(s.inbox.Workspace, v.conv, workspace.EventTyping, map[string]any{"who": map[string]string{"kind": "assistant"}, "on": true, "ttl": 12}))
	l.until("typing", nil)
	s.clock.forward(21 * time.Second)
	if got := named(s.fence(l), "notice"); len(got) != 0 {
		t.Errorf("nine seconds after the dots: %v", got)
	}
	s.clock.forward(20 * time.Second)
	l.until("notice", nil)
	s.piece(v.conv, uuid.Must(uuid.NewV7()), 0, 0, "You")
	l.until("delta", nil)
	s.clock.forward(9 * time.Second)
	if got := named(s.fence(l), "state"); len(got) != 0 {
		t.Errorf("fifty seconds after the question, nine after a word: %v", got)
	}
	s.clock.forward(2 * time.Second)
	l.until("state", is("state", "waiting"))
}

// An answer ends it, also one that no event told of, and a conversation that is nobody's is never handed over.
func TestAnswerEndsSilence(t *testing.T) {
	t.Parallel()
	s, v, l := asking(t)
	_, err := s.unheard().Reply(t.Context(), conversation.ReplyInput{
		Workspace: s.inbox.Workspace, Conversation: v.conv, InReplyTo: 1, Run: uuid.Must(uuid.NewV7()), Body: "Yes", Outcome: conversation.OutcomeAnswered,
		Turn: conversation.Turn{Outcome: conversation.OutcomeAnswered},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.clock.forward(time.Minute)
	if m := l.until("message", nil); m["body"] != "Yes" {
		t.Errorf("message: %v", m)
	}
	now, err := s.conversations.Get(t.Context(), s.inbox.Workspace, v.conv)
	if err != nil || now.State != conversation.Assistant {
		t.Errorf("state %q, %v", now.State, err)
	}
}

// A client that polls is told as well, and once.
func TestNoticeOverPoll(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	p := s.visitor(t).poller(t)
	p.call(0)
	p.call(0, say(p.conv, uuid.Must(uuid.NewV7()), 1, "Is anybody there?"))
	p.call(0)
	s.clock.forward(11 * time.Second)
	if n := one(t, p.call(25), "notice"); n["seq"] != 1.0 {
		t.Errorf("notice: %v", n)
	}
	if got := names(p.call(0.2)); got != "head" {
		t.Errorf("then came %q", got)
	}
}
