package outage

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Outage is one thing that may be away, seen from one part of the program. It may be used from many goroutines.
type Outage struct {
	log     *slog.Logger
	ends    string
	settled time.Duration
	now     func() time.Time

	on atomic.Bool // since is not zero: asked at every success

	mu    sync.Mutex
	since time.Time // zero: there is none
	last  time.Time // when it last failed
	held  int
}

// New returns an outage that is not. ends is what is logged when it is over, which is when nothing has failed for as long as settled: parts of a program
// notice at different times, and some connections of a pool work before the others. now is the clock; nil means the machine's.
func New(log *slog.Logger, ends string, settled time.Duration, now func() time.Time) *Outage {
	if now == nil {
		now = time.Now
	}
	return &Outage{log: log, ends: ends, settled: settled, now: now}
}

// Begin notes a failure, and tells the first one of an outage, in the words given.
func (o *Outage) Begin(words string, cause any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.last = o.now(); o.since.IsZero() {
		o.since = o.last
		o.on.Store(true)
		o.log.Warn(words, "error", cause)
		return
	}
	o.held++
}

// Hold counts a record that belongs to an outage, and reports whether there is one. Such a record need not be logged.
func (o *Outage) Hold() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.since.IsZero() {
		return false
	}
	o.held++
	return true
}

// Over notes a success, and tells the end of an outage.
func (o *Outage) Over() {
	if !o.on.Load() {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if now := o.now(); o.since.IsZero() || now.Sub(o.last) < o.settled {
		return
	}
	o.log.Info(o.ends, "after", o.last.Sub(o.since).Round(time.Second), "held_back", o.held)
	o.since, o.held = time.Time{}, 0
	o.on.Store(false)
}
