package escalation

import "math"

const (
	// recentTurns is how many of the visitor's messages before this one count: patience is lost over minutes, not hours.
	recentTurns = 4
	// sameWords is the share of shared words from which a message repeats or rephrases an earlier one.
	sameWords, nearWords = 0.75, 0.4
	// shortWords: below it, and at most half as long as the messages before, a message counts as shrinking.
	shortWords = 5
)

// Coefficients of frustration, in log-odds; set by hand from what each sign is worth alone (none was trained).
const (
	calm          = -3.2
	forAgain      = 1.5  // "again", "still", "already told you"
	forImpatience = 2.6  // the message says nothing else
	forRepeat     = 2.2  // the same message once more
	forRephrase   = 1.2  // much of an earlier question that got no answer
	forUnanswered = 0.9  // for each of the last questions without an answer, up to two
	forShouting   = 1.3  // most words in capitals
	forMarks      = 0.8  // "!!", "??"
	forShrinking  = 0.5  // long messages became a word or two
	forMood       = -3.5 // times the sentiment, when it is below zero
	forFalling    = 0.8  // clearly worse mood than the message before
)

// frustration is a state of the session, not a mood of one message: repeats, rephrasing after an answer that failed,
// "again / still / already told you", capitals, shrinking messages, a falling mood.
func (c *compiled) frustration(t text, s Signals, history []Turn) float64 {
	z := calm + forMood*min(0, s.Sentiment) + c.loud(t)
	switch {
	case s.Talk == Impatient:
		z += forImpatience
	case len(c.search("again", t, nil)) > 0:
		z += forAgain
	}
	z += c.comparedWith(t, s, lastOf(history))
	return 1 / (1 + math.Exp(-z))
}

// lastOf returns the visitor's last messages, newest first.
func lastOf(history []Turn) []Turn {
	out := make([]Turn, 0, recentTurns)
	for i := len(history) - 1; i >= 0 && len(out) < recentTurns; i-- {
		if history[i].Author == "visitor" {
			out = append(out, history[i])
		}
	}
	return out
}

func (c *compiled) loud(t text) float64 {
	z, shouted, long := 0.0, 0, 0
	for i := range t.tokens {
		if len(t.tokens[i].word) > 2 {
			long++
		}
		if t.tokens[i].shouted {
			shouted++
		}
	}
	if shouted >= 2 && 2*shouted > long {
		z += forShouting
	}
	if t.loudMarks {
		z += forMarks
	}
	return z
}

func (c *compiled) comparedWith(t text, s Signals, before []Turn) float64 {
	z, unanswered, words, best := 0.0, 0, 0, 0.0
	for k, turn := range before {
		old := tokenise(turn.Text, c.words)
		words += len(old.tokens)
		if !turn.Answered {
			unanswered++
		}
		same := overlap(t, old)
		switch {
		case same >= sameWords:
			best = max(best, forRepeat)
		case same >= nearWords && !turn.Answered:
			best = max(best, forRephrase)
		}
		if k == 0 && c.mood(old)-s.Sentiment > 0.25 {
			z += forFalling
		}
	}
	z += best + forUnanswered*float64(min(unanswered, 2))
	if n := len(t.tokens); len(before) >= 2 && n < shortWords && 2*n*len(before) <= words && !s.Thanks && !s.Greeting {
		z += forShrinking
	}
	return z
}

// overlap is the share of meaningful words that two messages have in common (Dice).
func overlap(a, b text) float64 {
	in := make(map[string]bool, len(a.tokens))
	for i := range a.tokens {
		if meaningful(&a.tokens[i]) {
			in[a.tokens[i].word] = true
		}
	}
	common, other := 0, map[string]bool{}
	for i := range b.tokens {
		if w := &b.tokens[i]; meaningful(w) && !other[w.word] {
			other[w.word] = true
			if in[w.word] {
				common++
			}
		}
	}
	if len(in)+len(other) < 3 {
		return 0
	}
	return 2 * float64(common) / float64(len(in)+len(other))
}

// meaningful leaves out the words that every message shares.
func meaningful(t *token) bool {
	return t.tags&(tI|tMy|tYou|tModal|tAux|tPronoun|tPlease|tSkip) == 0 && len(t.word) > 2
}
