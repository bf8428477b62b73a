package assistant

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/knowledge/source"
)

// A sentence is a quotable stretch of a passage.
type sentence struct {
	text    string // verbatim
	passage int    // index of its passage
	order   int    // place in its passage
	bullet  string // "- " or "3. " where it begins a list item
	words   int
	list    []string // its words as they are searched, in order
	terms   map[string]bool
	say     string // how it reads in the answer, where that is not the text itself
	leadsIn bool   // ends with a colon: what follows completes it
}

// bullets are the marks that begin a list item, a heading or a quote in Markdown.
var bullets = regexp.MustCompile(`^(?:[-*+•‣▪●◦]\s+|\d{1,2}[.)]\s+|#{1,6}\s+|>\s+)+`)

// cell is what stands between two cells of a table's row in a passage.
const cell = " | "

// sentences parts passages into what can be quoted.
func sentences(passages []knowledge.Passage) []sentence {
	var out []sentence
	for i, p := range passages {
		order := 0
		for line := range strings.Lines(p.Text) {
			line = strings.TrimSpace(line)
			bullet := bullets.FindString(line)
			for k, part := range parts(strings.TrimPrefix(line, bullet)) {
				s := sentence{text: part, passage: i, order: order, words: countWords(part), list: knowledge.Terms(part), terms: termSet(part), leadsIn: strings.HasSuffix(part, ":")}
				if k == 0 && (strings.HasPrefix(bullet, "-") || isNumbered(bullet)) {
					s.bullet = bullet
				} else if k == 0 && bullet != "" && !strings.ContainsAny(bullet, "#>") {
					s.bullet = "- "
				} else if strings.Contains(part, cell) {
					s.bullet = "- " // A row of a table reads as an item of a list.
				}
				out = append(out, s)
				order++
			}
		}
	}
	return out
}

func isNumbered(bullet string) bool { return bullet != "" && unicode.IsDigit(rune(bullet[0])) }

// parts is source.Sentences, and parts besides what lost its white space where a page was copied: "your site.Click Save".
func parts(line string) []string {
	var out []string
	for _, s := range source.Sentences(line) {
		from := 0
		for _, at := range glued.FindAllStringIndex(s, -1) {
			cut := at[1] - 1 // before the capital letter
			if countWords(s[from:cut]) >= 3 {
				out = append(out, strings.TrimSpace(s[from:cut]))
				from = cut
			}
		}
		if rest := strings.TrimSpace(s[from:]); rest != "" {
			out = append(out, rest)
		}
	}
	return out
}

// glued is the end of a sentence with the next one's capital letter right behind it. Three small letters before it tell it from an abbreviation or a name with a dot.
var glued = regexp.MustCompile(`[a-z]{3}[)"”’]?[.!?:][A-Z]`)

// countWords counts runs of letters, marks and digits, as readers and scorers do.
func countWords(text string) int {
	n, in := 0, false
	for _, r := range text {
		word := unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r)
		if word && !in {
			n++
		}
		in = word
	}
	return n
}

// clip shortens a sentence of more than limit words to whole clauses around the words asked for, verbatim.
func clip(s sentence, asked map[string]float64, limit int) (sentence, bool) {
	if s.words <= limit {
		return s, true
	}
	var clauses []string
	from := 0
	for i, r := range s.text {
		if next := i + utf8.RuneLen(r); strings.ContainsRune(",;:–—।،؛", r) && next < len(s.text) && s.text[next] == ' ' {
			clauses, from = append(clauses, s.text[from:next]), next
		}
	}
	clauses = append(clauses, s.text[from:])
	best, bestScore := span{}, -1.0
	for i := range clauses {
		words, score := 0, 0.0
		start := len(strings.Join(clauses[:i], ""))
		end := start
		for _, c := range clauses[i:] {
			if words += countWords(c); words > limit {
				break
			}
			end += len(c)
			for t := range termSet(c) {
				score += asked[t]
			}
			if score > bestScore {
				best, bestScore = span{start, end}, score
			}
		}
	}
	text := strings.TrimRight(strings.TrimSpace(s.text[best.start:best.end]), ",;:–—")
	if text == "" {
		return s, false
	}
	s.text, s.words = text, countWords(text)
	return s, true
}
