package knowledge

import (
	"math"
	"testing"
)

func TestUsual(t *testing.T) {
	t.Parallel()
	mean := usualPassage()
	length := 0.0
	for _, v := range mean {
		length += v * v
	}
	if len(mean) != 384 || math.Abs(length-1) > 0.001 {
		t.Fatalf("%d numbers of length %.4f", len(mean), length)
	}
	same, other := make([]float32, len(mean)), make([]float32, len(mean))
	for i, v := range mean {
		same[i], other[i] = float32(2*v), float32(-v)
	}
	if a, b := usual(same), usual(other); math.Abs(a-1) > 1e-3 || math.Abs(b+1) > 1e-3 {
		t.Errorf("%.4f %.4f", a, b)
	}
	if v := usual(make([]float32, 3)); v != 0 {
		t.Errorf("a vector of another model: %.2f", v)
	}
}

// A question in another language is known by its small words or its script, and what it is usually near to is taken off.
func TestCross(t *testing.T) {
	t.Parallel()
	english := &candidate{hasV: true, meaning: 0.85, terms: terms("You can return an item for any reason within 10 days of delivery. The day of delivery does not count. E-mail us per item.")}
	german := &candidate{hasV: true, meaning: 0.85, terms: terms("Sie können einen Artikel innerhalb von 10 Tagen nach der Lieferung zurückgeben. Der Tag der Lieferung zählt nicht.")}
	for _, c := range []struct {
		text string
		page *candidate
		want float64
	}{
		{"Wie lange kann ich einen Artikel zurückgeben?", english, 1},
		{"kitne din mein wapas kar sakte hain", english, 1},
		{"How long can I return an item?", english, 0},
		{"Wie lange kann ich einen Artikel zurückgeben?", german, 0},
		{"How long can I return an item?", german, 1},
		{"Tab 11", english, 0},
	} {
		f := Features{Near: 0.85}
		if f.cross(c.text, []*candidate{c.page}, 0.8); f.Crossed != c.want || f.Usual != 0.8 {
			t.Errorf("%q: %+v", c.text, f)
		}
	}
	near := Features{Near: 0.83, Above: 0.03, Crossed: 1, Usual: 0.80}
	usual := near
	usual.Usual = 0.86
	if a, b := near.confidence(Both, true), usual.confidence(Both, true); a <= b {
		t.Errorf("%.2f, not over %.2f", a, b)
	}
	if a, b := near.Across(0.85, 0.1), near.Across(0.80, 0.1); a <= b || a < 0.5 || b > 0.4 {
		t.Errorf("%.2f %.2f", a, b)
	}
	if got := (Features{}).Across(0.9, 0.3); got != 0.3 {
		t.Errorf("without a usual cosine: %.2f", got)
	}
}
