package widget

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// comeBackRate is how many clients a node greets in a second when all come at once, and comeBackMost the longest that one is told to stay away.
	comeBackRate = 500.0
	comeBackMost = 10.0
)

// comeBack is after how many seconds one of n clients that are sent away together is to come back: they spread over the time that it takes to greet them all.
func comeBack(n int) float64 {
	window := min(comeBackMost, max(1, float64(n)/comeBackRate))
	return float64(int(rand.Float64()*window*100)) / 100
}

// comeBack is that of a client that this node sends away because it stops.
func (h *Handler) comeBack() float64 { return comeBack(h.sockets.Open() + h.Calls()) }

// gate lets clients in a few at a time. When a node or a network dies thousands come at once, and without it all of them would wait for the database together with what others say, until all had
// waited too long.
type gate struct {
	turns   chan struct{}
	wait    time.Duration
	waiting atomic.Int64
}

func newGate(turns int, wait time.Duration) *gate {
	return &gate{turns: make(chan struct{}, turns), wait: wait}
}

// enter waits for a turn. leave gives it back, and may be called more than once; ok is false where the wait was too long: then the client is to come back.
func (g *gate) enter() (leave func(), ok bool) {
	g.waiting.Add(1)
	defer g.waiting.Add(-1)
	select {
	case g.turns <- struct{}{}:
	default:
		timer := time.NewTimer(g.wait)
		defer timer.Stop()
		select {
		case g.turns <- struct{}{}:
		case <-timer.C:
			return nil, false
		}
	}
	return sync.OnceFunc(func() { <-g.turns }), true
}

// comeBack is after how many seconds a client that had no turn is to come again.
func (g *gate) comeBack() float64 { return comeBack(int(g.waiting.Load())) }
