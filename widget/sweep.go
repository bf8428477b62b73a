package widget

import (
	"context"
	"math"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

// sweepers is how many connections are looked after at a time: a few reads beside each other, and never enough to starve what visitors send of database connections.
const sweepers = 4

// wake has Run look at once.
func (h *Handler) wake() {
	select {
	case h.kick <- struct{}{}:
	default:
	}
}

// schedule has Run look after the connection.
func (h *Handler) schedule(c *conn) {
	h.later(c)
	h.wake()
}

// later has Run look after the connection with its next tick.
func (h *Handler) later(c *conn) {
	h.dueMu.Lock()
	h.due[c] = struct{}{}
	h.dueMu.Unlock()
}

// sweep looks after the rooms and connections that are due.
func (h *Handler) sweep(ctx context.Context) {
	h.mu.Lock()
	var rooms []*room
	for _, r := range h.rooms {
		rooms = append(rooms, r)
	}
	h.mu.Unlock()
	for _, r := range rooms {
		r.mu.Lock()
		due := r.due
		r.mu.Unlock()
		if due {
			h.complain(ctx, "team", r.refresh(ctx))
		}
	}
	h.dueMu.Lock()
	due := h.due
	h.due = map[*conn]struct{}{}
	h.dueMu.Unlock()
	var group errgroup.Group
	group.SetLimit(sweepers)
	for c := range due {
		group.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, h.Limits.FramePatience)
			defer cancel()
			return c.care(ctx)
		})
	}
	h.complain(ctx, "look after sockets", group.Wait())
}

// complain logs one error of a sweep; what failed is still due.
func (h *Handler) complain(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil && !realtime.IsGone(err) {
		h.failed("widget sweep; it is tried again", err, "what", what)
	}
}

// care does what is due for one connection. What fails, or must wait, stays due.
func (c *conn) care(ctx context.Context) error {
	c.mu.Lock()
	gap, stale, behind := c.again && !c.filling, c.stale, c.peer.Behind()
	lacks := c.lacks && !behind
	c.stale, c.lacks = stale && behind, false
	c.showTeam()
	c.mu.Unlock()
	if lacks {
		c.h.Bus.Publish(workspace.NewEvent(c.session.Workspace, c.session.Conversation, workspace.EventMissing, struct{}{}))
	}
	if behind && (gap || stale) {
		// A slow reader gets it once it has what it was sent, or with its next ping, read by its own goroutine.
		gap, stale = false, false
		c.h.later(c)
	}
	if gap {
		if err := c.fill(ctx, false); realtime.IsGone(err) {
			return nil
		} else if err != nil {
			return c.retry(err)
		}
	}
	if stale {
		if _, err := c.readState(ctx); err != nil {
			return c.retry(err)
		}
	}
	c.breakSilence(ctx)
	c.expireTyping(time.Now())
	return c.tellReceipts(ctx)
}

// retry keeps everything due.
func (c *conn) retry(err error) error {
	c.mu.Lock()
	c.again, c.stale = true, true
	c.mu.Unlock()
	c.h.later(c)
	return err
}

// tellReceipts stores how far the visitor has received and seen, in one write for all that came since the last.
func (c *conn) tellReceipts(ctx context.Context) error {
	c.mu.Lock()
	r := c.receipts
	c.mu.Unlock()
	if !r.news() {
		return nil
	}
	err := c.h.Conversations.Receive(ctx, c.session.Workspace, c.session.Conversation, conversation.ByVisitor, r.delivered, r.seen)
	if err != nil {
		c.h.later(c)
		return err
	}
	c.mu.Lock()
	c.receipts.toldDelivered, c.receipts.toldSeen = r.delivered, r.seen
	c.mu.Unlock()
	return nil
}

// expireTyping ends the visitor's typing sign where it was not renewed, and keeps it due while it stands.
func (c *conn) expireTyping(now time.Time) {
	c.mu.Lock()
	until := c.typing
	if !until.IsZero() && now.After(until) {
		c.typing = time.Time{}
	}
	c.mu.Unlock()
	switch {
	case until.IsZero():
	case now.After(until):
		c.publishTyping(false)
	default:
		c.h.later(c)
	}
}

func (c *conn) publishTyping(on bool) {
	c.h.Bus.Publish(workspace.NewEvent(c.session.Workspace, c.session.Conversation, workspace.EventTyping,
		Typing{Who: Who{Kind: conversation.ByVisitor, Name: c.session.Name}, On: on, TTL: int(math.Ceil(c.h.Limits.Typing.Seconds()))}))
}
