package live

import (
	"io"
	"time"
)

// Options say how long and how hard a run is.
type Options struct {
	Seed     uint64
	Messages int // stored at the least
	Faults   int // felt at the least
	Visitors int
	Agents   int
	Polls    float64 // share of visitors whose network lets no socket through
	Baton    string  // the program under test
	Self     string  // this program, which is also the NATS server
	Dir      string  // for databases, logs and the history
	Log      io.Writer
	Within   time.Duration // the talking part ends then at the latest
	Settle   time.Duration // how long everybody may take to be served once all is mended; 0: settleWithin
	Longest  time.Duration // no fault stands for longer; 0: as long as its kind may
	Only     string        // one kind of fault, for a closer look; empty: all
}

const (
	// settleWithin is how long everybody may take to be served once all is mended: jobs of dead nodes are found after their silence, 25 s, and run up to 45 s.
	settleWithin = 150 * time.Second
	// startWithin is how long a process may take to start on a busy machine.
	startWithin = 60 * time.Second
)
