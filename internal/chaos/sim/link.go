package sim

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"

	"github.com/baton-chat/baton/internal/chaos/history"
	"github.com/baton-chat/baton/realtime/core"
)

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// delay is how long one frame takes.
func (c *client) delay() int64 { return 1 + c.w.rng.Int64N(c.w.weather.delay) }

// keptFrames is how many old frames of a direction a bad proxy may replay.
const keptFrames = 32

// hangUp drops the socket or the call. The server learns of it a little later.
func (c *client) hangUp() {
	c.number++
	if s := c.conn; s != nil {
		c.conn = nil
		c.w.after(c.delay(), s.end)
	}
	c.silent = false
	c.lose()
}

// end takes the socket out of its node.
func (s *conn) end() {
	s.open = false
	s.n.conns = slices.DeleteFunc(s.n.conns, func(other *conn) bool { return other == s })
}

// anyNode is where the next attempt goes.
func (c *client) anyNode() *node { return c.w.nodes[c.w.rng.IntN(nodeCount)] }

// later gives the core an input, unless it has dropped what the input is about.
func (c *client) later(ms int64, number int, in core.Input) {
	c.w.after(ms, func() {
		if c.number == number {
			c.do(in)
		}
	})
}

// open dials a node.
func (c *client) open() {
	c.hangUp()
	n, number := c.anyNode(), c.number
	if c.blocked && c.w.now < stormy {
		c.later(c.delay(), number, core.Input{In: "closed", Code: 1006})
		return
	}
	c.w.after(c.delay(), func() {
		if c.number != number {
			return
		}
		if !n.up {
			c.do(core.Input{In: "closed", Code: 1006})
			return
		}
		s := &conn{n: n, c: c, number: number, open: true}
		n.conns = append(n.conns, s)
		c.conn, c.outAt, c.inAt = s, 0, 0
		c.do(core.Input{In: "opened"})
	})
}

// lost tells the tab that its socket broke.
func (c *client) lost(number, code int) {
	c.later(c.delay(), number, core.Input{In: "closed", Code: code})
	if c.conn != nil && c.conn.number == number {
		c.conn = nil
	}
}

// cut breaks the tab's connection, loudly or in silence.
func (c *client) cut(silent bool) bool {
	s := c.conn
	if s == nil {
		return false
	}
	if silent {
		c.silent = true
		return true
	}
	s.end()
	c.lost(s.number, 1006)
	return true
}

// mangled is what a bad proxy makes of a frame. The first of a socket stays what it is.
func (c *client) mangled(data []byte, old *[][]byte) (list [][]byte) {
	kind := kindOf(data)
	list = [][]byte{data}
	if !slices.Contains([]string{"say", "ping", "message", "ack", "head", "read"}, kind) {
		return list
	}
	if c.w.chance(c.w.weather.doubled) {
		c.w.felt("frames")
		list = append(list, data)
	}
	if len(*old) > 0 && c.w.chance(c.w.weather.replayed) {
		c.w.felt("frames")
		list = append(list, (*old)[c.w.rng.IntN(len(*old))])
	}
	if *old = append(*old, data); len(*old) > keptFrames {
		*old = (*old)[1:]
	}
	return list
}

// arrival is when a frame arrives: after those before it, unless a bad proxy lets it overtake.
func (c *client) arrival(last *int64, kind string, mayOvertake bool) int64 {
	at := max(c.w.now+c.delay(), *last)
	if mayOvertake && kind != "hello" && kind != "welcome" && kind != "resync" && kind != "state" && kind != "delta" && c.w.chance(c.w.weather.swapped) {
		c.w.felt("frames")
		return at + 2*c.delay()
	}
	*last = at
	return at
}

func kindOf(data []byte) string {
	var f struct {
		T string `json:"t"`
	}
	_ = json.Unmarshal(data, &f)
	return f.T
}

// send puts a frame on the way to the node.
func (c *client) send(frame any) {
	s := c.conn
	if s == nil {
		return
	}
	data, _ := json.Marshal(frame)
	if kindOf(data) == "hello" && c.w.defect == CursorBeyond {
		var f sent
		_ = json.Unmarshal(data, &f)
		data, _ = json.Marshal(map[string]any{"t": "hello", "v": 1, "token": f.Token, "store": f.Store, "cursors": map[string]int64{c.conv.String(): max(c.seen, f.Cursors[c.conv.String()])}})
	}
	c.invoked(data)
	for _, one := range c.outgoing(data) {
		if c.silent {
			continue
		}
		at := c.arrival(&c.outAt, kindOf(one), !c.twin)
		c.w.after(at-c.w.now, func() {
			var f sent
			if s.open && s.n.up && json.Unmarshal(one, &f) == nil {
				s.take(f)
			}
		})
	}
}

