package widget

import (
	"context"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
)

const (
	// lookTick is how often it is seen who is due.
	lookTick = 250 * time.Millisecond
	// lookTrusted is for how long a ping is answered from what was last seen: as long as a beat.
	lookTrusted = 10 * time.Second
	// lookPage is how many conversations are read in one statement.
	lookPage = 500
)

// calls counts the calls of the poll that are under way.
type calls struct{ n atomic.Int64 }

func (c *calls) begin(limit int) bool {
	if c.n.Add(1) > int64(limit) {
		c.end()
		return false
	}
	return true
}

func (c *calls) end() { c.n.Add(-1) }

// Calls is how many calls of the poll are under way.
func (h *Handler) Calls() int { return int(h.calls.n.Load()) }

// lookOn asks the database, until ctx ends, what the bus may have lost. Events are hints: this is what makes their loss cost nothing but time.
func (h *Handler) lookOn(ctx context.Context) {
	tick := time.NewTicker(min(lookTick, h.Limits.LookSoon))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			h.look(ctx, time.Now())
		}
	}
}

// look reads the conversations of all connections that are due, many in one statement: one row for each beat of each socket would be most of what the database does.
func (h *Handler) look(ctx context.Context, now time.Time) {
	for _, r := range h.allRooms() {
		due := r.dueLooks(now)
		for page := range slices.Chunk(due, lookPage) {
			h.complain(ctx, "look for what was lost", h.lookAt(ctx, r.workspace, page))
		}
	}
}

func (h *Handler) allRooms() []*room {
	h.mu.Lock()
	defer h.mu.Unlock()
	var rooms []*room
	for _, r := range h.rooms {
		rooms = append(rooms, r)
	}
	return rooms
}

// dueLooks are the connections whose last look is too long ago. They are spread over time by when they came.
func (r *room) dueLooks(now time.Time) (due []*conn) {
	alone := r.h.Bus.Ready() != nil
	// A connection's lock is taken before the room's, never after it.
	r.mu.Lock()
	all := slices.Collect(maps.Keys(r.conns))
	r.mu.Unlock()
	for _, c := range all {
		every := r.h.Limits.Look
		if alone || c.polled {
			every = r.h.Limits.LookSoon
		}
		c.mu.Lock()
		if c.greeted && now.Sub(c.looked) >= every {
			due = append(due, c)
		}
		c.mu.Unlock()
	}
	return due
}

func (h *Handler) lookAt(ctx context.Context, workspaceID uuid.UUID, due []*conn) error {
	ctx, cancel := context.WithTimeout(ctx, h.Limits.FramePatience)
	defer cancel()
	ids := make([]uuid.UUID, 0, len(due))
	for _, c := range due {
		ids = append(ids, c.session.Conversation)
	}
	began := time.Now()
	found, err := h.Conversations.Many(ctx, workspaceID, ids)
	if err != nil {
		return err
	}
	for _, c := range due {
		c.compare(found[c.session.Conversation], began)
	}
	h.away.Over()
	return nil
}

// compare shows what the database has and the connection has not. A conversation that nobody began is not there.
func (c *conn) compare(now conversation.Conversation, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looked = at
	if now.ID == uuid.Nil {
		return
	}
	c.sendState(now, false)
	c.sendReceipt(receiptOf(now))
	if now.Head > c.cursor && !c.filling {
		c.again = true
		c.h.schedule(c)
	}
}
