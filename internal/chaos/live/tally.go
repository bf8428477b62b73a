package live

import (
	"sync"
	"sync/atomic"
	"time"
)

// late is after how long something counts as disturbed: a message that took so long to be acknowledged, or to reach a screen. On a calm machine it takes some ten milliseconds.
const late = 1200 * time.Millisecond

// tally counts what people felt, so that a fault that nobody felt is not counted.
type tally struct {
	stored  atomic.Int64 // messages acknowledged
	broken  atomic.Int64 // links lost, calls that failed, refusals because something was away
	slow    atomic.Int64 // acknowledgements that came late
	behind  atomic.Int64 // messages that came late onto a screen
	mangled atomic.Int64 // frames doubled, swapped or replayed

	mu    sync.Mutex
	nodes map[string]int64     // links lost by node
	acked map[string]time.Time // by cid, until everybody should have it
}

func newTally() *tally {
	return &tally{nodes: map[string]int64{}, acked: map[string]time.Time{}}
}

func (t *tally) brokenOn(node string) {
	t.broken.Add(1)
	t.mu.Lock()
	t.nodes[node]++
	t.mu.Unlock()
}

func (t *tally) on(node string) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.nodes[node]
}

// ackedNow notes when a message was acknowledged; sent is when it was first sent.
func (t *tally) ackedNow(cid string, sent time.Time) {
	t.stored.Add(1)
	if time.Since(sent) > late {
		t.slow.Add(1)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.acked) > 4096 {
		for old, at := range t.acked {
			if time.Since(at) > time.Minute {
				delete(t.acked, old)
			}
		}
	}
	t.acked[cid] = time.Now()
}

// shownNow notes that a message came onto a screen.
func (t *tally) shownNow(cid string) {
	t.mu.Lock()
	at, known := t.acked[cid]
	t.mu.Unlock()
	if known && time.Since(at) > late {
		t.behind.Add(1)
	}
}

// felt is everything together.
func (t *tally) felt() int64 { return t.broken.Load() + t.slow.Load() + t.behind.Load() }
