package widget

import (
	"bytes"
	"encoding/json"
	"slices"
	"sync"

	"github.com/baton-chat/baton/realtime"
)

// answerBytes bounds the answer of one call. What is beyond it comes with the next.
const answerBytes = 1 << 20

// answer collects the frames of a poll.
type answer struct {
	news   chan struct{} // something came
	urgent chan struct{} // and it is more than a piece of an answer being written

	mu     sync.Mutex
	frames []json.RawMessage
	size   int
	ended  bool
}

func newAnswer() *answer {
	return &answer{news: make(chan struct{}, 1), urgent: make(chan struct{}, 1), frames: []json.RawMessage{}}
}

// Send adds a frame. ErrSlow tells that the answer is full: the client asks for the rest with the cursor that it has then.
func (a *answer) Send(f realtime.Frame) error {
	data := f.Payload()
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.ended:
		return realtime.ErrClosed
	case a.size > 0 && a.size+len(data) > answerBytes:
		return realtime.ErrSlow
	}
	a.frames, a.size = append(a.frames, data), a.size+len(data)
	signal(a.news)
	if !isPiece(data) {
		signal(a.urgent)
	}
	return nil
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func isPiece(data []byte) bool { return bytes.HasPrefix(data, []byte(`{"t":"`+frameDelta+`"`)) }

// onlyPieces reports whether there is nothing but pieces of an answer being written.
func (a *answer) onlyPieces() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return !slices.ContainsFunc(a.frames, func(f json.RawMessage) bool { return !isPiece(f) })
}

func (a *answer) empty() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.frames) == 0
}

// close ends the collecting and returns what there is.
func (a *answer) close() []json.RawMessage {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended = true
	return a.frames
}

// Behind is never: what does not fit is left for the next call.
func (a *answer) Behind() bool { return false }

// Flushed has nothing to wait for.
func (a *answer) Flushed() {}
