package assistant

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/baton-chat/baton/knowledge"
)

// Limits of a quoted answer: what is read at a glance in a chat window.
const (
	maxSentences = 3
	maxWords     = 60
	// Where steps are asked for they are quoted as they follow each other: half of a procedure helps nobody.
	maxSteps     = 16
	maxStepWords = 130
	// shortWords is where a sentence is too short to say something by itself.
	shortWords = 4
	// rowUnasked is held against the row of a table where nothing is asked for that tables hold.
	rowUnasked = 0.6
)

// taste is how sentences are weighed. Each weight is the worth of a full match, in shares of the question's words.
type taste struct {
	from    int     // how many passages are looked at
	heading float64 // the question's words that stand in the title or heading above the sentence
	passage float64 // how well the search liked the passage
	kind    float64 // it has what the question word asks for: an amount, a time, a name
	pair    float64 // two neighbouring words of the question stand in it side by side
	follow  float64 // it stands right behind a chosen sentence, where steps are asked for
	across  float64 // less, where it comes from another passage than the first chosen one
	said    float64 // less, for each word that a chosen sentence has said already
	step    float64 // it is a numbered step, where steps are asked for
	pointer float64 // less, where it only sends the reader to another page that was found, and more for that page
	// enough is how much a further sentence must answer, as a share of what the first one does, to earn its place; enoughAcross is the same for one of another page.
	enough, enoughAcross float64
}

// usualTaste was found by random search over the development rows of kb_emanual_tv, kb_wixqa, kb_xquad_hi and kb_techqa together. Tenths, since finer steps
// would fit noise.
var usualTaste = taste{from: 6, heading: 0.6, passage: 1.4, kind: 0.3, pair: 0.3, follow: 0.3, across: 0.6, said: 0.5, step: 0.2, pointer: 0.4, enough: 0.15, enoughAcross: 0.5}

// chooser picks the sentences that answer a question.
type chooser struct {
	asked
	taste
	passages  []knowledge.Passage
	sentences []sentence
	meant     meanings
	head      map[int]bool // the sentences that are heads of tables
	relevance []float64    // how well a sentence answers by itself
	prior     []float64    // what its passage adds to that
}

// choose returns the sentences of the answer in the order of the passages.
func choose(ctx context.Context, q Question, t taste) []sentence {
	c := newChooser(q, t)
	if c.asked.kind.narrow && c.empty {
		return nil // "How old are you?" names nothing that a page could be about.
	}
	c.compare(ctx, q)
	return c.pick()
}

// newChooser weighs the sentences.
func newChooser(q Question, t taste) *chooser {
	passages := q.Passages[:min(t.from, len(q.Passages))]
	c := &chooser{taste: t, passages: passages, sentences: sentences(passages), meant: q.meant()}
	for i := range c.sentences {
		c.meant.read(c.sentences[i].list, c.sentences[i].terms)
	}
	c.heads()
	classes := q.classes()
	for i := range c.sentences {
		widen(classes, c.sentences[i].terms)
	}
	c.asked = c.read(q)
	c.relevance, c.prior = make([]float64, len(c.sentences)), make([]float64, len(c.sentences))
	for i, s := range c.sentences {
		c.relevance[i] = c.score(s)
		if top := passages[0].Score; top > 0 {
			c.prior[i] = c.passage * passages[s.passage].Score / top
		}
	}
	c.followPointers()
	c.favourOpenings(q)
	return c
}

// followPointers moves the weight of a sentence that names another found page ("the page Damaged on arrival applies") to that page, which says the thing itself.
func (c *chooser) followPointers() {
	named := map[string]bool{}
	for i, s := range c.sentences {
		for _, p := range c.passages {
			if p.DocumentID != c.passages[s.passage].DocumentID && strings.Contains(p.Title, " ") && strings.Contains(s.text, p.Title) {
				c.relevance[i] -= c.pointer
				named[p.Title] = named[p.Title] || s.passage == 0
				break
			}
		}
	}
	for i, s := range c.sentences {
		if named[c.passages[s.passage].Title] {
			c.prior[i] += c.pointer
		}
	}
}

// score is how well a sentence answers by itself.
func (c *chooser) score(s sentence) float64 {
	p := c.passages[s.passage]
	above := termSet(p.Title + " " + strings.Join(p.Heading, " "))
	c.meant.read(nil, above)
	covered, headed := 0.0, 0.0
	for t, w := range c.weight {
		switch {
		case s.terms[t]:
			covered += w
		case above[t]:
			headed += w
		}
	}
	score := 0.0
	if c.total > 0 {
		score = covered/c.total + c.heading*headed/c.total
	}
	if k := c.asked.kind; k.has != nil && k.has.MatchString(s.text) {
		score += c.taste.kind
	}
	if s.isRow() && c.asked.kind.value == nil {
		score -= rowUnasked
	}
	score += attachedWeight * c.attached(s, above)
	if c.total > 0 {
		score += c.pair * c.paired(s) / c.total
	}
	if c.asked.kind.steps && isNumbered(s.bullet) {
		score += c.step
	}
	if s.words < shortWords {
		score /= 2
	}
	return score
}

