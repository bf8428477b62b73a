package assistant

import (
	"math"
	"strings"

	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/knowledge/source"
)

// How closely a claim's words must stand in what bears it. Wording may differ; figures, names, links and denials may not, whatever the words share.
// The values are those at which the cases of ground_test.go part.
const (
	// enoughWords is the least share of a claim's words, by weight, that must stand in the sentences that bear it. One that brings their figures needs less.
	enoughWords, enoughBesideFigures = 0.6, 0.45
	// strangerWeight is what a word that no passage has weighs against one that they have: it may only be another word for the same.
	strangerWeight = 0.8
	// leastSaid is how many words and figures a sentence must have to say anything that can be checked: "It is free." may be about anything.
	leastSaid = 2
	// longestWindow is how many neighbouring sentences may bear one claim.
	longestWindow = 3
	// likely is from which share of the best overlap on another sentence may be the one that a clause is about.
	likely = 0.8
	// nearFrom is the least cosine between a claim and a sentence in another language that says the same. Sentences about a neighbouring matter come close: of the pairs in
	// near_test.go it lets 1 of 36 of these through and 21 of 36 that do say the same, where 0.86 would be 21 and 36. What it drops is quoted instead.
	nearFrom = 0.91
)

// near says how alike the meanings of a claim and of a passage's sentence are, as a cosine; false where that is not known.
type near func(claim, sentence string) (float64, bool)

// grounds are what an answer's claims are checked against. They are pure but for near.
type grounds struct {
	passages []bearing
	weight   map[string]float64 // by word, how telling it is among the passages
	names    map[string]bool    // words that stand with a capital inside a sentence somewhere
	near     near               // nil: not known
}

// bearing is a passage as claims are checked against it.
type bearing struct {
	passage   knowledge.Passage
	text      string // without the lines that give orders
	sentences []borne
	above     map[string]bool // words of the title and the heading path
	all       map[string]bool // every word, in lower case, for names
	figures   []figure        // of the title and the heading path
}

// borne is a sentence of a passage.
type borne struct {
	text       string
	start, end int // in the passage's text
	words      map[string]bool
	figures    []figure
	singles    []figure // what it says without a number: "within a day"
}

// standing is what a claim was found to stand on.
type standing struct {
	passage int
	quote   string
	score   float64
	// thin is set where a single figure or name is all that claim and passage share across languages: enough where the model named the passage, not to guess it.
	thin bool
}

// newGrounds reads the passages. company is the workspace's name, which every answer may use.
func newGrounds(passages []knowledge.Passage, question, company string, n near) *grounds {
	g := &grounds{weight: map[string]float64{}, names: map[string]bool{}, near: n}
	total := 0
	for _, p := range passages {
		title := p.Title + " " + strings.Join(p.Heading, " ")
		b := bearing{passage: p, text: withoutOrders(p.Text), above: wordSet(title + " " + company), figures: figuresOf(title), all: map[string]bool{}}
		for w := range strings.FieldsSeq(strings.ToLower(bareWords(b.text + " " + title + " " + company))) {
			b.all[w] = true
		}
		b.sentences = sentencesOf(p.Text, b.text)
		for _, s := range b.sentences {
			total++
			for w := range s.words {
				g.weight[w]++
			}
			g.note(s.text)
		}
		g.passages = append(g.passages, b)
	}
	g.note(question)
	for w, n := range g.weight {
		g.weight[w] = math.Log(1 + (float64(total)-n+0.5)/(n+0.5))
	}
	return g
}

// note remembers what has a capital inside a sentence.
func (g *grounds) note(text string) {
	for _, n := range namesOf(text, nil) {
		g.names[n] = true
	}
}

// sentencesOf parts a passage, less the lines that were taken out of kept.
func sentencesOf(text, kept string) []borne {
	var out []borne
	at := 0
	for line := range strings.Lines(text) {
		begin := at
		at += len(line)
		if line = strings.TrimRight(line, "\r\n"); !strings.Contains(kept, line) {
			continue
		}
		from := 0
		for _, s := range source.Sentences(line) {
			i := strings.Index(line[from:], s)
			if i < 0 {
				continue
			}
			start := begin + from + i
			from += i + len(s)
			out = append(out, borne{text: s, start: start, end: start + len(s), words: wordSet(s), figures: figuresOf(bullets.ReplaceAllString(s, "")), singles: singlesOf(s)})
		}
	}
	return out
}

// stands looks for what bears a claim: in the passages that it names, and where none of these does, in the others that it may have meant. None: it is unsupported.
func (g *grounds) stands(text string, marked []int) []standing {
	c := g.claim(text)
	if c.asks || pictured.MatchString(text) || len(c.words)+len(c.figures) < leastSaid {
		return nil
	}
	var out []standing
	named := map[int]bool{}
	for _, i := range marked {
		if named[i] || i < 0 || i >= len(g.passages) {
			continue
		}
		named[i] = true
		if s, ok := g.passages[i].bears(g, c); ok {
			s.passage = i
			out = append(out, s)
		}
	}
	if len(out) > 0 {
		return out
	}
	best := standing{score: -1}
	for i := range g.passages {
		s, ok := g.passages[i].bears(g, c)
		if !ok || named[i] || s.score <= best.score || s.thin {
			continue
		}
		s.passage = i
		best = s
	}
	if best.score >= 0 {
		return []standing{best}
	}
	return nil
}

// claim is a sentence of an answer, read once.
type claim struct {
	text    string
	words   map[string]bool
	figures []figure
	names   []string
	links   []string
	clauses []clause
	asks    bool // a question claims nothing, and answers nothing
}

