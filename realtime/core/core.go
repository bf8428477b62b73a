package core

import "encoding/json"

// State is where the link stands.
type State string

// The states of a link.
const (
	Idle    State = "idle"    // not begun, or stopped
	Session State = "session" // waits for the session call
	Opening State = "opening" // not welcomed yet
	Live    State = "live"    // welcomed
	Waiting State = "waiting" // lost; the next attempt comes by itself
	Stopped State = "stopped" // the server said that it cannot get better
)

// The transports.
const (
	Socket = "socket"
	Poll   = "poll"
)

// Entry is a message that is not acknowledged yet, as it is kept.
type Entry struct {
	CID  string `json:"cid"`
	Conv string `json:"conv"`
	N    int64  `json:"n"`
	Body string `json:"body"`
	At   int64  `json:"at"` // when it was written, in milliseconds

	ready bool // it is kept, and may be sent
	tried bool // it went out at least once, on any link, so that it may be stored
	sent  bool // it went out on this link and has no answer yet
}

// Restored is what was kept over a reload.
type Restored struct {
	Entries []Entry `json:"entries"`
	Store   string  `json:"store"`
	Cursor  int64   `json:"cursor"`
}

// Input is something that happened; doc.go lists them.
type Input struct {
	In      string            `json:"in"`
	Token   string            `json:"token,omitempty"`
	Conv    string            `json:"conv,omitempty"`
	Store   string            `json:"store,omitempty"`
	Retry   float64           `json:"retry,omitempty"`
	Refused bool              `json:"refused,omitempty"`
	Code    int               `json:"code,omitempty"`
	Status  int               `json:"status,omitempty"`
	Mark    string            `json:"mark,omitempty"`
	Frame   json.RawMessage   `json:"frame,omitempty"`
	Frames  []json.RawMessage `json:"frames,omitempty"`
	CID     string            `json:"cid,omitempty"`
	Body    string            `json:"body,omitempty"`
}

// Output is something to be done; doc.go lists them.
type Output struct {
	Out       string `json:"out"`
	State     State  `json:"state,omitempty"`
	Transport string `json:"transport,omitempty"`
	Frame     any    `json:"frame,omitempty"`
	Body      *Call  `json:"body,omitempty"`
	Entry     *Entry `json:"entry,omitempty"`
	CID       string `json:"cid,omitempty"`
	Conv      string `json:"conv,omitempty"`
	Status    string `json:"status,omitempty"`
	Seq       int64  `json:"seq,omitempty"`
	Code      string `json:"code,omitempty"`
	From      *int64 `json:"from,omitempty"`
	Delivered *int64 `json:"delivered,omitempty"`
	Seen      *int64 `json:"seen,omitempty"`
}

// Core is one visitor's client. It is for one goroutine.
type Core struct {
	random func() float64
	out    []Output
	now    int64

	token, conv, store string
	coming             string // the store that a welcome named, while the resync that it leads to is awaited
	link
	outbox
	sequence
	wishes

	floor  int64  // deltas of epochs below are void
	run    string // the answer being written that is held, and how much of it in code points
	offset int

	delivered, seen int64
}

// New returns a client that has not begun. random gives numbers from 0 up to 1.
func New(random func() float64, restored Restored) *Core {
	c := &Core{random: random, store: restored.Store}
	c.state, c.transport = Idle, Socket
	c.cursor, c.held = restored.Cursor, map[int64]json.RawMessage{}
	c.restore(restored.Entries)
	return c
}

// State is where the link stands, and over which transport it goes or is tried.
func (c *Core) State() (State, string) { return c.state, c.transport }

// Pending are the messages that have no ack yet, in order.
func (c *Core) Pending() []Entry {
	list := make([]Entry, len(c.entries))
	for i, e := range c.entries {
		list[i] = *e
	}
	return list
}

// Cursor is the highest seq up to which everything was shown.
func (c *Core) Cursor() int64 { return c.cursor }

// Do takes an input at a time in milliseconds and returns what is to be done because of it. Times never go back; where a clock does, give the last one again.
func (c *Core) Do(now int64, in Input) []Output {
	c.now, c.out = max(now, c.now), nil
	switch in.In {
	case "start", "wake", "stop", "session", "no_session", "opened", "closed", "timer":
		c.connection(in)
	case "frame":
		c.received(in.Frame)
	case "answer":
		c.answered(in)
	case "failed":
		c.failed(in)
	case "say":
		c.say(in)
	case "kept":
		c.kept(in.CID)
	case "send":
		c.wish(in.Frame)
	}
	return c.out
}

func (c *Core) do(o Output) { c.out = append(c.out, o) }

// enter changes the state of the link and tells it.
func (c *Core) enter(s State) {
	c.state = s
	o := Output{Out: "link", State: s}
	if s == Opening || s == Live {
		o.Transport = c.transport
	}
	c.do(o)
}