// outgoing is what a bad proxy makes of a frame of the tab's. Two tabs count with one counter, and where a proxy swaps their frames besides, the server cannot know in which order one of them spoke: what the
// protocol promises to two tabs, it promises them over lines that keep the order, as TCP does.
func (c *client) outgoing(data []byte) [][]byte {
	if c.twin {
		return [][]byte{data}
	}
	return c.mangled(data, &c.oldOut)
}

// invoked notes that a message goes out.
func (c *client) invoked(data []byte) {
	var f sent
	if json.Unmarshal(data, &f) == nil && f.T == "say" {
		c.flight[f.CID] = true
		c.note(history.Event{Kind: history.Invoke, Op: history.OpSay, CID: f.CID, Sum: history.Digest(f.Body)})
	}
}

// deliver puts a frame on the way to the tab.
func (c *client) deliver(s *conn, data []byte) {
	if c.conn != s || c.silent {
		return
	}
	for _, one := range c.mangled(data, &c.oldIn) {
		at := c.arrival(&c.inAt, kindOf(one), true)
		c.w.after(at-c.w.now, func() {
			if c.number == s.number && c.conn == s && !c.silent {
				c.hearRaw(one)
				c.take(one)
			}
		})
	}
}

// take gives a frame to the core, unless this tab is one that is broken on purpose.
func (c *client) take(data []byte) {
	var f history.Heard
	_ = json.Unmarshal(data, &f)
	switch {
	case c.w.defect == ResyncIgnored && f.T == "resync":
		return
	case c.w.defect == TicksAsTheyCome && f.T == "read":
		c.note(history.Event{Kind: history.Tick, By: "agent", Delivered: f.Delivered, Seen: f.Seen})
		return
	case c.w.defect == StaleDelta && f.T == "delta":
		c.note(history.Event{Kind: history.Piece, Run: f.Run, Epoch: f.Epoch})
		return
	case c.w.defect == WrongTenant && f.T == "message" && f.Conv != c.conv.String():
		c.w.record(f.Shown(c.who)) // The core would leave it out: two must be wrong before anybody sees another's message.
		return
	}
	if f.T == "message" {
		c.seen = max(c.seen, f.Seq)
	}
	c.do(core.Input{In: "frame", Frame: data})
}

// hearRaw records what the server said as it said it.
func (c *client) hearRaw(data []byte) {
	var f history.Heard
	if json.Unmarshal(data, &f) != nil {
		return
	}
	switch {
	case f.T == "ack":
		delete(c.flight, f.CID)
		c.note(history.Event{Kind: history.OK, Op: history.OpSay, CID: f.CID, Seq: f.Seq})
	case f.T == "error" && f.Code == "unavailable":
		if c.flight[f.CID] {
			delete(c.flight, f.CID)
			c.note(history.Event{Kind: history.Unknown, Op: history.OpSay, CID: f.CID})
		}
	case f.T == "error" || f.T == "slow_down":
		delete(c.flight, f.CID)
	}
}

// poll makes a call. The call or its answer may be lost with the node, or on the way.
func (c *client) poll(call *core.Call) {
	c.number++
	n, number := c.anyNode(), c.number
	p := &pollCall{n: n, c: c, number: number, marked: call.Mark != "", body: sent{Store: call.Store, Cursors: call.Cursors}}
	var says []sent
	for _, frame := range call.Frames {
		data, _ := json.Marshal(frame)
		c.invoked(data)
		var f sent
		if json.Unmarshal(data, &f) == nil {
			says = append(says, f)
		}
	}
	lost := c.w.weather.cutEvery > 0 && c.w.chance(0.1)
	if lost {
		c.w.felt("cut")
	}
	c.w.after(c.delay(), func() {
		switch {
		case !n.up || lost && c.w.chance(0.5):
			c.later(c.delay(), number, core.Input{In: "failed"})
		case lost:
			n.poll(p, says)
			p.number = -1 // The answer never arrives.
			c.later(5_000, number, core.Input{In: "failed"})
		default:
			n.poll(p, says)
		}
	})
}

// deliverAnswer puts the answer of a call on the way.
func (c *client) deliverAnswer(p *pollCall) {
	if p.number < 0 {
		return
	}
	raw := make([]json.RawMessage, 0, len(p.frames))
	for _, f := range p.frames {
		data, _ := json.Marshal(f)
		raw = append(raw, data)
	}
	c.w.after(c.delay(), func() {
		if c.number != p.number {
			return
		}
		var frames []json.RawMessage
		for _, one := range raw {
			c.hearRaw(one)
			if c.w.defect == ResyncIgnored && kindOf(one) == "resync" {
				continue
			}
			frames = append(frames, one)
		}
		c.do(core.Input{In: "answer", Mark: "m", Frames: frames})
	})
}
