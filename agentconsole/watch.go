package agentconsole

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

// watchQueue is how many events of one conversation may wait for the database; whoever is further behind reads it all from there.
const watchQueue = 256

// packetWithin is how long after a call its packet is written at the latest, a slow model and its retry included.
const packetWithin = time.Minute

// watched is what one socket watches. Events only queue here; the socket's pump works them off, because it may have to ask the database.
type watched struct {
	mu      sync.Mutex
	watches map[uuid.UUID]*watch
}

// watch is one conversation on one socket.
type watch struct {
	conv uuid.UUID
	sub  *realtime.Subscription

	// Guarded by the lock of watched.
	queue []workspace.Event
	fill  bool // read the database: at first, after a loss, at every ping
	after int64
	reset bool // the client said where it is: after
	again bool // events were lost: the client is told to read again, because a packet leaves no message
	typed time.Time
	on    bool

	// Of the pump alone; what it writes to state it writes under the lock, because typing asks who has the conversation.
	cursor int64
	known  bool
	state  conversation.Conversation
}

// watch begins to watch, or begins again after a seq that the client names.
func (c *conn) watch(ctx context.Context, id uuid.UUID, after int64) error {
	if err := c.h.watchable(ctx, c.session.Agent, id); err != nil {
		return err
	}
	c.mu.Lock()
	w := c.watches[id]
	begin := w == nil
	if begin && len(c.watches) >= maxWatched {
		c.mu.Unlock()
		return bad("watch: at most %d conversations at once.", maxWatched)
	}
	if begin {
		w = &watch{conv: id}
		c.watches[id] = w
	}
	w.after, w.reset, w.fill = max(after, 0), true, true
	c.mu.Unlock()
	if begin {
		// Watching begins before reading, so that nothing can come between the two.
		sub := c.h.Bus.Watch(c.workspace(), id, realtime.Watch{Event: func(e workspace.Event) { c.offer(w, e) }, Lost: func() { c.lost(w) }})
		c.mu.Lock()
		w.sub = sub
		c.mu.Unlock()
		c.room.look(c, id)
	}
	c.wake()
	return nil
}

func (c *conn) unwatch(id uuid.UUID) {
	c.mu.Lock()
	w := c.watches[id]
	delete(c.watches, id)
	c.mu.Unlock()
	if w != nil {
		c.release(w)
	}
}

func (c *conn) unwatchAll() {
	c.mu.Lock()
	all := c.watches
	c.watches = map[uuid.UUID]*watch{}
	c.mu.Unlock()
	for _, w := range all {
		c.release(w)
	}
}

func (c *conn) release(w *watch) {
	w.sub.Close()
	if w.on {
		c.tellTyping(w.conv, false)
	}
	c.room.lookAway(c, w.conv)
}

// offer queues an event. It is called by whoever published it and must be quick.
func (c *conn) offer(w *watch, e workspace.Event) {
	c.mu.Lock()
	if len(w.queue) < watchQueue {
		w.queue = append(w.queue, e)
	} else {
		w.queue, w.fill, w.again = nil, true, true
	}
	c.mu.Unlock()
	c.wake()
}

func (c *conn) lost(w *watch) {
	c.mu.Lock()
	w.queue, w.fill, w.again = nil, true, true
	c.mu.Unlock()
	c.wake()
}

func (c *conn) fillAll() {
	c.mu.Lock()
	for _, w := range c.watches {
		w.fill = true
	}
	c.mu.Unlock()
	c.wake()
}

func (c *conn) wake() {
	select {
	case c.kick <- struct{}{}:
	default:
	}
}

// pump works off what the watches queued, until ctx ends.
func (c *conn) pump(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.kick:
		}
		for _, w := range c.pending() {
			if err := c.work(ctx, w); err != nil && ctx.Err() == nil {
				// The next ping tries again: the database holds everything.
				c.h.failed(ctx, "watched conversation could not be read", err)
			}
		}
	}
}

func (c *conn) pending() (list []*watch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.watches {
		if w.fill || len(w.queue) > 0 {
			list = append(list, w)
		}
	}
	return list
}

// work brings one watch up to date.
func (c *conn) work(ctx context.Context, w *watch) error {
	ctx, cancel := context.WithTimeout(ctx, framePatience)
	defer cancel()
	c.mu.Lock()
	queue, fill, reset, again, after := w.queue, w.fill, w.reset, w.again, w.after
	w.queue, w.fill, w.reset, w.again = nil, false, false, false
	c.mu.Unlock()
	if reset {
		w.cursor = after
	}
	delivered := w.cursor
	if fill {
		if err := c.catchUp(ctx, w, reset, again); err != nil {
			return err
		}
	}
	for _, e := range queue {
		if err := c.event(ctx, w, e); err != nil {
			return err
		}
	}
	if w.cursor > delivered {
		// What is on a screen of the team has reached it; seen is what the screen says itself.
		return c.h.Conversations.Receive(ctx, c.workspace(), w.conv, conversation.ByAgent, w.cursor, 0)
	}
	return nil
}

// catchUp compares the watch with the database and sends what is missing.
func (c *conn) catchUp(ctx context.Context, w *watch, reset, again bool) error {
	now, err := c.h.Conversations.Get(ctx, c.workspace(), w.conv)
	if err != nil {
		return err
	}
	if reset && w.cursor > now.Head {
		// The client holds messages that the database does not have: it was restored to an earlier moment.
		w.cursor = 0
		if err := c.send(resyncFrame{"resync", w.conv, 0}); err != nil {
			return err
		}
	}
	changed := again || w.known && stateKey(now) != stateKey(w.state) || !w.known && c.unfinished(now)
	lines, now, err := c.level(ctx, w, now)
	if err != nil {
		return err
	}
	changed = changed || w.known && stateKey(now) != stateKey(w.state)
	c.settle(w, now)
	// A state that the client read before it began to watch may be old; each change of it left a line.
	if changed || lines {
		return c.send(newState(now))
	}
	return nil
}

