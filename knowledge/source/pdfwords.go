package source

import (
	"html"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A box is a rectangle on a page, in points from its upper left corner.
type box struct{ left, top, right, bottom float64 }

func (b box) height() float64 { return b.bottom - b.top }

func (b *box) include(o box) {
	b.left, b.top, b.right, b.bottom = min(b.left, o.left), min(b.top, o.top), max(b.right, o.right), max(b.bottom, o.bottom)
}

// A pdfLine is a line of print. size is the height of its letters, by which
// headings are known; first is the width of its first word.
type pdfLine struct {
	box
	text  string
	words int
	size  float64
	first float64
}

// A pdfBlock is what pdftotext takes for one block: a paragraph, a column, a cell.
// room is the column it stands in.
type pdfBlock struct {
	box
	lines []pdfLine
	room  box
}

type pdfPage struct {
	number        int
	width, height float64
	blocks        []pdfBlock
}

// A pdfReading is the words of a PDF. letters and strange count what can be
// read and what cannot.
type pdfReading struct {
	pages            []pdfPage
	letters, strange int
}

// parseWords reads what `pdftotext -bbox-layout` says: one element to a line.
// It is read by hand, because a thousand pages are a hundred megabytes of it.
func parseWords(in io.Reader, turned func(page int)) (*pdfReading, error) {
	r := &pdfReading{}
	var page *pdfPage
	var line pdfLine
	var words []string
	size := 0
	scanner := scanLines(in)
	for scanner.Scan() {
		text := strings.TrimSpace(scanner.Text())
		switch {
		case strings.HasPrefix(text, "<page "):
			r.pages = append(r.pages, pdfPage{number: len(r.pages) + 1, width: number(text, `width="`), height: number(text, `height="`)})
			page = &r.pages[len(r.pages)-1]
		case page == nil:
		case text == "</page>":
			turned(page.number)
		case strings.HasPrefix(text, "<block "):
			page.blocks = append(page.blocks, pdfBlock{box: boxOf(text)})
		case strings.HasPrefix(text, "<line "):
			line, words = pdfLine{box: boxOf(text)}, words[:0]
		case strings.HasPrefix(text, "<word "):
			b, word := boxOf(text), wordOf(text)
			size += len(word)
			r.count(word)
			if size > maxTextBytes {
				return nil, errTooMuchText()
			}
			if word == "" {
				continue
			}
			if len(words) == 0 {
				line.first = b.right - b.left
			}
			line.size = max(line.size, b.height())
			words = append(words, word)
		case text == "</line>" && len(words) > 0 && len(page.blocks) > 0:
			line.text, line.words = strings.Join(words, " "), len(words)
			block := &page.blocks[len(page.blocks)-1]
			block.lines = append(block.lines, line)
		}
	}
	if scanner.Err() != nil {
		return nil, TooComplex("a word of it has no end")
	}
	for i := range r.pages {
		r.pages[i].blocks = slices.DeleteFunc(r.pages[i].blocks, func(b pdfBlock) bool { return len(b.lines) == 0 })
	}
	return r, nil
}

func (r *pdfReading) count(word string) {
	for _, c := range word {
		switch {
		case c == unicode.ReplacementChar || unicode.Is(unicode.Co, c) || unicode.Is(unicode.Cc, c):
			r.strange++
		case unicode.IsLetter(c) || unicode.IsNumber(c):
			r.letters++
		}
	}
}

// number is the number behind a name; 0 where it is none that is sane.
func number(element, name string) float64 {
	_, rest, found := strings.Cut(element, name)
	if !found {
		return 0
	}
	text, _, _ := strings.Cut(rest, `"`)
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || math.Abs(n) > 1e6 {
		return 0
	}
	return n
}

func boxOf(element string) box {
	return box{number(element, `xMin="`), number(element, `yMin="`), number(element, `xMax="`), number(element, `yMax="`)}
}

// wordOf is the word of an element, as a reader would type it: ligatures and
// the shapes of Arabic letters are drawn forms of ordinary letters.
func wordOf(element string) string {
	_, rest, _ := strings.Cut(element, ">")
	rest = strings.TrimSuffix(rest, "</word>")
	var b strings.Builder
	for _, c := range html.UnescapeString(rest) {
		switch {
		case c >= 0xFB00 && c <= 0xFDFF || c >= 0xFE70 && c <= 0xFEFC:
			b.WriteString(norm.NFKC.String(string(c)))
		case c == 0xAD, c >= 0x202A && c <= 0x202E, c >= 0x2066 && c <= 0x2069, c == 0xFEFF, c == 0:
		default:
			b.WriteRune(c)
		}
	}
	return norm.NFC.String(strings.TrimSpace(strings.ToValidUTF8(b.String(), "\uFFFD")))
}
