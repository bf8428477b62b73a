package realtime

import "time"

// Limits bound what one socket and one node take. Every field must be set; begin with [DefaultLimits].
type Limits struct {
	Hello   time.Duration // until the first frame
	Silence time.Duration // between frames, and for one write that waits
	Linger  time.Duration // for the peer to read the close frame and close
	Frame   int64         // bytes of one frame from the peer
	Depth   int           // nesting of JSON
	Backlog int           // bytes that wait for a slow reader
	Burst   int           // frames in a row
	Rate    float64       // frames a second after that
	Refused int           // frames over the rate, in a row, until the socket is closed
	Sockets int           // sockets on this node
}

// DefaultLimits are those of docs/protocol.md.
func DefaultLimits() Limits {
	return Limits{
		Hello:   5 * time.Second,
		Silence: 22 * time.Second, // two beats of 10 s ± 2 may go missing on the way, a third is too much
		Linger:  time.Second,
		Frame:   96 << 10, // the longest message with every byte escaped a little
		Depth:   6,
		Backlog: 256 << 10, // some twenty screens of text; whoever is further behind resumes from the database
		Burst:   20,
		Rate:    5,
		Refused: 100, // a client that heeds none of a hundred refusals is no client
		Sockets: 20_000,
	}
}

// Deep returns ErrTooDeep for JSON that is nested deeper than the limit. It is asked before decoding, because a decoder pays for depth.
func (l Limits) Deep(data []byte) error { return depth(data, l.Depth) }

// bucket is a token bucket: small, because every socket has one.
type bucket struct {
	tokens float64
	filled time.Time
}

// take reports whether a frame may pass now.
func (b *bucket) take(now time.Time, limits Limits) bool {
	if b.filled.IsZero() {
		b.tokens = float64(limits.Burst)
	} else {
		b.tokens = min(float64(limits.Burst), b.tokens+now.Sub(b.filled).Seconds()*limits.Rate)
	}
	b.filled = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
