package assistant

import (
	"encoding/json"
	"errors"
	"strings"
)

// answerWriter turns a model's text into pieces: it holds back the word that says there is no answer, collects what comes in quick succession, and finds the marks.
type answerWriter struct {
	emit    func(Piece)
	marks   markReader
	pending strings.Builder
	total   int
	// started is set once the text cannot be the word any more.
	started bool
	// opened is set once something was shown: the first words are shown at once, later ones collected.
	opened bool
	tail   string // the last bytes, in which the word may hide across bits
}

func newAnswerWriter(emit func(Piece)) *answerWriter {
	w := &answerWriter{emit: emit}
	w.marks.emit = emit
	return w
}

// write takes the next bit of the answer.
func (w *answerWriter) write(text string) error {
	if text == "" {
		return nil
	}
	if w.total += len(text); w.total > maxAnswerBytes {
		return &Fault{Kind: faultEndless}
	}
	w.pending.WriteString(text)
	if w.tail += text; strings.Contains(w.tail, noAnswer) {
		return ErrNoAnswer
	}
	w.tail = w.tail[max(0, len(w.tail)-len(noAnswer)):]
	if !w.started {
		begin := strings.TrimLeft(w.pending.String(), " \n\t\"'`*")
		if begin == "" || strings.HasPrefix(noAnswer, begin) {
			return nil
		}
		w.started = true
		w.pending.Reset()
		w.pending.WriteString(strings.TrimLeft(begin, " \n"))
	}
	if !w.opened {
		w.flush()
	}
	return nil
}

// alone reports whether the word that says there is no answer can be all that was written, with the quotes that some models put around it.
func (w *answerWriter) alone() bool { return w.total <= len(noAnswer)+len(" \n\"**\"\n") }

// flush shows what was collected.
func (w *answerWriter) flush() {
	if !w.started || w.pending.Len() == 0 {
		return
	}
	text := w.pending.String()
	keep := begun(text)
	w.pending.Reset()
	w.pending.WriteString(text[len(text)-keep:])
	if text = text[:len(text)-keep]; text != "" {
		w.opened = true
		w.marks.write(text)
	}
}

// begun is how many bytes at the end of a text may be the beginning of the word.
func begun(text string) int {
	for n := min(len(text), len(noAnswer)-1); n > 0; n-- {
		if strings.HasPrefix(noAnswer, text[len(text)-n:]) {
			return n
		}
	}
	return 0
}

// close ends a whole answer.
func (w *answerWriter) close() error {
	if strings.TrimSpace(w.pending.String()) == "" && !w.opened {
		return &Fault{Kind: faultEmpty}
	}
	w.started = true
	w.flush()
	w.marks.write(w.pending.String())
	w.marks.end()
	return nil
}

// isUnreadable reports whether an error says that an answer was not the JSON it should be.
func isUnreadable(err error) bool {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	return errors.As(err, &syntax) || errors.As(err, &kind)
}
