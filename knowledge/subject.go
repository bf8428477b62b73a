package knowledge

import (
	"math"
	"slices"
	"strings"
)

// subjectWeight is how many standard deviations of the candidates' scores a passage
// gains whose title was named whole in the talk before a follow-up. On half of the 48
// follow-ups of dialog_dstc10 every weight from 1.5 to 6 puts more right passages
// first than none; the other half agrees (docs/results.md).
const subjectWeight = 2

// favourSubject puts the pages forward that a follow-up is about: "do they have
// parking?" is asked of the hotel that was named two turns ago, and every hotel's page
// has the word parking. The passages are ranked anew, best first.
//
// A message that stands alone is left as it is: the visitor may have gone on to
// another matter, whose page would lose to the last one's.
func favourSubject(candidates []*candidate, q Query, stats statistics) {
	if len(q.History) == 0 || !dependent(q.Text) {
		return
	}
	turns := make([]map[string]bool, 0, maxHistoryTurns)
	for _, turn := range q.History[max(0, len(q.History)-maxHistoryTurns):] {
		turns = append(turns, wordSet(strings.Join(terms(turn.Text), " ")))
	}
	gain := subjectWeight * deviation(candidates)
	for _, c := range candidates {
		c.score += gain * named(terms(c.passage.Title), turns, stats)
	}
	slices.SortFunc(candidates, byScore)
}

// named is the greatest share of a title that one turn names, by the weight of its words.
func named(title []string, turns []map[string]bool, stats statistics) float64 {
	best := 0.0
	for _, turn := range turns {
		said, all := 0.0, 0.0
		for _, word := range title {
			weight := rareness(word, stats)
			all += weight
			if turn[word] {
				said += weight
			}
		}
		if all > 0 {
			best = max(best, said/all)
		}
	}
	return best
}

// rareness is the weight of a word that need not be one of the question's, for which
// alone statistics are read. Any other counts as rare, which is what most words are.
func rareness(word string, stats statistics) float64 {
	if _, known := stats.df[word]; !known {
		return math.Log(1 + float64(stats.passages))
	}
	return stats.idf(word)
}

// deviation is the standard deviation of the candidates' scores.
func deviation(candidates []*candidate) float64 {
	sum, squares, n := 0.0, 0.0, float64(len(candidates))
	for _, c := range candidates {
		sum, squares = sum+c.score, squares+c.score*c.score
	}
	if n == 0 {
		return 0
	}
	return math.Sqrt(max(0, squares/n-(sum/n)*(sum/n)))
}
