package knowledge

import (
	"cmp"
	"math"
	"slices"

	"github.com/google/uuid"
)

// meaningWeight is what a standard deviation of meaning counts against one of
// words. On kb_wixqa with multilingual-e5-small weights of 1, 1.5 and 2 put the
// right page first in .68, .70 and .74 of the questions; on kb_stackfaq 2 was
// best as well.
const meaningWeight = 2.0

// rank scores the candidates and puts them in order, best first. With both
// halves the scores are standardised over the union of what each found, because
// BM25 has no upper end and cosines of one model crowd in a narrow band; the
// worst candidate has score 0.
func rank(candidates []*candidate, mode Mode) {
	switch mode {
	case WordsOnly:
		for _, c := range candidates {
			c.score = c.words
		}
	case MeaningOnly:
		for _, c := range candidates {
			c.score = max(0, c.meaning)
		}
	default:
		words := standardise(candidates, func(c *candidate) (float64, bool) { return c.words, true })
		meaning := standardise(candidates, func(c *candidate) (float64, bool) { return c.meaning, c.hasV })
		lowest := math.Inf(1)
		for i, c := range candidates {
			if !c.hasV {
				meaning[i] = words[i] // Its vector is still being made: until then its words speak for both, so that indexing in the background hides nothing.
			}
			c.score = words[i] + meaningWeight*meaning[i]
			lowest = min(lowest, c.score)
		}
		for _, c := range candidates {
			c.score -= lowest
		}
	}
	slices.SortFunc(candidates, byScore)
}

// standardise returns each value's distance from the mean in standard
// deviations; a candidate without a value gets the lowest that others have.
func standardise(candidates []*candidate, value func(*candidate) (float64, bool)) []float64 {
	sum, squares, n, lowest := 0.0, 0.0, 0.0, math.Inf(1)
	for _, c := range candidates {
		if v, ok := value(c); ok {
			sum, squares, n, lowest = sum+v, squares+v*v, n+1, min(lowest, v)
		}
	}
	out := make([]float64, len(candidates))
	if n == 0 {
		return out
	}
	mean := sum / n
	deviation := math.Sqrt(max(0, squares/n-mean*mean))
	if deviation < 1e-9 {
		return out
	}
	for i, c := range candidates {
		v, ok := value(c)
		if !ok {
			v = lowest
		}
		out[i] = (v - mean) / deviation
	}
	return out
}

// bestByWords keeps as many of the words' finds as meaning brings, so that
// neither half sets the scale on which both are standardised.
func bestByWords(candidates []*candidate, query []queryTerm, stats statistics) []*candidate {
	for _, c := range candidates {
		c.words = bm25(query, stats, c)
	}
	slices.SortFunc(candidates, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.words, a.words), compareID(a.passage.ChunkID, b.passage.ChunkID))
	})
	return candidates[:min(len(candidates), meaningCandidates)]
}

// onePerDocument keeps the best passage of each document.
func onePerDocument(candidates []*candidate) []*candidate {
	seen := make(map[uuid.UUID]bool)
	var out []*candidate
	for _, c := range candidates {
		if !seen[c.passage.DocumentID] {
			seen[c.passage.DocumentID] = true
			out = append(out, c)
		}
	}
	return out
}
