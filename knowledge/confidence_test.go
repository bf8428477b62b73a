package knowledge

import "testing"

// What a question may be sure of, by what was searched and how.
func TestConfidenceByCase(t *testing.T) {
	t.Parallel()
	words := Features{Share: 0.9, Margin: 0.3, Document: 1, Title: 0.5, Named: 0.6, Pair: 1, Length: 1.4}
	near, far := words, words
	near.Near, near.Above = 0.90, 0.06
	far.Near, far.Above = 0.80, 0.02
	crossed := Features{Unknown: 1, Length: 1.4, Near: 0.86, Above: 0.055, Crossed: 1}
	same := crossed
	same.Crossed = 0
	filling := far
	filling.Filling = 1
	for _, c := range []struct {
		name       string
		more, less Features
	}{
		{"a near passage is surer than a far one", near, far},
		{"across scripts cosines lie lower and words say nothing", crossed, same},
		{"while vectors are made, words keep their say", filling, far},
	} {
		if a, b := c.more.confidence(Both, true), c.less.confidence(Both, true); a <= b {
			t.Errorf("%s: %.2f, not over %.2f", c.name, a, b)
		}
	}
	if c := filling.confidence(Both, true); c < words.confidence(WordsOnly, false) {
		t.Errorf("while vectors are made: %.2f, less than words alone", c)
	}
	if c := crossed.confidence(Both, true); c < 0.5 {
		t.Errorf("a Hindi question whose English page is near: %.2f", c)
	}
}

// A long message shares words with any page: what share of them the best one has must not count, and how far it is ahead must.
func TestConfidenceOfLongMessage(t *testing.T) {
	t.Parallel()
	mail := Features{Share: 0.3, Document: 0.6, Title: 0.3, Length: 2.2, Near: 0.86, Above: 0.03, Long: 1}
	base := mail.confidence(Both, true)
	shared, ahead := mail, mail
	shared.Share, ahead.Above = 0.9, 0.06
	if c := shared.confidence(Both, true); c > base {
		t.Errorf("with three times the share of words: %.2f, over %.2f", c, base)
	}
	if c := ahead.confidence(Both, true); c < base+0.1 {
		t.Errorf("twice as far ahead: %.2f, hardly over %.2f", c, base)
	}
	short := shared
	short.Long = 0
	mail.Long = 0
	if a, b := short.confidence(Both, true), mail.confidence(Both, true); a <= b {
		t.Errorf("of a short question the share counts: %.2f, not over %.2f", a, b)
	}
}

func TestForeign(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Do you ship to Bengaluru?": false, "क्या आप बेंगलुरु में डिलीवरी करते हैं?": true, "Tab 11 का प्रोसेसर कौन सा है": true,
		"": false, "500 ₹": false, "où est mon colis": false, "GST bill": false,
	} {
		if got := foreign(terms(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
