package sim

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/chaos/model"
)

// careEvery is how often a node looks for what its sockets lack, in milliseconds.
const careEvery = 250

// node is one gateway.
type node struct {
	w     *world
	name  string
	up    bool
	life  int // counts starts, so that what an earlier life began ends with it
	conns []*conn
	polls []*pollCall
	head  map[uuid.UUID]int64 // of the defect that counts in memory
}

// conn is one socket on a node.
type conn struct {
	n       *node
	c       *client
	number  int // of the client's socket
	greeted bool
	cursor  int64
	gap     bool
	epoch   int64
	state   conversation.State
	open    bool
	busy    bool // a frame is being dealt with; the others wait
	queue   []sent
	heldFor string   // the message that was not taken, and must come again before those behind it are
	behind  []string // those that came since
	heldAs  error
}

// sent is a client's frame as a node reads it.
type sent struct {
	T       string           `json:"t"`
	Token   string           `json:"token"`
	Store   string           `json:"store"`
	Cursors map[string]int64 `json:"cursors"`
	Conv    string           `json:"conv"`
	CID     string           `json:"cid"`
	N       int64            `json:"n"`
	Body    string           `json:"body"`
}

func sortedIDs(m map[uuid.UUID]*model.Conversation) []uuid.UUID {
	return slices.SortedFunc(maps.Keys(m), func(a, b uuid.UUID) int { return cmp.Compare(a.String(), b.String()) })
}

func copied(s *model.Store) *model.Store { return s.Clone() }

// die is kill -9: what the node was doing ends, unless the store has it already.
func (n *node) die() {
	n.up = false
	n.life++
	conns := n.conns
	n.conns, n.polls, n.head = nil, nil, nil
	for _, c := range conns {
		c.open = false
		c.c.lost(c.number, 1006)
	}
}

func (n *node) rise() {
	if n.up {
		return
	}
	n.up, n.head = true, map[uuid.UUID]int64{}
	n.care(n.life)
}

// care looks again and again for what sockets lack.
func (n *node) care(life int) {
	if !n.up || n.life != life {
		return
	}
	for _, c := range n.conns {
		if c.gap && c.greeted {
			c.fill()
		}
	}
	n.w.after(careEvery, func() { n.care(life) })
}

// transact runs something on the store after the time that it takes. A node that dies meanwhile does not hear how it ended; the store may have it all the same.
func (n *node) transact(do func() error, then func(error)) {
	life, store := n.life, n.w.store
	n.w.after(1+n.w.rng.Int64N(20), func() {
		if !n.up || n.life != life || n.w.store != store {
			return
		}
		err := do()
		n.w.after(n.w.rng.Int64N(10), func() {
			if n.up && n.life == life {
				then(err)
			}
		})
	})
}

// errAway is a database that did not answer.
var errAway = errors.New("away")

// say is a transaction that stores a message. The weather decides whether it fails, and whether its outcome is told.
func (n *node) say(c *client, f sent, then func(seq int64, err error)) {
	w := n.w
	conv, cid := uuid.MustParse(f.Conv), uuid.MustParse(f.CID)
	failed, unknown := w.chance(w.weather.failed), w.chance(w.weather.unknown)
	var seq, before int64
	if w.defect == AckBeforeCommit {
		if known := w.store.Conversations[conv]; known != nil {
			before = known.Head()
		}
		then(before+1, nil)
		then = func(int64, error) {}
	}
	n.transact(func() error {
		if failed {
			w.felt("database")
			if w.defect == AckOfRolledBack {
				seq = 1
				if known := w.store.Conversations[conv]; known != nil {
					seq = known.Head() + 1
				}
				return nil
			}
			return errAway
		}
		if known := w.store.Conversations[conv]; known != nil {
			before = known.Head()
		}
		var err error
		seq, err = w.store.Say(c.visitor, c.device, conv, cid, f.N, f.Body)
		if err == nil && w.defect == SeqFromMemory {
			seq = n.numbered(conv, seq)
		}
		if err == nil && unknown {
			w.felt("database")
			return errAway
		}
		return err
	}, func(err error) {
		if err == nil {
			w.tell(n, conv, before)
			w.assist()
		}
		then(seq, err)
	})
}

