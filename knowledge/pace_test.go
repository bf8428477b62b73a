package knowledge

import (
	"testing"
	"time"
)

// Whatever a passage costs, and although that changes on the way, progress moves
// every two seconds, as far as one passage allows it.
func TestPaceKeepsProgressMoving(t *testing.T) {
	t.Parallel()
	const seen = 2 * time.Second
	for _, c := range []struct {
		name string
		cost func(batch int) time.Duration // of one passage
	}{
		{"a fast endpoint", func(int) time.Duration { return time.Millisecond }},
		{"two cores", func(int) time.Duration { return 60 * time.Millisecond }},
		{"a slow machine", func(int) time.Duration { return 450 * time.Millisecond }},
		{"a machine that becomes busy", func(n int) time.Duration {
			return 60 * time.Millisecond * time.Duration(1+2*min(1, n/10))
		}},
		{"short passages, then long ones", func(n int) time.Duration {
			return 30 * time.Millisecond * time.Duration(1+2*(n/5%2))
		}},
	} {
		var p pace
		for n := range 40 {
			size := p.next()
			took := time.Duration(size) * c.cost(n)
			if size < 1 || size > largestBatch || took > seen {
				t.Errorf("%s: batch %d of %d passages takes %v", c.name, n, size, took)
			}
			p.took(size, took)
		}
		if took := time.Duration(p.next()) * c.cost(40); p.next() < largestBatch && took < paceGoal/4 {
			t.Errorf("%s: it settles at %d passages, which take only %v", c.name, p.next(), took)
		}
	}
}

// The last passages of a workspace, which make a small batch, do not make the next ones small.
func TestPaceForgivesASmallBatch(t *testing.T) {
	t.Parallel()
	var p pace
	for p.next() < largestBatch {
		p.took(p.next(), time.Millisecond)
	}
	p.took(1, time.Millisecond)
	if p.next() != largestBatch {
		t.Errorf("after a batch of one: %d", p.next())
	}
	p.took(0, time.Second)
	if p.next() != largestBatch {
		t.Errorf("after nothing at all: %d", p.next())
	}
}