// paired is the weight of the question's word pairs that stand in a sentence side by side.
func (c *chooser) paired(s sentence) float64 {
	sum := 0.0
	for p := range pairs(s.list) {
		if w, ok := c.pairs[p]; ok {
			sum += w
		}
	}
	return sum
}

// pairs are the neighbouring words of a text.
func pairs(terms []string) map[[2]string]bool {
	out := map[[2]string]bool{}
	for i := 1; i < len(terms); i++ {
		out[[2]string{terms[i-1], terms[i]}] = true
	}
	return out
}

// pick takes the best sentence and then what adds to it, within the limits.
func (c *chooser) pick() []sentence {
	var chosen []sentence
	used := map[int]bool{}
	said := map[string]bool{}
	words, first := 0, 0.0
	for len(chosen) < maxSentences {
		at, relevance := c.next(chosen, used, said, first)
		if at < 0 {
			break
		}
		used[at] = true
		if len(chosen) == 0 {
			if rows := c.table(at); len(rows) > 0 {
				return rows
			}
		}
		if len(chosen) == 0 && c.asked.kind.steps {
			if run := c.procedure(at); len(run) > 1 {
				return run
			}
		}
		s, ok := clip(c.sentences[at], c.weight, maxWords)
		if !ok || words+s.words > maxWords {
			continue
		}
		if len(chosen) == 0 {
			first = relevance
		}
		for t := range s.terms {
			said[t] = true
		}
		if s.say == "" {
			s.say = shortened(s.text, c.weight)
		}
		chosen, words = append(chosen, s), words+s.words
		if c.settled(chosen) {
			break
		}
	}
	slices.SortStableFunc(chosen, func(a, b sentence) int {
		if a.passage != b.passage {
			return a.passage - b.passage
		}
		return a.order - b.order
	})
	return chosen
}

// procedure is the run of sentences that a step belongs to: the list around it with the line that leads in, or else what follows it in its passage. Where the whole
// list is too long it begins at the step.
func (c *chooser) procedure(at int) []sentence {
	from := at
	for c.sentences[from].bullet != "" && from > 0 && c.sentences[from-1].passage == c.sentences[at].passage && (c.sentences[from-1].bullet != "" || c.sentences[from-1].leadsIn) {
		from--
	}
	run, words := c.runFrom(from)
	if from+len(run) <= at || words > maxStepWords {
		run, _ = c.runFrom(at)
	}
	return run
}

// runFrom takes sentences of one passage as they follow each other, as many as fit.
func (c *chooser) runFrom(from int) (run []sentence, words int) {
	for i := from; i < len(c.sentences) && c.sentences[i].passage == c.sentences[from].passage && len(run) < maxSteps; i++ {
		if words+c.sentences[i].words > maxStepWords {
			break
		}
		run, words = append(run, c.sentences[i]), words+c.sentences[i].words
	}
	return run, words
}

// next is the sentence that adds most to what was chosen, and how much it answers. What was said already counts less, and what answers too little
// compared with the first sentence is left out.
func (c *chooser) next(chosen []sentence, used map[int]bool, said map[string]bool, first float64) (int, float64) {
	at, most, adds := -1, math.Inf(-1), 0.0
	for i, s := range c.sentences {
		if used[i] || c.head[i] || repeats(s, chosen) {
			continue
		}
		relevance, score := c.relevance[i], c.prior[i]
		if len(chosen) > 0 {
			enough := c.enough
			if c.passages[s.passage].DocumentID != c.passages[chosen[0].passage].DocumentID {
				enough = c.enoughAcross
			}
			for t, w := range c.weight {
				if s.terms[t] && said[t] {
					relevance -= c.said * w / c.total
				}
			}
			if s.passage != chosen[0].passage {
				score -= c.across
			}
			if c.asked.kind.steps && follows(s, chosen) {
				relevance += c.follow
			}
			if relevance < enough*first {
				continue
			}
		}
		if score += relevance; score > most {
			at, most, adds = i, score, relevance
		}
	}
	return at, adds
}

// follows reports whether a sentence stands right behind a chosen one.
func follows(s sentence, chosen []sentence) bool {
	for _, c := range chosen {
		if c.passage == s.passage && c.order+1 == s.order {
			return true
		}
	}
	return false
}

// repeats reports whether a sentence says next to nothing that was not said: help pages repeat themselves.
func repeats(s sentence, chosen []sentence) bool {
	for _, c := range chosen {
		if s.text == c.text {
			return true
		}
		shared := 0
		for t := range s.terms {
			if c.terms[t] {
				shared++
			}
		}
		if len(s.terms) > 0 && float64(shared) >= 0.8*float64(len(s.terms)) {
			return true
		}
	}
	return false
}
