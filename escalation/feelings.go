package escalation

import (
	_ "embed"
	"math"
	"strconv"
	"strings"
)

const (
	// negationReach is how many words a "not" turns around: "not at all happy".
	negationReach = 3
	// negated is what is left of a turned word: "not bad" is milder than "good".
	negated = -0.7
	// boosted and damped are what an intensifier or a softener in front makes of a word.
	boosted, damped = 1.4, 0.6
	// shoutBoost is what capital letters add, in a message that is not all capitals.
	shoutBoost = 1.25
	// sentimentScale turns a sum of weights into -1..1: one strong word alone makes about ±0.6.
	sentimentScale = 4.5
	// A message that names nothing but faults of things is unhappy at most down to plain, whatever failed how often: "loading failed, replication failed" is a
	// report. What lies below counts a little still, so that the order of messages stays. felt is the weight from which a word is one of feeling.
	plain, beyondPlain = -0.68, 0.2
	felt               = -1.5
)

//go:embed feelings.txt
var feelingList string

// feelings is the lexicon of moods: words from -4 (furious) to 4 (delighted), and the words that strengthen or soften.
// It was written for support talk by hand; no list of others and no labelled message went into it.
type feelings struct {
	weight map[string]float64
	boost  map[string]float64
	fault  map[string]bool // words of what goes wrong with things: they tell a fact, however often
}

func newFeelings(list string) feelings {
	f := feelings{weight: map[string]float64{}, boost: map[string]float64{}, fault: map[string]bool{}}
	for line := range strings.Lines(list) {
		head, words, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(head, "#") {
			continue
		}
		for _, w := range strings.Fields(words) {
			switch n, _ := strconv.ParseFloat(head, 64); head {
			case "boost":
				f.boost[fold(w)] = boosted
			case "damp":
				f.boost[fold(w)] = damped
			case "fault":
				f.fault[fold(w)] = true
			default:
				f.weight[fold(w)] = n
			}
		}
	}
	return f
}

const (
	// mishapMood is what a thing gone wrong says about the mood: unhappy customers mostly tell facts, politely.
	mishapMood = -1.2
	// againMood is what "again", "still" and "not what I asked" say.
	againMood = -0.8
	// notMood is what every "not" and "never" says by itself, up to three.
	notMood = -0.3
)

// mood is the mood of a message, -1..1, from its words of feeling and from what it tells.
func (c *compiled) mood(t text) float64 {
	z := 0.0
	var room [16]found
	if len(c.search("mishap", t, room[:0])) > 0 {
		z += mishapMood
	}
	if len(c.search("again", t, room[:0])) > 0 {
		z += againMood
	}
	nots := 0
	for i := range t.tokens {
		if t.tokens[i].tags&tNot != 0 && nots < 3 {
			nots++
		}
	}
	return c.feelings.sentiment(t, z+notMood*float64(nots))
}

// sentiment is the mood of a message, -1..1. The strongest sentence counts in full and the others by half: one furious
// sentence after three polite ones is a furious message.
func (f feelings) sentiment(t text, told float64) float64 {
	sum, worst, total, feels := 0.0, 0.0, 0.0, false
	for i := range t.tokens {
		if i > 0 && t.tokens[i].sentence != t.tokens[i-1].sentence {
			worst, total, sum = stronger(worst, sum), total+sum, 0
		}
		w := f.word(t.tokens, i)
		feels = feels || w <= felt && !f.fault[t.tokens[i].word]
		sum += w
	}
	worst, total = stronger(worst, sum), total+sum
	z := told + worst + (total-worst)/2
	mood := z / math.Sqrt(z*z+sentimentScale*sentimentScale)
	if !feels && mood < plain {
		mood = plain + beyondPlain*(mood-plain)
	}
	return mood
}

func stronger(a, b float64) float64 {
	if math.Abs(b) > math.Abs(a) || math.Abs(b) == math.Abs(a) && b < a {
		return b
	}
	return a
}

// word is what one token adds, with what stands in front of it taken into account.
func (f feelings) word(toks []token, i int) float64 {
	w, ok := f.weight[toks[i].word]
	if !ok {
		return 0
	}
	if toks[i].shouted {
		w *= shoutBoost
	}
	for k := i - 1; k >= max(0, i-negationReach) && toks[k].sentence == toks[i].sentence; k-- {
		if b, ok := f.boost[toks[k].word]; ok {
			w *= b
		}
		if toks[k].tags&tNot != 0 || word(toks[k].word, "nahi", "nhi", "nahin", "नहीं", "नही", "मत", "ليس", "غير", "لا") {
			w *= negated
			break
		}
	}
	if i+1 < len(toks) && word(toks[i+1].word, "nahi", "nhi", "nahin", "नहीं", "नही") && toks[i+1].sentence == toks[i].sentence {
		w *= negated
	}
	return w
}
