package assistant

import (
	"math"
	"regexp"
	"strings"

	"github.com/baton-chat/baton/knowledge"
)

// asked is a question as the chooser sees it: its words with their weight, and the kind of thing it asks for.
type asked struct {
	weight map[string]float64
	total  float64
	pairs  map[[2]string]float64
	kind   kind
	// matter are the words that say what it is about, without those that ask for the kind: "Tab 11" of "what does the Tab 11 cost".
	matter map[string]float64
	// empty is whether it has no such word at all, be it in the pages or not.
	empty bool
}

// kind is what a question asks for.
type kind struct {
	asks *regexp.Regexp // the words by which it is known
	has  *regexp.Regexp // how a sentence looks that has it
	// value is the thing itself in such a sentence. What stands between it and what the question is about tells whether it belongs to that.
	value *regexp.Regexp
	// steps are asked for as they follow each other, and narrow questions are answered by one sentence that says it.
	steps, narrow bool
}

// What a price, a time and a number look like.
const (
	priceValue = `[₹$€£]\s?\d[\d,.]*|\b(?:rs|inr|usd)\.?\s?\d[\d,.]*|\d\s?(?:%|percent)|\b(?:free|nothing|no (?:extra )?(?:charge|fee|cost)|(?:million|billion)\b)`
	timeValue  = `(?:\d|\b(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|half|few)\b)[^.;]{0,20}?\b(?:minutes?|hours?|days?|weeks?|months?|years?|noon)\b|\d\s?(?:am|pm)\b|\bsame day\b|\bat once\b|\bat any time\b|\b(?:1[5-9]|20)\d\d\b`
	timeHas    = `\d|\b(?:days?|hours?|minutes?|seconds?|weeks?|months?|years?|century|decade|january|february|march|april|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|noon|midnight|immediately|at once|before|after|until)\b`
	countValue = `\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|dozen|hundred|thousand|million|half|both|twice|once)\b`
)

// stepsKind asks what to do. "How do I" at the beginning decides, whatever follows.
var (
	stepsKind   = kind{regexp.MustCompile(`\b(how do|how can|how to|how should|how would|what do i do|what should i do|steps|(?:want|need|like|trying|wish|attempting|able|unable|impossible) to|wanna|help (?:me )?\w+ing|help with|can't|cannot)\b`), regexp.MustCompile(`(?i)\b(?:click|press|tap|select|choose|open|go to|enter|turn|send|use|set|add|drag|hover|write|call|navigate|move)\b`), nil, true, false}
	startsSteps = regexp.MustCompile(`^\W*(?:so |and |but |please |hi |hello )*(?:how (?:do|can|to|should|would)|what (?:do|should) i do)\b`)
)

// startsTime is "how long" at the beginning, which decides in the same way: "how long does it take to charge" asks for no price.
var startsTime = regexp.MustCompile(`^\W*(?:so |and |but |please |hi |hello )*(?:how (?:long|soon|quickly|fast)|when)\b`)

// timeKind asks how long and when.
var timeKind = kind{regexp.MustCompile(`\b(how long|how soon|how quickly|how fast|by when|until when|when|what time|which day|what day|what year|what date|which year|deadline|कब)\b`), regexp.MustCompile(timeHas), regexp.MustCompile(`(?i)` + timeValue), false, true}

