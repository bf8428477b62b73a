package knowledge

import "math"

// A coefficient is one line of the calibration: a feature with its weight where
// words alone were searched, and where vectors were too.
type coefficient struct {
	name    string
	words   float64
	both    float64
	feature func(Features) float64
}

// calibration turns features into a probability: a logistic model, fitted by
// TestFitConfidence on kb_docs, kb_stackfaq, kb_emanual_tv and oos_clinc150,
// whole and in small parts, with answers deleted and questions of strangers for
// what cannot be answered. Half of its examples had an answer.
//
// Two weights look odd and are right: a title that is broader than the question
// (title high, named low) is a page that only touches the matter; and one page
// far ahead of all others (margin) is often the only page that shares an
// accidental word.
//
// The column for both was fitted on kb_stackfaq and kb_emanual_tv with
// multilingual-e5-small. Cosines of other models lie elsewhere; near and ahead
// then move against each other, and the words' features carry the rest.
var calibration = []coefficient{
	{"bias", -4.090, -5.294, func(Features) float64 { return 1 }},
	{"share", 1.977, 1.179, func(f Features) float64 { return f.Share }},
	{"margin", -0.592, 0.306, func(f Features) float64 { return f.Margin }},
	{"document", 1.150, 0.801, func(f Features) float64 { return f.Document }},
	{"title", -1.390, 0.892, func(f Features) float64 { return f.Title }},
	{"named", 2.543, 1.651, func(f Features) float64 { return f.Named }},
	{"unknown", -0.367, -0.668, func(f Features) float64 { return f.Unknown }},
	{"pair", 0.166, 0.352, func(f Features) float64 { return f.Pair }},
	{"length", 1.555, 1.618, func(f Features) float64 { return f.Length }},
	{"near", 0.000, 1.718, func(f Features) float64 { return f.Near }},
	{"ahead", 0.000, 2.750, func(f Features) float64 { return f.Ahead }},
	{"agree", 0.000, 0.162, func(f Features) float64 { return f.Agree }},
}

// wordsShift moves the balance of the examples, one in two, to that of a support
// chat, where two questions in three have an answer: ln 2. On the demo shop's own
// questions (testdata/shop_questions.txt) it is also where one half parts those
// with an answer best from those without; with vectors that is so unmoved.
const wordsShift = 0.693

// confidence is the estimated probability that the answer is there. Where vectors were searched too, the surer of the two columns counts: what the words
// say is no less true because a model whose cosines lie low sees little likeness; and what only the vectors can see, another language above all, counts by theirs.
func (f Features) confidence(mode Mode) float64 {
	byWords := wordsShift
	byBoth := 0.0
	for _, c := range calibration {
		byWords += c.words * c.feature(f)
		byBoth += c.both * c.feature(f)
	}
	switch mode {
	case WordsOnly:
		return logistic(byWords)
	case MeaningOnly:
		return logistic(byBoth)
	}
	return logistic(max(byWords, byBoth))
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
