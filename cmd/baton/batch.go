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
	"time"

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

// eachLine gives every line of JSON Lines on standard input to answer, as many at once as there are processors, and writes the answers in the order of the lines.
// Empty lines are passed over. A line that cannot be answered is told as such, and makes the batch fail at its end.
func (p *program) eachLine(answer func(number int, text []byte) reply) error {
	// A line's channel stands in the queue in the line's order; its length is how many lines are worked on at once.
	queue := make(chan chan reply, runtime.GOMAXPROCS(0))
	stop := make(chan struct{})
	var scanErr error
	var workers sync.WaitGroup
	workers.Go(func() {
		defer close(queue)
		scanner := bufio.NewScanner(p.stdin)
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
			workers.Go(func() { slot <- answer(number, text) })
		}
		scanErr = scanner.Err()
	})
	show, end := linePrinter(p.stderr, isTerminal(p.stderr) && !isTerminal(p.stdout))
	lines, bad, failed := writeReplies(queue, stop, p.stdout, show)
	workers.Wait()
	end()
	switch {
	case failed != nil:
		return failed
	case errors.Is(scanErr, bufio.ErrTooLong):
		return fmt.Errorf("a line is longer than %d MiB", maxLine>>20)
	case scanErr != nil:
		return scanErr
	case bad > 0:
		return fmt.Errorf("%d of %d lines could not be read; their answers say why", bad, lines)
	}
	return nil
}

// linePrinter returns a function that shows how many lines are answered, in place on a terminal and not at all elsewhere, and one that ends the line.
func linePrinter(out io.Writer, terminal bool) (show func(lines int), end func()) {
	var last time.Time
	shown := false
	show = func(lines int) {
		if !terminal || time.Since(last) < progressEvery {
			return
		}
		last, shown = time.Now(), true
		fmt.Fprintf(out, "\r\x1b[K%d lines answered", lines)
	}
	end = func() {
		if shown {
			fmt.Fprint(out, "\r\x1b[K")
		}
	}
	return show, end
}

// eachQuestion answers a batch of questions.
func (p *program) eachQuestion(answer func(searchLine) (any, error)) error {
	return p.eachLine(func(number int, text []byte) reply { return answerLine(number, text, answer) })
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
func writeReplies(queue <-chan chan reply, stop chan<- struct{}, out io.Writer, show func(lines int)) (lines, bad int, failed error) {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for slot := range queue {
		r := <-slot
		if failed != nil {
			continue
		}
		lines++
		show(lines)
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
