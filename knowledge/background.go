package knowledge

import (
	_ "embed"
	"strings"
	"sync"
)

// backgroundList holds the words that are used whatever people ask or write
// about: each line is a weight in tenths and the stems that have it. It was
// counted over 1,750 intents, threads and pages of permissively licensed
// public text (fit tests, TestWriteBackground); it holds counts, no text.
//
//go:embed background.txt
var backgroundList string

// leastWeight is what the most general words weigh; not nothing, because a
// question may consist of them.
const leastWeight = 0.1

// background maps general words to their weight, below 1. It is read once.
var background = sync.OnceValue(func() map[string]float64 {
	weights := make(map[string]float64)
	for line := range strings.Lines(backgroundList) {
		fields := strings.Fields(line)
		tenths := 0.0
		for _, digit := range fields[0] {
			tenths = tenths*10 + float64(digit-'0')
		}
		for _, word := range fields[1:] {
			weights[word] = max(leastWeight, tenths/10)
		}
	}
	return weights
})

// aboutness is how much a word says what a question is about, 0.1 to 1,
// whatever the knowledge base: "engraving" much, "policy" little. A knowledge
// base of fifty pages cannot tell, since most words are rare in it.
func aboutness(term string) float64 {
	if w, general := background()[term]; general {
		return w
	}
	return 1
}
