package client

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/baton-chat/baton/internal/chaos/history"
)

// Receive takes a frame from the server.
func (c *Core) Receive(f Frame, now time.Time) {
	if f.Conv != "" && f.Conv != c.conv && f.T != "welcome" && f.T != "ack" && f.T != "error" {
		// Not this tab's: whoever is shown it all the same has been given somebody else's conversation.
		if f.T == "message" {
			c.record(shown(c.who, f))
		}
		return
	}
	switch f.T {
	case "welcome":
		c.welcomed(f)
	case "ack":
		c.acked(f.CID, f.Seq)
	case "message":
		c.message(f)
	case "delta":
		c.piece(f)
	case "state":
		c.stated(f)
	case "head":
		c.head = max(c.head, f.Seq)
	case "read":
		c.ticked(f)
	case "resync":
		c.resync(f)
	case "slow_down":
		c.slowed(f, now)
	case "error":
		c.refused(f, now)
	}
}

// welcomed numbers what is held, and has all of it sent again. Messages that were sent before under a number that is taken by now may be stored, and keep theirs.
func (c *Core) welcomed(f Frame) {
	c.store, c.told, c.welcome = f.Store, f.N, true
	c.head = max(f.Heads[c.conv], c.cursor)
	next := f.N
	for _, m := range c.outbox {
		m.sent = false
		if m.ever && m.n <= f.N {
			continue
		}
		next++
		m.n = next
	}
}

// acked takes a message out of the outbox: it is stored.
func (c *Core) acked(cid string, seq int64) {
	for i, m := range c.outbox {
		if m.cid != cid {
			continue
		}
		c.outbox = slices.Delete(c.outbox, i, i+1)
		c.told = max(c.told, m.n)
		c.since = time.Time{}
		break
	}
	// A repeated acknowledgement is judged too: it must name the same place.
	c.note(history.Event{Kind: history.OK, Op: history.OpSay, CID: cid, Seq: seq})
}

// message holds a message back until those before it are shown.
func (c *Core) message(f Frame) {
	c.head = max(c.head, f.Seq)
	if f.Seq > c.cursor {
		c.held[f.Seq] = f
	}
	for {
		next, there := c.held[c.cursor+1]
		if !there {
			return
		}
		delete(c.held, next.Seq)
		c.cursor = next.Seq
		c.show(next)
	}
}

func (c *Core) show(f Frame) {
	c.since = time.Time{}
	c.record(shown(c.who, f))
	if f.Run != "" && f.Run == c.run {
		c.run, c.text = "", 0
	}
	if slices.ContainsFunc(c.outbox, func(m *message) bool { return m.cid == f.CID }) {
		c.acked(f.CID, f.Seq)
	}
}

func shown(who string, f Frame) history.Event {
	e := history.Event{Kind: history.Shown, Who: who, Conv: f.Conv, Seq: f.Seq, CID: f.CID, Type: f.Kind, Sum: history.Digest(f.Body)}
	if f.Author != nil {
		e.By = f.Author.Kind
	}
	if f.Event != nil {
		e.Name = f.Event.Name
	}
	return e
}

// piece shows a piece of an answer that fits what is there, and none of an epoch that is over.
func (c *Core) piece(f Frame) {
	switch {
	case f.Epoch < c.epoch:
	case f.End:
		if f.Run == c.run {
			c.run, c.text = "", 0
		}
	case c.state != "" && c.state != "assistant":
	case f.Offset == 0, f.Run == c.run && f.Offset == c.text:
		c.run, c.text = f.Run, f.Offset+utf8.RuneCountInString(f.Text)
		c.note(history.Event{Kind: history.Piece, Run: f.Run, Epoch: f.Epoch})
	}
}

// stated shows who has the conversation. An epoch only grows, so a state of an earlier one came late.
func (c *Core) stated(f Frame) {
	if f.Epoch < c.epoch {
		return
	}
	c.head = max(c.head, f.Head)
	c.state, c.epoch = f.State, f.Epoch
	c.note(history.Event{Kind: history.State, State: f.State, Epoch: f.Epoch})
}

// ticked moves the ticks forward.
func (c *Core) ticked(f Frame) {
	c.delivered, c.seen = max(c.delivered, f.Delivered), max(c.seen, f.Seen)
	c.note(history.Event{Kind: history.Tick, By: f.By, Delivered: c.delivered, Seen: c.seen})
}

// resync forgets what stands after a message; the server sends it again.
func (c *Core) resync(f Frame) {
	c.note(history.Event{Kind: history.Forget, Seq: f.From})
	c.cursor = min(c.cursor, f.From)
	c.held = map[int64]Frame{}
}

// slowed has the message, and those after it, sent again later: it was not taken.
func (c *Core) slowed(f Frame, now time.Time) {
	c.pause = now.Add(time.Duration(f.Retry * float64(time.Second)))
	c.again(f.CID)
}

// again has a message that was not taken, and those after it, sent again. Their order would be lost otherwise.
func (c *Core) again(cid string) {
	at := slices.IndexFunc(c.outbox, func(m *message) bool { return m.cid == cid })
	if at < 0 {
		return
	}
	for _, m := range c.outbox[at:] {
		m.sent = false
	}
}

// unavailableFor is how long a tab leaves a database alone that is away.
const unavailableFor = time.Second

func (c *Core) refused(f Frame, now time.Time) {
	switch f.Code {
	case "gap":
		c.gap(f)
	case "unavailable":
		c.pause = now.Add(unavailableFor)
		at := slices.IndexFunc(c.outbox, func(m *message) bool { return m.cid == f.CID })
		if at >= 0 {
			// A commit whose outcome the server does not know is told like this, too.
			for _, m := range c.outbox[at:] {
				c.unsend(m)
			}
		}
	default:
		at := slices.IndexFunc(c.outbox, func(m *message) bool { return m.cid == f.CID })
		if at >= 0 {
			c.outbox = slices.Delete(c.outbox, at, at+1)
		}
		c.note(history.Event{Kind: history.Fail, Op: history.OpSay, CID: f.CID, Name: f.Code})
	}
}

// gap numbers anew what is held. Several messages under way are each answered by a gap; only the first of these may number, or the others would send everything again and again.
func (c *Core) gap(f Frame) {
	if len(c.outbox) == 0 {
		return
	}
	if c.outbox[0].n == f.N {
		c.again(f.CID)
		return
	}
	for i, m := range c.outbox {
		m.n, m.sent = f.N+int64(i), false
	}
}
