package widget_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
)

func TestHelloSayAckMessage(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	v := s.visitor(t)
	l := v.connect(t, 0)
	first := l.next()
	if first["t"] != "welcome" || first["conv"] != v.conv.String() || first["store"] != v.store || first["n"] != 0.0 {
		t.Fatalf("first frame: %v", first)
	}
	if state := l.next(); state["t"] != "state" || state["state"] != "assistant" || state["head"] != 0.0 || state["online"] != 0.0 {
		t.Fatalf("second frame: %v", state)
	}
	_, seq := l.say(1, "Do you ship to Bengaluru?")
	if seq != 1 {
		t.Errorf("seq %d, want 1", seq)
	}
	if s.rounds.list[0].Kind != conversation.RoundAnswer {
		t.Errorf("the assistant was asked for %q", s.rounds.list[0].Kind)
	}
	run := uuid.Must(uuid.NewV7())
	_, err := s.conversations.Reply(t.Context(), conversation.ReplyInput{
		Workspace: s.inbox.Workspace, Conversation: v.conv, InReplyTo: 1, Run: run, Body: "You get **free shipping**. [1]", Outcome: conversation.OutcomeAnswered,
		Citations: []conversation.Citation{{N: 1, Title: "Shipping charges", Quote: "free shipping"}},
		Turn:      conversation.Turn{Outcome: conversation.OutcomeAnswered},
	})
	if err != nil {
		t.Fatal(err)
	}
	m := l.until("message", is("seq", 2.0))
	if m["body"] != "You get **free shipping**. [1]" || m["run"] != run.String() || m["outcome"] != "answered" {
		t.Errorf("message: %v", m)
	}
	// Another tab, or a reload, gets the whole.
	again := v.connect(t, 0)
	for _, want := range []float64{1, 2} {
		if m := again.until("message", nil); m["seq"] != want {
			t.Errorf("after a reload came seq %v, want %v", m["seq"], want)
		}
	}
}
