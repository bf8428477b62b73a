package realtime

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// ErrTooDeep tells that a frame's JSON is nested deeper than any frame needs.
var ErrTooDeep = errors.New("the frame is nested too deeply")

// largeBuffer is the size from which a buffer is not kept for the next frame: one long message must not cost its memory for ever.
const largeBuffer = 16 << 10

// Socket is one connection of a browser. It is read by one goroutine, its loop, and written by anybody.
type Socket struct {
	Origin string // of the page, empty where the client sent none
	Host   string // that the peer asked for
	Remote string // address of the peer as the HTTP server saw it

	ws      *websocket.Conn
	limits  Limits
	buffers *sync.Pool
	out     *outbox
	closing atomic.Bool

	// For the reading goroutine only.
	began   bool
	bucket  bucket
	refused int
}

// Send writes a frame, or queues it where the peer is slow. A peer that is too slow is closed with CloseSlow; its client resumes.
func (s *Socket) Send(f Frame) error {
	err := s.out.send(f)
	if errors.Is(err, ErrSlow) {
		s.Close(CloseSlow)
	}
	return err
}

// Flushed waits until the peer's network took all that was sent, or the socket broke. It is for the loop, before it sends much: what a resume brings
// may be more than the queue holds.
func (s *Socket) Flushed() { s.out.wait() }

// Behind reports whether frames wait for the peer, so that what is not worth waiting for can be left out.
func (s *Socket) Behind() bool { return s.out.backlog() > 0 }

// Close ends the socket with a code. The loop's next read returns an error.
func (s *Socket) Close(code Code) {
	s.closing.Store(true)
	s.out.finish(closeFrame(code)) // Of several calls the first one's code stands.
	linger := s.limits.Linger
	if code == CloseSlow {
		// It has the rest of a frame to read before the code, and may only have been held up.
		linger = s.limits.Silence
	}
	_ = s.ws.SetReadDeadline(time.Now().Add(linger))
}

// Next reads one text frame and gives it to fn, which must not keep it. The error is fn's, or it tells why there is no frame: then the loop returns it.
//
// Thousands of loops wait in here at a time, and what lies on their stacks by then decides whether 4 KiB are enough for each. So this function holds little,
// and leaves all that comes after the waiting to another.
func (s *Socket) Next(fn func(data []byte) error) error {
	patience := s.limits.Silence
	if !s.began {
		patience = s.limits.Hello
	}
	_ = s.ws.SetReadDeadline(time.Now().Add(patience))
	if s.closing.Load() {
		return ErrClosed
	}
	kind, reader, err := s.ws.NextReader()
	if err != nil {
		return s.readError(err)
	}
	return s.take(kind, reader, fn)
}

// take reads the frame within its limits.
func (s *Socket) take(kind int, reader io.Reader, fn func(data []byte) error) error {
	if kind != websocket.TextMessage {
		return Close(CloseProtocol)
	}
	buffer := s.buffers.Get().(*bytes.Buffer)
	defer func() {
		if buffer.Cap() <= largeBuffer {
			buffer.Reset()
			s.buffers.Put(buffer)
		}
	}()
	n, err := buffer.ReadFrom(io.LimitReader(reader, s.limits.Frame+1))
	if err != nil {
		return s.readError(err)
	}
	if n > s.limits.Frame {
		return Close(CloseTooLarge)
	}
	s.began = true
	return fn(buffer.Bytes())
}

// Allow reports whether the peer's frame may be taken now. A peer that goes on after many refusals is closed.
func (s *Socket) Allow(now time.Time) (bool, error) {
	if s.bucket.take(now, s.limits) {
		s.refused = 0
		return true, nil
	}
	if s.refused++; s.refused > s.limits.Refused {
		return false, Close(CloseTooMany)
	}
	return false, nil
}

// Deep returns ErrTooDeep for JSON that is nested deeper than the limit. It is asked before decoding, because a decoder pays for depth.
func (s *Socket) Deep(data []byte) error { return depth(data, s.limits.Depth) }

func depth(data []byte, limit int) error {
	level, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if level++; level > limit {
				return ErrTooDeep
			}
		case c == '}' || c == ']':
			level = max(0, level-1)
		}
	}
	return nil
}

func (s *Socket) readError(err error) error {
	if s.closing.Load() {
		return ErrClosed
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return Close(CloseSilent)
	}
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		return Close(CloseNormal)
	}
	return fmt.Errorf("read frame: %w", err)
}

// pinged answers a ping of RFC 6455. Pings count as frames, so that a flood of them ends.
func (s *Socket) pinged(data string) error {
	ok, err := s.Allow(time.Now())
	if err != nil || !ok {
		return err
	}
	if err := s.out.send(frame(opPong, []byte(data))); err != nil && !errors.Is(err, ErrSlow) {
		return err
	}
	return nil
}

// end closes the connection after the close frame had its time: what the peer still sends is read and thrown away, because a connection that is closed
// with unread bytes is reset, and the reset would overtake the close frame.
func (s *Socket) end(code Code) {
	s.Close(code)
	_, _ = io.Copy(io.Discard, s.ws.NetConn())
	_ = s.ws.Close()
}
