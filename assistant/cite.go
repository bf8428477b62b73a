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

// A composer puts an answer together from what a model wrote. It numbers the sources, so that numbers run through the conversation and the same passage
// keeps its number. Its text only grows.
type composer struct {
	passages []knowledge.Passage
	numbers  map[uuid.UUID]int // by chunk; those of earlier messages and of this one
	next     int
	text     strings.Builder
	marks    []int         // passages in the order in which the text cites them
	quotes   map[int]*span // by passage, what of it the answer stands on
	last     int           // the passage that the text ends with, or -1 where words follow
	owed     int           // the passage that the last sentence stands on without a mark of its own, or -1
}

func newComposer(passages []knowledge.Passage, before []conversation.Citation) *composer {
	c := &composer{passages: passages, numbers: map[uuid.UUID]int{}, next: 1, quotes: map[int]*span{}, last: -1, owed: -1}
	for _, b := range before {
		c.numbers[b.Chunk] = b.N
		c.next = max(c.next, b.N+1)
	}
	return c
}

// add takes a piece of a model that quotes. A passage that was not given to it, or does not hold the quote, is dropped.
func (c *composer) add(p Piece) {
	if p.Passage == 0 {
		c.write(p.Text)
		return
	}
	if i := p.Passage - 1; i < len(c.passages) && p.Quote != "" && strings.Contains(c.passages[i].Text, p.Quote) {
		c.cite(i, p.Quote)
	}
}

func (c *composer) write(text string) {
	if c.text.Len() == 0 {
		text = strings.TrimLeft(text, " \n")
	}
	if text != "" {
		c.text.WriteString(text)
		c.last = -1
	}
}

// sentence appends a sentence that was checked, with the passages that bear it. Where the model gave it no mark, sentences in a row that stand on the same passage share one.
func (c *composer) sentence(text string, on []standing, marked bool) {
	if c.owed >= 0 && (len(on) != 1 || on[0].passage != c.owed || strings.HasPrefix(text, "\n")) {
		c.pay()
	}
	c.owed = -1
	c.write(text)
	if !marked {
		c.hold(on[0].passage, on[0].quote)
		c.owed = on[0].passage
		return
	}
	for _, s := range on {
		c.cite(s.passage, s.quote)
	}
}

// pay writes the mark that the last sentences share.
func (c *composer) pay() {
	if i := c.owed; i >= 0 {
		c.owed = -1
		c.mark(i)
	}
}

// cite writes a mark and keeps what the passage says.
func (c *composer) cite(i int, quote string) {
	c.hold(i, quote)
	c.mark(i)
}

// hold keeps what of a passage the answer stands on: all of it together, where that is short enough to be read, or else what came first.
func (c *composer) hold(i int, quote string) {
	at := strings.Index(c.passages[i].Text, quote)
	if at < 0 {
		return
	}
	s := span{at, at + len(quote)}
	if old := c.quotes[i]; old != nil {
		s = old.join(s)
	}
	c.quotes[i] = &s
}

func (c *composer) mark(i int) {
	if c.last == i {
		return // Twice in a row says nothing more.
	}
	if text := c.text.String(); text != "" && !strings.HasSuffix(text, " ") && !strings.HasSuffix(text, "\n") {
		c.text.WriteByte(' ')
	}
	c.text.WriteString("[" + strconv.Itoa(c.number(c.passages[i].ChunkID)) + "]")
	c.marks, c.last = append(c.marks, i), i
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

// pages is how many help pages the answer is written from: those that it stands on so far.
func (c *composer) pages() int {
	documents := map[uuid.UUID]bool{}
	for i := range c.quotes {
		documents[c.passages[i].DocumentID] = true
	}
	return len(documents)
}

// finish returns the text with the citations of its marks. No citation means that the answer does not stand on the passages.
func (c *composer) finish() (string, []Cited) {
	c.pay()
	var cited []Cited
	seen := map[int]bool{}
	for _, i := range c.marks {
		if s := c.quotes[i]; s != nil && !seen[i] {
			seen[i] = true
			p := c.passages[i]
			cited = append(cited, Cited{citation(p, c.numbers[p.ChunkID], p.Text[s.start:s.end]), p.ExternalID})
		}
	}
	slices.SortFunc(cited, func(a, b Cited) int { return a.N - b.N })
	return strings.TrimSpace(c.text.String()), cited
}

func citation(p knowledge.Passage, n int, quote string) conversation.Citation {
	c := conversation.Citation{
		N: n, Title: p.Title, Section: section(p), Page: p.Page, URL: p.URL, Quote: quote, Document: p.DocumentID, Chunk: p.ChunkID,
	}
	if !p.Updated.IsZero() {
		c.Updated = p.Updated.UTC().Format(time.DateOnly)
	}
	return c
}

// span is a stretch of a passage in bytes.
type span struct{ start, end int }

// join returns the stretch that holds both, or the first where that would be too long to read.
func (s *span) join(other span) span {
	both := span{min(s.start, other.start), max(s.end, other.end)}
	if both.end-both.start > maxQuote {
		return *s
	}
	return both
}

func termSet(text string) map[string]bool {
	set := map[string]bool{}
	for _, t := range knowledge.Terms(text) {
		set[t] = true
	}
	return set
}

// markText is a citation mark as it stands in an answer.
var markText = regexp.MustCompile(`\[\d+\]`)

// section is the heading path below the title.
func section(p knowledge.Passage) string {
	heading := p.Heading
	if len(heading) > 0 && heading[0] == p.Title {
		heading = heading[1:]
	}
	return strings.Join(heading, " › ")
}
