package conversation_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/baton-chat/baton/conversation"
)

func TestFirstMessageMakesTheConversationOnce(t *testing.T) {
	t.Parallel()
	f := setup(t)
	in := conversation.SayInput{Session: f.visitor, Conversation: f.visitor.Conversation, CID: newID(), N: 1, Body: "Do you ship to Bengaluru?"}
	var wg sync.WaitGroup
	acks := make([]conversation.Ack, 8)
	for i := range acks {
		wg.Go(func() {
			ack, err := f.Say(f.ctx, in)
			if err != nil {
				t.Error(err)
			}
			acks[i] = ack
		})
	}
	wg.Wait()
	c, messages := f.transcript()
	if len(messages) != 1 || c.State != conversation.Assistant {
		t.Fatalf("got %d messages in state %q, want one with the assistant", len(messages), c.State)
	}
	for _, ack := range acks {
		if ack.Seq != 1 || !ack.At.Equal(acks[0].At) {
			t.Errorf("ack %+v differs from %+v", ack, acks[0])
		}
	}
	if n := f.rec.count(conversation.RoundAnswer); n != 1 {
		t.Errorf("%d answer rounds for one message", n)
	}
}

func TestSayRefuses(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.says(1, "hello")
	first := conversation.SayInput{Session: f.visitor, Conversation: f.visitor.Conversation, CID: newID(), N: 2, Body: "first"}
	_, err := f.Say(f.ctx, first)
	f.ok(err)
	with := func(change func(*conversation.SayInput)) conversation.SayInput {
		in := conversation.SayInput{Session: f.visitor, Conversation: f.visitor.Conversation, CID: newID(), N: 3, Body: "x"}
		change(&in)
		return in
	}
	cases := []struct {
		name string
		in   conversation.SayInput
		want error
	}{
		{"empty", with(func(in *conversation.SayInput) { in.Body = " \n\t" }), conversation.ErrEmpty},
		{"only NUL", with(func(in *conversation.SayInput) { in.Body = "\x00" }), conversation.ErrEmpty},
		{"100,000 characters", with(func(in *conversation.SayInput) { in.Body = strings.Repeat("ज", 100_000) }), conversation.ErrTooLong},
		{"cid with another body", with(func(in *conversation.SayInput) { in.CID, in.Body = first.CID, "other" }), conversation.ErrCIDReused},
		{"foreign conversation", with(func(in *conversation.SayInput) { in.Conversation = newID() }), conversation.ErrUnknown},
	}
	for _, c := range cases {
		if _, err := f.Say(f.ctx, c.in); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
	var gap *conversation.GapError
	for _, n := range []int64{5, 2, 0, -1} {
		if _, err := f.Say(f.ctx, with(func(in *conversation.SayInput) { in.N = n })); !errors.As(err, &gap) || gap.Next != 3 {
			t.Errorf("number %d: got %v, want to be told 3", n, err)
		}
	}
	if _, messages := f.transcript(); len(messages) != 2 {
		t.Errorf("%d messages stored, want the 2 good ones", len(messages))
	}
}

func TestAnotherVisitorCannotSpeakHere(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.says(1, "mine")
	_, other, err := f.OpenSession(f.ctx, f.inbox, "", conversation.Page{})
	f.ok(err)
	_, err = f.Say(f.ctx, conversation.SayInput{Session: other, Conversation: f.visitor.Conversation, CID: newID(), N: 1, Body: "not mine"})
	if !errors.Is(err, conversation.ErrUnknown) {
		t.Fatalf("got %v, want ErrUnknown", err)
	}
}

func TestConcurrentMessagesHaveNoGaps(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.says(1, "first")
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if i%4 == 0 {
				_, err := f.Note(f.ctx, f.asha, f.visitor.Conversation, newID(), "note")
				if err != nil {
					t.Error(err)
				}
				return
			}
			// All take the same number, as tabs of one browser do: whoever is told another one numbers anew, and no message is lost.
			in := conversation.SayInput{Session: f.visitor, Conversation: f.visitor.Conversation, CID: newID(), N: 2, Body: "tab"}
			for {
				_, err := f.Say(f.ctx, in)
				var gap *conversation.GapError
				if !errors.As(err, &gap) {
					if err != nil {
						t.Error(err)
					}
					return
				}
				in.N = gap.Next
			}
		})
	}
	wg.Wait()
	if _, messages := f.transcript(); len(messages) != 41 {
		t.Fatalf("%d messages, want 41", len(messages))
	}
}

func TestResolvedConversationReopensForAWeek(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.says(1, "hello")
	_, err := f.Resolve(f.ctx, f.asha, f.visitor.Conversation)
	f.ok(err)
	f.pass(conversation.ReopenWithin - time.Hour)
	f.says(2, "one more thing")
	c, messages := f.transcript()
	if c.State != conversation.Assistant || messages[2].Line == nil || messages[2].Line.Name != "reopened" {
		t.Fatalf("state %q after writing within a week, line %+v", c.State, messages[2].Line)
	}
	_, err = f.Resolve(f.ctx, f.asha, f.visitor.Conversation)
	f.ok(err)
	f.pass(conversation.ReopenWithin + time.Hour)
	_, err = f.Say(f.ctx, conversation.SayInput{Session: f.visitor, Conversation: f.visitor.Conversation, CID: newID(), N: 3, Body: "late"})
	if !errors.Is(err, conversation.ErrUnknown) {
		t.Fatalf("after a week: got %v, want ErrUnknown", err)
	}
}
