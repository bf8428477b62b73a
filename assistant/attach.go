package assistant

import (
	"regexp"
	"strings"

	"github.com/baton-chat/baton/knowledge"
)

// A page names many prices and times. The one that is asked for stands close to what the question is about: of "the Tab 11 at ₹24,990" and "the Tab 11 works with
// the Tarang Pen, which costs ₹2,990" only the first tells what the Tab 11 costs.

const (
	// attachedWeight is the worth of a value right beside all that is asked about, in shares of the question. Tenths, as in usualTaste.
	attachedWeight = 0.8
	// gapWeight is how much each word between takes away.
	gapWeight = 1
	// unvalued is held against a sentence without any value of the kind.
	unvalued = 0.2
	// headingNear is what a word counts that stands above the sentence instead of in it.
	headingNear = 0.5
	// settledFrom is the share of what is asked about that a sentence and what stands above it must bear for no further one to be needed.
	settledFrom = 0.8
)

// token is a run of letters, marks and digits.
var token = regexp.MustCompile(`[\p{L}\p{M}\p{N}]+`)

// attached is how closely a value of the kind asked for stands to the question's matter, up to 1; less than nothing where there is none.
func (c *chooser) attached(s sentence, above map[string]bool) float64 {
	total := 0.0
	for _, w := range c.matter {
		total += w
	}
	if c.asked.kind.value == nil || total == 0 {
		return 0
	}
	places, asked := c.places(s.text)
	best := -unvalued
	for _, v := range c.asked.kind.value.FindAllStringIndex(s.text, -1) {
		sum := 0.0
		for t, w := range c.matter {
			near := 0.0
			if above[t] && len(asked[t]) == 0 {
				near = headingNear
			}
			for _, at := range asked[t] {
				near = max(near, 1/(1+gapWeight*float64(between(places, at, v))))
			}
			sum += w * near
		}
		best = max(best, sum/total)
	}
	return best
}

// places are where a text's words stand that say something and are not of the question, and where each word of the question does.
func (c *chooser) places(text string) (others [][]int, asked map[string][][]int) {
	asked = map[string][][]int{}
	for _, at := range token.FindAllStringIndex(text, -1) {
		terms := knowledge.Terms(text[at[0]:at[1]])
		if len(terms) == 0 {
			continue
		}
		found := false
		for _, t := range append(terms, c.meant[terms[0]]...) {
			if _, ok := c.weight[t]; ok {
				asked[t], found = append(asked[t], at), true
			}
		}
		if !found && !beside[terms[0]] {
			others = append(others, at)
		}
	}
	return others, asked
}

// between counts the words between two places of a text.
func between(others [][]int, a, b []int) int {
	from, to := min(a[1], b[1]), max(a[0], b[0])
	n := 0
	for _, o := range others {
		if o[0] >= from && o[1] <= to {
			n++
		}
	}
	return n
}

// settled reports whether the chosen sentences say all that a narrow question asks.
func (c *chooser) settled(chosen []sentence) bool {
	if c.asked.kind.value == nil || len(c.matter) == 0 {
		return false
	}
	have, all := 0.0, 0.0
	said := map[string]bool{}
	var text []string
	for _, s := range chosen {
		p := c.passages[s.passage]
		above := termSet(p.Title + " " + strings.Join(p.Heading, " "))
		c.meant.read(nil, above)
		for t := range above {
			said[t] = true
		}
		for t := range s.terms {
			said[t] = true
		}
		text = append(text, s.text)
	}
	for t, w := range c.matter {
		all += w
		if said[t] {
			have += w
		}
	}
	k := c.asked.kind
	return have >= settledFrom*all && (k.value == nil || k.value.MatchString(strings.Join(text, " ")))
}
