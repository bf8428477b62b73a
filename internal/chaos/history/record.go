package history

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Recorder writes a history. Any number of participants may record at once; the lines stand in the order in which they were recorded.
type Recorder struct {
	now func() int64

	mu  sync.Mutex
	out *bufio.Writer
	err error
}

// NewRecorder writes to w, with the time since now.
func NewRecorder(w io.Writer) *Recorder {
	began := time.Now()
	return &Recorder{out: bufio.NewWriterSize(w, 1<<20), now: func() int64 { return time.Since(began).Microseconds() }}
}

// Record writes one event, and gives it its time.
func (r *Recorder) Record(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.At = r.now()
	data, err := json.Marshal(e)
	if err == nil {
		_, err = r.out.Write(append(data, '\n'))
	}
	if r.err == nil {
		r.err = err
	}
}

// Close writes what is left, and returns the first error of all.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.out.Flush(); r.err == nil {
		r.err = err
	}
	if r.err != nil {
		return fmt.Errorf("write history: %w", r.err)
	}
	return nil
}

// Read gives every event of a recorded history to fn, in order.
func Read(r io.Reader, fn func(Event)) error {
	decoder := json.NewDecoder(bufio.NewReaderSize(r, 1<<20))
	for line := 1; ; line++ {
		var e Event
		err := decoder.Decode(&e)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read history, event %d: %w", line, err)
		}
		fn(e)
	}
}
