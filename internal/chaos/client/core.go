package client

import (
	"time"

	"github.com/baton-chat/baton/internal/chaos/history"
)

// Core is one tab.
type Core struct {
	who    string
	record func(history.Event)

	token, store, conv string

	outbox  []*message
	told    int64 // the device's highest stored counter, as the last welcome said
	welcome bool  // the link is past its welcome
	pause   time.Time

	cursor int64           // everything up to it is on the screen
	held   map[int64]Frame // messages that came before their turn
	head   int64           // the highest seq that is known to be there
	since  time.Time       // since when something is missing or unacknowledged; zero: nothing is

	state     string
	epoch     int64
	run       string // the answer being written
	text      int    // code points of it on the screen
	delivered int64
	seen      int64
}

// message is one that was not acknowledged yet.
type message struct {
	cid, body string
	n         int64
	sent      bool // on this link
	ever      bool // on any
}

// underWay is how many messages may wait for their acknowledgements.
const underWay = 20

// New returns a tab that records as who.
func New(who string, record func(history.Event)) *Core {
	return &Core{who: who, record: record, held: map[int64]Frame{}}
}

// Session gives the tab what the session call answered.
func (c *Core) Session(token, store, conv string) {
	if c.conv != "" && c.conv != conv {
		c.note(history.Event{Kind: history.Leave})
		c.cursor, c.head, c.held = 0, 0, map[int64]Frame{}
	}
	fresh := c.conv != conv
	c.token, c.store, c.conv = token, store, conv
	if fresh {
		c.note(history.Event{Kind: history.Join})
	}
}

// Conv is the conversation, and Token what the session is called by.
func (c *Core) Conv() string { return c.conv }

// Token is the session's secret.
func (c *Core) Token() string { return c.token }

// Cursor is how far the screen goes without a gap.
func (c *Core) Cursor() int64 { return c.cursor }

// Head is the highest seq that the tab has heard of.
func (c *Core) Head() int64 { return max(c.head, c.cursor) }

// Waiting is how many messages are not acknowledged.
func (c *Core) Waiting() int { return len(c.outbox) }

// State is who has the conversation, as the screen says.
func (c *Core) State() string { return c.state }

// Hello is the first frame of a link.
func (c *Core) Hello() Frame {
	return Frame{T: "hello", V: 1, Caps: []string{"delta"}, Token: c.token, Store: c.store, Cursors: map[string]int64{c.conv: c.cursor}}
}

// Writing tells what a poll says of the answer that the tab holds.
func (c *Core) Writing() (run string, offset int) { return c.run, c.text }

// Say takes what the visitor wrote. What is to be sent is had from Pump.
func (c *Core) Say(cid, body string) {
	n := c.told + 1
	if len(c.outbox) > 0 {
		n = c.outbox[len(c.outbox)-1].n + 1
	}
	c.outbox = append(c.outbox, &message{cid: cid, body: body, n: n})
}

// Pump returns the messages that may be sent now, in order. A message that keeps a number which is taken goes alone: where another tab took the number, this message will be refused and
// numbered anew, and those behind it must not be stored before it.
func (c *Core) Pump(now time.Time) (out []Frame) {
	if !c.welcome || now.Before(c.pause) {
		return nil
	}
	for i, m := range c.outbox {
		if i >= underWay || m.n > c.told && i > 0 && c.outbox[i-1].n <= c.told {
			break
		}
		if m.sent {
			continue
		}
		m.sent, m.ever = true, true
		out = append(out, Frame{T: "say", Conv: c.conv, CID: m.cid, N: m.n, Body: m.body})
		c.note(history.Event{Kind: history.Invoke, Op: history.OpSay, CID: m.cid, Sum: history.Digest(m.body)})
	}
	return out
}

// Broken tells the tab that its link is gone: what was under way has no known outcome.
func (c *Core) Broken() {
	c.welcome, c.since = false, time.Time{}
	for _, m := range c.outbox {
		c.unsend(m)
	}
}

func (c *Core) unsend(m *message) {
	if m.sent {
		m.sent = false
		c.note(history.Event{Kind: history.Unknown, Op: history.OpSay, CID: m.cid})
	}
}

// patience is how long a tab waits for what a link owes it, an acknowledgement or a message that it has heard of, until it takes the link for broken.
const patience = 12 * time.Second

// Stuck reports whether the link owes the tab something for too long.
func (c *Core) Stuck(now time.Time) bool {
	owed := c.head > c.cursor || len(c.held) > 0
	for _, m := range c.outbox {
		owed = owed || m.sent
	}
	switch {
	case !c.welcome || !owed:
		c.since = time.Time{}
	case c.since.IsZero():
		c.since = now
	}
	return !c.since.IsZero() && now.Sub(c.since) > patience
}

// note records an event of this tab and its conversation.
func (c *Core) note(e history.Event) {
	e.Who, e.Conv = c.who, c.conv
	c.record(e)
}
