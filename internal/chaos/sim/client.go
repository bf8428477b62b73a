package sim

import (
	"encoding/json"
	"math/rand/v2"
	"slices"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/internal/chaos/history"
	"github.com/baton-chat/baton/realtime/core"
)

// client is one tab: the real protocol core, over simulated sockets and polls.
type client struct {
	w                     *world
	who                   string
	visitor, device, conv uuid.UUID
	rng                   *rand.Rand
	core                  *core.Core
	blocked               bool
	twin                  bool // the visitor has another tab
	joined                bool

	number int   // of the socket or call that counts
	conn   *conn // nil: none
	silent bool  // the line swallows everything, and nobody knows
	wakeAt int64 // for which moment the timer is set
	life   int   // counts reloads

	outAt, inAt int64 // frames of one direction arrive in their order
	oldOut      [][]byte
	oldIn       [][]byte
	flight      map[string]bool
	kept        []core.Entry // what a reload finds
	served      int64        // of the defect of a poll that remembers
	seen        int64        // the highest seq that came in, of the defect of a cursor that is too high
	ticks       [2]int64
	queue       []core.Input
}

func newClient(w *world, who string, visitor, device, conv uuid.UUID) *client {
	c := &client{w: w, who: who, visitor: visitor, device: device, conv: conv, flight: map[string]bool{}, wakeAt: -1}
	c.rng = rand.New(rand.NewPCG(w.rng.Uint64(), 1))
	c.core = core.New(c.rng.Float64, core.Restored{})
	return c
}

// come opens the page.
func (c *client) come() { c.w.after(c.w.rng.Int64N(2_000), func() { c.do(core.Input{In: "start"}) }) }

// reload is a page that was closed, or a browser that was killed, and opened again: nothing is left but what was kept.
func (c *client) reload() {
	if c.w.now >= stormy || !c.joined || c.w.rng.IntN(3) > 0 {
		return
	}
	c.hangUp()
	c.note(history.Event{Kind: history.Forget})
	c.life++
	c.ticks = [2]int64{}
	c.core = core.New(c.rng.Float64, core.Restored{Entries: slices.Clone(c.kept)})
	c.do(core.Input{In: "start"})
}

// say writes a message. Of somebody who writes in two tabs at once each tab has one message under way at a time: the tabs share one counter, and when both have several under way while the database fails, a tab's own
// messages may be stored in another order than they were written. That is the one order that the protocol does not promise.
func (c *client) say(text string) {
	if c.twin && len(c.core.Pending()) > 0 {
		c.w.after(200, func() { c.say(text) })
		return
	}
	if c.joined {
		c.do(core.Input{In: "say", CID: c.w.uuid().String(), Body: text})
	}
}

// do gives the core an input, and does what it asks for.
func (c *client) do(in core.Input) {
	c.queue = append(c.queue, in)
	if len(c.queue) > 1 {
		return
	}
	for len(c.queue) > 0 {
		for _, o := range c.core.Do(c.w.now, c.queue[0]) {
			c.carry(o)
		}
		c.queue = c.queue[1:]
	}
	c.setTimer()
}

func (c *client) setTimer() {
	due, ok := c.core.Due()
	if !ok || due == c.wakeAt {
		return
	}
	c.wakeAt = due
	life := c.life
	c.w.after(due-c.w.now, func() {
		if c.life == life && c.wakeAt == due {
			c.wakeAt = -1
			c.do(core.Input{In: "timer"})
		}
	})
}

func (c *client) carry(o core.Output) {
	switch o.Out {
	case "session":
		life := c.life
		c.w.after(c.delay(), func() {
			if c.life == life {
				c.session()
			}
		})
	case "open":
		c.open()
	case "close", "abort":
		c.hangUp()
	case "send":
		c.send(o.Frame)
	case "poll":
		c.poll(o.Body)
	case "keep":
		c.keep(*o.Entry)
	case "forget":
		c.kept = slices.DeleteFunc(c.kept, func(e core.Entry) bool { return e.CID == o.CID })
	case "show":
		c.show(o.Frame)
	case "reset":
		c.note(history.Event{Kind: history.Forget, Seq: *o.From})
	case "status":
		c.status(o)
	case "ticks":
		c.note(history.Event{Kind: history.Tick, By: "agent", Delivered: *o.Delivered, Seen: *o.Seen})
	case "tell":
		c.hear(o.Frame)
	case "link":
		if o.State == core.Waiting {
			c.lose()
		}
	}
}

func (c *client) session() {
	if !c.joined {
		c.joined = true
		c.note(history.Event{Kind: history.Join})
	}
	c.do(core.Input{In: "session", Token: "token-" + c.device.String(), Conv: c.conv.String(), Store: c.w.id.String()})
}

// keep stores an entry of the outbox. It takes a moment, in which the page may die.
func (c *client) keep(e core.Entry) {
	i := slices.IndexFunc(c.kept, func(old core.Entry) bool { return old.CID == e.CID })
	if i >= 0 {
		c.kept[i] = e
		return
	}
	life := c.life
	c.w.after(c.w.rng.Int64N(20), func() {
		if c.life == life {
			c.kept = append(c.kept, e)
			c.do(core.Input{In: "kept", CID: e.CID})
		}
	})
}

func (c *client) note(e history.Event) {
	e.Who, e.Conv = c.who, c.conv.String()
	c.w.record(e)
}

// lose notes that nobody knows what became of what was under way.
func (c *client) lose() {
	for _, cid := range sortedKeys(c.flight) {
		c.note(history.Event{Kind: history.Unknown, Op: history.OpSay, CID: cid})
	}
	clear(c.flight)
}

func (c *client) show(raw any) {
	var f history.Heard
	if data, ok := raw.(json.RawMessage); !ok || json.Unmarshal(data, &f) != nil {
		return
	}
	c.w.record(f.Shown(c.who))
}

func (c *client) status(o core.Output) {
	delete(c.flight, o.CID)
	switch o.Status {
	case "sent":
		c.note(history.Event{Kind: history.OK, Op: history.OpSay, CID: o.CID, Seq: o.Seq})
	case "failed":
		c.note(history.Event{Kind: history.Fail, Op: history.OpSay, CID: o.CID, Name: o.Code})
	}
}

func (c *client) hear(raw any) {
	var f history.Heard
	if data, ok := raw.(json.RawMessage); !ok || json.Unmarshal(data, &f) != nil {
		return
	}
	switch {
	case f.T == "state":
		c.note(history.Event{Kind: history.State, State: f.State, Epoch: f.Epoch})
	case f.T == "delta" && !f.End:
		c.note(history.Event{Kind: history.Piece, Run: f.Run, Epoch: f.Epoch})
	}
}
