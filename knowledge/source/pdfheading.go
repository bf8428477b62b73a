package source

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// bodySize is the size that most letters have.
func bodySize(r *pdfReading) float64 {
	sizes := map[float64]int{}
	for _, page := range r.pages {
		for _, block := range page.blocks {
			for _, line := range block.lines {
				sizes[round(line.size)] += len(line.text)
			}
		}
	}
	best := 0.0
	for size, n := range sizes {
		if n > sizes[best] || n == sizes[best] && size < best {
			best = size
		}
	}
	return max(best, 1)
}

func round(size float64) float64 { return math.Round(size*2) / 2 }

// headingSizes are the sizes above the body's that whole short lines have.
func headingSizes(r *pdfReading, body float64, running map[string]bool) []float64 {
	var sizes []float64
	for _, page := range r.pages {
		for _, block := range page.blocks {
			for _, line := range block.lines {
				size := round(line.size)
				if size >= body*headingFactor && !slices.Contains(sizes, size) && hasLetter(line.text) && !running[runningKey(line.text)] {
					sizes = append(sizes, size)
				}
			}
		}
	}
	slices.SortFunc(sizes, func(a, b float64) int { return int(2*b) - int(2*a) })
	// Sizes that nearly agree are one level.
	merged := sizes[:0]
	for _, size := range sizes {
		if len(merged) == 0 || merged[len(merged)-1] > size*1.05 {
			merged = append(merged, size)
		}
	}
	return merged[:min(len(merged), maxHeadingLevels)]
}

func hasLetter(text string) bool { return strings.IndexFunc(text, unicode.IsLetter) >= 0 }

func (p *print) level(line pdfLine) int {
	size := round(line.size)
	if size < p.body*headingFactor || !hasLetter(line.text) {
		return 0
	}
	for i, known := range p.levels {
		if size >= known*0.97 {
			return i + 1
		}
	}
	return len(p.levels)
}

// mergeHeadings makes one of a heading that needed two lines. A large line that
// is followed by others of its size without end is large text, not a heading.
func mergeHeadings(parts []printed) []printed {
	var out []printed
	for _, part := range parts {
		if n := len(out); n > 0 && part.level > 0 && out[n-1].level == part.level && continues(out[n-1].text, part.text) {
			if joined := joinLines(out[n-1].text, part.text); utf8.RuneCountInString(joined) <= maxHeadingRunes {
				out[n-1].text = joined
				continue
			}
		}
		out = append(out, part)
	}
	return out
}

// continues tells whether a second heading line belongs to the first: a
// heading that begins with a number or a capital after a finished one does not.
func continues(before, after string) bool {
	first, _ := utf8.DecodeRuneInString(after)
	last, _ := utf8.DecodeLastRuneInString(before)
	return !unicode.IsDigit(first) && !strings.ContainsRune(".?!:", last)
}
