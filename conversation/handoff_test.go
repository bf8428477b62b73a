package conversation_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

func TestReplyIsGuarded(t *testing.T) {
	t.Parallel()
	f := setup(t)
	old := f.says(1, "first question")
	last := f.says(2, "second question")
	if err := f.reply(old, 0, nil); !errors.Is(err, conversation.ErrStale) {
		t.Errorf("reply to an older message: got %v, want ErrStale", err)
	}
	f.ok(f.reply(last, 0, nil))
	if err := f.reply(last, 0, nil); !errors.Is(err, conversation.ErrStale) {
		t.Errorf("the same round again: got %v, want ErrStale", err)
	}
	again := f.says(3, "third question")
	_, err := f.Claim(f.ctx, f.asha, f.visitor.Conversation)
	f.ok(err)
	if err := f.reply(again, 0, nil); !errors.Is(err, conversation.ErrStale) {
		t.Errorf("reply after a claim: got %v, want ErrStale", err)
	}
	_, err = f.HandBack(f.ctx, f.asha, f.visitor.Conversation)
	f.ok(err)
	if err := f.reply(again, 0, nil); !errors.Is(err, conversation.ErrStale) {
		t.Errorf("reply of an older epoch after the hand back: got %v, want ErrStale", err)
	}
}

// The assistant never talks over a person: in no interleaving of a reply and a claim does an assistant's message stand after the agent joined.
func TestNoReplyAfterAClaim(t *testing.T) {
	t.Parallel()
	f := setup(t)
	n := int64(0)
	for round := range 60 {
		n++
		seq := f.says(n, fmt.Sprintf("question %d", round))
		before, _ := f.transcript()
		var wg sync.WaitGroup
		head, tail := rand.IntN(300), rand.IntN(300)
		wg.Go(func() {
			yield(head)
			if err := f.reply(seq, before.Epoch, nil); err != nil && !errors.Is(err, conversation.ErrStale) {
				t.Error(err)
			}
		})
		wg.Go(func() {
			yield(tail)
			if _, err := f.Claim(f.ctx, f.asha, f.visitor.Conversation); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		_, messages := f.transcript()
		joined := int64(0)
		for _, m := range messages[before.Head:] {
			if m.Line != nil && m.Line.Name == "joined" {
				joined = m.Seq
			}
			if joined > 0 && m.Author.Kind == conversation.ByAssistant {
				t.Fatalf("round %d: the assistant spoke at %d after the agent joined at %d", round, m.Seq, joined)
			}
		}
		_, err := f.HandBack(f.ctx, f.asha, f.visitor.Conversation)
		f.ok(err)
	}
}

// yield lets others go first n times, so that the two sides of a race meet at ever other points.
func yield(n int) {
	for range n {
		runtime.Gosched()
	}
}

func TestOneWinnerOfManyClaims(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.says(1, "help")
	var wg sync.WaitGroup
	results := make([]error, 10)
	for i := range results {
		agent := []workspace.Agent{f.asha, f.priya}[i%2]
		wg.Go(func() { _, results[i] = f.Claim(f.ctx, agent, f.visitor.Conversation) })
	}
	wg.Wait()
	c, messages := f.transcript()
	joined := 0
	for _, m := range messages {
		if m.Line != nil && m.Line.Name == "joined" {
			joined++
		}
	}
	if joined != 1 || c.Epoch != 1 {
		t.Fatalf("%d joins, epoch %d, want 1 and 1", joined, c.Epoch)
	}
	for i, err := range results {
		won := []workspace.Agent{f.asha, f.priya}[i%2].ID == *c.Agent
		if won != (err == nil) || !won && !errors.Is(err, conversation.ErrClaimed) {
			t.Errorf("agent %d: won %v, error %v", i%2, won, err)
		}
	}
}

func TestCallByRule(t *testing.T) {
	t.Parallel()
	f := setup(t)
	seq := f.says(1, "My order arrived with a broken screen.")
	f.ok(f.reply(seq, 0, &conversation.Call{Rule: "needs-action", Reason: "Only a person can do this", WhySeq: seq, Matches: []conversation.Span{{Start: 24, End: 37}}}))
	c, messages := f.transcript()
	if c.State != conversation.Waiting || c.Rule != "needs-action" || c.QueuePosition == nil || *c.QueuePosition != 1 {
		t.Fatalf("after the call: %+v", c)
	}
	if got := messages[2].Line; got == nil || got.Name != "called" {
		t.Fatalf("third message is %+v, want the line called", messages[2])
	}
	if f.rec.count(conversation.RoundPacket) != 1 {
		t.Error("no packet was asked for")
	}
	h, err := f.LastHandoff(f.ctx, f.inbox.Workspace, f.visitor.Conversation)
	f.ok(err)
	if h.Seq != 3 || h.WhySeq != seq || len(h.Matches) != 1 || h.Packet != nil {
		t.Fatalf("handoff %+v", h)
	}
	f.ok(f.SavePacket(f.ctx, f.inbox.Workspace, f.visitor.Conversation, h.Seq, []byte(`{"summary": []}`)))
	_, err = f.Claim(f.ctx, f.priya, f.visitor.Conversation)
	f.ok(err)
	if h, err = f.LastHandoff(f.ctx, f.inbox.Workspace, f.visitor.Conversation); err != nil || h.ClaimedBy != "Priya Nair" || h.Packet == nil {
		t.Fatalf("handoff after the claim: %+v, %v", h, err)
	}
}

func TestPersonButton(t *testing.T) {
	t.Parallel()
	f := setup(t)
	for range 2 { // It also begins a conversation, and pressing twice changes nothing.
		c, err := f.AskPerson(f.ctx, f.visitor, f.visitor.Conversation)
		f.ok(err)
		if c.State != conversation.Waiting || c.Head != 1 {
			t.Fatalf("after asking: state %q, head %d", c.State, c.Head)
		}
	}
	f.says(1, "are you there?")
	if f.rec.count(conversation.RoundAnswer) != 0 {
		t.Error("the assistant was asked while a person was being waited for")
	}
	for range 2 {
		c, err := f.LeaveLine(f.ctx, f.visitor, f.visitor.Conversation)
		f.ok(err)
		if c.State != conversation.Assistant {
			t.Fatalf("after leaving: state %q", c.State)
		}
	}
}

func TestHandBackAnswersWhatWasLeftOpen(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.says(1, "hello")
	_, err := f.AgentSay(f.ctx, f.asha, f.visitor.Conversation, newID(), "Hi, this is Asha.")
	f.ok(err)
	if _, err := f.AgentSay(f.ctx, f.priya, f.visitor.Conversation, newID(), "Me too."); !errors.Is(err, conversation.ErrClaimed) {
		t.Fatalf("a second person's reply: got %v, want ErrClaimed", err)
	}
	rounds := f.rec.count(conversation.RoundAnswer)
	_, err = f.HandBack(f.ctx, f.asha, f.visitor.Conversation)
	f.ok(err)
	if f.rec.count(conversation.RoundAnswer) != rounds {
		t.Error("an answered conversation was given back, and the assistant was asked all the same")
	}
	_, err = f.Claim(f.ctx, f.asha, f.visitor.Conversation)
	f.ok(err)
	f.says(2, "And do you ship to Pune?")
	_, err = f.HandBack(f.ctx, f.asha, f.visitor.Conversation)
	f.ok(err)
	if f.rec.count(conversation.RoundAnswer) != rounds+1 {
		t.Error("the open question was not given to the assistant")
	}
}

func TestResolveAndUndo(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.says(1, "hello")
	_, err := f.Claim(f.ctx, f.asha, f.visitor.Conversation)
	f.ok(err)
	if _, err := f.Resolve(f.ctx, f.priya, f.visitor.Conversation); !errors.Is(err, conversation.ErrClaimed) {
		t.Fatalf("resolve by somebody else: got %v, want ErrClaimed", err)
	}
	_, err = f.Resolve(f.ctx, f.asha, f.visitor.Conversation)
	f.ok(err)
	before, err := f.LastHandoff(f.ctx, f.inbox.Workspace, f.visitor.Conversation)
	f.ok(err)
	c, err := f.Reopen(f.ctx, f.asha, f.visitor.Conversation)
	f.ok(err)
	if c.State != conversation.WithAgent || *c.Agent != f.asha.ID || c.UnansweredSince == nil {
		t.Fatalf("after the undo: %+v", c)
	}
	if after, err := f.LastHandoff(f.ctx, f.inbox.Workspace, f.visitor.Conversation); err != nil || after.Seq != before.Seq {
		t.Errorf("the undo replaced handoff %d by %d (%v)", before.Seq, after.Seq, err)
	}
	_, err = f.Resolve(f.ctx, f.asha, f.visitor.Conversation)
	f.ok(err)
	f.pass(time.Minute)
	if _, err := f.Reopen(f.ctx, f.asha, f.visitor.Conversation); !errors.Is(err, conversation.ErrStale) {
		t.Fatalf("undo after a minute: got %v, want ErrStale", err)
	}
}

func TestUndoGoesBackToWhereItWas(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.says(1, "hello")
	undo := func(want conversation.State) {
		t.Helper()
		_, err := f.Resolve(f.ctx, f.asha, f.visitor.Conversation)
		f.ok(err)
		c, err := f.Reopen(f.ctx, f.asha, f.visitor.Conversation)
		f.ok(err)
		if c.State != want {
			t.Errorf("the undo led to %q, want %q", c.State, want)
		}
	}
	undo(conversation.Assistant)
	_, err := f.AskPerson(f.ctx, f.visitor, f.visitor.Conversation)
	f.ok(err)
	undo(conversation.Waiting)
}

func TestLeavingTheLineAnswersWhatWasAskedInIt(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.says(1, "I want a person")
	_, err := f.AskPerson(f.ctx, f.visitor, f.visitor.Conversation)
	f.ok(err)
	before := f.rec.count(conversation.RoundAnswer)
	_, err = f.LeaveLine(f.ctx, f.visitor, f.visitor.Conversation)
	f.ok(err)
	if n := f.rec.count(conversation.RoundAnswer); n != before {
		t.Errorf("%d rounds for a message that was dealt with by calling a person", n-before)
	}
	_, err = f.AskPerson(f.ctx, f.visitor, f.visitor.Conversation)
	f.ok(err)
	f.pass(time.Second)
	f.says(2, "How long does a refund take?")
	_, err = f.LeaveLine(f.ctx, f.visitor, f.visitor.Conversation)
	f.ok(err)
	if n := f.rec.count(conversation.RoundAnswer); n != before+1 {
		t.Errorf("%d rounds for the question asked in line, want 1", n-before)
	}
}

func TestAnothersMessageIsNoReceipt(t *testing.T) {
	t.Parallel()
	f := setup(t)
	seq := f.says(1, "hello")
	f.ok(f.reply(seq, 0, nil))
	_, messages := f.transcript()
	_, err := f.Say(f.ctx, conversation.SayInput{Session: f.visitor, Conversation: f.visitor.Conversation, CID: messages[1].CID, N: 2, Body: messages[1].Body})
	if !errors.Is(err, conversation.ErrCIDReused) {
		t.Errorf("the assistant's cid and body: got %v, want ErrCIDReused", err)
	}
	_, err = f.AgentSay(f.ctx, f.asha, f.visitor.Conversation, messages[0].CID, messages[0].Body)
	if !errors.Is(err, conversation.ErrCIDReused) {
		t.Errorf("the visitor's cid and body: got %v, want ErrCIDReused", err)
	}
}

func TestNotesAreHiddenFromVisitors(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.says(1, "hello")
	_, err := f.Note(f.ctx, f.asha, f.visitor.Conversation, newID(), "third broken tablet this week")
	f.ok(err)
	_, messages := f.transcript()
	got := messages[1].ForVisitor()
	if got.Seq != 2 || got.Body != "" || got.Author.Name != "" || got.Kind != conversation.KindHidden {
		t.Fatalf("the visitor would get %+v", got)
	}
}

func TestReceiptsOnlyGrow(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.says(1, "one")
	f.says(2, "two")
	workspaceID, id := f.inbox.Workspace, f.visitor.Conversation
	for _, step := range [][2]int64{{1, 1}, {2, 0}, {1, 1}, {99, 0}, {0, 2}} {
		f.ok(f.Receive(f.ctx, workspaceID, id, conversation.ByAgent, step[0], step[1]))
	}
	c, err := f.Get(f.ctx, workspaceID, id)
	f.ok(err)
	if c.AgentDelivered != 2 || c.AgentSeen != 2 || c.VisitorSeen != 0 {
		t.Fatalf("receipts %d %d %d, want 2 2 0", c.AgentDelivered, c.AgentSeen, c.VisitorSeen)
	}
}

func TestInboxViews(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.says(1, "mine")
	_, err := f.Claim(f.ctx, f.asha, f.visitor.Conversation)
	f.ok(err)
	for i := range 5 {
		_, visitor, err := f.OpenSession(f.ctx, f.inbox, "", conversation.Page{})
		f.ok(err)
		f.pass(time.Second)
		_, err = f.Say(f.ctx, conversation.SayInput{Session: visitor, Conversation: visitor.Conversation, CID: newID(), N: 1, Body: fmt.Sprint("visitor ", i)})
		f.ok(err)
		if i < 2 {
			_, err = f.AskPerson(f.ctx, visitor, visitor.Conversation)
			f.ok(err)
		}
	}
	var got []string
	cursor := ""
	for page := 0; page == 0 || cursor != ""; page++ {
		list, next, err := f.List(f.ctx, f.asha, conversation.ViewInbox, cursor, 2)
		f.ok(err)
		for _, row := range list {
			got = append(got, string(row.State)+" "+row.PreviewBody)
		}
		cursor = next
	}
	want := "[agent mine waiting visitor 0 waiting visitor 1 assistant visitor 4 assistant visitor 3 assistant visitor 2]"
	if fmt.Sprint(got) != want {
		t.Errorf("inbox lists %v, want %v", got, want)
	}
	counts, err := f.Counts(f.ctx, f.asha)
	f.ok(err)
	if counts != (conversation.Counts{Waiting: 2, Mine: 1, Unassigned: 2, Assistant: 3}) {
		t.Errorf("counts %+v", counts)
	}
	if list, _, err := f.List(f.ctx, f.priya, conversation.ViewMine, "", 10); err != nil || len(list) != 0 {
		t.Errorf("Priya's own list: %v, %v", list, err)
	}
	if _, _, err := f.List(f.ctx, f.asha, "no-such", "", 10); !errors.Is(err, conversation.ErrView) {
		t.Errorf("unknown view: %v", err)
	}
}
