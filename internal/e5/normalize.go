package e5

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// maxChars bounds what is tokenised: even if every token were as long as the longest piece, these characters fill all positions.
	maxChars = positions * longestPiece
	// longestPiece is how many characters the pieces of the vocabulary have at most.
	longestPiece = 16
	// At most this many characters become one when they are composed, as in Greek letters with three marks.
	composed = 4
)

// fullwidthTilde is the one character with a compatibility form that SentencePiece's table leaves alone.
const fullwidthTilde = "～"

// normalize appends prefix and text to out as the model was trained to see them: SentencePiece's nmt_nfkc, runs of spaces made one, spaces at the end cut.
// The result begins with a space, which stands for the beginning of a word. work is scratch and is returned for the next time.
func normalize(out, work []byte, prefix, text string) (normalized, scratch []byte) {
	work = append(work[:0], ' ')
	work, chars := appendMapped(work, prefix, composed*maxChars)
	work, _ = appendMapped(work, text, chars)
	rest := work
	for {
		at := bytes.Index(rest, []byte(fullwidthTilde))
		if at < 0 {
			break
		}
		out = append(norm.NFKC.Append(out, rest[:at]...), fullwidthTilde...)
		rest = rest[at+len(fullwidthTilde):]
	}
	return squeeze(norm.NFKC.Append(out, rest...)), work
}

// appendMapped appends the characters of text that count, at most left of them, and returns how many more there is room for.
func appendMapped(out []byte, text string, left int) ([]byte, int) {
	for _, char := range text {
		if left == 0 {
			break
		}
		switch char = mapped(char); {
		case char == dropped, char == ' ' && out[len(out)-1] == ' ':
			continue
		case char < utf8.RuneSelf:
			out = append(out, byte(char))
		default:
			out = utf8.AppendRune(out, char)
		}
		left--
	}
	return out, left
}

const dropped = -1

// mapped is what nmt_nfkc adds to NFKC: control characters vanish, and everything that looks like nothing is a space, joiners too. Invalid bytes arrive as
// the replacement character.
func mapped(char rune) rune {
	switch {
	case char >= ' ' && char < 0x7f:
		return char
	case char == '\t', char == '\n', char == '\f', char == '\r':
		return ' '
	case char < ' ', char == 0x7f, char == 0x8f, char == 0x9f:
		return dropped
	case char == 0x1680, char >= 0x200b && char <= 0x200f, char == 0x2028, char == 0x2029, char == 0x2581, char == 0xfeff, char == utf8.RuneError:
		return ' '
	}
	return char
}

// squeeze makes runs of spaces one, in place, cuts those at the end, and cuts what no position is left for.
func squeeze(text []byte) []byte {
	kept, chars := text[:0], 0
	for _, b := range text {
		if b == ' ' && len(kept) > 0 && kept[len(kept)-1] == ' ' {
			continue
		}
		if utf8.RuneStart(b) {
			if chars == maxChars {
				break
			}
			chars++
		}
		kept = append(kept, b)
	}
	if n := len(kept); n > 0 && kept[n-1] == ' ' {
		kept = kept[:n-1]
	}
	return kept
}
