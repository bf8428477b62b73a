package sim

import (
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/chaos/model"
)

// take deals with a client's frame. One socket's frames are dealt with one after another, as its one reader does.
func (s *conn) take(f sent) {
	s.queue = append(s.queue, f)
	if s.n.w.defect == BatchReordered && len(s.queue) > 1 && s.busy {
		last := len(s.queue) - 1
		s.queue[last], s.queue[last-1] = s.queue[last-1], s.queue[last]
	}
	s.next()
}

func (s *conn) next() {
	if s.busy || len(s.queue) == 0 || !s.open || !s.n.up {
		return
	}
	f := s.queue[0]
	s.queue, s.busy = s.queue[1:], true
	done := func() {
		s.busy = false
		s.next()
	}
	switch f.T {
	case "hello":
		s.n.transact(func() error { return nil }, func(error) { s.hello(f); done() })
	case "say":
		if s.held(f.CID) {
			s.answer(f, 0, s.heldAs)
			done()
			return
		}
		n := f.N
		if s.n.w.defect == BatchReordered {
			// A batch that takes its messages in any order cannot mind their numbers.
			f.N = s.n.w.store.Counter(s.c.device) + 1
		}
		s.n.say(s.c, f, func(seq int64, err error) {
			f.N, s.heldFor, s.behind, s.heldAs = n, "", nil, err
			if err != nil && !errors.Is(err, conversation.ErrCIDReused) {
				s.heldFor = f.CID
			}
			s.answer(f, seq, err)
			done()
		})
	case "ping":
		s.n.transact(func() error { return nil }, func(error) { s.ping(); done() })
	default:
		done()
	}
}

// held reports whether a message is behind one that was not taken. Where it comes again without that one, the client holds that one no more, or holds it behind this one.
func (s *conn) held(cid string) bool {
	if s.heldFor == "" || s.heldFor == cid || slices.Contains(s.behind, cid) {
		return false
	}
	s.behind = append(s.behind, cid)
	return true
}

// hello answers with welcome, state, and everything after the client's cursor.
func (s *conn) hello(f sent) {
	for _, frame := range s.n.w.greeting(s.c, f) {
		s.send(frame)
	}
	w := s.n.w
	s.greeted, s.cursor = true, min(f.Cursors[f.conv(s.c)], w.head(s.c.conv))
	if f.Store != "" && f.Store != w.id.String() || f.Cursors[f.conv(s.c)] > w.head(s.c.conv) {
		s.cursor = 0
	}
	if c := w.store.Conversations[s.c.conv]; c != nil {
		s.state, s.epoch = "", 0
		s.sendState(c.State, c.Epoch)
	} else {
		s.sendState(conversation.Assistant, 0)
	}
	if w.defect == PollForgets {
		s.cursor = max(s.cursor, s.c.served)
	}
	if w.defect == ResumeOffByOne && s.cursor > 0 && w.head(s.c.conv) > s.cursor {
		s.cursor++
		// The client would wait for ever for the one that is left out; a server that is wrong about this is wrong about its number, too.
		for _, m := range w.store.Conversations[s.c.conv].Messages[s.cursor:] {
			m.Seq--
			s.send(messageFrame(s.c.conv, m))
		}
		s.cursor = w.head(s.c.conv)
		return
	}
	s.fill()
}

func (f sent) conv(c *client) string { return c.conv.String() }

func (w *world) head(conv uuid.UUID) int64 {
	if c := w.store.Conversations[conv]; c != nil {
		return c.Head()
	}
	return 0
}

// greeting is the welcome, with a resync where the client's history is another one.
func (w *world) greeting(c *client, f sent) (frames []any) {
	conv := c.conv.String()
	frames = append(frames, map[string]any{"t": "welcome", "v": 1, "store": w.id, "conv": conv, "n": w.store.Counter(c.device), "heads": map[string]int64{conv: w.head(c.conv)}})
	if f.Store != "" && f.Store != w.id.String() || f.Cursors[conv] > w.head(c.conv) {
		frames = append(frames, map[string]any{"t": "resync", "conv": conv, "from": 0})
	}
	return frames
}

func (s *conn) ping() {
	w := s.n.w
	s.send(map[string]any{"t": "head", "conv": s.c.conv, "seq": w.head(s.c.conv), "epoch": s.epoch})
	s.send(w.ticks(s.c.conv))
	if w.defect != HintsOnly && w.head(s.c.conv) > s.cursor {
		s.fill()
	}
	if c := w.store.Conversations[s.c.conv]; c != nil {
		s.sendState(c.State, c.Epoch)
	}
}

