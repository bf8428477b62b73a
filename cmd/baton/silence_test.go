package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/workspace"
)

// A question whose job nobody works is handed over, whether or not its visitor is there; one that was answered, and one that is young, are left alone.
func TestUnansweredQuestionsAreHandedOver(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	p := &program{log: slog.New(slog.DiscardHandler)}
	h, err := p.build(&database{app: db.App, owner: db.Owner}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &services{house: h}
	ctx := t.Context()
	w, _, err := h.workspaces.Ensure(ctx, "Tarang")
	if err != nil {
		t.Fatal(err)
	}
	inbox, err := h.workspaces.AddInbox(ctx, workspace.Inbox{Workspace: w.ID, Name: "Tarang"})
	if err != nil {
		t.Fatal(err)
	}
	asks := func() conversation.VisitorSession {
		_, session, err := h.conversations.OpenSession(ctx, inbox, "", conversation.Page{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.conversations.Say(ctx, conversation.SayInput{Session: session, Conversation: session.Conversation, CID: uuid.Must(uuid.NewV7()), N: 1, Body: "Is anybody there?"})
		if err != nil {
			t.Fatal(err)
		}
		return session
	}
	silent, answered := asks(), asks()
	if _, err := h.conversations.Reply(ctx, conversation.ReplyInput{
		Workspace: w.ID, Conversation: answered.Conversation, InReplyTo: 1, Body: "Yes", Outcome: conversation.OutcomeAnswered, Turn: conversation.Turn{Outcome: conversation.OutcomeAnswered},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Owner.Exec(ctx, `UPDATE river_job SET created_at = created_at - interval '46 s'`); err != nil {
		t.Fatal(err)
	}
	young := asks()
	for range 2 { // The second look finds nothing.
		if err := s.handOverSilent(ctx, 45*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name    string
		session conversation.VisitorSession
		state   conversation.State
		head    int64
	}{{"silent", silent, conversation.Waiting, 2}, {"answered", answered, conversation.Assistant, 2}, {"young", young, conversation.Assistant, 1}} {
		now, err := h.conversations.Get(context.WithoutCancel(ctx), w.ID, c.session.Conversation)
		if err != nil || now.State != c.state || now.Head != c.head {
			t.Errorf("%s: state %q, head %d, %v; want %q, %d", c.name, now.State, now.Head, err, c.state, c.head)
		}
	}
}
