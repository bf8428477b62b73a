package source

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What print looks like, in parts of the height of a line of body text.
const (
	// headingFactor is how much taller letters a heading has. Tables are often
	// set a tenth larger or smaller than the text around them.
	headingFactor = 1.14
	// paragraphGap is the space between lines from which on a paragraph ends.
	paragraphGap = 0.6
	// sameRow is how much of the lower of two boxes must stand beside the other.
	sameRow = 0.5
	// maxHeadingRunes is the longest heading; large print may be a whole leaflet.
	maxHeadingRunes = 160
	// maxHeadingLevels is how many sizes of headings are told apart.
	maxHeadingLevels = 4
	// rowGap is how far apart two rows of one table may stand.
	rowGap = 3.0
	// edge is the part of a page's height in which running heads and page
	// numbers stand.
	edge = 0.1
)

// writePages writes the pages: headings by their size, lists and tables as
// lines, each section within its page.
func writePages(out *outline, r *pdfReading, title string) {
	p := print{body: bodySize(r), title: title}
	p.running = runningLines(r)
	p.levels = headingSizes(r, p.body, p.running)
	var pages [][]printed
	for _, page := range r.pages {
		pages = append(pages, p.page(page))
	}
	joinAcross(pages)
	for i, parts := range pages {
		out.turn(r.pages[i].number)
		for _, part := range parts {
			if part.level > 0 {
				out.heading(part.level, part.text)
			} else {
				out.block(part.text)
			}
		}
	}
	if out.title == "" && meaningful(title) {
		out.title = title
	}
}

// meaningful tells a title that somebody wrote from one that a program left.
func meaningful(title string) bool {
	lower := strings.ToLower(title)
	return title != "" && !strings.HasPrefix(lower, "microsoft word") && !strings.HasPrefix(lower, "untitled") && !strings.Contains(lower, ".doc") &&
		!strings.HasSuffix(lower, ".indd") && !strings.HasSuffix(lower, ".pdf") && !strings.HasSuffix(lower, ".html")
}

// print is what holds for the whole document.
type print struct {
	body    float64
	title   string
	levels  []float64 // sizes of headings, largest first
	running map[string]bool
}

// printed is a part of a page in reading order.
type printed struct {
	text  string
	level int  // of a heading; 0: text
	line  bool // a list or a table, which nothing is joined to
}

var (
	digits     = regexp.MustCompile(`[0-9०-९٠-٩]+`)
	pageNumber = regexp.MustCompile(`(?i)^[-–—\s|]*(?:page|seite|página|pagina|पृष्ठ|صفحة|p\.)?\s*#(?:\s*(?:/|of|von|de|di|sur|का|من)\s*#)?[-–—\s|]*$`)
)

// runningKey is a line without its numbers: "Page 3 of 6" and "Page 4 of 6" are one.
func runningKey(text string) string { return digits.ReplaceAllString(text, "#") }

// runningLines finds what stands at the upper or lower edge of page after page:
// it is furniture, and no part of the text.
func runningLines(r *pdfReading) map[string]bool {
	seen := map[string]int{}
	for _, page := range r.pages {
		here := map[string]bool{}
		for _, block := range page.blocks {
			for _, line := range block.lines {
				if atEdge(page, line) {
					here[runningKey(line.text)] = true
				}
			}
		}
		for key := range here {
			seen[key]++
		}
	}
	running := map[string]bool{}
	for key, n := range seen {
		if pageNumber.MatchString(key) || n >= 3 && n*2 >= len(r.pages) {
			running[key] = true
		}
	}
	return running
}

func atEdge(page pdfPage, line pdfLine) bool {
	return line.bottom < page.height*edge || line.top > page.height*(1-edge)
}

// page writes one page in the order in which pdftotext reads it, tables at the
// place of their first cell.
func (p *print) page(page pdfPage) []printed {
	blocks := p.withoutRunning(page)
	tables := findTables(blocks, p.body)
	var out []printed
	for i, block := range blocks {
		if t := tables[i]; t != nil {
			if !t.written {
				t.written = true
				out = append(out, printed{text: t.text(), line: true})
			}
			continue
		}
		out = append(out, p.block(block)...)
	}
	return mergeHeadings(out)
}

func (p *print) withoutRunning(page pdfPage) []pdfBlock {
	var blocks []pdfBlock
	for _, block := range page.blocks {
		block.lines = slices.DeleteFunc(slices.Clone(block.lines), func(line pdfLine) bool {
			return atEdge(page, line) && p.running[runningKey(line.text)]
		})
		if len(block.lines) == 0 {
			continue
		}
		block.box = block.lines[0].box
		for _, line := range block.lines {
			block.include(line.box)
		}
		blocks = append(blocks, block)
	}
	findRoom(blocks)
	return blocks
}

