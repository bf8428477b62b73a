package knowledge

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
	"golang.org/x/text/unicode/norm"
)

// maxTermBytes cuts words that are no words, such as pasted keys; an index row
// has a limit, and two of those that agree in 64 bytes are the same.
const maxTermBytes = 64

// stopwords are the English words that say how a sentence is built and not what
// it is about. They are neither indexed nor searched.
var stopwords = wordSet(`a an the and or but if so as at by for from in into of on onto to with than that this these those
	there their them then they it its i me my we us our you your he him his she her who whom whose which what when where
	why how am is are was were be been being do does did have has had having will would shall should can could may might
	must just no not such`)

func wordSet(list string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// terms are the words of a text as they are indexed, in order, repeats kept:
// runs of letters, marks and digits in lower case, without stopwords, English
// words reduced to their stem. Marks are part of a word, or Devanagari would
// break at every vowel sign.
func terms(text string) []string {
	var out []string
	for _, word := range words(text) {
		if !stopwords[word] {
			out = append(out, stem(word))
		}
	}
	return out
}

// words are the runs of letters, marks and digits, in lower case.
func words(text string) []string {
	text = strings.ToLower(norm.NFC.String(text))
	return strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r)
	})
}

// stem reduces an English word with Porter's second algorithm. Words with
// digits or letters beyond ASCII are left as they are.
func stem(word string) string {
	for i := range len(word) {
		if word[i] < 'a' || word[i] > 'z' {
			return clip(word)
		}
	}
	return clip(english.Stem(word, true))
}

func clip(word string) string {
	if len(word) <= maxTermBytes {
		return word
	}
	cut := maxTermBytes
	for !utf8.RuneStart(word[cut]) {
		cut--
	}
	return word[:cut]
}

// maxTF is the largest count kept for one word of one passage; BM25 has long
// saturated there.
const maxTF = 1000

// count turns words into distinct terms, in order of first appearance, with
// their counts.
func count(words []string) (terms []string, tfs []int16) {
	at := make(map[string]int, len(words))
	for _, w := range words {
		i, seen := at[w]
		if !seen {
			i = len(terms)
			at[w] = i
			terms, tfs = append(terms, w), append(tfs, 0)
		}
		if tfs[i] < maxTF {
			tfs[i]++
		}
	}
	return terms, tfs
}
