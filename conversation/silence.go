package conversation

import (
	"context"
	"fmt"

	"github.com/google/uuid"
)

// RuleSilence is the handoff of a visitor whom the assistant left without an answer for too long: no worker lives, or the one that had the question died over it.
const RuleSilence = "assistant-fault"

// HandOver calls a person because the visitor's message at seq has no answer. It needs no worker. ErrStale tells that there is an answer by now, or that somebody has the conversation.
func (s *Store) HandOver(ctx context.Context, workspaceID, id uuid.UUID, seq int64) (Conversation, error) {
	c, err := s.onChat(ctx, workspaceID, id, func(c *change) error {
		// A text of the assistant's would be the last text of the conversation.
		if c.State != Assistant || c.LastVisitorSeq != seq || c.PreviewSeq != seq {
			return ErrStale
		}
		return c.call(ctx, Call{Rule: RuleSilence, Reason: "The assistant could not answer", WhySeq: seq}, "called")
	})
	if err != nil {
		return c, fmt.Errorf("hand over: %w", err)
	}
	return c, nil
}