// level sends the messages behind the cursor, and returns the conversation as it is with the last of them. Messages may come while they are read; the state from before them is
// then old, and telling it behind their lines would take the client back.
func (c *conn) level(ctx context.Context, w *watch, now conversation.Conversation) (lines bool, _ conversation.Conversation, err error) {
	for {
		more, err := c.readOn(ctx, w)
		if err != nil {
			return lines, now, err
		}
		if lines = lines || more; w.cursor <= now.Head {
			return lines, now, nil
		}
		if now, err = c.h.Conversations.Get(ctx, c.workspace(), w.conv); err != nil {
			return lines, now, err
		}
	}
}

// unfinished reports whether a packet may be on its way: it may have come between the client's reading and its watching, so the client is asked to read again, once.
func (c *conn) unfinished(now conversation.Conversation) bool {
	return now.State == conversation.Waiting && c.h.Now().Sub(*now.WaitingSince) < packetWithin
}

// readOn sends the messages behind the cursor in order, and reports whether one of them was a line about what happened.
func (c *conn) readOn(ctx context.Context, w *watch) (lines bool, err error) {
	for {
		page, err := c.h.Conversations.After(ctx, c.workspace(), w.conv, w.cursor)
		if err != nil || len(page) == 0 {
			return lines, err
		}
		judged, err := c.h.judged(ctx, c.workspace(), w.conv, page)
		if err != nil {
			return lines, err
		}
		for _, m := range judged {
			m.frame = "message"
			if err := c.send(m); err != nil {
				return lines, err
			}
			w.cursor = m.Seq
			lines = lines || m.Kind == conversation.KindEvent
		}
	}
}

// event sends what one event tells, filling what is missing before it.
func (c *conn) event(ctx context.Context, w *watch, e workspace.Event) error {
	switch e.Kind {
	case workspace.EventMessage:
		return c.message(ctx, w, e.Data)
	case workspace.EventState:
		return c.state(ctx, w, e.Data)
	case workspace.EventPacket:
		return c.packet(ctx, w)
	case workspace.EventDelta:
		return c.delta(w, e.Data)
	case workspace.EventTyping:
		return c.typed(w, e.Data)
	case workspace.EventRead:
		return c.receipt(w, e.Data)
	}
	return nil
}

// message sends a message that follows the cursor as it is. Anything else, and what the assistant wrote, whose turn stands in the database, is read there.
func (c *conn) message(ctx context.Context, w *watch, data json.RawMessage) error {
	var m struct {
		Seq    int64 `json:"seq"`
		Author struct {
			Kind string `json:"kind"`
		} `json:"author"`
	}
	if err := json.Unmarshal(data, &m); err != nil || m.Seq <= w.cursor {
		return nil // What is unreadable is found by the next comparison with the database.
	}
	if m.Seq > w.cursor+1 || m.Author.Kind == conversation.ByAssistant {
		_, err := c.readOn(ctx, w)
		return err
	}
	if err := c.socket.Send(realtime.Text(merge(data, []byte(`{"t":"message"}`)))); err != nil {
		return err
	}
	w.cursor = m.Seq
	return nil
}

// state sends a state that differs from the last one. A new message alone changes only the head, which the message itself tells, and a place in line is the visitor's to see.
func (c *conn) state(ctx context.Context, w *watch, data json.RawMessage) error {
	var now conversation.Conversation
	if err := json.Unmarshal(data, &now); err != nil {
		return nil
	}
	if now.Head > w.cursor {
		if _, err := c.readOn(ctx, w); err != nil {
			return err
		}
	}
	old, known := w.state, w.known
	if known && (now.Head < old.Head || now.Epoch < old.Epoch) {
		return nil // Overtaken.
	}
	c.settle(w, now)
	if known && stateKey(now) == stateKey(old) {
		return nil
	}
	return c.send(newState(now))
}

// packet tells the client to read the conversation again: the packet is part of that.
func (c *conn) packet(ctx context.Context, w *watch) error {
	now, err := c.h.Conversations.Get(ctx, c.workspace(), w.conv)
	if err != nil {
		return err
	}
	return c.send(newState(now))
}

func (c *conn) settle(w *watch, now conversation.Conversation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w.state, w.known = now, true
}

// delta sends a piece of an answer. It is not worth waiting for: a peer that is behind gets the whole message in the end.
func (c *conn) delta(w *watch, data json.RawMessage) error {
	var d deltaFrame
	if err := json.Unmarshal(data, &d); err != nil || w.known && d.Epoch < w.state.Epoch || c.socket.Behind() {
		return nil
	}
	d.T, d.Conv = "delta", w.conv
	return c.send(d)
}

func (c *conn) typed(w *watch, data json.RawMessage) error {
	var f typingFrame
	if err := json.Unmarshal(data, &f); err != nil || f.Who.ID != nil && *f.Who.ID == c.session.Agent.ID {
		return nil
	}
	f.T, f.Conv = "typing", w.conv
	return c.send(f)
}

// receipt tells how far the visitor is. How far the team is, its own screens know.
func (c *conn) receipt(w *watch, data json.RawMessage) error {
	var r conversation.Receipt
	if err := json.Unmarshal(data, &r); err != nil || r.By != conversation.ByVisitor {
		return nil
	}
	return c.send(readFrame{"read", w.conv, r})
}