// clause is a part of a claim that affirms or denies one thing.
type clause struct {
	words  map[string]bool
	denies bool
}

func (g *grounds) claim(text string) claim {
	text = strings.TrimSpace(bullets.ReplaceAllString(strings.TrimSpace(text), ""))
	c := claim{text: text, words: wordSet(text), figures: figuresOf(text), names: namesOf(strings.NewReplacer("*", " ", "_", " ").Replace(text), g.names), links: linksOf(text)}
	c.asks = strings.HasSuffix(strings.TrimRight(text, `"”' *`), "?") || strings.HasSuffix(text, "؟")
	for _, part := range contrasts.Split(text, -1) {
		if words := wordSet(part); len(words) > 0 {
			c.clauses = append(c.clauses, clause{words, denies(part)})
		}
	}
	// Where one part denies and a contrast follows, the mark of the contrast itself may be what denies ("unless"): the parts are then read as they stand.
	return c
}

// bears looks for the shortest stretch of the passage that bears the whole claim.
func (b *bearing) bears(g *grounds, c claim) (standing, bool) {
	for _, l := range c.links {
		if !b.links(l) {
			return standing{}, false
		}
	}
	for _, n := range c.names {
		if !b.named(n) {
			return standing{}, false
		}
	}
	if foreign(c.text, b.text) {
		return b.bearsAcross(g, c)
	}
	best, found := standing{}, false
	for size := 1; size <= longestWindow && !found; size++ {
		for i := 0; i+size <= len(b.sentences); i++ {
			score, ok := b.covers(g, c, b.sentences[i:i+size])
			if ok && (!found || score > best.score) {
				best, found = standing{quote: b.quote(i, i+size-1), score: score}, true
			}
		}
	}
	return best, found
}

// quote is the stretch from one sentence to another, or the first one where that is too long to read.
func (b *bearing) quote(from, to int) string {
	start, end := b.sentences[from].start, b.sentences[to].end
	if end-start > maxQuote {
		end = b.sentences[from].end
	}
	return b.passage.Text[start:end]
}

// covers reports whether neighbouring sentences bear a claim in their own language, and how well.
func (b *bearing) covers(g *grounds, c claim, window []borne) (float64, bool) {
	text, words := joined(window)
	have, all, shared, known := 0.0, 0.0, 0, 0
	mean := g.meanWeight(c.words)
	for w := range c.words {
		weight, isKnown := g.weight[w]
		if !isKnown {
			weight = mean * strangerWeight
			if b.above[w] {
				weight = mean
			}
		}
		all += weight
		if isKnown || b.above[w] {
			known++
		}
		if words[w] || b.above[w] {
			have += weight
			shared++
		}
	}
	if !figuresStand(c.figures, window, b.figures) {
		return 0, false
	}
	if shared < min(minShared, len(c.words)) || all == 0 && len(c.figures) == 0 {
		return 0, false
	}
	share := 1.0
	if all > 0 {
		share = have / all
	}
	enough := enoughWords
	if len(c.figures) > 0 {
		enough = enoughBesideFigures
	}
	if share < enough || opposed(c.text, text+" "+b.passage.Title) || overstates(c.text, nearest(c, window)) || !b.agrees(c) || b.mixes(g, c, window) {
		return 0, false
	}
	return share, true
}

// nearest are those sentences of a window that share most with a claim: a word such as "all" counts where it ranges over what the claim is about.
func nearest(c claim, window []borne) string {
	best := 0
	for _, s := range window {
		best = max(best, overlap(c.words, s.words))
	}
	text := ""
	for _, s := range window {
		if float64(overlap(c.words, s.words)) >= likely*float64(best) {
			text += s.text + " "
		}
	}
	return text
}

func joined(window []borne) (string, map[string]bool) {
	text, words := "", map[string]bool{}
	for _, s := range window {
		text += s.text + " "
		for w := range s.words {
			words[w] = true
		}
	}
	return text, words
}

// meanWeight is how much a known word of a claim tells on average.
func (g *grounds) meanWeight(words map[string]bool) float64 {
	sum, n := 0.0, 0.0
	for w := range words {
		if weight, ok := g.weight[w]; ok {
			sum, n = sum+weight, n+1
		}
	}
	if n == 0 {
		return 1
	}
	return sum / n
}

// figuresStand reports whether every figure of a claim stands in the window or above it.
func figuresStand(figures []figure, window []borne, above []figure) bool {
	for _, f := range figures {
		found := hasFigure(above, f)
		for _, s := range window {
			found = found || hasFigure(s.figures, f) || hasFigure(s.singles, f)
		}
		if !found {
			return false
		}
	}
	return true
}

func hasFigure(list []figure, f figure) bool {
	for _, o := range list {
		if f.meets(o) {
			return true
		}
	}
	return false
}

// agrees reports whether each clause of a claim affirms or denies what the passage's clause about the same does, wherever in the passage it stands.
func (b *bearing) agrees(c claim) bool {
	for _, mine := range c.clauses {
		best := 0
		type match struct {
			shared int
			denies bool
		}
		var matches []match
		for _, s := range b.sentences {
			for _, part := range contrasts.Split(s.text, -1) {
				n := overlap(mine.words, wordSet(part))
				best = max(best, n)
				matches = append(matches, match{n, denies(part)})
			}
		}
		same := best == 0 && !mine.denies
		for _, m := range matches {
			if m.shared > 0 && float64(m.shared) >= likely*float64(best) && m.denies == mine.denies {
				same = true
			}
		}
		if !same {
			return false
		}
	}
	return true
}

func overlap(a, b map[string]bool) int {
	n := 0
	for w := range a {
		if b[w] {
			n++
		}
	}
	return n
}
