package live

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/baton-chat/baton/internal/chaos/history"
	"github.com/baton-chat/baton/realtime/core"
)

// tab is one page of a visitor's browser: the protocol core, driven by one goroutine over real sockets and calls.
type tab struct {
	w    *world
	of   *visitor
	who  string
	rng  *rand.Rand
	core *core.Core

	conv  string
	state string // who has the conversation, as the screen says
	link  core.State

	events  chan func() // what happened, for the goroutine of the tab
	ended   chan struct{}
	queue   []core.Input
	present int // number of the socket or call that counts; what older ones tell is not heard
	socket  *socket
	calling context.CancelFunc
	node    *node

	flight map[string]time.Time  // attempts under way, by cid
	first  map[string]time.Time  // when a message was first sent
	mine   map[string]bool       // cids of this tab that were acknowledged
	shown  func(f history.Heard) // told of every message that comes onto the screen

	came, went past
	pending    atomic.Int64 // messages without an acknowledgement
	reached    atomic.Int64 // the cursor
}

func newTab(w *world, of *visitor, who string, part uint64) *tab {
	rng := w.random(part)
	return &tab{
		w: w, of: of, who: who, rng: rng, core: core.New(rng.Float64, core.Restored{}), events: make(chan func(), 256), ended: make(chan struct{}),
		flight: map[string]time.Time{}, first: map[string]time.Time{}, mine: map[string]bool{},
	}
}

// run is the goroutine of the tab.
func (t *tab) run(ctx context.Context) {
	defer close(t.ended)
	t.do(ctx, core.Input{In: "start"})
	for {
		var timer <-chan time.Time
		if due, ok := t.core.Due(); ok {
			timer = time.After(time.Duration(due-t.now()) * time.Millisecond)
		}
		select {
		case <-ctx.Done():
			t.hangUp()
			return
		case happened := <-t.events:
			happened()
		case <-timer:
			t.do(ctx, core.Input{In: "timer"})
		}
	}
}

// tell has fn run on the tab's goroutine.
func (t *tab) tell(fn func()) {
	select {
	case t.events <- fn:
	case <-t.ended:
	}
}

func (t *tab) now() int64 { return time.Since(t.w.began).Milliseconds() }

// do gives the core an input, carries out what it wants, and goes on with what follows from that.
func (t *tab) do(ctx context.Context, in core.Input) {
	t.queue = append(t.queue, in)
	if len(t.queue) > 1 {
		return
	}
	for len(t.queue) > 0 {
		for _, o := range t.core.Do(t.now(), t.queue[0]) {
			t.carry(ctx, o)
		}
		t.queue = t.queue[1:]
	}
	t.pending.Store(int64(len(t.core.Pending())))
}

func (t *tab) carry(ctx context.Context, o core.Output) {
	switch o.Out {
	case "session":
		t.openSession(ctx)
	case "open":
		t.open(ctx)
	case "close", "abort":
		t.hangUp()
	case "send":
		t.send(o.Frame)
	case "poll":
		t.poll(ctx, o.Body)
	case "keep":
		t.queue = append(t.queue, core.Input{In: "kept", CID: o.Entry.CID})
	case "show":
		t.show(o.Frame)
	case "reset":
		t.reset(o)
	case "status":
		t.status(o)
	case "ticks":
		t.note(history.Event{Kind: history.Tick, By: "agent", Delivered: *o.Delivered, Seen: *o.Seen})
	case "tell":
		t.hear(o.Frame)
	case "link":
		t.linked(o.State)
	}
}

func (t *tab) linked(s core.State) {
	t.link = s
	switch s {
	case core.Waiting:
		t.lose()
	case core.Stopped:
		t.w.trouble(t.who, "the server told the client to stop")
	}
}

// lose notes that what was under way has no known outcome.
func (t *tab) lose() {
	if t.node != nil {
		t.w.tally.brokenOn(t.node.name)
	}
	for cid := range t.flight {
		t.note(history.Event{Kind: history.Unknown, Op: history.OpSay, CID: cid})
	}
	clear(t.flight)
}