// kinds are looked at in this order; the first whose words stand in the question counts.
var kinds = []kind{
	{regexp.MustCompile(`\b(how many) (?:\w+ )?(?:minutes|hours|days|weeks|months|years)\b`), regexp.MustCompile(timeHas), regexp.MustCompile(`(?i)` + timeValue), false, true},
	{regexp.MustCompile(`\b(how many|how often|what number|how old|how far|how big|how large|what percentage|कितने|कितनी)\b`), regexp.MustCompile(countValue), regexp.MustCompile(`(?i)` + countValue), false, true},
	{regexp.MustCompile(`\b(how much|what amount|which amount)\b|\b(?:what|whats|which|is there|are there|any|your|the|delivery|shipping)\b[^.?]{0,40}?\b(cost|costs|price|prices|charge|charges|fee|fees)\b|(कितने रुपये|क़ीमत|कीमत)`), regexp.MustCompile(`[₹$€£]|\b(?:rs|inr|usd|percent|free|free of charge|million|billion|\d)`), regexp.MustCompile(`(?i)` + priceValue), false, true},
	timeKind,
	stepsKind,
	{regexp.MustCompile(`\b(who|whom|whose|which person)\b`), regexp.MustCompile(`\s\p{Lu}\p{Ll}+`), nil, false, true},
	{regexp.MustCompile(`\b(why)\b`), regexp.MustCompile(`(?i)\b(?:because|since|due to|so that|in order to|as a result|reason|caused?)\b`), nil, false, false},
	{regexp.MustCompile(`\b(where)\b`), regexp.MustCompile(`\b(?:in|at|on|under|near|from|to)\s+(?:the\s+)?\p{Lu}`), nil, false, true},
}

// whether is a question for yes or no: it begins with the verb, and no word asks for a thing.
var (
	whether   = kind{regexp.MustCompile(`^(?:\W|\b(?:so|and|but|also|hi|hello|then|ok|okay|please)\b)*(can|could|may|do|does|did|is|are|was|will|would|has|have|must|should)\b`), regexp.MustCompile(`(?i)\b(?:can|cannot|may|must|need|accept\w*|available|offer\w*|possible|impossible|includes?|included|including|cover\w*|free|not|no|never|nothing|only|without|separately|works?|allow\w*|yes)\b`), nil, false, true}
	asksThing = regexp.MustCompile(`\b(?:what|which|who|whom|whose|where|when|why|how)\b`)
)

// kindOf tells what a question asks for, and by which of its words.
func kindOf(text string) (kind, string) {
	lower := strings.ToLower(text)
	if m := whether.asks.FindStringSubmatch(lower); m != nil && !asksThing.MatchString(lower) {
		return whether, m[1]
	}
	if m := startsSteps.FindString(lower); m != "" {
		return stepsKind, m
	}
	if m := startsTime.FindString(lower); m != "" {
		return timeKind, m
	}
	for _, k := range kinds {
		if m := k.asks.FindStringSubmatch(lower); m != nil {
			return k, strings.Join(m[1:], " ")
		}
	}
	return kind{}, ""
}

// asideShare is what is left of the weight of a vague word.
const asideShare = 0.3

// vague are words for anything.
var vague = termSet("some something any anything thing things stuff")

// beside are verbs that stand between what a question is about and what it asks for, and say nothing themselves.
var beside = termSet("take takes last lasts get gets need needs cost costs")

// read weighs the question's words by how rare they are among the sentences, since what every sentence says tells nothing, and by how telling they are
// in general: six pages are too few to know that "get" says little.
func (c *chooser) read(q Question) asked {
	whole, words := kindOf(q.Text)
	a := asked{weight: map[string]float64{}}
	frequency := map[string]int{}
	for _, s := range c.sentences {
		for t := range s.terms {
			frequency[t]++
		}
	}
	n := float64(len(c.sentences))
	telling := map[string]float64{}
	for _, w := range q.Asked {
		telling[w.Term] = w.Telling
	}
	by := termSet(words)
	a.empty = true
	for t := range termSet(q.Text) {
		a.empty = a.empty && (by[t] || beside[t])
		df := float64(frequency[t])
		if df == 0 {
			continue // No sentence has it, so it cannot tell one from another.
		}
		a.weight[t] = math.Log(1 + (n-df+0.5)/(df+0.5))
		if w, looked := telling[t]; looked {
			a.weight[t] *= math.Sqrt(w)
		}
		if vague[t] {
			a.weight[t] *= asideShare
		}
		a.total += a.weight[t]
	}
	a.pairs = map[[2]string]float64{}
	for p := range pairs(knowledge.Terms(q.Text)) {
		a.pairs[p] = min(a.weight[p[0]], a.weight[p[1]])
	}
	a.kind = whole
	a.matter = map[string]float64{}
	for t, w := range a.weight {
		if !by[t] && !beside[t] {
			a.matter[t] = w
		}
	}
	return a
}
