package conversation_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
)

// answers writes the assistant's round to a question of the bench.
func (f *fixture) answers(asked conversation.Asked, call *conversation.Call) {
	f.t.Helper()
	_, err := f.Reply(f.ctx, conversation.ReplyInput{
		Workspace: f.inbox.Workspace, Conversation: asked.Conversation, InReplyTo: asked.Seq, Run: newID(), Body: "An answer.", Outcome: conversation.OutcomeAnswered,
		Turn: conversation.Turn{Outcome: "answered", Confidence: 0.5, SignalsVersion: 1, Passages: []int{}, Timings: map[string]float64{"total": 12}}, Call: call,
	})
	f.ok(err)
}

func TestPreviewIsAnsweredAndSeenNowhere(t *testing.T) {
	t.Parallel()
	f := setup(t)
	first, err := f.Ask(f.ctx, f.asha, uuid.Nil, "Do you ship to Bengaluru?")
	f.ok(err)
	if n := f.rec.count(conversation.RoundAnswer); n != 1 {
		t.Fatalf("%d rounds were asked for", n)
	}
	f.answers(first, nil)
	second, err := f.Ask(f.ctx, f.asha, first.Conversation, "I want a person")
	f.ok(err)
	if second.Conversation != first.Conversation || second.Seq != 3 {
		t.Errorf("the follow-up is %+v", second)
	}
	f.answers(second, &conversation.Call{Rule: "wants-human", Reason: "Asked for a person", WhySeq: second.Seq})
	c, messages, err := f.Transcript(f.ctx, f.inbox.Workspace, first.Conversation)
	f.ok(err)
	if c.State != conversation.Assistant || c.WaitingSince != nil || len(messages) != 4 || f.rec.count(conversation.RoundPacket) != 0 {
		t.Errorf("a handoff in a preview left state %s, %d messages, %d packets", c.State, len(messages), f.rec.count(conversation.RoundPacket))
	}
	turn, err := f.PreviewTurn(f.ctx, f.inbox.Workspace, second.Conversation, second.Seq)
	f.ok(err)
	if turn.Reason != "Asked for a person" || turn.Timings["total"] != 12 {
		t.Errorf("the turn is %+v", turn)
	}
	f.seenNowhere(first.Conversation)
}

func (f *fixture) seenNowhere(id uuid.UUID) {
	f.t.Helper()
	for _, view := range []string{conversation.ViewInbox, conversation.ViewAssistant, conversation.ViewUnassigned, conversation.ViewMine, conversation.ViewResolved} {
		if list, _, err := f.List(f.ctx, f.asha, view, "", 10); err != nil || len(list) != 0 {
			f.t.Errorf("the view %s shows %d rows (%v)", view, len(list), err)
		}
	}
	if n, err := f.Counts(f.ctx, f.asha); err != nil || n != (conversation.Counts{}) {
		f.t.Errorf("it is counted: %+v (%v)", n, err)
	}
	tally, err := f.Tally(f.ctx, f.inbox.Workspace)
	if err != nil || tally.Assistant != 0 || tally.Waiting != 0 {
		f.t.Errorf("it is tallied: %+v (%v)", tally, err)
	}
	if line, err := f.Line(f.ctx, f.inbox.Workspace); err != nil || len(line) != 0 {
		f.t.Errorf("it is in line: %+v (%v)", line, err)
	}
	if ids, err := f.OfVisitors(f.ctx, f.inbox.Workspace, nil); err != nil || len(ids) != 0 {
		f.t.Errorf("a visitor has it: %v (%v)", ids, err)
	}
	if rows, err := f.Rows(f.ctx, f.inbox.Workspace, []uuid.UUID{id}); err != nil || len(rows) != 0 {
		f.t.Errorf("it has a row: %+v (%v)", rows, err)
	}
	unknown := func(what string, err error) {
		f.t.Helper()
		if !errors.Is(err, conversation.ErrUnknown) {
			f.t.Errorf("%s: got %v, want ErrUnknown", what, err)
		}
	}
	_, err = f.Row(f.ctx, f.inbox.Workspace, id)
	unknown("row", err)
	_, err = f.Claim(f.ctx, f.asha, id)
	unknown("claim", err)
	_, err = f.AgentSay(f.ctx, f.asha, id, newID(), "Hello")
	unknown("reply", err)
	_, err = f.Note(f.ctx, f.asha, id, newID(), "Hello")
	unknown("note", err)
	_, err = f.Resolve(f.ctx, f.asha, id)
	unknown("resolve", err)
	_, err = f.AskPerson(f.ctx, f.visitor, id)
	unknown("a visitor's call", err)
	_, err = f.Ask(f.ctx, f.priya, id, "And for me?")
	unknown("a colleague's question", err)
}

func TestBenchAsksOnlyInPreviews(t *testing.T) {
	t.Parallel()
	f := setup(t)
	seq := f.says(1, "Do you ship to Bengaluru?")
	f.ok(f.reply(seq, 0, nil))
	if _, err := f.Ask(f.ctx, f.asha, f.visitor.Conversation, "And to Pune?"); !errors.Is(err, conversation.ErrUnknown) {
		t.Errorf("the bench spoke in a visitor's conversation: %v", err)
	}
	if _, err := f.PreviewTurn(f.ctx, f.inbox.Workspace, f.visitor.Conversation, seq); !errors.Is(err, conversation.ErrUnknown) {
		t.Errorf("a visitor's turn is shown as a trial: %v", err)
	}
	for _, body := range []string{"", " \n"} {
		if _, err := f.Ask(f.ctx, f.asha, uuid.Nil, body); !errors.Is(err, conversation.ErrEmpty) {
			t.Errorf("%q: got %v", body, err)
		}
	}
}

func TestPreviewsAreGoneAfterADay(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.says(1, "A visitor's")
	old, err := f.Ask(f.ctx, f.asha, uuid.Nil, "Yesterday's")
	f.ok(err)
	f.answers(old, nil)
	f.pass(conversation.PreviewLife - time.Minute)
	kept, err := f.Ask(f.ctx, f.asha, uuid.Nil, "Today's")
	f.ok(err)
	if n, err := f.SweepPreviews(f.ctx, f.inbox.Workspace); err != nil || n != 0 {
		t.Errorf("swept %d too early (%v)", n, err)
	}
	f.pass(2 * time.Minute)
	if n, err := f.SweepPreviews(f.ctx, f.inbox.Workspace); err != nil || n != 1 {
		t.Errorf("swept %d of 1 (%v)", n, err)
	}
	if _, err := f.Get(f.ctx, f.inbox.Workspace, old.Conversation); !errors.Is(err, conversation.ErrUnknown) {
		t.Errorf("the old one: %v", err)
	}
	if _, err := f.Get(f.ctx, f.inbox.Workspace, kept.Conversation); err != nil {
		t.Errorf("the new one: %v", err)
	}
	if c, messages := f.transcript(); c.Head != 1 || len(messages) != 1 {
		t.Error("the sweep took a visitor's words")
	}
}
