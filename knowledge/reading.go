package knowledge

import "slices"

// A Word is one of the words of a question, and what becomes of it in this
// knowledge base.
type Word struct {
	Term string
	// Weight is how much it tells what the question is about: how rare it is
	// here, times how rare it is in support English, as for Features.
	Weight float64
	// Telling is the second of these alone, 0.1 to 1.
	Telling float64
	// Known is false where no passage has it, nor a word that means the same.
	Known bool
	// Means are the terms that stand for it: itself, its synonyms, and where it
	// is not known what it was mended to.
	Means []string
}

// alsoWeight is what a synonym counts in a search beside a word that the
// knowledge base has itself.
const alsoWeight = 0.35

// A reading is a question in the words of this knowledge base.
type reading struct {
	query []queryTerm
	words []Word
}

// readQuery reads the statistics of a question's words. A word that no passage
// has is searched by its synonyms, and failing these by what it was probably
// meant to be: visitors say "stylus" where a page says "pen", and they misspell.
//
// look reads the statistics of words.
func readQuery(text string, query []queryTerm, look func([]queryTerm) (statistics, error)) (reading, statistics, error) {
	all := synonyms()
	asked := slices.Clone(query)
	for _, q := range query {
		for _, same := range all.same[q.term] {
			asked = append(asked, queryTerm{term: same})
		}
	}
	sayings := all.said(text)
	for _, s := range sayings {
		for _, m := range s.means {
			asked = append(asked, queryTerm{term: m})
		}
	}
	stats, err := look(asked)
	if err != nil {
		return reading{}, stats, err
	}
	mended, err := mend(query, &stats, look)
	if err != nil {
		return reading{}, stats, err
	}
	r := reading{}
	for _, q := range query {
		r.take(q, stats, mended[q.term])
	}
	for _, s := range sayings {
		r.say(s, stats)
	}
	return r, stats, nil
}

// take adds a word of the question.
func (r *reading) take(q queryTerm, stats statistics, mended []string) {
	w := Word{Term: q.term, Telling: aboutness(q.term), Known: stats.df[q.term] > 0, Means: []string{q.term}}
	same := synonyms().same[q.term]
	w.Means = append(w.Means, same...)
	if w.Known {
		r.add(q)
		for _, s := range same {
			if stats.df[s] > 0 {
				r.add(queryTerm{s, q.weight * alsoWeight})
			}
		}
	} else {
		stands := slices.DeleteFunc(slices.Clone(same), func(s string) bool { return stats.df[s] == 0 })
		if len(stands) == 0 {
			stands, w.Means = mended, append(w.Means, mended...)
		}
		w.Known = len(stands) > 0
		for _, s := range stands {
			r.add(queryTerm{s, q.weight})
		}
		if !w.Known {
			r.add(q)
		}
	}
	w.Weight = w.Telling * stats.idf(q.term) / stats.idf("")
	if q.weight >= 1 {
		r.words = append(r.words, w)
	}
}

// say puts what a turn of phrase means in the place of its words, where the
// knowledge base has it: "money back" is about neither money nor a back.
func (r *reading) say(s saying, stats statistics) {
	known := slices.DeleteFunc(slices.Clone(s.means), func(m string) bool { return stats.df[m] == 0 })
	if len(known) == 0 {
		return
	}
	for i, q := range r.query {
		if slices.ContainsFunc(s.words, func(word string) bool { return stem(word) == q.term }) {
			r.query[i].weight = min(q.weight, alsoWeight)
		}
	}
	for _, m := range known {
		r.add(queryTerm{m, 1})
	}
	for i, w := range r.words {
		if slices.ContainsFunc(s.words, func(word string) bool { return stem(word) == w.Term }) {
			r.words[i].Means = append(r.words[i].Means, s.means...)
		}
	}
}

// add adds a term, or gives it the greater weight.
func (r *reading) add(q queryTerm) {
	for i, have := range r.query {
		if have.term == q.term {
			r.query[i].weight = max(have.weight, q.weight)
			return
		}
	}
	r.query = append(r.query, q)
}

// mend finds what the unknown words of a question were probably meant to be.
// The statistics of those go to the others.
func mend(query []queryTerm, stats *statistics, look func([]queryTerm) (statistics, error)) (map[string][]string, error) {
	var tried []queryTerm
	var unknown []string
	for _, q := range query {
		if stats.df[q.term] > 0 || q.weight < 1 || aboutness(q.term) < 1 || len(unknown) == maxMended {
			continue
		}
		unknown = append(unknown, q.term)
		for _, s := range slips(q.term) {
			tried = append(tried, queryTerm{term: s})
		}
		for _, h := range halves(q.term) {
			tried = append(tried, queryTerm{term: h[0]}, queryTerm{term: h[1]})
		}
	}
	if len(tried) == 0 {
		return nil, nil
	}
	found, err := look(tried)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]string)
	for _, word := range unknown {
		out[word] = probable(word, found.df)
		for _, term := range out[word] {
			stats.df[term] = found.df[term]
		}
	}
	return out, nil
}

// maxMended is how many words of one question are mended; what has more unknown
// words is in another language.
const maxMended = 3

// probable is the most frequent spelling that the knowledge base has, or the two halves.
func probable(word string, df map[string]int32) []string {
	best := ""
	for _, s := range slips(word) {
		if df[s] > df[best] {
			best = s
		}
	}
	if best != "" {
		return []string{best}
	}
	for _, h := range halves(word) {
		if df[h[0]] > 0 && df[h[1]] > 0 {
			return h[:]
		}
	}
	return nil
}
