package knowledge

import "slices"

// What a word of an earlier turn weighs against a word of the present message,
// whose words weigh 1. A follow-up such as "and do they take cards?" is about
// what was said before, by either side; a message that stands alone hardly is,
// and must not be drawn back to what the visitor has left behind. Measured on
// spoken dialogues, where the last turn alone finds the answer in 2 of 100 cases
// and equal weights in 31, these find it in 35.
const (
	dependentWeight  = 0.7
	standaloneWeight = 0.15
	turnDecay        = 0.8 // for each visitor turn further back
	maxHistoryTurns  = 8
)

// leastContent is how much a message must say of its own to stand alone, in
// words that are about something (aboutness 1).
const leastContent = 0.6

// pointing are the words that point at what was said before.
var pointing = wordSet(`it its that this these those they them their theirs there he him his she her one ones same another
	else also too`)

// joining are the words with which a message goes on from the one before, as
// does "what about".
var joining = wordSet("and or but then")

// dependent tells whether a message is understood only through the turns before.
func dependent(text string) bool {
	content := 0.0
	for i, w := range words(text) {
		if pointing[w] || (i == 0 && joining[w]) || (i == 1 && w == "about") {
			return true
		}
		if !stopwords[w] {
			content += aboutness(stem(w))
		}
	}
	return content < leastContent
}

// queryTerms are the distinct words of a message, then those of the turns
// before it with less weight. A word of several turns weighs as in the latest.
func queryTerms(text string, history []Turn) []queryTerm {
	var out []queryTerm
	seen := make(map[string]bool)
	add := func(text string, weight float64) {
		for _, t := range terms(text) {
			if !seen[t] {
				seen[t] = true
				out = append(out, queryTerm{t, weight})
			}
		}
	}
	add(text, 1)
	if len(history) == 0 {
		return out
	}
	weight := standaloneWeight
	if dependent(text) {
		weight = dependentWeight
	}
	for i := len(history) - 1; i >= max(0, len(history)-maxHistoryTurns); i-- {
		add(history[i].Text, weight)
		if history[i].Role != "assistant" {
			weight *= turnDecay
		}
	}
	return out
}

// ownTerms are the words of the message itself: whether the answer is there is
// asked of the question, and not of what was answered before. A message without
// words of its own is judged by all.
func ownTerms(query []queryTerm) []queryTerm {
	own := slices.DeleteFunc(slices.Clone(query), func(q queryTerm) bool { return q.weight < 1 })
	if len(own) == 0 {
		return query
	}
	return own
}
