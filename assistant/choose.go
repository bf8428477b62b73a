package assistant

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/baton-chat/baton/knowledge"
)

// Limits of a quoted answer: what is read at a glance in a chat window.
const (
	maxSentences = 3
	maxWords     = 60
	// chosenFrom is how many passages are looked at. Further ones hold the answer too rarely to make up for the noise.
	chosenFrom = 4
)

// Weights of a sentence's score. Each is the worth of a full match, measured in shares of the question's words. They were set by hand on the
// e-manual and help-centre development rows; steps of a tenth, since finer ones would fit noise.
const (
	weightHeading  = 0.3  // the question's words that stand in the title or heading above the sentence
	weightPassage  = 0.6  // how well the search liked the passage
	weightKind     = 0.25 // it has what the question word asks for: an amount, a time, a name
	weightOpening  = 0.1  // it opens its passage: that is where pages answer their own heading
	weightNeighbor = 0.25 // it stands right behind a chosen sentence
	weightAcross   = 0.3  // less, where it comes from another passage than the first chosen one
	// enough is the least score, as a share of the best one, that earns a further sentence its place.
	enough = 0.45
	// shortWords is where a sentence is too short to say something by itself.
	shortWords = 4
)

// asked is a question as the chooser sees it: its words with their weight, and the kind of thing it asks for.
type asked struct {
	weight map[string]float64
	total  float64
	kind   *regexp.Regexp
	steps  bool
}

// chooser picks the sentences that answer a question.
type chooser struct {
	asked
	passages  []knowledge.Passage
	sentences []sentence
	base      []float64
}

// choose returns the sentences of the answer in the order of the passages.
func choose(q Question) []sentence {
	passages := q.Passages[:min(chosenFrom, len(q.Passages))]
	c := chooser{passages: passages, sentences: sentences(passages)}
	c.asked = c.read(q)
	c.base = make([]float64, len(c.sentences))
	for i, s := range c.sentences {
		c.base[i] = c.score(s)
	}
	return c.pick()
}

// read weighs the question's words by how rare they are among the sentences: what every sentence says tells nothing.
func (c *chooser) read(q Question) asked {
	a := asked{weight: map[string]float64{}}
	frequency := map[string]int{}
	for _, s := range c.sentences {
		for t := range s.terms {
			frequency[t]++
		}
	}
	n := float64(len(c.sentences))
	for t := range termSet(q.Text) {
		df := float64(frequency[t])
		if df == 0 {
			continue // No sentence has it, so it cannot tell one from another.
		}
		a.weight[t] = math.Log(1 + (n-df+0.5)/(df+0.5))
		a.total += a.weight[t]
	}
	lower := strings.ToLower(q.Text)
	for _, k := range kinds {
		if k.asks.MatchString(lower) {
			a.kind, a.steps = k.has, k.steps
			break
		}
	}
	return a
}

// kinds says by which words a question asks for which kind of thing, and how a sentence looks that has it. The first that fits counts.
var kinds = []struct {
	asks, has *regexp.Regexp
	steps     bool
}{
	{regexp.MustCompile(`\b(how much|cost|costs|price|charge|charges|fee|fees|कितने रुपये|क़ीमत|कीमत)\b`), regexp.MustCompile(`[₹$€£]|\b(?:rs|inr|usd|percent|free|free of charge|million|billion|\d)`), false},
	{regexp.MustCompile(`\b(how many|how often|what number|how old|how far|how big|how large|what percentage|कितने|कितनी)\b`), regexp.MustCompile(`\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|dozen|hundred|thousand|million|half|both|twice|once)\b`), false},
	{regexp.MustCompile(`\b(how long|how soon|how quickly|how fast|by when|when|what time|which day|what day|what year|what date|which year|deadline|कब)\b`), regexp.MustCompile(`\d|\b(?:days?|hours?|minutes?|seconds?|weeks?|months?|years?|century|decade|january|february|march|april|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|noon|midnight|immediately|at once|before|after|until)\b`), false},
	{regexp.MustCompile(`\b(how do|how can|how to|how should|how would|what do i do|steps)\b`), regexp.MustCompile(`(?i)\b(?:click|press|tap|select|choose|open|go to|enter|turn|send|use|set|add|drag|hover|write|call|navigate|move)\b`), true},
	{regexp.MustCompile(`\b(who|whom|whose|which person)\b`), regexp.MustCompile(`\s\p{Lu}\p{Ll}+`), false},
	{regexp.MustCompile(`\bwhy\b`), regexp.MustCompile(`(?i)\b(?:because|since|due to|so that|in order to|as a result|reason|caused?)\b`), false},
	{regexp.MustCompile(`\bwhere\b`), regexp.MustCompile(`\b(?:in|at|on|under|near|from|to)\s+(?:the\s+)?\p{Lu}`), false},
}

// score is how well a sentence answers by itself.
func (c *chooser) score(s sentence) float64 {
	p := c.passages[s.passage]
	above := termSet(p.Title + " " + strings.Join(p.Heading, " "))
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
		score = covered/c.total + weightHeading*headed/c.total
	}
	if top := c.passages[0].Score; top > 0 {
		score += weightPassage * p.Score / top
	}
	if c.kind != nil && c.kind.MatchString(s.text) {
		score += weightKind
	}
	if s.order == 0 {
		score += weightOpening
	}
	if s.words < shortWords {
		score /= 2
	}
	return score
}

// pick takes the best sentence and then what adds to it, within the limits.
func (c *chooser) pick() []sentence {
	var chosen []sentence
	used := map[int]bool{}
	said := map[string]bool{}
	words, best := 0, 0.0
	for len(chosen) < maxSentences {
		at, score := c.next(chosen, used, said)
		if at < 0 || (len(chosen) > 0 && score < enough*best) {
			break
		}
		used[at] = true
		s, ok := clip(c.sentences[at], c.weight, maxWords)
		if !ok || words+s.words > maxWords {
			continue
		}
		if len(chosen) == 0 {
			best = score
		}
		for t := range s.terms {
			said[t] = true
		}
		chosen, words = append(chosen, s), words+s.words
	}
	slices.SortStableFunc(chosen, func(a, b sentence) int {
		if a.passage != b.passage {
			return a.passage - b.passage
		}
		return a.order - b.order
	})
	return chosen
}

// next is the sentence that adds most to what was chosen. Words that were said already count half, and so does a sentence that says little new.
func (c *chooser) next(chosen []sentence, used map[int]bool, said map[string]bool) (int, float64) {
	at, most := -1, math.Inf(-1)
	for i, s := range c.sentences {
		if used[i] || repeats(s, chosen) {
			continue
		}
		score := c.base[i]
		if len(chosen) > 0 {
			for t, w := range c.weight {
				if s.terms[t] && said[t] {
					score -= w / c.total / 2
				}
			}
			if s.passage != chosen[0].passage {
				score -= weightAcross
			}
			if follows(s, chosen) {
				score += weightNeighbor
			}
		}
		if score > most {
			at, most = i, score
		}
	}
	return at, most
}

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
