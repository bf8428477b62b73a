package assistant

import (
	"errors"
	"regexp"
	"strings"

	"github.com/baton-chat/baton/internal/language"
	"github.com/baton-chat/baton/knowledge/source"
)

// Causes for which a model's answer is given up before its end.
var (
	errLanguage    = errors.New("the answer is in another language than the question")
	errUnsupported = errors.New("the answer does not stand on the passages")
)

// hopeless is how many sentences in a row without any that stands end an answer: what follows will not be better, and the visitor waits.
const hopeless = 5

// A gate stands between a model's words and the visitor. It holds the sentence that is being written, checks it when it is whole, and releases it to the composer only
// where a passage bears it. What was released is never taken back by it.
type gate struct {
	grounds *grounds
	out     *composer
	// language is what the answer should be in; where it is empty any will do.
	language string
	// released is called behind each sentence that came through, failed at most once where the rest is not wanted any more.
	released func()
	failed   func(error)

	held  string
	marks []heldMark
	said  map[string]bool // sentences that came through
	lead  string          // "To reset it:" waits for what it leads to
	kept  int
	lost  int // sentences that no passage bears
	over  bool
}

// heldMark is a passage that the model named behind so many bytes of the held text.
type heldMark struct{ at, passage int }

// add takes a piece of the model's answer.
func (g *gate) add(p Piece) {
	if g.over {
		return
	}
	if p.Passage > 0 {
		g.marks = append(g.marks, heldMark{len(g.held), p.Passage - 1})
		return
	}
	g.held += p.Text
	for !g.over {
		n := wholeSentence(g.held)
		if n == 0 {
			return
		}
		g.take(n)
	}
}

// end releases the last sentence of a whole answer.
func (g *gate) end() {
	if !g.over && g.held != "" {
		g.take(len(g.held))
	}
}

// cut ends an answer that was not: what is held is a sentence only where its end was written.
func (g *gate) cut() {
	if endsWhole.MatchString(g.held) {
		g.end()
	}
}

// endsWhole is the end of a whole sentence, also behind quotes, brackets and emphasis.
var endsWhole = regexp.MustCompile(`[.!?।॥؟。！？]["'”’)\]»*_]*\s*$`)

// take checks the first n bytes of what is held, and lets them through or not.
func (g *gate) take(n int) {
	text := g.held[:n]
	var marked []int
	rest := g.marks[:0]
	for _, m := range g.marks {
		if m.at <= n {
			marked = append(marked, m.passage)
		} else {
			rest = append(rest, heldMark{m.at - n, m.passage})
		}
	}
	g.held, g.marks = g.held[n:], rest
	if text, body := parted(text); hasLetters(body) && !bareAnswer.MatchString(body) {
		g.judge(text, body, marked)
	}
}

// bareAnswer is a yes or no by itself. Nothing can be held against it, and nothing said for it; what follows says the same and can be checked.
var bareAnswer = regexp.MustCompile(`(?i)^[\s*_"]*(?:yes|no|yeah|sure|okay|ok|certainly|of course|absolutely|हाँ|हां|जी हाँ|जी|नहीं|نعم|لا|أجل)[\s*_"]*[.!,।،]?[\s*_"]*$`)

// parted splits the white space in front of a sentence from the sentence, which loses what marks left behind in it.
func parted(text string) (gap, body string) {
	body = strings.TrimLeft(text, " \t\r\n")
	gap = text[:len(text)-len(body)]
	body = strings.Join(strings.Fields(beforeStop.ReplaceAllString(body, "$1")), " ")
	if strings.Count(body, "**")%2 == 1 {
		body = strings.ReplaceAll(body, "**", "") // Emphasis over several sentences would never be closed.
	}
	switch {
	case strings.Contains(gap, "\n\n"):
		gap = "\n\n"
	case strings.Contains(gap, "\n"):
		gap = "\n"
	default:
		gap = " "
	}
	return gap, body
}

var beforeStop = regexp.MustCompile(`\s+([.,;:!?।،؟])`)

// judge decides over one sentence.
func (g *gate) judge(gap, body string, marked []int) {
	if g.language != "" && countWords(body) >= 3 && g.kept == 0 && !language.Fits(body, g.language) {
		g.fail(errLanguage)
		return
	}
	if strings.HasSuffix(body, ":") || strings.HasSuffix(body, ":**") {
		g.lead = gap + body
		return
	}
	if g.said[body] {
		return // Small models go round in circles.
	}
	on := g.grounds.stands(body, marked)
	if len(on) == 0 {
		g.lost++
		// Without one of its steps a way leads elsewhere.
		if isNumbered(bullets.FindString(body)) || g.kept == 0 && g.lost >= hopeless {
			g.fail(errUnsupported)
		}
		return
	}
	if g.lead != "" {
		// What leads up to a list claims little; its facts are checked all the same.
		if _, lead := parted(g.lead); g.grounds.leadsTo(lead, on[0].passage) {
			g.out.write(g.lead)
		}
		g.lead = ""
	}
	g.kept++
	if g.said == nil {
		g.said = map[string]bool{}
	}
	g.said[body] = true
	g.out.sentence(gap+body, on, len(marked) > 0)
	g.released()
}

func (g *gate) fail(err error) {
	g.over = true
	g.failed(err)
}

// leadsTo reports whether a line that leads up to a list may stand before what a passage bears: it brings no figure, name or address of its own.
func (g *grounds) leadsTo(text string, passage int) bool {
	c := g.claim(text)
	b := &g.passages[passage]
	for _, n := range c.names {
		if !b.named(n) {
			return false
		}
	}
	for _, f := range c.figures {
		if !figuresStand([]figure{f}, b.sentences, b.figures) {
			return false
		}
	}
	words := overlap(c.words, b.above)
	for w := range c.words {
		for _, s := range b.sentences {
			if s.words[w] && !b.above[w] {
				words++
				break
			}
		}
	}
	return len(c.links) == 0 && 2*words >= len(c.words) && !overstates(text, b.text) && !denies(text)
}

// wholeSentence is how many bytes of a text its first sentence takes with the white space behind it, or 0 while the next one has not begun: until then more may belong
// to it, a mark at least.
func wholeSentence(text string) int {
	begin := len(text) - len(strings.TrimLeft(text, " \t\r\n"))
	rest := text[begin:]
	line, more, broken := strings.Cut(rest, "\n")
	if sentences := source.Sentences(line); len(sentences) > 1 {
		first := sentences[0]
		at := strings.Index(line, first) + len(first)
		return begin + at + len(line[at:]) - len(strings.TrimLeft(line[at:], " \t"))
	}
	if broken && strings.TrimSpace(more) != "" {
		return begin + len(line)
	}
	return 0
}
