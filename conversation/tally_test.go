package conversation_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
)

func TestTallyCountsByWhoHasIt(t *testing.T) {
	t.Parallel()
	f := setup(t)
	want := func(agent uuid.UUID, want conversation.Counts) {
		t.Helper()
		tally, err := f.Tally(f.ctx, f.inbox.Workspace)
		f.ok(err)
		if got := tally.For(agent); got != want {
			t.Errorf("the counts are %+v, want %+v", got, want)
		}
	}
	f.says(1, "Hello")
	want(f.asha.ID, conversation.Counts{Assistant: 1})
	_, err := f.AskPerson(f.ctx, f.visitor, f.visitor.Conversation)
	f.ok(err)
	want(f.asha.ID, conversation.Counts{Waiting: 1, Unassigned: 1})
	_, err = f.Claim(f.ctx, f.asha, f.visitor.Conversation)
	f.ok(err)
	want(f.asha.ID, conversation.Counts{Mine: 1})
	want(f.priya.ID, conversation.Counts{})
	_, err = f.Resolve(f.ctx, f.asha, f.visitor.Conversation)
	f.ok(err)
	want(f.asha.ID, conversation.Counts{Resolved: 1})
}

func TestOutlinesAndRows(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.says(1, "Which EMI plans have no cost?")
	f.says(2, "Anyone?")
	id := f.visitor.Conversation
	outline := func() conversation.Outline {
		t.Helper()
		outlines, err := f.Outlines(f.ctx, f.inbox.Workspace, []uuid.UUID{id, newID()})
		f.ok(err)
		return outlines[id]
	}
	if got := outline(); got.Opening != "Which EMI plans have no cost?" || got.Agent != "" {
		t.Errorf("the outline is %+v", got)
	}
	_, err := f.Claim(f.ctx, f.priya, id)
	f.ok(err)
	_, err = f.Resolve(f.ctx, f.priya, id)
	f.ok(err)
	if got := outline(); got.Agent != "Priya Nair" {
		t.Errorf("the outline is %+v", got)
	}
	rows, err := f.Rows(f.ctx, f.inbox.Workspace, []uuid.UUID{id, newID()})
	f.ok(err)
	one, err := f.Row(f.ctx, f.inbox.Workspace, id)
	f.ok(err)
	if len(rows) != 1 || rows[0].ID != one.ID || rows[0].PreviewBody != one.PreviewBody || rows[0].Unread != 2 {
		t.Errorf("the rows are %+v", rows)
	}
}

func TestOfVisitorsFindsOpenConversations(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.says(1, "Hello")
	for name, visitors := range map[string][]uuid.UUID{"this one": {f.visitor.Visitor}, "everybody": nil} {
		ids, err := f.OfVisitors(f.ctx, f.inbox.Workspace, visitors)
		f.ok(err)
		if len(ids) != 1 || ids[0] != f.visitor.Conversation {
			t.Errorf("%s: %v", name, ids)
		}
	}
	ids, err := f.OfVisitors(f.ctx, f.inbox.Workspace, []uuid.UUID{newID()})
	f.ok(err)
	if len(ids) != 0 {
		t.Errorf("a stranger has %v", ids)
	}
}

func TestCitedCountsAnswersAndNotSources(t *testing.T) {
	t.Parallel()
	f := setup(t)
	document, chunk := newID(), newID()
	seq := f.says(1, "Do you ship to Bengaluru?")
	_, err := f.Reply(f.ctx, conversation.ReplyInput{
		Workspace: f.inbox.Workspace, Conversation: f.visitor.Conversation, InReplyTo: seq, Run: newID(), Body: "Yes. [1] [2]", Outcome: conversation.OutcomeAnswered,
		Citations: []conversation.Citation{{N: 1, Document: document, Chunk: chunk}, {N: 2, Document: document, Chunk: newID()}},
		Turn:      conversation.Turn{Outcome: "answered", SignalsVersion: 1},
	})
	f.ok(err)
	cited, err := f.Cited(f.ctx, f.inbox.Workspace, f.now().Add(-time.Hour))
	f.ok(err)
	if len(cited) != 1 || cited[document] != 1 {
		t.Errorf("cited is %v", cited)
	}
	cited, err = f.Cited(f.ctx, f.inbox.Workspace, f.now().Add(time.Hour))
	f.ok(err)
	if len(cited) != 0 {
		t.Errorf("later, cited is %v", cited)
	}
}
