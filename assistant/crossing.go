package assistant

import (
	"math"
	"strings"
	"sync"
	"unicode"

	"github.com/baton-chat/baton/internal/language"
)

// maxCompared bounds the sentences of a passage whose meaning is compared with a claim: each costs a run of the embedder, about 15 ms.
const maxCompared = 12

// foreign reports whether a claim is in another language than a passage, so that their words cannot be compared. Between languages in Latin letters the small
// words of English tell: a text of some length has them, or is in another language.
func foreign(claim, passage string) bool {
	if language.Differ(claim, passage) {
		return true
	}
	a, b := englishShare(claim), englishShare(passage)
	return Language(claim) == English && (a == 0 && b >= 0.15 || b == 0 && a >= 0.15) && countWords(claim) >= 6
}

// englishWords are the commonest words of English, less those that other languages in Latin letters spell alike.
var englishWords = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq("the of and you your to for with is are it that this can will be by we our or not if from when at as on have has may which after before within open press choose use") {
		set[w] = true
	}
	return set
})

func englishShare(text string) float64 {
	n, all := 0.0, 0.0
	for w := range strings.FieldsSeq(strings.ToLower(bareWords(text))) {
		if all++; englishWords()[w] {
			n++
		}
	}
	if all == 0 {
		return 0
	}
	return n / all
}

// bearsAcross looks for a sentence in another language that bears a claim. Figures, names and denials are compared as ever. The rest is compared by meaning
// where an embedder is there; without one only claims with figures or names can be checked at all, and the others do not stand.
func (b *bearing) bearsAcross(g *grounds, c claim) (standing, bool) {
	best, found := standing{}, false
	compared := 0
	for i, s := range b.sentences {
		common, whole := b.anchors(c, s)
		if !whole || turned(c.text, s.text+" "+b.passage.Title) || denies(c.text) != denies(s.text) || b.mixesAcross(c, s) {
			continue
		}
		score, known := float64(common), false
		if g.near != nil && compared < maxCompared {
			compared++
			var likeness float64
			if likeness, known = g.near(c.text, s.text); known && likeness < nearFrom {
				continue
			}
			score += likeness
		}
		if !known && common == 0 || found && score <= best.score {
			continue
		}
		best, found = standing{quote: b.quote(i, i), score: score, thin: !known && common < 2}, true
	}
	return best, found
}

// anchors counts a claim's figures and names that stand in a sentence; whole is false where a figure is missing there and above it.
func (b *bearing) anchors(c claim, s borne) (common int, whole bool) {
	if !figuresStand(c.figures, []borne{s}, b.figures) {
		return 0, false
	}
	for _, f := range c.figures {
		if hasFigure(s.figures, f) {
			common++
		}
	}
	for _, n := range c.names {
		if containsFold(s.text, n) {
			common++
		}
	}
	return common, true
}

// mixesAcross reports whether a sentence has several figures of one kind, of which the claim gives some: which of them belongs to what cannot be told across languages
// unless a name stands beside it.
func (b *bearing) mixesAcross(c claim, s borne) bool {
	for _, f := range c.figures {
		if f.unit == "date" || len(c.names) > 0 {
			continue
		}
		rivals := 0
		for _, o := range s.figures {
			if f.unit != "" && f.rivals(o) && !hasFigure(c.figures, o) {
				rivals++
			}
		}
		if rivals > 0 {
			return true
		}
	}
	return false
}

// cosine is how alike two vectors point.
func cosine(a, b []float32) float64 {
	dot, aa, bb := 0.0, 0.0, 0.0
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot, aa, bb = dot+x*y, aa+x*x, bb+y*y
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return dot / math.Sqrt(aa*bb)
}

// hasLetters reports whether there is anything to read in a text.
func hasLetters(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
