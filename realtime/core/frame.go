package core

import (
	"encoding/json"
	"unicode/utf8"
)

// frame is what the machine needs to know of a server's frame.
type frame struct {
	T         string  `json:"t"`
	Store     string  `json:"store"`
	Conv      string  `json:"conv"`
	N         int64   `json:"n"`
	CID       string  `json:"cid"`
	Seq       int64   `json:"seq"`
	Epoch     int64   `json:"epoch"`
	Run       string  `json:"run"`
	Offset    int     `json:"offset"`
	Text      string  `json:"text"`
	End       bool    `json:"end"`
	State     string  `json:"state"`
	Contact   bool    `json:"contact"`
	Delivered int64   `json:"delivered"`
	Seen      int64   `json:"seen"`
	From      int64   `json:"from"`
	Retry     float64 `json:"retry"`
	Code      string  `json:"code"`
}

// hello is the first frame of a socket.
type hello struct {
	T       string           `json:"t"`
	V       int              `json:"v"`
	Caps    []string         `json:"caps"`
	Token   string           `json:"token"`
	Store   string           `json:"store"`
	Cursors map[string]int64 `json:"cursors"`
}

type sayFrame struct {
	T    string `json:"t"`
	Conv string `json:"conv"`
	CID  string `json:"cid"`
	N    int64  `json:"n"`
	Body string `json:"body"`
}

// plain is a client's frame that is no message and no hello.
type plain struct {
	T     string `json:"t"`
	Conv  string `json:"conv,omitempty"`
	On    *bool  `json:"on,omitempty"`
	Seq   int64  `json:"seq,omitempty"`
	Run   string `json:"run,omitempty"`
	Email string `json:"email,omitempty"`
}

func (e *Entry) frame() sayFrame {
	return sayFrame{T: "say", Conv: e.Conv, CID: e.CID, N: e.N, Body: e.Body}
}

func (c *Core) hello() {
	c.do(Output{Out: "send", Frame: hello{T: "hello", V: 1, Caps: []string{"delta"}, Token: c.token, Store: c.store, Cursors: c.cursors()}})
}

func (c *Core) cursors() map[string]int64 { return map[string]int64{c.conv: c.cursor} }

// received takes a frame of a socket.
func (c *Core) received(raw json.RawMessage) {
	carried := c.transport == Socket && (c.state == Opening || c.state == Live)
	if !carried && !c.probing {
		return
	}
	if carried {
		c.heard()
		c.take(raw)
		return
	}
	// Of a socket that is only tried nothing counts before its welcome.
	var f frame
	if json.Unmarshal(raw, &f) == nil && f.T == "welcome" {
		c.take(raw)
	}
}

// take does what a frame asks for. A frame that is not known is passed over.
func (c *Core) take(raw json.RawMessage) {
	var f frame
	if json.Unmarshal(raw, &f) != nil {
		return
	}
	switch f.T {
	case "welcome":
		c.begin(f)
	case "ack":
		c.stored(f.CID, f.Seq)
		c.pump()
	case "message":
		c.message(f, raw)
	case "resync":
		c.resync(f)
	case "state":
		c.floor = max(c.floor, f.Epoch)
		c.granted(f.State, f.Contact)
		c.tell(raw)
	case "delta":
		c.delta(f, raw)
	case "read":
		c.ticks(f)
	case "slow_down":
		c.slow(f)
	case "error":
		c.refusal(f, raw)
	case "typing", "presence", "notice":
		c.tell(raw)
	}
}

func (c *Core) tell(raw json.RawMessage) { c.do(Output{Out: "tell", Frame: raw}) }

func (c *Core) begin(f frame) {
	c.welcomed()
	c.moveTo(f.Conv)
	c.adopt(f.Store)
	c.floor = 0
	c.count(f.N)
	c.wishAgain()
	c.pump()
}

// adopt takes the store of a welcome. Where it is another one than what is shown was counted in, a resync follows; until that is there the old one stands, because a link that breaks in between must
// be told again.
func (c *Core) adopt(store string) {
	c.coming = ""
	if c.cursor > 0 && c.store != "" && c.store != store {
		c.coming = store
		return
	}
	c.store = store
}

func (c *Core) message(f frame, raw json.RawMessage) {
	if f.Conv != c.conv {
		return
	}
	c.stored(f.CID, f.Seq)
	if f.Run != "" && f.Run == c.run {
		c.run, c.offset = "", 0
	}
	c.offer(f.Seq, raw)
	c.pump()
}

func (c *Core) resync(f frame) {
	if f.Conv != c.conv {
		return
	}
	if c.coming != "" {
		c.store, c.coming = c.coming, ""
	}
	c.forget(f.From)
	c.delivered, c.seen = 0, 0
	c.do(Output{Out: "reset", Conv: f.Conv, From: &f.From})
}

// delta passes on a piece that fits the text held, and one that begins it.
func (c *Core) delta(f frame, raw json.RawMessage) {
	ours := f.Run == c.run && c.run != ""
	switch {
	case f.Epoch < c.floor:
		return
	case f.End:
		if !ours {
			return
		}
		c.run, c.offset = "", 0
	case f.Offset == 0 || ours && f.Offset == c.offset:
		c.run, c.offset = f.Run, f.Offset+utf8.RuneCountInString(f.Text)
	default:
		return
	}
	c.tell(raw)
}

func (c *Core) ticks(f frame) {
	if f.Conv != c.conv || f.Delivered <= c.delivered && f.Seen <= c.seen {
		return
	}
	c.delivered, c.seen = max(c.delivered, f.Delivered), max(c.seen, f.Seen)
	delivered, seen := c.delivered, c.seen
	c.do(Output{Out: "ticks", Delivered: &delivered, Seen: &seen})
}

func (c *Core) slow(f frame) {
	if f.CID != "" {
		c.pause(f.CID, seconds(f.Retry))
		return
	}
	c.hold, c.holdUntil = seconds(f.Retry), c.now+holds
	c.callAt = c.now + c.hold
}

func (c *Core) refusal(f frame, raw json.RawMessage) {
	switch f.Code {
	case "gap":
		c.gap(f.N, f.CID)
	case "bad_frame", "empty", "too_long", "cid_reused":
		c.fail(f.CID, f.Code)
		c.pump()
	case "unavailable":
		c.pause(f.CID, c.backoff())
		c.unheard = c.unheard || f.CID == ""
	case "conversation_unknown":
		if c.transport == Socket {
			c.do(Output{Out: "close"})
		}
		c.endProbe()
		c.lost(renew, false)
	case "bad_email":
		c.contact = nil
		c.tell(raw)
	}
}
