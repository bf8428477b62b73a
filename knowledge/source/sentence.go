package source

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// abbreviations end with a full stop that ends no sentence.
var abbreviations = map[string]bool{
	"e.g": true, "i.e": true, "etc": true, "vs": true, "mr": true, "mrs": true, "ms": true, "dr": true, "no": true,
	"rs": true, "approx": true, "st": true, "cf": true, "fig": true, "inc": true, "ltd": true, "pvt": true,
}

// Sentences parts one line of text after each sentence. It errs towards leaving
// two sentences together: a passage or a quote that breaks inside a sentence
// reads worse than a long one.
func Sentences(line string) []string {
	var out []string
	start := 0
	for i, r := range line {
		if !ends(r) {
			continue
		}
		next := i + utf8.RuneLen(r)
		// Closing quotes and brackets belong to the sentence they close.
		for next < len(line) {
			c, size := utf8.DecodeRuneInString(line[next:])
			if !ends(c) && !strings.ContainsRune(`"'”’)]»`, c) {
				break
			}
			next += size
		}
		if next <= start || !breaks(line, start, i, next, r) {
			continue
		}
		if s := strings.TrimSpace(line[start:next]); s != "" {
			out = append(out, s)
		}
		start = next
	}
	if s := strings.TrimSpace(line[min(start, len(line)):]); s != "" {
		out = append(out, s)
	}
	return out
}

func ends(r rune) bool { return strings.ContainsRune(".!?।॥؟。！？…", r) }

// breaks tells whether the mark at i ends a sentence: white space must follow,
// except after marks of scripts that write none, and a full stop must not
// belong to an abbreviation, a number of a list or an initial.
func breaks(line string, start, i, next int, mark rune) bool {
	if strings.ContainsRune("。！？", mark) {
		return true
	}
	following, _ := utf8.DecodeRuneInString(line[next:])
	if next < len(line) && !unicode.IsSpace(following) {
		return false
	}
	if mark != '.' {
		return true
	}
	word := line[start:i]
	if space := strings.LastIndexFunc(word, unicode.IsSpace); space >= 0 {
		word = word[space+1:]
	}
	word = strings.ToLower(strings.Trim(word, `("'“‘[`))
	if abbreviations[word] || (utf8.RuneCountInString(word) == 1 && unicode.IsLetter([]rune(word)[0])) {
		return false
	}
	onlyNumber := strings.TrimSpace(line[start:i]) == word && strings.Trim(word, "0123456789") == ""
	rest := strings.TrimLeftFunc(line[next:], unicode.IsSpace)
	first, _ := utf8.DecodeRuneInString(rest)
	return !onlyNumber && !unicode.IsLower(first)
}
