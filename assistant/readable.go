package assistant

import (
	"strings"
	"unicode"
)

// readable takes out of a model's words what nobody reads: control characters, which PostgreSQL refuses (zero) or terminals obey, and the signs that turn the
// direction of the text around them, with which words can be made to look like others. The joiners of Hindi and Persian are no such signs.
func readable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) && r != '\u200e' && r != '\u200f' {
			return -1
		}
		return r
	}, text)
}
