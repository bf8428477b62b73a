package source

import (
	"strings"
	"unicode"
)

// Passage sizes in estimated tokens. A passage of a few hundred is long enough
// to hold an answer with its conditions, and short enough for an embedding to
// be about one thing.
const (
	targetTokens  = 300 // a part of a long section is closed from here on
	maxTokens     = 400 // and never grows past this
	overlapTokens = 40  // what the next part repeats, about two sentences
)

// A Passage is a section or a part of a long one.
type Passage struct {
	Heading []string
	Text    string
	Page    int // the page it begins on; 0 where there are none
}

// Split cuts sections into passages. A section of at most 400 tokens stays
// whole. A longer one is parted between paragraphs, then between sentences, and
// only there do neighbours overlap, so that a sentence and what it refers to
// meet in at least one of them.
func (s Source) Split() ([]Passage, error) {
	var out []Passage
	for _, section := range s.Sections {
		for _, text := range splitText(section.Text) {
			out = append(out, Passage{Heading: section.Heading, Text: text, Page: section.Page})
		}
	}
	if len(out) > MaxPassages {
		return nil, errTooLong(len(out))
	}
	return out, nil
}

// A piece is the smallest unit that is never parted. glue is what stands
// between it and the piece before it.
type piece struct {
	text, glue string
	tokens     int
}

func splitText(text string) []string {
	if Tokens(text) <= maxTokens {
		return []string{text}
	}
	var out []string
	var part []piece
	size := 0
	for _, p := range pieces(text) {
		full := size+p.tokens > maxTokens || (size >= targetTokens && p.glue == "\n\n")
		if full && len(part) > 0 {
			out = append(out, join(part))
			part, size = overlap(part)
			// Overlap never pushes a passage over its limit.
			if size+p.tokens > maxTokens {
				part, size = nil, 0
			}
		}
		part, size = append(part, p), size+p.tokens
	}
	return append(out, join(part))
}

// overlap is the tail of a part that the next one repeats.
func overlap(part []piece) ([]piece, int) {
	size, from := 0, len(part)
	for from > 1 && size+part[from-1].tokens <= overlapTokens {
		from--
		size += part[from].tokens
	}
	return append([]piece(nil), part[from:]...), size
}

func join(part []piece) string {
	var b strings.Builder
	for i, p := range part {
		if i > 0 {
			b.WriteString(p.glue)
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// pieces parts a text into sentences that remember what stood before them, and
// sentences that are longer than a passage into runs of words.
func pieces(text string) []piece {
	var out []piece
	for i, paragraph := range strings.Split(text, "\n\n") {
		for j, line := range strings.Split(paragraph, "\n") {
			for k, sentence := range Sentences(line) {
				glue := " "
				switch {
				case k == 0 && j == 0 && i > 0:
					glue = "\n\n"
				case k == 0 && j > 0:
					glue = "\n"
				}
				out = append(out, cut(sentence, glue)...)
			}
		}
	}
	return out
}

// maxWordRunes is where a run without white space is cut: no word of a language
// is longer, but pasted keys and encoded files are.
const maxWordRunes = 400

func cut(sentence, glue string) []piece {
	if n := Tokens(sentence); n <= maxTokens {
		return []piece{{sentence, glue, n}}
	}
	var out []piece
	var run []string
	size := 0
	flush := func() {
		if len(run) > 0 {
			out = append(out, piece{strings.Join(run, " "), glue, size})
			run, size, glue = nil, 0, " "
		}
	}
	for _, word := range strings.Fields(sentence) {
		for _, w := range cutWord(word) {
			n := Tokens(w)
			if size+n > targetTokens {
				flush()
			}
			run, size = append(run, w), size+n
		}
	}
	flush()
	return out
}

func cutWord(word string) []string {
	runes := []rune(word)
	var out []string
	for len(runes) > maxWordRunes {
		out, runes = append(out, string(runes[:maxWordRunes])), runes[maxWordRunes:]
	}
	return append(out, string(runes))
}

// Tokens estimates how many tokens a sub-word tokenizer makes of a text: one
// for every six letters of a Latin word and every three of another script, one
// for each punctuation mark. It is within about a fifth of XLM-R's count, which
// is all that passage sizes need.
func Tokens(text string) int {
	total, letters, latin := 0, 0, true
	end := func() {
		if letters > 0 {
			per := 6
			if !latin {
				per = 3
			}
			total += (letters + per - 1) / per
		}
		letters, latin = 0, true
	}
	for _, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r):
			letters++
			latin = latin && r < 0x250
		case unicode.IsSpace(r):
			end()
		default:
			end()
			total++
		}
	}
	end()
	return total
}
