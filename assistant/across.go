package assistant

import (
	"context"
	"math"
	"slices"

	"github.com/baton-chat/baton/knowledge"
)

// Where the question and the pages are in different languages, words cannot tell one sentence from another. There sentences are chosen by their vectors, which lie
// close for what means the same in any language. It costs an embedding a sentence, so it is done nowhere else.

const (
	// maxMeant is how many sentences are embedded for an answer: about 13 ms each on two cores, which a visitor who reads the dots does not notice. The best
	// passages come first.
	maxMeant = 24
	// meantFrom is how many passages they come from.
	meantFrom = 4
	// meantPassage is what the best passage's place is worth, in standard deviations of the sentences' cosines.
	meantPassage = 1.5
	// meantEnough is how far below the best sentence, in standard deviations, a further one may lie. A sentence right beside the best one in its passage may lie
	// meantBeside further: what is meant is often spread over two.
	meantEnough, meantBeside = 1.2, 0.8
	// meantWords is the least a sentence must hold to be weighed by itself: headings and single words lie close to everything.
	meantWords = 3
)

// foreign reports whether a question and the best page are in different languages.
func (q Question) foreign() bool {
	if len(q.Passages) == 0 {
		return false
	}
	page := q.Passages[0].Text
	if script := Language(page); script != Language(q.Text) {
		return true
	}
	return Language(page) == English && inOtherLatin(q.Text) && !inOtherLatin(page)
}

// chooseAcross picks sentences by what they mean. It returns none where there is nothing that embeds; then words have to do, and mostly find nothing.
func chooseAcross(ctx context.Context, q Question) []sentence {
	if q.Embed == nil {
		return nil
	}
	all := sentences(q.Passages[:min(meantFrom, len(q.Passages))])
	all = slices.DeleteFunc(all, func(s sentence) bool { return s.words < meantWords })
	all = all[:min(maxMeant, len(all))]
	if len(all) == 0 {
		return nil
	}
	texts := make([]string, len(all))
	for i, s := range all {
		texts[i] = s.text
	}
	question, err := q.Embed(ctx, knowledge.EmbedQuery, []string{q.Text})
	if err != nil || len(question) != 1 {
		return nil
	}
	vectors, err := q.Embed(ctx, knowledge.EmbedPassage, texts)
	if err != nil || len(vectors) != len(texts) {
		return nil
	}
	return pickAcross(q, all, standard(cosines(question[0], vectors)))
}

// pickAcross takes the sentence that lies closest, and others that lie nearly as close, in the order of the passages.
func pickAcross(q Question, all []sentence, near []float64) []sentence {
	value := make([]float64, len(all))
	best := 0
	for i, s := range all {
		value[i] = near[i]
		if top := q.Passages[0].Score; top > 0 {
			value[i] += meantPassage * q.Passages[s.passage].Score / top
		}
		if value[i] > value[best] {
			best = i
		}
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	reach := func(i int) float64 {
		if all[i].passage == all[best].passage && abs(all[i].order-all[best].order) == 1 {
			return value[i] + meantBeside
		}
		return value[i]
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := reach(a), reach(b); {
		case a == best || b != best && x > y:
			return -1
		case b == best || x < y:
			return 1
		}
		return 0
	})
	var chosen []sentence
	words := countWords(q.lead(all[best:best+1])) + 1 // they are read too, and so is the number of the source
	for _, i := range order {
		if len(chosen) == maxSentences || len(chosen) > 0 && (reach(i) < value[best]-meantEnough || all[i].passage != all[best].passage) {
			continue
		}
		s, ok := clip(all[i], nil, maxWords-words)
		if !ok || words+s.words > maxWords || repeats(s, chosen) {
			continue
		}
		chosen, words = append(chosen, s), words+s.words
	}
	slices.SortStableFunc(chosen, func(a, b sentence) int { return a.order - b.order })
	return chosen
}

func abs(n int) int { return max(n, -n) }

// cosines compares a vector with others. All have length 1.
func cosines(to []float32, vectors [][]float32) []float64 {
	out := make([]float64, len(vectors))
	for i, v := range vectors {
		for k := range min(len(v), len(to)) {
			out[i] += float64(v[k]) * float64(to[k])
		}
	}
	return out
}

// standard puts values on a scale of their own: 0 is their mean, 1 their standard deviation. Cosines of this kind of model crowd in a small part of their range.
func standard(values []float64) []float64 {
	mean, deviation := 0.0, 0.0
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		deviation += (v - mean) * (v - mean) / float64(len(values))
	}
	deviation = math.Sqrt(deviation)
	out := make([]float64, len(values))
	if deviation == 0 {
		return out
	}
	for i, v := range values {
		out[i] = (v - mean) / deviation
	}
	return out
}

// lead is what stands in front of a quote that is not in the visitor's language: that it is not, so that nobody wonders.
func (q Question) lead(chosen []sentence) string {
	if len(chosen) == 0 || !q.foreign() {
		return ""
	}
	p := sayQuoteOther
	switch text := chosen[0].text; Language(text) {
	case Hindi:
		p = sayQuoteHindi
	case Arabic:
		p = sayQuoteArabic
	default:
		if !inOtherLatin(q.Passages[chosen[0].passage].Text) {
			p = sayQuoteEnglish
		}
	}
	return say(q.Language, p) + "\n\n"
}
