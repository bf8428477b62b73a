package assistant

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/knowledge/source"
)

const (
	// maxQuote is the longest quote in bytes: what a reader looks over to see that an answer is right.
	maxQuote = 420
	// minShared is how many telling words a claim must share with the passage it names. One may be chance.
	minShared = 2
)

// Cited is a citation with what only the caller of the command line needs to know.
type Cited struct {
	conversation.Citation
	ExternalID string
}

// A composer puts an answer together from a model's pieces. It numbers the sources, so that numbers run through the conversation and the same passage
// keeps its number, and remembers which words stood before each mark.
type composer struct {
	passages []knowledge.Passage
	numbers  map[uuid.UUID]int // by chunk; those of earlier messages and of this one
	next     int
	text     strings.Builder
	marks    []mark
	claimed  int // where the words that the next mark vouches for begin
}

// mark is a citation in the text: passage index, the bytes of its "[n]", and the claim before it.
type mark struct {
	passage    int
	start, end int
	claim      string
	quote      string
}

func newComposer(passages []knowledge.Passage, before []conversation.Citation) *composer {
	c := &composer{passages: passages, numbers: map[uuid.UUID]int{}, next: 1}
	for _, b := range before {
		c.numbers[b.Chunk] = b.N
		c.next = max(c.next, b.N+1)
	}
	return c
}

// add takes a piece. A passage that was not shown to the model is dropped.
func (c *composer) add(p Piece) {
	if p.Passage == 0 {
		c.text.WriteString(p.Text)
		return
	}
	if p.Passage < 1 || p.Passage > len(c.passages) {
		return
	}
	index := p.Passage - 1
	claim := strings.TrimSpace(c.text.String()[c.claimed:])
	if claim == "" && len(c.marks) > 0 {
		// Marks in a row vouch for the same words.
		claim = c.marks[len(c.marks)-1].claim
		if c.marks[len(c.marks)-1].passage == index {
			return
		}
	}
	n := c.number(c.passages[index].ChunkID)
	if text := c.text.String(); text != "" && !strings.HasSuffix(text, " ") && !strings.HasSuffix(text, "\n") {
		c.text.WriteByte(' ')
	}
	start := c.text.Len()
	c.text.WriteString("[" + strconv.Itoa(n) + "]")
	c.marks = append(c.marks, mark{passage: index, start: start, end: c.text.Len(), claim: claim, quote: p.Quote})
	c.claimed = c.text.Len()
}

func (c *composer) number(chunk uuid.UUID) int {
	n, ok := c.numbers[chunk]
	if !ok {
		n = c.next
		c.numbers[chunk] = n
		c.next++
	}
	return n
}

// soFar is the text as the visitor may see it now.
func (c *composer) soFar() string { return c.text.String() }

// pages is how many help pages the answer is written from: those that it cites, or all that were found until it cites one.
func (c *composer) pages() int {
	documents := map[uuid.UUID]bool{}
	for _, m := range c.marks {
		documents[c.passages[m.passage].DocumentID] = true
	}
	return len(documents)
}

// finish checks the marks and returns the text with those that hold, and their citations. No citation means that the answer does not stand on the passages.
func (c *composer) finish(question string) (string, []Cited) {
	text := c.text.String()
	var cited []Cited
	kept := map[int]*span{}
	for i := len(c.marks) - 1; i >= 0; i-- {
		m := c.marks[i]
		passage := c.passages[m.passage]
		quote := m.quote
		if quote == "" || !strings.Contains(passage.Text, quote) {
			quote = bestQuote(passage.Text, m.claim)
		}
		if quote == "" || !strings.Contains(passage.Text, quote) {
			text = strings.TrimRight(text[:m.start], " ") + text[m.end:]
			continue
		}
		at := strings.Index(passage.Text, quote)
		s := &span{at, at + len(quote)}
		if old := kept[m.passage]; old != nil {
			s = old.join(*s)
		}
		kept[m.passage] = s
	}
	if len(kept) == 0 || !numbersStand(text, question, c.passages) {
		return strings.TrimSpace(text), nil
	}
	seen := map[int]bool{}
	for _, m := range c.marks {
		s := kept[m.passage]
		if s == nil || seen[m.passage] {
			continue
		}
		seen[m.passage] = true
		p := c.passages[m.passage]
		cited = append(cited, Cited{citation(p, c.numbers[p.ChunkID], p.Text[s.start:s.end]), p.ExternalID})
	}
	slices.SortFunc(cited, func(a, b Cited) int { return a.N - b.N })
	return strings.TrimSpace(text), cited
}

func citation(p knowledge.Passage, n int, quote string) conversation.Citation {
	c := conversation.Citation{
		N: n, Title: p.Title, Section: section(p), URL: p.URL, Quote: quote, Document: p.DocumentID, Chunk: p.ChunkID,
	}
	if !p.Updated.IsZero() {
		c.Updated = p.Updated.UTC().Format(time.DateOnly)
	}
	return c
}

// span is a stretch of a passage in bytes.
type span struct{ start, end int }

// join returns the stretch that holds both, or the later of the two where it would be too long to read: quotes come last to first, so the later one is the first.
func (s *span) join(other span) *span {
	both := span{min(s.start, other.start), max(s.end, other.end)}
	if both.end-both.start > maxQuote {
		return &other
	}
	return &both
}

// bestQuote returns the sentence of a passage that a claim shares most with, or "" where it shares next to nothing. A claim in another
// script than the passage cannot be compared by words; it gets the passage's first sentence.
func bestQuote(passage, claim string) string {
	claimed := termSet(claim)
	best, most := "", 0
	first := ""
	for line := range strings.Lines(passage) {
		for _, s := range source.Sentences(strings.TrimSpace(line)) {
			if first == "" {
				first = s
			}
			shared := 0
			for t := range termSet(s) {
				if claimed[t] {
					shared++
				}
			}
			if shared > most {
				best, most = s, shared
			}
		}
	}
	if most >= min(minShared, len(claimed)) && most > 0 {
		return best
	}
	if Language(claim) != Language(passage) {
		return first
	}
	return ""
}

func termSet(text string) map[string]bool {
	set := map[string]bool{}
	for _, t := range knowledge.Terms(text) {
		set[t] = true
	}
	return set
}

// figures are amounts, dates, durations, order numbers: what must never be made up. A single digit may count list items.
var figures = regexp.MustCompile(`\d[\d,.]*\d`)

// numbersStand reports whether every figure of an answer stands in a passage or in the question.
func numbersStand(answer, question string, passages []knowledge.Passage) bool {
	known := map[string]bool{}
	note := func(text string) {
		for _, f := range figures.FindAllString(text, -1) {
			known[plainFigure(f)] = true
		}
	}
	note(question)
	for _, p := range passages {
		note(p.Text)
		note(p.Title)
		note(strings.Join(p.Heading, " "))
	}
	for _, f := range figures.FindAllString(markText.ReplaceAllString(answer, ""), -1) {
		if !known[plainFigure(f)] {
			return false
		}
	}
	return true
}

// markText is a citation mark as it stands in an answer.
var markText = regexp.MustCompile(`\[\d+\]`)

func plainFigure(f string) string { return strings.ReplaceAll(f, ",", "") }

// section is the heading path below the title.
func section(p knowledge.Passage) string {
	heading := p.Heading
	if len(heading) > 0 && heading[0] == p.Title {
		heading = heading[1:]
	}
	if p.Page > 0 {
		heading = append(slices.Clone(heading), "Page "+strconv.Itoa(p.Page))
	}
	return strings.Join(heading, " › ")
}