// numbered is the defect of a node that counts by itself: it does not see what other nodes store.
func (n *node) numbered(conv uuid.UUID, seq int64) int64 {
	if n.head == nil {
		n.head = map[uuid.UUID]int64{}
	}
	if n.head[conv] == 0 {
		n.head[conv] = seq
	} else if c := n.w.store.Conversations[conv]; seq == c.Head() {
		n.head[conv]++
		c.Messages[seq-1].Seq = n.head[conv]
	}
	return n.head[conv]
}

// broadcast reaches this node at once and the others by the bus, or not at all.
func (w *world) broadcast(from *node, do func(*node)) {
	for _, n := range w.nodes {
		switch {
		case !n.up:
		case n == from:
			do(n)
		case w.chance(w.weather.hintLoss):
			w.felt("hints")
		default:
			w.after(w.rng.Int64N(30), func() {
				if n.up {
					do(n)
				}
			})
		}
	}
}

// tell publishes what was stored after a seq: a hint, which may be lost.
func (w *world) tell(from *node, conv uuid.UUID, after int64) {
	c := w.store.Conversations[conv]
	if c == nil {
		return
	}
	messages, state, epoch := slices.Clone(c.Messages[min(after, c.Head()):]), c.State, c.Epoch
	w.broadcast(from, func(n *node) {
		for _, m := range messages {
			n.hint(conv, m)
		}
		for _, s := range n.conns {
			if s.c.conv == conv && s.greeted {
				s.sendState(state, epoch)
			}
		}
	})
}

// hint gives a message to the sockets of its conversation that have everything before it.
func (n *node) hint(conv uuid.UUID, m model.Message) {
	for _, s := range n.conns {
		if s.c.conv != conv && (n.w.defect != WrongTenant || n.w.rng.IntN(20) > 0) || !s.greeted {
			continue
		}
		switch {
		case m.Seq == s.cursor+1 || s.c.conv != conv:
			s.message(conv, m)
		case m.Seq > s.cursor+1:
			s.gap = n.w.defect != HintsOnly
		}
	}
	n.wakePolls(conv)
}

// piece shows a piece of an answer, unless its epoch is over.
func (n *node) piece(conv uuid.UUID, run string, epoch int64, text string) {
	for _, s := range n.conns {
		if s.c.conv != conv || !s.greeted || n.w.defect != StaleDelta && (epoch < s.epoch || s.state != conversation.Assistant) {
			continue
		}
		s.send(map[string]any{"t": "delta", "conv": conv, "run": run, "epoch": epoch, "offset": 0, "text": text})
	}
}

// send puts a frame on the way to the client.
func (s *conn) send(frame any) {
	data, _ := json.Marshal(frame)
	s.c.deliver(s, data)
}

func messageFrame(conv uuid.UUID, m model.Message) map[string]any {
	f := map[string]any{"t": "message", "conv": conv, "seq": m.Seq, "cid": m.CID, "kind": m.Kind, "author": map[string]any{"kind": m.By}, "body": m.Body}
	if m.Kind == conversation.KindNote {
		f["kind"], f["body"], f["author"] = conversation.KindHidden, "", map[string]any{"kind": conversation.BySystem}
	}
	if m.Name != "" {
		f["event"] = map[string]any{"name": m.Name}
	}
	return f
}

func (s *conn) message(conv uuid.UUID, m model.Message) {
	if s.c.conv == conv {
		s.cursor = m.Seq
	}
	s.send(messageFrame(conv, m))
}

func (s *conn) sendState(state conversation.State, epoch int64) {
	if epoch < s.epoch {
		return
	}
	s.state, s.epoch = state, epoch
	s.send(map[string]any{"t": "state", "conv": s.c.conv, "state": state, "epoch": epoch})
}

// fill reads what the socket lacks.
func (s *conn) fill() {
	s.gap = false
	c := s.n.w.store.Conversations[s.c.conv]
	if c == nil {
		return
	}
	for _, m := range c.Messages {
		if m.Seq == s.cursor+1 {
			s.message(c.ID, m)
		}
	}
}
