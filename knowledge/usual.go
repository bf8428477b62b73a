package knowledge

import (
	_ "embed"
	"math"
	"strconv"
	"strings"
	"sync"
)

// usualList is the mean direction of 600 passages of permissively licensed public
// help pages in English, as multilingual-e5-small embeds them: it holds no text, and
// fit tests write it (TestWriteUsual).
//
//go:embed usual.txt
var usualList string

// usualPassage is that direction, of length 1.
var usualPassage = sync.OnceValue(func() []float64 {
	var out []float64
	for field := range strings.FieldsSeq(usualList) {
		n, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return nil // A mistake of the build, which TestUsual finds.
		}
		out = append(out, n)
	}
	return out
})

// usual is how near a question lies to English help pages as such, whatever they are
// about. Cosines across languages lie lower, each language's by an amount of its own
// (Tamil's by .04, Arabic's by .06), and so do those of talk that is no talk with
// support. What is over the usual counts the same in all of them.
func usual(question []float32) float64 {
	mean := usualPassage()
	if len(question) != len(mean) {
		return 0
	}
	dot, length := 0.0, 0.0
	for i, v := range question {
		dot += float64(v) * mean[i]
		length += float64(v) * float64(v)
	}
	if length == 0 {
		return 0
	}
	return dot / math.Sqrt(length)
}