// ticks are how far the team has read. The team of a simulation reads at once, but a node may know an older mark.
func (w *world) ticks(conv uuid.UUID) map[string]any {
	head := w.head(conv)
	seen := max(0, head-w.rng.Int64N(4))
	return map[string]any{"t": "read", "conv": conv, "by": "agent", "delivered": head, "seen": seen}
}

// answer tells how a say ended.
func (s *conn) answer(f sent, seq int64, err error) {
	for _, frame := range answerFrames(f, seq, err) {
		s.send(frame)
	}
}

func answerFrames(f sent, seq int64, err error) []any {
	var gap *conversation.GapError
	switch {
	case err == nil:
		return []any{map[string]any{"t": "ack", "conv": f.Conv, "cid": f.CID, "seq": seq}}
	case errors.As(err, &gap):
		return []any{map[string]any{"t": "error", "code": "gap", "conv": f.Conv, "cid": f.CID, "n": gap.Next}}
	case errors.Is(err, conversation.ErrCIDReused):
		return []any{map[string]any{"t": "error", "code": "cid_reused", "conv": f.Conv, "cid": f.CID}}
	}
	return []any{map[string]any{"t": "error", "code": "unavailable", "conv": f.Conv, "cid": f.CID}}
}

// pollCall is one call of the long poll that waits.
type pollCall struct {
	n      *node
	c      *client
	number int
	body   sent
	marked bool
	frames []any
	done   bool
}

// poll answers a call. It knows nothing but what the call says.
func (n *node) poll(p *pollCall, says []sent) {
	n.transact(func() error { return nil }, func(error) {
		if !p.marked {
			p.frames = n.w.greeting(p.c, p.body)
		}
		n.pollSays(p, says, false)
	})
}

// pollSays stores the messages of a call in order; one that is not taken keeps back those behind it.
func (n *node) pollSays(p *pollCall, says []sent, back bool) {
	if len(says) == 0 {
		n.pollEnd(p, len(p.frames) > 0)
		return
	}
	f := says[0]
	if f.T != "say" {
		n.pollSays(p, says[1:], back)
		return
	}
	if back {
		p.frames = append(p.frames, map[string]any{"t": "slow_down", "retry": 0.2, "cid": f.CID})
		n.pollSays(p, says[1:], back)
		return
	}
	n.say(p.c, f, func(seq int64, err error) {
		p.frames = append(p.frames, answerFrames(f, seq, err)...)
		n.pollSays(p, says[1:], err != nil)
	})
}

// pollEnd answers with what is new, or waits for it.
func (n *node) pollEnd(p *pollCall, atOnce bool) {
	if p.done || !n.up {
		return
	}
	conv := p.c.conv
	cursor := p.body.Cursors[conv.String()]
	if n.w.defect == PollForgets {
		cursor = max(cursor, p.c.served) // A node that remembers what it has served does not serve it again, whether or not it arrived.
	}
	other := p.body.Store != "" && p.body.Store != n.w.id.String() || cursor > n.w.head(conv) && n.w.defect != PollForgets
	if other {
		cursor = 0
		if p.marked {
			p.frames, p.marked = n.w.greeting(p.c, p.body), false
		}
	}
	var news []model.Message
	if c := n.w.store.Conversations[conv]; c != nil {
		news = slices.Clone(c.Messages[min(cursor, c.Head()):])
	}
	if !atOnce && !other && len(news) == 0 && p.marked {
		n.polls = append(n.polls, p)
		n.w.after(2_000, func() { n.pollEnd(p, true) })
		return
	}
	p.done = true
	if c := n.w.store.Conversations[conv]; c != nil {
		p.frames = append(p.frames, map[string]any{"t": "state", "conv": conv, "state": c.State, "epoch": c.Epoch})
	}
	for _, m := range news {
		p.frames = append(p.frames, messageFrame(conv, m))
	}
	p.c.served = max(p.c.served, n.w.head(conv))
	p.frames = append(p.frames, map[string]any{"t": "head", "conv": conv, "seq": n.w.head(conv)})
	p.c.deliverAnswer(p)
}

// wakePolls answers the calls that wait for the conversation.
func (n *node) wakePolls(conv uuid.UUID) {
	waiting := n.polls
	n.polls = nil
	for _, p := range waiting {
		if p.done {
			continue
		}
		if p.c.conv == conv {
			n.pollEnd(p, true)
		} else {
			n.polls = append(n.polls, p)
		}
	}
}
