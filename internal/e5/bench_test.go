package e5

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/baton-chat/baton/internal/e5/weights"
)

// lengths are those of a short question, a long one, a passage and the longest text; scripts/e5/compare.py gives the C engine the same texts.
var lengths = []int{15, 18, 64, 111, 128, 512}

// ofLength returns a text of so many tokens, the prefix and both ends counted: each word is one.
func ofLength(tokens int) string {
	const aroundIt = 5
	return strings.TrimSpace(strings.Repeat("time ", tokens-aroundIt))
}

func BenchmarkEmbed(b *testing.B) {
	for _, k := range kernels() {
		m := model(b, k)
		for _, n := range lengths {
			b.Run(fmt.Sprintf("kernel=%s/tokens=%d", k.name, n), func(b *testing.B) {
				texts := []string{ofLength(n)}
				var tok tokenizer
				if got := len(tok.run(m.vocabulary, Query.prefix(), texts[0])); got != n {
					b.Fatalf("%d tokens", got)
				}
				for b.Loop() {
					if _, err := m.Embed(b.Context(), Query, texts); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
			})
		}
	}
}

// A batch keeps all processors busy.
func BenchmarkPassages(b *testing.B) {
	m, err := Open(weights.File())
	if err != nil {
		b.Fatal(err)
	}
	texts := make([]string, 16)
	for i := range texts {
		texts[i] = ofLength(128)
	}
	for b.Loop() {
		if _, err := m.Embed(b.Context(), Passage, texts); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(texts))*float64(b.N)/b.Elapsed().Seconds(), "passages/s")
	b.ReportMetric(float64(runtime.GOMAXPROCS(0)), "threads")
}

func BenchmarkTokenize(b *testing.B) {
	m := model(b, portable())
	text := strings.Repeat("Orders over 2,500 rupees ship free of charge to Bengaluru. ढाई हज़ार से ऊपर मुफ़्त। ", 6)
	var tok tokenizer
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		tok.run(m.vocabulary, Passage.prefix(), text)
	}
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		if _, err := Open(weights.File()); err != nil {
			b.Fatal(err)
		}
	}
}
