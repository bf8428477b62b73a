package core

import "encoding/json"

// sequence is what was shown of the conversation, and what came early and waits for the gap before it.
type sequence struct {
	cursor int64
	held   map[int64]json.RawMessage
}

// offer takes a message, and shows it and those that waited for it when nothing is missing before.
func (c *Core) offer(seq int64, frame json.RawMessage) {
	if seq <= c.cursor {
		return
	}
	c.held[seq] = frame
	for {
		next, ok := c.held[c.cursor+1]
		if !ok {
			return
		}
		delete(c.held, c.cursor+1)
		c.cursor++
		c.do(Output{Out: "show", Frame: next})
	}
}

// forget takes back what is after from.
func (c *Core) forget(from int64) {
	c.cursor = min(c.cursor, from)
	clear(c.held)
}
