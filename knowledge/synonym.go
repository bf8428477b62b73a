package knowledge

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// synonymList holds what customers of any shop or service say in more than one
// way. A line is a group of words that stand for one another; a line that begins
// with = is a turn of phrase and, behind the colon, the words of help pages for
// it. It is support English in general: no line is there for one question, nor
// for one shop.
//
//go:embed synonyms.txt
var synonymList string

// A saying is a turn of phrase and the terms that help pages have for it.
type saying struct {
	words []string
	means []string
}

type thesaurus struct {
	same    map[string][]string // by term
	sayings []saying
}

// synonyms is read once.
var synonyms = sync.OnceValue(func() thesaurus {
	t := thesaurus{same: make(map[string][]string)}
	for line := range strings.Lines(synonymList) {
		if phrase, means, ok := strings.Cut(strings.TrimPrefix(line, "="), ":"); ok {
			t.sayings = append(t.sayings, saying{strings.Fields(phrase), terms(means)})
			continue
		}
		group := terms(line)
		for _, a := range group {
			for _, b := range group {
				if a != b && !slices.Contains(t.same[a], b) {
					t.same[a] = append(t.same[a], b)
				}
			}
		}
	}
	return t
})

// said returns the turns of phrase in a text.
func (t thesaurus) said(text string) []saying {
	var out []saying
	all := words(text)
	for _, s := range t.sayings {
		for i := range all {
			// One word may stand between, and not two: "send it back".
			if follow(all[i:], s.words) {
				out = append(out, s)
				break
			}
		}
	}
	return out
}

// follow reports whether a text begins with the words of a phrase, with at most
// one other word before the last: "send it back".
func follow(text, phrase []string) bool {
	last := len(phrase) - 1
	if len(text) <= last || !slices.Equal(text[:last], phrase[:last]) {
		return false
	}
	return text[last] == phrase[last] || len(text) > last+1 && text[last+1] == phrase[last]
}

// Limits of mending a word.
const (
	// shortestMended keeps short words as they are: among five letters, one more
	// or less is another word too often.
	shortestMended = 6
	shortestPart   = 3 // of a word that was written together
	longestMended  = 20
)

// slips are the spellings from which a word may have come by one letter lost,
// doubled or swapped with its neighbour. Other letters in its place are not
// tried: those make other words of it, "locker" of "locked".
func slips(word string) []string {
	if len(word) < shortestMended || len(word) > longestMended || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") != "" {
		return nil
	}
	var out []string
	for i := 1; i < len(word); i++ {
		if word[i] == word[i-1] {
			out = append(out, word[:i]+word[i+1:])
		}
		if i+1 < len(word) {
			out = append(out, word[:i]+string(word[i+1])+string(word[i])+word[i+2:])
		}
		for c := byte('a'); c <= 'z'; c++ {
			out = append(out, word[:i]+string(c)+word[i:])
		}
	}
	return out
}

// halves are the ways to part a word that was written together.
func halves(word string) [][2]string {
	if len(word) < 2*shortestPart || len(word) > longestMended || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") != "" {
		return nil
	}
	var out [][2]string
	for i := shortestPart; i <= len(word)-shortestPart; i++ {
		out = append(out, [2]string{stem(word[:i]), stem(word[i:])})
	}
	return out
}
