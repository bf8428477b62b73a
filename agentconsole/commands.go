package agentconsole

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

// empty is the body of commands that need nothing but their address.
type empty struct{}

func (h *Handler) claim(c *gin.Context, me workspace.Session, id uuid.UUID) error {
	if err := decode(c, &empty{}); err != nil {
		return err
	}
	_, err := h.Conversations.Claim(c.Request.Context(), me.Agent, id)
	return h.answerRow(c, me, id, err)
}

// answerRow answers a command with the line as it now is, also where somebody else was first.
func (h *Handler) answerRow(c *gin.Context, me workspace.Session, id uuid.UUID, err error) error {
	if err != nil {
		return h.conflict(c.Request.Context(), me, id, err)
	}
	now, err := h.row(c.Request.Context(), me.Agent, id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, now)
	return nil
}

// conflict adds the present line to an error that means somebody or something was first.
func (h *Handler) conflict(ctx context.Context, me workspace.Session, id uuid.UUID, err error) error {
	for _, lost := range []error{conversation.ErrClaimed, conversation.ErrStale, conversation.ErrState} {
		if errors.Is(err, lost) {
			now, rowErr := h.row(ctx, me.Agent, id)
			if rowErr != nil {
				return rowErr
			}
			return &conflict{error: err, current: now}
		}
	}
	return err
}

// said is the body of a reply and of a note.
type said struct {
	CID  uuid.UUID `json:"cid"`
	Body string    `json:"body"`
}

// receipt is the answer to both. The same cid gives the same one.
type receipt struct {
	Seq int64     `json:"seq"`
	At  time.Time `json:"at"`
}

func (h *Handler) reply(c *gin.Context, me workspace.Session, id uuid.UUID) error {
	return h.say(c, me, id, h.Conversations.AgentSay)
}

func (h *Handler) note(c *gin.Context, me workspace.Session, id uuid.UUID) error {
	return h.say(c, me, id, h.Conversations.Note)
}

func (h *Handler) say(c *gin.Context, me workspace.Session, id uuid.UUID,
	store func(context.Context, workspace.Agent, uuid.UUID, uuid.UUID, string) (conversation.Ack, error),
) error {
	var body said
	if err := decode(c, &body); err != nil {
		return err
	}
	if body.CID == uuid.Nil {
		return bad("cid: a UUID that names this message for ever.")
	}
	ack, err := store(c.Request.Context(), me.Agent, id, body.CID, body.Body)
	if err != nil {
		return h.conflict(c.Request.Context(), me, id, err)
	}
	c.JSON(http.StatusOK, receipt{Seq: ack.Seq, At: stamp(ack.At)})
	return nil
}

// handBack gives the conversation to the assistant. A note for the colleagues who meet it later is judged before, and stored after: a note without its hand back would mislead them.
func (h *Handler) handBack(c *gin.Context, me workspace.Session, id uuid.UUID) error {
	var body struct {
		Note string `json:"note"`
	}
	if err := decode(c, &body); err != nil {
		return err
	}
	ctx := c.Request.Context()
	if body.Note != "" {
		if _, err := conversation.Cleaned(body.Note); err != nil {
			return err
		}
	}
	now, err := h.Conversations.HandBack(ctx, me.Agent, id)
	if err == nil && body.Note != "" {
		// Derived, so that it is stored once for this hand back.
		cid := uuid.NewSHA1(id, fmt.Appendf(nil, "handback note:%d", now.Epoch))
		_, err = h.Conversations.Note(ctx, me.Agent, id, cid, body.Note)
	}
	return h.answerRow(c, me, id, err)
}

func (h *Handler) resolve(c *gin.Context, me workspace.Session, id uuid.UUID) error {
	var body struct {
		Undo bool `json:"undo"`
	}
	if err := decode(c, &body); err != nil {
		return err
	}
	do := h.Conversations.Resolve
	if body.Undo {
		do = h.Conversations.Reopen
	}
	_, err := do(c.Request.Context(), me.Agent, id)
	return h.answerRow(c, me, id, err)
}

func (h *Handler) read(c *gin.Context, me workspace.Session, id uuid.UUID) error {
	var body struct {
		Seq int64 `json:"seq"`
	}
	if err := decode(c, &body); err != nil {
		return err
	}
	if body.Seq < 0 {
		return bad("seq: the highest message that was seen.")
	}
	ctx := c.Request.Context()
	conv, err := h.Conversations.Get(ctx, me.Agent.Workspace, id)
	if err == nil && conv.Kind == conversation.KindPreview {
		err = conversation.ErrUnknown // Nobody waits to hear that a trial was seen.
	}
	if err != nil {
		return err
	}
	if err := h.Conversations.Receive(ctx, me.Agent.Workspace, id, conversation.ByAgent, body.Seq, body.Seq); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
