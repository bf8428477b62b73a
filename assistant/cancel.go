package assistant

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

// Watch calls fn for the events of one conversation until stop is called. fn is quick and may be called from any goroutine. The bus of
// package realtime offers it; a function keeps the two apart.
type Watch func(workspaceID, conversationID uuid.UUID, fn func(workspace.Event)) (stop func())

// watchRun returns a context that ends when the run is no longer wanted: with errStopped when the visitor pressed Stop, with errVoid when a person
// was called or took over, or the visitor wrote again. What is shown of the run ends in that moment, before anything else of it can be published. A missed event costs tokens, never a wrong answer: the conversation refuses it.
// Whoever came late is shown the text so far.
func (w *ReplyWorker) watchRun(ctx context.Context, r round, run uuid.UUID, show *broadcast) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	if w.watch == nil {
		return ctx, func() { cancel(nil) }
	}
	stop := w.watch(r.Workspace, r.Conversation, func(e workspace.Event) {
		if e.Kind == workspace.EventMissing {
			show.again()
		} else if cause := ends(e, r, run); cause != nil {
			show.void()
			cancel(cause)
		}
	})
	return ctx, func() { stop(); cancel(nil) }
}

// ends tells whether an event ends the run, and why.
func ends(e workspace.Event, r round, run uuid.UUID) error {
	switch e.Kind {
	case workspace.EventCancel:
		var c struct {
			Run   uuid.UUID `json:"run"`
			Below int64     `json:"below"`
		}
		switch {
		case json.Unmarshal(e.Data, &c) != nil:
			return nil
		case c.Run == run:
			return errStopped
		case r.Epoch < c.Below:
			return errVoid
		}
	case workspace.EventState:
		var c struct {
			State conversation.State `json:"state"`
			Epoch int64              `json:"epoch"`
			Last  int64              `json:"last_visitor_seq"`
		}
		if json.Unmarshal(e.Data, &c) == nil && (c.Epoch > r.Epoch || c.Last > r.Seq || (c.Epoch == r.Epoch && c.State != conversation.Assistant)) {
			return errVoid
		}
	}
	return nil
}
