package realtime

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"
)

// Errors of sending.
var (
	// ErrClosed tells that the socket is closed or closing.
	ErrClosed = errors.New("the socket is closed")
	// ErrSlow tells that the peer reads too slowly: the socket is being closed with CloseSlow.
	ErrSlow = errors.New("the peer reads too slowly")
)

// outbox writes whole frames to a connection and never makes a sender wait. What the kernel takes at once is written by the sender itself, under the lock: no goroutine, no queue, no
// wake-up. Only what it does not take waits, in order, for a goroutine that lives until the queue is empty.
type outbox struct {
	conn     net.Conn
	raw      syscall.RawConn // nil where the connection knows no write that returns at once (TLS, pipes)
	limit    int             // bytes that may wait
	patience time.Duration   // how long one write may take
	spawn    func(func())    // starts a goroutine that its owner waits for

	mu       sync.Mutex
	queue    [][]byte // the first may be partly written
	size     int
	flushing bool
	ending   bool // nothing is taken any more
	idle     sync.Cond
}

func newOutbox(conn net.Conn, limits Limits, spawn func(func())) *outbox {
	o := &outbox{conn: conn, limit: limits.Backlog, patience: limits.Silence, spawn: spawn}
	o.idle.L = &o.mu
	if c, ok := conn.(syscall.Conn); ok {
		if raw, err := c.SyscallConn(); err == nil {
			o.raw = raw
		}
	}
	return o
}

// send writes a frame or queues it. ErrSlow means that the bound is reached and the frame was not taken.
func (o *outbox) send(f Frame) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.ending:
		return ErrClosed
	case o.size > 0 && o.size+len(f) > o.limit:
		return ErrSlow
	}
	return o.write(f)
}

// backlog is how many bytes wait.
func (o *outbox) backlog() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.size
}

// wait returns when nothing waits any more, or the connection broke.
func (o *outbox) wait() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.flushing {
		o.idle.Wait()
	}
}

// finish sends a close frame as the last one. Behind a backlog it takes the place of the frames that wait: only the one that is partly on the wire is completed.
func (o *outbox) finish(f Frame) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ending {
		return
	}
	o.ending = true
	if len(o.queue) > 1 {
		o.queue = o.queue[:1]
		o.size = len(o.queue[0])
	}
	// A connection that is broken already needs no farewell.
	if o.write(f) == nil && !o.flushing {
		o.half()
	}
}

// write is called with the lock held.
func (o *outbox) write(f []byte) error {
	if !o.flushing {
		n, err := o.now(f)
		if err != nil {
			o.ending = true
			return fmt.Errorf("%w: %w", ErrClosed, err)
		}
		if n == len(f) {
			return nil
		}
		f = f[n:]
	}
	o.queue, o.size = append(o.queue, f), o.size+len(f)
	if !o.flushing {
		o.flushing = true
		o.spawn(o.flush)
	}
	return nil
}

// now writes what the kernel takes without waiting.
func (o *outbox) now(f []byte) (n int, err error) {
	if o.raw == nil {
		return 0, nil
	}
	outer := o.raw.Write(func(fd uintptr) bool {
		n, err = tryWrite(fd, f)
		return true
	})
	if outer != nil {
		err = outer
	}
	return n, err
}

// flush writes the queue until it is empty or the connection breaks.
func (o *outbox) flush() {
	for {
		o.mu.Lock()
		if len(o.queue) == 0 {
			// An old deadline would break the writes that do not wait.
			_ = o.conn.SetWriteDeadline(time.Time{})
			o.queue, o.flushing = nil, false
			o.idle.Broadcast()
			if o.ending {
				o.half()
			}
			o.mu.Unlock()
			return
		}
		f := o.queue[0]
		o.mu.Unlock()
		_ = o.conn.SetWriteDeadline(time.Now().Add(o.patience))
		_, err := o.conn.Write(f)
		o.mu.Lock()
		o.queue, o.size = o.queue[1:], o.size-len(f)
		if err != nil {
			o.queue, o.size, o.flushing, o.ending = nil, 0, false, true
			o.idle.Broadcast()
			o.mu.Unlock()
			// The reader learns of it and ends the socket.
			_ = o.conn.Close()
			return
		}
		o.mu.Unlock()
	}
}

// half ends the writing side, so that the peer reads the close frame before the end and not a reset.
func (o *outbox) half() {
	if c, ok := o.conn.(interface{ CloseWrite() error }); ok {
		_ = c.CloseWrite()
	}
}
