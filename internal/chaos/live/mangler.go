package live

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"sync"
)

// Shares of frames that are spoilt while the fault stands.
const (
	doubled  = 0.20
	swapped  = 0.10
	replayed = 0.05
)

// keptFrames is how many old frames of a tab may come again.
const keptFrames = 64

// past is the old frames of a tab in one direction, over all of its sockets: a stale frame is one that the other side has long dealt with.
type past struct {
	mu     sync.Mutex
	frames [][]byte
}

func (p *past) keep(data []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.frames) >= keptFrames {
		p.frames = p.frames[1:]
	}
	p.frames = append(p.frames, data)
}

func (p *past) any(rng *rand.Rand) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.frames) == 0 {
		return nil
	}
	return p.frames[rng.IntN(len(p.frames))]
}

// mangler stands between a tab and its socket, as a broken proxy would: it doubles frames, swaps neighbours, and replays old ones.
type mangler struct {
	tally *tally
	on    func() bool
	rng   *rand.Rand
	held  []byte // waits to be swapped with the next
	past  *past
}

func newMangler(t *tab, p *past) *mangler {
	return &mangler{tally: t.w.tally, on: t.w.mangle.Load, rng: rand.New(rand.NewPCG(t.rng.Uint64(), t.rng.Uint64())), past: p}
}

// mayReplay are the frames that mean the same at any time. An old state, or a piece of an answer, says what was true then; no proxy has a reason to repeat it, and no client could know.
var mayReplay = []string{"say", "ping", "read", "message", "ack", "head"}

// mayMove are the frames whose number and place among the others is the network's affair.
var mayMove = []string{"say", "ping", "read", "message", "ack", "delta", "head"}

// pass is what comes out for a frame that goes in.
func (m *mangler) pass(data []byte) (out [][]byte) {
	kind := kindOf(data)
	if slices.Contains(mayReplay, kind) {
		defer m.past.keep(data)
	}
	if !m.on() {
		return append(m.release(), data)
	}
	if m.held == nil && slices.Contains(mayMove, kind) && m.rng.Float64() < swapped {
		m.held = data
		return nil
	}
	out = [][]byte{data}
	if slices.Contains(mayMove, kind) && m.rng.Float64() < doubled {
		out = append(out, data)
		m.tally.mangled.Add(1)
	}
	if m.held != nil {
		out = append(out, m.release()...)
		m.tally.mangled.Add(1)
	}
	if m.rng.Float64() < replayed {
		if old := m.past.any(m.rng); old != nil {
			out = append(out, old)
			m.tally.mangled.Add(1)
		}
	}
	return out
}

func (m *mangler) release() [][]byte {
	if m.held == nil {
		return nil
	}
	held := m.held
	m.held = nil
	return [][]byte{held}
}

func kindOf(data []byte) string {
	var f struct {
		T string `json:"t"`
	}
	_ = json.Unmarshal(data, &f)
	return f.T
}
