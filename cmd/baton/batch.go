package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"

	"github.com/baton-chat/baton/knowledge"
)

// searchLine is one question of a batch.
type searchLine struct {
	ID      json.RawMessage  `json:"id"`
	Query   string           `json:"query"`
	History []knowledge.Turn `json:"history"`
}

// badLine answers a line that is no question. The other lines go on: one line out for each line in.
type badLine struct {
	ID    json.RawMessage `json:"id,omitempty"`
	Error string          `json:"error"`
}

// reply is what became of one line; err is a failure of ours, which ends the batch.
type reply struct {
	value any
	err   error
}

// eachQuestion gives every line of JSON Lines to answer, as many at once as there are processors, and writes the answers in the order of the lines. Empty lines are
// passed over. A line that is no question is answered as such, and makes the batch fail at its end.
func eachQuestion(in io.Reader, out io.Writer, answer func(searchLine) (any, error)) error {
	// A line's channel stands in the queue in the line's order; its length is how many lines are worked on at once.
	queue := make(chan chan reply, runtime.GOMAXPROCS(0))
	stop := make(chan struct{})
	var scanErr error
	var workers sync.WaitGroup
	workers.Go(func() {
		defer close(queue)
		scanner := bufio.NewScanner(in)
		scanner.Buffer(make([]byte, 64<<10), maxLine)
		for n := 1; scanner.Scan(); n++ {
			if len(strings.TrimSpace(scanner.Text())) == 0 {
				continue
			}
			number, text, slot := n, append([]byte(nil), scanner.Bytes()...), make(chan reply, 1)
			select {
			case queue <- slot:
			case <-stop:
				return
			}
			workers.Go(func() { slot <- answerLine(number, text, answer) })
		}
		scanErr = scanner.Err()
	})
	lines, bad, failed := writeReplies(queue, stop, out)
	workers.Wait()
	switch {
	case failed != nil:
		return failed
	case errors.Is(scanErr, bufio.ErrTooLong):
		return fmt.Errorf("a line is longer than %d MiB", maxLine>>20)
	case scanErr != nil:
		return scanErr
	case bad > 0:
		return fmt.Errorf("%d of %d lines are no questions; their answers say why", bad, lines)
	}
	return nil
}

func answerLine(number int, text []byte, answer func(searchLine) (any, error)) reply {
	var line searchLine
	if err := json.Unmarshal(text, &line); err != nil {
		return reply{value: badLine{line.ID, fmt.Sprintf("line %d is not a question in JSON: %v", number, err)}}
	}
	if strings.TrimSpace(line.Query) == "" {
		return reply{value: badLine{line.ID, fmt.Sprintf(`line %d has no "query"`, number)}}
	}
	value, err := answer(line)
	if err != nil {
		err = fmt.Errorf("line %d: %w", number, err)
	}
	return reply{value, err}
}

// writeReplies writes what becomes of the lines in their order. After a failure it closes stop and only empties the queue.
func writeReplies(queue <-chan chan reply, stop chan<- struct{}, out io.Writer) (lines, bad int, failed error) {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for slot := range queue {
		r := <-slot
		if failed != nil {
			continue
		}
		lines++
		if _, is := r.value.(badLine); is {
			bad++
		}
		if failed = r.err; failed == nil {
			failed = encoder.Encode(r.value)
		}
		if failed != nil {
			close(stop)
		}
	}
	return lines, bad, failed
}
