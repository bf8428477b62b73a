package knowledge

import "math"

// A coefficient is one line of the calibration: the feature, its weight without
// vectors, and its weight where vectors were searched too.
type coefficient struct {
	name    string
	words   float64
	both    float64
	feature func(Features) float64
}

var calibration = []coefficient{
	{"bias", 0, 0, func(Features) float64 { return 1 }},
	{"share", 0, 0, func(f Features) float64 { return f.Share }},
	{"margin", 0, 0, func(f Features) float64 { return f.Margin }},
	{"coverage", 0, 0, func(f Features) float64 { return f.Coverage }},
	{"coverage²", 0, 0, func(f Features) float64 { return f.Coverage * f.Coverage }},
	{"together", 0, 0, func(f Features) float64 { return f.Together }},
	{"title", 0, 0, func(f Features) float64 { return f.Title }},
	{"named", 0, 0, func(f Features) float64 { return f.Named }},
	{"unknown", 0, 0, func(f Features) float64 { return f.Unknown }},
	{"missing", 0, 0, func(f Features) float64 { return f.Missing }},
	{"pair", 0, 0, func(f Features) float64 { return f.Pair }},
	{"spread", 0, 0, func(f Features) float64 { return f.Spread }},
	{"length", 0, 0, func(f Features) float64 { return f.Length }},
	{"near", 0, 0, func(f Features) float64 { return f.Near }},
	{"ahead", 0, 0, func(f Features) float64 { return f.Ahead }},
	{"agree", 0, 0, func(f Features) float64 { return f.Agree }},
}

// confidence is the estimated probability that the answer is there.
func (f Features) confidence(mode Mode) float64 {
	sum := 0.0
	for _, c := range calibration {
		if mode == WordsOnly {
			sum += c.words * c.feature(f)
		} else {
			sum += c.both * c.feature(f)
		}
	}
	return 1 / (1 + math.Exp(-sum))
}