// block parts a block into headings, paragraphs and items of lists.
func (p *print) block(block pdfBlock) []printed {
	var out []printed
	var lines []string // of the paragraph or list that is being read
	list := false
	flush := func() {
		if len(lines) > 0 {
			out = append(out, printed{text: strings.Join(lines, "\n"), line: list})
			lines, list = nil, false
		}
	}
	for i, line := range block.lines {
		text, item := itemOf(line.text)
		if level := p.level(line); level > 0 && !strings.HasPrefix(text, "- ") && utf8.RuneCountInString(line.text) <= maxHeadingRunes {
			flush()
			out = append(out, printed{text: line.text, level: level})
			continue
		}
		switch {
		case i == 0 || len(lines) == 0:
		case line.top-block.lines[i-1].bottom > paragraphGap*p.body:
			if !item || !list {
				flush()
			}
		case !item && !p.wrapped(block, i):
			// The line before ended early, so its break was meant.
		case !item:
			lines[len(lines)-1] = joinLines(lines[len(lines)-1], text)
			continue
		}
		if p.asks(block, i) {
			flush()
			out = append(out, printed{text: text, level: len(p.levels) + 1})
			continue
		}
		if item && !list && len(lines) > 1 {
			flush()
		}
		list = list || item
		lines = append(lines, text)
	}
	flush()
	return out
}

// wrapped tells whether line i goes on where the one before it had no room:
// its first word would not have fitted there.
func (p *print) wrapped(block pdfBlock, i int) bool {
	before, line := block.lines[i-1], block.lines[i]
	if strings.HasSuffix(before.text, "-") {
		return true
	}
	if rightToLeft(line.text) {
		return before.left-line.first-p.body*0.3 < block.room.left
	}
	return before.right+line.first+p.body*0.3 > block.room.right
}

// columnSlack is how far blocks of one column may be moved in, in points.
const columnSlack = 48

// findRoom finds how wide the column of each block is: as its widest block
// that begins, or for right-to-left scripts ends, where this one does, unless
// something stands in between.
func findRoom(blocks []pdfBlock) {
	for i, b := range blocks {
		room := b.box
		for _, o := range blocks {
			if len(o.lines) < 2 {
				continue
			}
			if math.Abs(o.left-b.left) < columnSlack {
				room.right = max(room.right, o.right)
			}
			if math.Abs(o.right-b.right) < columnSlack {
				room.left = min(room.left, o.left)
			}
		}
		for _, o := range blocks {
			if o.left >= b.right && o.left < room.right {
				room.right = b.right
			}
			if o.right <= b.left && o.right > room.left {
				room.left = b.left
			}
		}
		blocks[i].room = room
	}
}

func rightToLeft(text string) bool {
	for _, r := range text {
		if unicode.IsLetter(r) {
			return unicode.In(r, unicode.Arabic, unicode.Hebrew)
		}
	}
	return false
}

// joinLines undoes the break of a line, and of a word.
func joinLines(before, after string) string {
	stem, cut := strings.CutSuffix(before, "-")
	first, _ := utf8.DecodeRuneInString(after)
	last, _ := utf8.DecodeLastRuneInString(stem)
	if cut && unicode.IsLower(first) && unicode.IsLetter(last) {
		return stem + after
	}
	if cut {
		return before + after
	}
	return before + " " + after
}

// maxQuestionRunes is the longest question that heads its answer.
const maxQuestionRunes = 140

// asks tells whether line i is a question that heads what follows: it stands
// alone in its line, and something follows that is none.
func (p *print) asks(block pdfBlock, i int) bool {
	text := block.lines[i].text
	if last, _ := utf8.DecodeLastRuneInString(text); !strings.ContainsRune("?？؟", last) || utf8.RuneCountInString(text) > maxQuestionRunes {
		return false
	}
	if strings.Count(text, "?") > 1 || len(p.levels) >= 5 {
		return false
	}
	switch {
	case i > 0 && p.wrapped(block, i):
		return false // The end of a longer sentence.
	case i+1 < len(block.lines):
		return !p.wrapped(block, i+1)
	}
	return len(block.lines) == 1
}

var bullet = regexp.MustCompile(`^(?:[•◦▪‣●○■□➢✓✔·*–—-]|\x{F0B7}|\x{F0A7})\s+(\S.*)$`)

var numbered = regexp.MustCompile(`^(?:\(?[0-9]{1,3}[.)]|\(?[a-zA-Z][.)])\s+\S`)

// itemOf tells whether a line begins an item of a list; marks become dashes.
func itemOf(text string) (string, bool) {
	if m := bullet.FindStringSubmatch(text); m != nil {
		return "- " + m[1], true
	}
	return text, numbered.MatchString(text)
}

// joinAcross moves the end of a sentence that runs over a page's end to the
// page where it began.
func joinAcross(pages [][]printed) {
	for i := 1; i < len(pages); i++ {
		if len(pages[i-1]) == 0 || len(pages[i]) == 0 {
			continue
		}
		last, first := &pages[i-1][len(pages[i-1])-1], pages[i][0]
		r, _ := utf8.DecodeRuneInString(first.text)
		end, _ := utf8.DecodeLastRuneInString(last.text)
		if last.level == 0 && first.level == 0 && !last.line && !first.line && unicode.IsLower(r) && !strings.ContainsRune(".!?:;।؟。", end) {
			last.text = joinLines(last.text, first.text)
			pages[i] = pages[i][1:]
		}
	}
}