// hangUp drops the socket or the call.
func (t *tab) hangUp() {
	t.present++
	if t.socket != nil {
		t.socket.close()
		t.socket = nil
	}
	if t.calling != nil {
		t.calling()
		t.calling = nil
	}
	if len(t.flight) > 0 {
		t.lose()
	}
}

// note records an event of this tab.
func (t *tab) note(e history.Event) {
	e.Who, e.Conv = t.who, t.conv
	t.w.history.Record(e)
}

// invoked notes that a message goes out, where the frame is one.
func (t *tab) invoked(data []byte) {
	var f history.Heard
	if json.Unmarshal(data, &f) != nil || f.T != "say" {
		return
	}
	now := time.Now()
	t.flight[f.CID] = now
	if t.first[f.CID].IsZero() {
		t.first[f.CID] = now
	}
	t.note(history.Event{Kind: history.Invoke, Op: history.OpSay, CID: f.CID, Sum: history.Digest(f.Body)})
}

// heard looks at a frame before the core does: what the server said is recorded as it said it.
func (t *tab) heard(data []byte) {
	var f history.Heard
	if json.Unmarshal(data, &f) != nil {
		t.w.trouble(t.who, "a frame that is no JSON")
		return
	}
	switch {
	case f.T == "ack":
		delete(t.flight, f.CID)
		t.note(history.Event{Kind: history.OK, Op: history.OpSay, CID: f.CID, Seq: f.Seq})
	case f.T == "error" && f.Code == "unavailable":
		t.w.tally.broken.Add(1)
		if _, there := t.flight[f.CID]; there {
			delete(t.flight, f.CID)
			t.note(history.Event{Kind: history.Unknown, Op: history.OpSay, CID: f.CID})
		}
	case f.T == "error" && f.Code == "gap", f.T == "slow_down":
		delete(t.flight, f.CID)
	case f.T == "message" && f.Conv != t.conv:
		t.show(json.RawMessage(data))
	case f.T == "error" && f.Code != "bad_email":
		t.w.trouble(t.who, "the server answered "+f.Code)
	}
}

func (t *tab) show(raw any) {
	var f history.Heard
	if data, ok := raw.(json.RawMessage); !ok || json.Unmarshal(data, &f) != nil {
		return
	}
	t.w.history.Record(f.Shown(t.who))
	t.w.tally.shownNow(f.CID)
	t.reached.Store(f.Seq)
	if t.shown != nil {
		t.shown(f)
	}
}

func (t *tab) reset(o core.Output) {
	if o.Conv != t.conv {
		t.note(history.Event{Kind: history.Leave})
		t.conv = o.Conv
		t.note(history.Event{Kind: history.Join})
		return
	}
	t.note(history.Event{Kind: history.Forget, Seq: *o.From})
	t.reached.Store(min(t.reached.Load(), *o.From))
}

func (t *tab) status(o core.Output) {
	switch o.Status {
	case "sent":
		delete(t.flight, o.CID)
		t.mine[o.CID] = true
		t.w.tally.ackedNow(o.CID, t.first[o.CID])
		delete(t.first, o.CID)
		t.note(history.Event{Kind: history.OK, Op: history.OpSay, CID: o.CID, Seq: o.Seq})
	case "failed":
		delete(t.flight, o.CID)
		t.note(history.Event{Kind: history.Fail, Op: history.OpSay, CID: o.CID, Name: o.Code})
		t.w.trouble(t.who, "a message failed: "+o.Code)
	}
}

func (t *tab) hear(raw any) {
	var f history.Heard
	if data, ok := raw.(json.RawMessage); !ok || json.Unmarshal(data, &f) != nil {
		return
	}
	switch {
	case f.T == "state":
		t.state = f.State
		t.note(history.Event{Kind: history.State, State: f.State, Epoch: f.Epoch})
		t.of.stated(f.State)
	case f.T == "delta" && !f.End:
		t.note(history.Event{Kind: history.Piece, Run: f.Run, Epoch: f.Epoch})
	}
}
