package knowledge

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/baton-chat/baton/internal/language"
)

// Features are what a search looks like from outside: how well the best
// passages fit the question. A raw score cannot say "I do not know", since it
// grows with the question's length; every feature here is a ratio instead. All
// lie between 0 and 1 except where noted.
type Features struct {
	// Share is the best passage's BM25 score as a share of what a passage made of
	// the question alone would get; up to 2.
	Share float64 `json:"share"`
	// Margin is how far the best document is ahead of the second, relative to it.
	Margin float64 `json:"margin"`
	// Coverage is the weight of the question's words that the best passage holds;
	// words that say what a question is about weigh most.
	Coverage float64 `json:"coverage"`
	// Document is the same for all found passages of the best passage's document.
	Document float64 `json:"document"`
	// Title is the weight of the question's words in the best passage's title and
	// headings.
	Title float64 `json:"title"`
	// Named is the share of the title's and headings' own words that the question names.
	Named float64 `json:"named"`
	// Unknown is the weight of the question's words that no passage holds.
	Unknown float64 `json:"unknown"`
	// Pair is the weight of neighbouring words of the question that stand in the
	// best passage together, both of them.
	Pair float64 `json:"pair"`
	// Length is the logarithm of the number of words that carry meaning, to 2.2.
	Length float64 `json:"length"`
	// Long is 1 where the question has more words than a question has: a pasted mail,
	// a log. Somebody else's mail shares many of its words with any page.
	Long float64 `json:"long"`
	// Near is the best cosine, Ahead how far it is before the tenth, and Above how far
	// it is over the mean of the best fifty, all 0 without vectors; Agree is 1 where
	// words and meaning put the same document first.
	Near  float64 `json:"near"`
	Ahead float64 `json:"ahead"`
	Above float64 `json:"above"`
	Agree float64 `json:"agree"`
	// Crossed is 1 where the question is in another language than the nearest passage,
	// so that only meaning can find it.
	Crossed float64 `json:"crossed"`
	// Usual is how near the question lies to English help pages as such, 0 where that
	// is not known: see usual.
	Usual float64 `json:"usual"`
	// Filling is 1 while passages that words found have no vector yet: then the
	// cosines that are there say little about the best one.
	Filling float64 `json:"filling"`
}

// manyWords is where a question's length stops counting; a pasted mail is not longer still.
const manyWords = 8

// longFrom is the number of distinct words, without those that say nothing, from
// which a message is judged as a long one: of kb_techqa's posts by developers 78 in
// 100 have as many, of kb_stackfaq's questions fewer than one in ten.
const longFrom = 13

// aheadOf is the place whose cosine Ahead compares the best one with.
const aheadOf = 10

// weigh gives each word of the question its weight for the features.
func weigh(query []queryTerm, stats statistics) (weights []float64, total float64) {
	weights = make([]float64, len(query))
	for i, q := range query {
		weights[i] = q.weight * stats.idf(q.term) * aboutness(q.term)
		total += weights[i]
	}
	return weights, total
}

// measure computes the features of ranked candidates, best first.
func measure(query []queryTerm, stats statistics, ranked []*candidate, mode Mode) Features {
	var f Features
	if len(query) >= longFrom {
		f.Long = 1
	}
	weights, total := weigh(query, stats)
	if total == 0 || stats.passages == 0 {
		f.Unknown = 1
		measureMeaning(&f, query, ranked, mode)
		return f
	}
	content := 0.0
	for i, q := range query {
		if stats.df[q.term] == 0 {
			f.Unknown += weights[i] / total
		}
		content += q.weight * aboutness(q.term)
	}
	f.Length = math.Log1p(min(content, manyWords))
	if len(ranked) == 0 {
		return f
	}
	top := ranked[0]
	self := 0.0
	for _, q := range query {
		self += q.weight * stats.idf(q.term)
	}
	scores := make([]float64, len(ranked))
	for i, c := range ranked {
		scores[i] = bm25(query, stats, c)
	}
	f.Share = min(2, scores[0]/self)
	f.Margin = margin(ranked, scores)
	f.Coverage = coverage(query, weights, total, top.terms)
	f.Document = coverage(query, weights, total, documentTerms(ranked))
	measureTitle(&f, query, weights, total, stats, top)
	f.Pair = pairs(query, weights, top.terms)
	measureMeaning(&f, query, ranked, mode)
	return f
}

// coverage is the share of the question's weight among the given words.
func coverage(query []queryTerm, weights []float64, total float64, words []string) float64 {
	share := 0.0
	for i, q := range query {
		if slices.Contains(words, q.term) {
			share += weights[i] / total
		}
	}
	return share
}

