package e5

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// longestPause is how long passages stand still for queries before they do one more layer of one text, a few milliseconds of work: under a stream of queries without a gap, indexing crawls instead of starving.
const longestPause = 50 * time.Millisecond

// A gate gives queries the right of way. Its zero value is open.
type gate struct {
	queries atomic.Int64 // under way; changed under mu only
	mu      sync.Mutex
	open    chan struct{} // closed when the last query leaves; nil when none is under way
}

// enter says that a query is under way.
func (g *gate) enter() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.queries.Add(1) == 1 {
		g.open = make(chan struct{})
	}
}

// leave says that it is done.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.queries.Add(-1) == 0 {
		close(g.open)
		g.open = nil
	}
}

// wait returns when no query is under way, or after longestPause, or with the error of ctx.
func (g *gate) wait(ctx context.Context) error {
	if g.queries.Load() == 0 {
		return nil
	}
	g.mu.Lock()
	open := g.open
	g.mu.Unlock()
	if open == nil {
		return nil
	}
	late := time.NewTimer(longestPause)
	defer late.Stop()
	select {
	case <-open:
	case <-late.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// Hold makes passages give way as for a query, until release is called: for what belongs to an answer besides its query.
func (m *Model) Hold() (release func()) {
	m.gate.enter()
	return sync.OnceFunc(m.gate.leave)
}
