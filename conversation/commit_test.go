package conversation_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/baton-chat/baton/conversation"
)

// crowd is many visitors of one workspace, each with a conversation.
func (f *fixture) crowd(n int) []conversation.VisitorSession {
	f.t.Helper()
	all := make([]conversation.VisitorSession, n)
	for i := range all {
		_, session, err := f.OpenSession(f.ctx, f.inbox, "", conversation.Page{})
		f.ok(err)
		_, err = f.Say(f.ctx, conversation.SayInput{Session: session, Conversation: session.Conversation, CID: newID(), N: 1, Body: "first"})
		f.ok(err)
		all[i] = session
	}
	return all
}

// Messages that arrive together are each stored once, in the order of their device, whatever is wrong with their neighbours: repeats, gaps, reused ids, strangers, and
// first messages of new conversations.
func TestCommittedTogether(t *testing.T) {
	t.Parallel()
	f := setup(t)
	const visitors, each = 24, 12
	var wg sync.WaitGroup
	for v, session := range f.crowd(visitors) {
		wg.Go(func() {
			for n := int64(2); n < each+2; n++ {
				in := conversation.SayInput{Session: session, Conversation: session.Conversation, CID: newID(), N: n, Body: fmt.Sprintf("%d of %d", n, v)}
				ack := f.said(in)
				switch n % 6 {
				case 0: // The ack was lost.
					if again := f.said(in); again.Seq != ack.Seq || !again.At.Equal(ack.At) {
						t.Errorf("again: %+v, first %+v", again, ack)
					}
				case 1:
					f.refuses(conversation.SayInput{Session: session, Conversation: session.Conversation, CID: in.CID, N: n, Body: "another"}, conversation.ErrCIDReused)
				case 2:
					f.refuses(conversation.SayInput{Session: session, Conversation: newID(), CID: newID(), N: n + 1, Body: "a stranger's"}, conversation.ErrUnknown)
				case 3:
					_, err := f.Say(f.ctx, conversation.SayInput{Session: session, Conversation: session.Conversation, CID: newID(), N: n + 5, Body: "early"})
					if gap := new(conversation.GapError); !errors.As(err, &gap) || gap.Next != n+1 {
						t.Errorf("a gap: %v", err)
					}
				case 4:
					f.refuses(conversation.SayInput{Session: session, Conversation: session.Conversation, CID: newID(), N: n + 1, Body: " "}, conversation.ErrEmpty)
				case 5:
					_, fresh, err := f.OpenSession(f.ctx, f.inbox, "", conversation.Page{})
					f.ok(err)
					f.said(conversation.SayInput{Session: fresh, Conversation: fresh.Conversation, CID: newID(), N: 1, Body: "first"})
				}
			}
			c, messages, err := f.Transcript(f.ctx, session.Workspace, session.Conversation)
			f.ok(err)
			if len(messages) != each+1 || c.Head != each+1 || c.LastVisitorSeq != each+1 {
				t.Errorf("%d messages, head %d, last %d; want %d", len(messages), c.Head, c.LastVisitorSeq, each+1)
			}
			for i, m := range messages {
				if m.Seq != int64(i+1) || i > 0 && m.Body != fmt.Sprintf("%d of %d", i+1, v) {
					t.Errorf("message %d is %d, %q", i+1, m.Seq, m.Body)
				}
			}
		})
	}
	wg.Wait()
	// Every message has its round, and every one was told.
	if got, want := f.rec.count(conversation.RoundAnswer), visitors*(each+1)+visitors*2; got != want {
		t.Errorf("%d rounds, want %d", got, want)
	}
}

func (f *fixture) said(in conversation.SayInput) conversation.Ack {
	ack, err := f.Say(f.ctx, in)
	if err != nil {
		f.t.Errorf("say %q: %v", in.Body, err)
	}
	return ack
}

func (f *fixture) refuses(in conversation.SayInput, want error) {
	if _, err := f.Say(f.ctx, in); !errors.Is(err, want) {
		f.t.Errorf("say %q: %v, want %v", in.Body, err, want)
	}
}

// A message that the database refuses fails alone: those that were to be committed with it are stored.
func TestOneFailsAlone(t *testing.T) {
	t.Parallel()
	f := setup(t)
	if _, err := f.db.Owner.Exec(f.ctx, `ALTER TABLE message ADD CHECK (body <> 'poison')`); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i, session := range f.crowd(16) {
		wg.Go(func() {
			for n := int64(2); n < 8; n++ {
				body := "good"
				if i == 3 {
					body = "poison"
				}
				_, err := f.Say(f.ctx, conversation.SayInput{Session: session, Conversation: session.Conversation, CID: newID(), N: n, Body: body})
				if failed := err != nil; failed != (i == 3) {
					t.Errorf("visitor %d: %v", i, err)
				}
				if i == 3 { // It is not counted, so there is no next one.
					if err == nil || !strings.Contains(err.Error(), "message_body_check") {
						t.Errorf("poison: %v", err)
					}
					return
				}
			}
		})
	}
	wg.Wait()
}

// Senders who leave while they wait do not take the turn to commit with them.
func TestSendersWhoLeave(t *testing.T) {
	t.Parallel()
	f := setup(t)
	var wg sync.WaitGroup
	for i, session := range f.crowd(12) {
		wg.Go(func() {
			in := conversation.SayInput{Session: session, Conversation: session.Conversation, CID: newID(), N: 2, Body: "hello"}
			if i%2 == 0 {
				ctx, cancel := context.WithCancel(f.ctx)
				go cancel()
				_, _ = f.Say(ctx, in)
				cancel()
			}
			if ack := f.said(in); ack.Seq != 2 {
				t.Errorf("ack: %+v", ack)
			}
		})
	}
	wg.Wait()
}

// While the database is slow, senders wait up to a bound; who comes then is told so at once, and is taken later.
func TestBusy(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.LimitWaiting(4)
	crowd := f.crowd(12)
	block, err := f.db.Owner.Begin(f.ctx)
	f.ok(err)
	_, err = block.Exec(f.ctx, `LOCK TABLE message IN EXCLUSIVE MODE`)
	f.ok(err)
	results := make(chan error, len(crowd))
	inputs := make([]conversation.SayInput, len(crowd))
	for i, session := range crowd {
		inputs[i] = conversation.SayInput{Session: session, Conversation: session.Conversation, CID: newID(), N: 2, Body: "hello"}
		go func() {
			_, err := f.Say(f.ctx, inputs[i])
			results <- err
		}()
	}
	// Four are being committed and four wait at most, and nobody is done before the lock is gone.
	if err := <-results; !errors.Is(err, conversation.ErrBusy) {
		t.Errorf("a bounded line: %v", err)
	}
	f.ok(block.Rollback(f.ctx))
	for range len(crowd) - 1 {
		if err := <-results; err != nil && !errors.Is(err, conversation.ErrBusy) {
			t.Errorf("said: %v", err)
		}
	}
	for _, in := range inputs {
		if ack := f.said(in); ack.Seq != 2 {
			t.Errorf("ack: %+v", ack)
		}
	}
}
