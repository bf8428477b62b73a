package agentconsole

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
)

// message is a message as the team sees it: in the protocol's form, and for the assistant's with how sure it was and the rule that fired.
type message struct {
	conversation.Message
	judged *conversation.Judged
	frame  string // "message" on the socket, where every frame has its name
}

// MarshalJSON writes the protocol's form with the team's members behind it.
func (m message) MarshalJSON() ([]byte, error) {
	object, err := json.Marshal(m.Message)
	if err != nil {
		return nil, err
	}
	more := struct {
		Frame      string   `json:"t,omitempty"`
		Confidence *float64 `json:"confidence,omitempty"`
		Rule       string   `json:"rule,omitempty"`
	}{Frame: m.frame}
	if m.judged != nil {
		more.Confidence, more.Rule = &m.judged.Confidence, m.judged.Rule
	}
	extra, err := json.Marshal(more)
	if err != nil {
		return nil, err
	}
	return merge(object, extra), nil
}

// judged adds to the assistant's messages what their turns decided.
func (h *Handler) judged(ctx context.Context, workspaceID, id uuid.UUID, messages []conversation.Message) ([]message, error) {
	out := make([]message, len(messages))
	ask := false
	for i, m := range messages {
		out[i].Message = m
		ask = ask || m.Author.Kind == conversation.ByAssistant
	}
	if !ask {
		return out, nil
	}
	turns, err := h.Conversations.Turns(ctx, workspaceID, id)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if turn, ok := turns[out[i].CID]; ok {
			out[i].judged = &turn
		}
	}
	return out, nil
}
