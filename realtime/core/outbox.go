package core

import (
	"cmp"
	"slices"
)

// window is how many messages are under way at a time: with the hello, fewer than a server takes in a row.
const window = 16

// outbox is the messages that have no ack yet, oldest first, and the highest number taken, by the server's word or by our own messages.
type outbox struct {
	entries []*Entry
	top     int64
	paused  int64 // no message goes out before; 0: they may
	narrow  bool  // a call was too large: one message at a time
}

func (c *Core) restore(entries []Entry) {
	for _, e := range entries {
		e.ready, e.tried = true, true
		c.entries = append(c.entries, &e)
		c.top = max(c.top, e.N)
	}
	slices.SortStableFunc(c.entries, func(a, b *Entry) int { return cmp.Or(cmp.Compare(a.N, b.N), cmp.Compare(a.CID, b.CID)) })
}

func (c *Core) say(in Input) {
	c.top++
	e := &Entry{CID: in.CID, Conv: c.conv, N: c.top, Body: in.Body, At: c.now}
	c.entries = append(c.entries, e)
	c.keep(e)
	c.do(Output{Out: "status", CID: e.CID, Status: "sending"})
}

func (c *Core) keep(e *Entry) {
	now := *e
	c.do(Output{Out: "keep", Entry: &now})
}

// kept lets a message go out.
func (c *Core) kept(cid string) {
	if e := c.entry(cid); e != nil && !e.ready {
		e.ready = true
		c.pump()
	}
}

func (c *Core) entry(cid string) *Entry {
	for _, e := range c.entries {
		if e.CID == cid {
			return e
		}
	}
	return nil
}

// stored hears that a message is in the database, be it by its ack or because it came back.
func (c *Core) stored(cid string, seq int64) {
	if c.remove(cid) {
		c.do(Output{Out: "status", CID: cid, Status: "sent", Seq: seq})
	}
}

// fail hears that a message can never be taken.
func (c *Core) fail(cid, code string) {
	if c.remove(cid) {
		c.do(Output{Out: "status", CID: cid, Status: "failed", Code: code})
	}
}

func (c *Core) remove(cid string) bool {
	i := slices.IndexFunc(c.entries, func(e *Entry) bool { return e.CID == cid })
	if i < 0 {
		return false
	}
	c.entries = slices.Delete(c.entries, i, i+1)
	c.do(Output{Out: "forget", CID: cid})
	return true
}

// renumber counts from next on, except for the messages that stay.
func (c *Core) renumber(next int64, stays func(*Entry) bool) {
	for _, e := range c.entries {
		if stays(e) {
			continue
		}
		if e.N != next {
			e.N = next
			c.keep(e)
		}
		next++
	}
	c.top = next - 1
}

// count follows the server's count at welcome. A message that went out and has a number that the server counted may be stored, and keeps it.
func (c *Core) count(n int64) {
	c.renumber(n+1, func(e *Entry) bool { return e.tried && e.N <= n })
	c.unsend()
}

// gap follows the server's count when it expected another number. Of the messages under way each is told so; only the first of these numbers anew. One that was told after that, or that overtook the one before it, is
// only marked: it goes out again with the next that may, and the first of all at once.
func (c *Core) gap(n int64, cid string) {
	if len(c.entries) > 0 && c.entries[0].N == n && c.entries[0].sent {
		if e := c.entry(cid); e != nil {
			e.sent = false
		}
		if !c.entries[0].sent {
			c.pump()
		}
		return
	}
	c.renumber(n, func(*Entry) bool { return false })
	c.unsend()
	c.pump()
}

// move says everything in another conversation.
func (c *Core) move(conv string) {
	for _, e := range c.entries {
		if e.Conv != conv {
			e.Conv = conv
			c.keep(e)
		}
	}
}

// unsend has everything sent again.
func (c *Core) unsend() {
	for _, e := range c.entries {
		e.sent = false
	}
}

// pause holds messages back for a while, from the one on that was not taken: later ones would only be told that they are too early.
func (c *Core) pause(cid string, ms int64) {
	refused := false
	for _, e := range c.entries {
		refused = refused || e.CID == cid
		e.sent = e.sent && !refused
	}
	c.paused = max(c.paused, c.now+ms)
}

// pump sends what may be sent.
func (c *Core) pump() {
	switch {
	case c.state != Live:
	case c.transport == Poll:
		c.pumpCall()
	default:
		for _, e := range c.next(window) {
			c.do(Output{Out: "send", Frame: e.frame()})
		}
	}
}

// next takes the messages that go out now, in order, and never so many that more than limit are under way. What is not kept yet holds back all behind it.
func (c *Core) next(limit int) (list []*Entry) {
	if c.paused > c.now {
		return nil
	}
	for i, e := range c.entries {
		if i >= limit || !e.ready {
			break
		}
		if !e.sent {
			e.sent, e.tried = true, true
			list = append(list, e)
		}
	}
	return list
}

// failLargest gives up the message under way that is the longest, because a frame was too large for the server.
func (c *Core) failLargest() {
	var largest *Entry
	for _, e := range c.entries {
		if e.sent && (largest == nil || len(e.Body) > len(largest.Body)) {
			largest = e
		}
	}
	if largest != nil {
		c.fail(largest.CID, "too_long")
	}
}
