package knowledge

import (
	"sync"
	"time"
)

const (
	// paceGoal is how long a batch of vectors is to take. Progress moves with each
	// batch and is seen to at least every two seconds, also where the machine slows
	// down to a third between two batches; and whoever else needs the processor, the
	// disk or the endpoint gets in between two.
	paceGoal = 600 * time.Millisecond
	// firstBatch is small: nothing is known of the embedder yet.
	firstBatch = 4
	// largestBatch is what an endpoint is sent in one request.
	largestBatch = embedBatch
)

// A pace sizes batches by how long they take. Its zero value is a beginner's. It
// is safe for concurrent use.
type pace struct {
	mu   sync.Mutex
	size int
}

// next is how many passages the next batch may have.
func (p *pace) next() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.size == 0 {
		p.size = firstBatch
	}
	return p.size
}

// took learns from a batch of n passages. A batch that was slow is believed at
// once; one that was quick only doubles the size, because short passages say
// little about long ones. One that was not full says nothing about full ones
// unless it was slow.
func (p *pace) took(n int, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n < 1 {
		return
	}
	fits := int(int64(n) * int64(paceGoal) / max(int64(took), 1))
	switch {
	case took > paceGoal:
		p.size = max(1, min(p.size, fits))
	case n >= p.size:
		p.size = min(2*n, fits, largestBatch)
	}
}
