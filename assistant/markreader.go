package assistant

import (
	"regexp"
	"strconv"
	"strings"
)

// maxHeld is the longest run of marks that is held back while it may still become one: "[p1, p2, p3]".
const maxHeld = 32

// markReader finds the passage marks in a stream of text. What may still become a mark is held back, so that nobody sees half of one.
type markReader struct {
	emit func(Piece)
	held strings.Builder
}

// marked is a whole mark: one or more passages between brackets, with or without the p.
var marked = regexp.MustCompile(`^\[\s*p?\d{1,3}(?:\s*[,;]\s*p?\d{1,3})*\s*\]$`)

var markNumber = regexp.MustCompile(`\d+`)

// write takes the next bit of the stream.
func (m *markReader) write(text string) {
	var plain strings.Builder
	for _, r := range text {
		switch {
		case m.held.Len() > 0 && r == ']':
			m.held.WriteRune(r)
			m.flushText(&plain)
			m.mark()
		case m.held.Len() > 0 && m.held.Len() < maxHeld && strings.ContainsRune("p0123456789,; ", r):
			m.held.WriteRune(r)
		default:
			plain.WriteString(m.held.String())
			m.held.Reset()
			if r == '[' {
				m.held.WriteRune(r)
			} else {
				plain.WriteRune(r)
			}
		}
	}
	m.flushText(&plain)
}

func (m *markReader) flushText(plain *strings.Builder) {
	if plain.Len() > 0 {
		m.emit(Piece{Text: plain.String()})
		plain.Reset()
	}
}

// mark emits the passages of a mark, or its text where it is none.
func (m *markReader) mark() {
	text := m.held.String()
	m.held.Reset()
	if !marked.MatchString(text) {
		m.emit(Piece{Text: text})
		return
	}
	for _, n := range markNumber.FindAllString(text, -1) {
		if passage, err := strconv.Atoi(n); err == nil && passage > 0 {
			m.emit(Piece{Passage: passage})
		}
	}
}

// end emits what is still held: half a mark is text.
func (m *markReader) end() {
	if m.held.Len() > 0 {
		text := m.held.String()
		m.held.Reset()
		m.emit(Piece{Text: text})
	}
}
