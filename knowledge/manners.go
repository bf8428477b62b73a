package knowledge

import (
	"context"
	"sync/atomic"
	"time"
)

const (
	// conversing is for how long after an answer indexing keeps to one processor:
	// visitors who are answered go on asking.
	conversing = 10 * time.Second
	// politeBatch is how many passages are then made between two looks at whether
	// somebody waits: about a tenth of a second of work, on one processor.
	politeBatch = 1
	// longestStand bounds each wait for an answer: while visitors ask without a gap
	// indexing crawls and does not stop.
	longestStand = time.Second
	// longestRest bounds the pause after a piece of work.
	longestRest = time.Second
)

// manners keep indexing out of the way of answers. While nobody asks anything it
// may take the whole machine. While somebody does, no piece of work begins while
// an answer is under way, and after each it rests for as long as it took; words
// and vectors are made one at a time, and files are read by a child of low
// priority. So half of one processor is about what visitors notice of two hundred
// files. The zero value is not usable.
type manners struct {
	answers atomic.Int64  // under way
	last    atomic.Int64  // when one began or ended last, in Unix nanoseconds
	lane    chan struct{} // held by whoever works while somebody asks
}

func newManners() *manners { return &manners{lane: make(chan struct{}, 1)} }

// answering notes that an answer is under way, until end is called.
func (m *manners) answering() (end func()) {
	m.answers.Add(1)
	m.last.Store(time.Now().UnixNano())
	return func() {
		m.last.Store(time.Now().UnixNano())
		m.answers.Add(-1)
	}
}

// conversing tells whether somebody is being answered or was a short while ago.
func (m *manners) conversing() bool {
	return m.answers.Load() > 0 || time.Since(time.Unix(0, m.last.Load())) < conversing
}

// work does a piece of work when it is its turn, and rests afterwards.
func (m *manners) work(ctx context.Context, do func() error) error {
	if !m.conversing() {
		return do()
	}
	select {
	case m.lane <- struct{}{}:
		defer func() { <-m.lane }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return m.beside(ctx, do)
}

// beside is work that may be done while other work is: it takes long, and hardly
// any of it is ours.
func (m *manners) beside(ctx context.Context, do func() error) error {
	if !m.conversing() {
		return do()
	}
	if err := m.stand(ctx); err != nil {
		return err
	}
	began := time.Now()
	if err := do(); err != nil {
		return err
	}
	return pause(ctx, min(time.Since(began), longestRest))
}

// standEvery is how often is looked whether an answer is still under way.
const standEvery = 10 * time.Millisecond

// stand waits until no answer is under way, for longestStand at most.
func (m *manners) stand(ctx context.Context) error {
	for began := time.Now(); m.answers.Load() > 0 && time.Since(began) < longestStand; {
		if err := pause(ctx, standEvery); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Answering tells the store that an answer to a visitor is being written, until
// end is called. Indexing in this process keeps out of its way meanwhile, and
// for some seconds more.
func (s *Store) Answering() (end func()) {
	ended := s.manners.answering()
	own, here := s.own()
	if !here {
		return ended
	}
	release := own.model.Hold()
	return func() {
		release()
		ended()
	}
}

// own is the embedder in the binary, where it makes vectors.
func (s *Store) own() (*builtin, bool) {
	space := s.inUse().own()
	if space == nil {
		return nil, false
	}
	b, ok := space.embedder.(*builtin)
	return b, ok
}
