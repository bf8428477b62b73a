package source

import (
	"strings"
	"unicode"
)

// Plain makes a name or a title safe to show in one line beside others. Marks
// that turn the direction of writing are taken out (with them "fdp.exe" can be
// made to look like "exe.pdf", and a title can turn the words behind it round),
// and whatever moves a cursor. Letters of every script, with the marks that join
// or part them, stay as they are: right-to-left text needs no such mark.
func Plain(text string) string {
	return squeeze(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), turns(r), r == 0xfeff:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "")))
}

// plainPath is a path whose parts are plain. What makes a name no name at all,
// such as a line break, is left for whoever refuses it.
func plainPath(name string) string {
	return strings.Map(func(r rune) rune {
		if turns(r) {
			return -1
		}
		return r
	}, name)
}

// turns tells the marks that turn the direction of writing.
func turns(r rune) bool { return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 }
