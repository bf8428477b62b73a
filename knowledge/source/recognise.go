package source

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gogs/chardet"
	"golang.org/x/net/html/charset"
)

// When a character set is believed that nobody declared. The library's numbers
// are percent. On tables of questions and answers of two or three rows, in
// twenty languages, these let no wrong one through (recognise_test.go) and
// refuse about a quarter: Czech, Turkish and Thai, and single words.
const (
	leastSure = 55 // of the best candidate
	leastLead = 30 // over the next one
	// tellingBytes is how much of a text is looked at: of its lines, those that are
	// not plain ASCII, which alone tell anything.
	tellingBytes = 32 << 10
)

// recognise decodes a text whose character set nobody declared, as spreadsheets
// write them on Windows. It fails where two readings are possible.
func recognise(content []byte) (string, error) {
	found, err := chardet.NewTextDetector().DetectAll(telling(content))
	if err != nil || len(found) == 0 || found[0].Confidence < leastSure || len(found) > 1 && found[0].Confidence-found[1].Confidence < leastLead {
		return "", errCharset()
	}
	encoding, name := charset.Lookup(found[0].Charset)
	if encoding == nil || name == "replacement" {
		return "", errCharset()
	}
	out, err := encoding.NewDecoder().Bytes(content)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) || !plausible(string(out)) {
		return "", errCharset()
	}
	return string(out), nil
}

// telling are the lines of a text that are not plain ASCII.
func telling(content []byte) []byte {
	var out []byte
	for line := range bytes.Lines(content) {
		if bytes.ContainsFunc(line, func(r rune) bool { return r >= utf8.RuneSelf }) {
			out = append(out, line...)
		}
		if len(out) >= tellingBytes {
			return out[:tellingBytes]
		}
	}
	return out
}

// plausible refuses what no text has: control characters beyond ASCII, and a
// capital with an accent behind a small letter, which is what the character sets
// of DOS and old Macintoshes look like when they are read as those of Windows.
func plausible(text string) bool {
	before := ' '
	for _, r := range text {
		if r >= 0x80 && r < 0xa0 || r >= 0x80 && unicode.IsUpper(r) && unicode.IsLower(before) {
			return false
		}
		before = r
	}
	return !strings.ContainsRune(text, 0x7f)
}