// documentTerms are the words of all found passages of the best passage's
// document: a long answer is spread over its sections.
func documentTerms(ranked []*candidate) []string {
	var all []string
	for _, c := range ranked {
		if c.passage.DocumentID == ranked[0].passage.DocumentID {
			all = append(all, c.terms...)
		}
	}
	return all
}

func measureTitle(f *Features, query []queryTerm, weights []float64, total float64, stats statistics, top *candidate) {
	title, _ := count(terms(top.passage.Title + "\n" + strings.Join(top.passage.Heading, "\n")))
	f.Title = coverage(query, weights, total, title)
	named, all := 0.0, 0.0
	for _, t := range title {
		w := rareness(t, stats)
		all += w
		if slices.ContainsFunc(query, func(q queryTerm) bool { return q.term == t }) {
			named += w
		}
	}
	if all > 0 {
		f.Named = named / all
	}
}

// generalWord is the weight under which a word is passed over when neighbours
// are looked at.
const generalWord = 0.3

// pairs looks at neighbouring content words: "late delivery" is more than
// "late" here and "delivery" there, and both in one passage is what can be
// told without positions.
func pairs(query []queryTerm, weights []float64, words []string) float64 {
	have, all, last := 0.0, 0.0, -1
	for i, q := range query {
		if aboutness(q.term) < generalWord {
			continue
		}
		if last >= 0 {
			w := min(weights[last], weights[i])
			all += w
			if slices.Contains(words, q.term) && slices.Contains(words, query[last].term) {
				have += w
			}
		}
		last = i
	}
	if all == 0 {
		// One content word: it is the pair.
		if last >= 0 && slices.Contains(words, query[last].term) {
			return 1
		}
		return 0
	}
	return have / all
}

// margin is how far the best document's BM25 score is ahead of the next one's.
func margin(ranked []*candidate, scores []float64) float64 {
	if scores[0] <= 0 {
		return 0
	}
	second := 0.0
	for i, c := range ranked {
		if c.passage.DocumentID != ranked[0].passage.DocumentID {
			second = max(second, scores[i])
		}
	}
	return max(-1, (scores[0]-second)/scores[0])
}

func measureMeaning(f *Features, query []queryTerm, ranked []*candidate, mode Mode) {
	if mode == WordsOnly || len(ranked) == 0 {
		return
	}
	var cosines []float64
	var byWords *candidate
	for _, c := range ranked {
		if !c.hasV {
			f.Filling = 1
			continue
		}
		cosines = append(cosines, c.meaning)
		if byWords == nil || c.words > byWords.words {
			byWords = c
		}
	}
	if len(cosines) == 0 {
		return
	}
	byMeaning := nearestOf(ranked)
	names := make([]string, len(query))
	for i, q := range query {
		names[i] = q.term
	}
	if foreign(names) != foreign(byMeaning.terms) {
		f.Crossed = 1
	}
	slices.Sort(cosines)
	f.Near = cosines[len(cosines)-1]
	f.Ahead = f.Near - cosines[max(0, len(cosines)-aheadOf)]
	nearest, mean := cosines[max(0, len(cosines)-meaningCandidates):], 0.0
	for _, c := range nearest {
		mean += c / float64(len(nearest))
	}
	f.Above = f.Near - mean
	if byWords.passage.DocumentID == byMeaning.passage.DocumentID {
		f.Agree = 1
	}
}

// nearestOf is the candidate whose vector is nearest to the question's, or nil.
func nearestOf(ranked []*candidate) (nearest *candidate) {
	for _, c := range ranked {
		if c.hasV && (nearest == nil || c.meaning > nearest.meaning) {
			nearest = c
		}
	}
	return nearest
}

// cross adds what only the question's whole text and its vector show: whether it is in another
// language that is written in Latin letters too, and what its cosines usually are.
func (f *Features) cross(text string, ranked []*candidate, usual float64) {
	f.Usual = usual
	nearest := nearestOf(ranked)
	if f.Near == 0 || nearest == nil {
		return
	}
	if language.Foreign(text) != language.ForeignTerms(nearest.terms) {
		f.Crossed = 1
	}
}

// foreign tells whether most of these words are written in another script than Latin. Digits and names of products stand in any text.
func foreign(words []string) bool {
	other := 0
	for _, w := range words {
		if strings.IndexFunc(w, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) }) >= 0 {
			other++
		}
	}
	return 2*other > len(words)
}
