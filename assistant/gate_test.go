package assistant

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
)

// through sends a model's text through the gate in bits of n runes, with the marks read out of it. It returns what was shown after each release, and the end.
func through(t *testing.T, text string, n int, language string) (shown []string, body string, cited []Cited, failed error) {
	t.Helper()
	pages := shopPages()
	c := newComposer(pages, nil)
	g := &gate{grounds: newGrounds(pages, "", "Tarang", nil), out: c, language: language, failed: func(err error) { failed = err }}
	g.released = func() { shown = append(shown, c.soFar()) }
	m := markReader{emit: g.add}
	runes := []rune(text)
	for len(runes) > 0 {
		k := min(n, len(runes))
		m.write(string(runes[:k]))
		runes = runes[k:]
	}
	m.end()
	g.end()
	body, cited = c.finish()
	return shown, body, cited, failed
}

func TestGateReleasesWhatStands(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text, want string
		cited            int
		shown            int // how often something was released
		err              error
	}{
		{"sentence by sentence", "Standard delivery is ₹79 for each order. [p1] A full charge of the Tab 11 takes about 1 hour 50 minutes. [p3]", "Standard delivery is ₹79 for each order. [1] A full charge of the Tab 11 takes about 1 hour 50 minutes. [2]", 2, 2, nil},
		{"the mark before the full stop", "Standard delivery is ₹79 for each order [p1]. Express delivery costs ₹149 [p1].", "Standard delivery is ₹79 for each order. [1] Express delivery costs ₹149. [1]", 1, 2, nil},
		{"without marks", "Standard delivery is ₹79 for each order. Express delivery costs ₹149. They are closed on Sunday.", "Standard delivery is ₹79 for each order. Express delivery costs ₹149. [1] They are closed on Sunday. [2]", 2, 3, nil},
		{"the wrong mark", "Standard delivery is ₹79 for each order. [p4]", "Standard delivery is ₹79 for each order. [1]", 1, 1, nil},
		{"an unknown mark", "Standard delivery is ₹79 for each order. [p77]", "Standard delivery is ₹79 for each order. [1]", 1, 1, nil},
		{"a made-up sentence inside", "Standard delivery is ₹79 for each order. [p1] It comes with a free gift worth ₹500. [p1] Express delivery costs ₹149. [p1]", "Standard delivery is ₹79 for each order. [1] Express delivery costs ₹149. [1]", 1, 2, nil},
		{"a yes in front", "Yes. Standard delivery is ₹79 for each order. [p1] I hope this helps!", "Standard delivery is ₹79 for each order. [1]", 1, 1, nil},
		{"in circles", "Standard delivery is ₹79 for each order. [p1]\nStandard delivery is ₹79 for each order. [p1]\nStandard", "Standard delivery is ₹79 for each order. [1]", 1, 1, nil},
		{"a list", "To cancel an order:\n1. Open Account, then Orders. [p2]\n2. Press Cancel. [p2]", "To cancel an order:\n1. Open Account, then Orders. [1]\n2. Press Cancel. [1]", 1, 2, nil},
		{"a list without a step", "To cancel an order:\n1. Open Account, then Orders. [p2]\n2. Call 1800-555-777. [p2]\n3. Press Cancel. [p2]", "To cancel an order:\n1. Open Account, then Orders. [1]", 1, 1, errUnsupported},
		{"a lead without a list", "Here are the steps:", "", 0, 0, nil},
		{"a lead that brings a figure", "For orders over ₹9,999 only:\n- Press Cancel in your Orders. [p2]", "- Press Cancel in your Orders. [1]", 1, 1, nil},
		{"nothing that stands", "Everything is free. Call us. We love you. Trust me. Buy now. Standard delivery is ₹79 for each order. [p1]", "", 0, 0, errUnsupported},
		{"nothing at all", "Yes!", "", 0, 0, nil},
	} {
		for _, bits := range []int{1, 3, 1000} {
			shown, body, cited, err := through(t, c.text, bits, "")
			if body != c.want || len(cited) != c.cited || len(shown) != c.shown || !errors.Is(err, c.err) {
				t.Errorf("%s, by %d: %q with %d sources, %d releases, %v; want %q with %d", c.name, bits, body, len(cited), len(shown), err, c.want, c.cited)
			}
			for i, s := range shown {
				if i > 0 && !strings.HasPrefix(s, shown[i-1]) || !strings.HasPrefix(body, s) {
					t.Errorf("%s: %q was taken back", c.name, s)
				}
			}
			for _, source := range cited {
				if !strings.Contains(pageOf(source.Title), source.Quote) {
					t.Errorf("%s: %q is no quote", c.name, source.Quote)
				}
			}
		}
	}
}

func pageOf(title string) string {
	for _, p := range shopPages() {
		if p.Title == title {
			return p.Text
		}
	}
	return ""
}

func TestGateNoticesTheLanguage(t *testing.T) {
	t.Parallel()
	if shown, _, _, err := through(t, "Standard delivery is ₹79 for each order. [p1]", 4, Hindi); !errors.Is(err, errLanguage) || len(shown) > 0 {
		t.Errorf("%v, shown %q", err, shown)
	}
	if _, body, _, err := through(t, "बेंगलुरु में ₹2,500 से ऊपर के ऑर्डर पर शिपिंग मुफ़्त है। [p5]", 4, Hindi); err != nil || body == "" {
		t.Errorf("%v, %q", err, body)
	}
}

func TestGateCutsAtTheLastWholeSentence(t *testing.T) {
	t.Parallel()
	for held, want := range map[string]string{
		"Express delivery costs ₹149.":                           "Express delivery costs ₹149. [1]",
		"Standard delivery is ₹79 for each order. Express":       "Standard delivery is ₹79 for each order. [1]",
		"Standard delivery is ₹79 for each order. Express deliv": "Standard delivery is ₹79 for each order. [1]",
		"Standard delivery is ₹79 for":                           "",
	} {
		c := newComposer(shopPages(), nil)
		g := &gate{grounds: newGrounds(shopPages(), "", "", nil), out: c, failed: func(error) {}, released: func() {}}
		g.add(Piece{Text: held})
		g.cut()
		if body, _ := c.finish(); body != want {
			t.Errorf("%q: %q, want %q", held, body, want)
		}
	}
}

func TestComposerGoesOnWithTheNumbers(t *testing.T) {
	t.Parallel()
	q := question()
	c := newComposer(q.Passages, []conversation.Citation{{N: 3, Chunk: uuid.New()}, {N: 2, Chunk: q.Passages[1].ChunkID}})
	for _, p := range []Piece{{Text: "Standard delivery is ₹79."}, {Passage: 1, Quote: "Standard delivery is ₹79."}, {Text: " Parcels reach Bengaluru in two days."}, {Passage: 2, Quote: "Parcels reach Bengaluru in two days."}, {Passage: 9}} {
		c.add(p)
	}
	if text, cited := c.finish(); text != "Standard delivery is ₹79. [4] Parcels reach Bengaluru in two days. [2]" || len(cited) != 2 {
		t.Error(text, cited)
	}
}

// A quote that does not stand in its passage is none.
func TestComposerDropsForeignQuotes(t *testing.T) {
	t.Parallel()
	c := newComposer(question().Passages, nil)
	c.add(Piece{Text: "Standard delivery is free."})
	c.add(Piece{Passage: 1, Quote: "Standard delivery is free."})
	if text, cited := c.finish(); text != "Standard delivery is free." || len(cited) != 0 {
		t.Error(text, cited)
	}
}

// Across languages the embedder decides over the wording, and never over figures and denials.
func TestMeaningAcrossLanguages(t *testing.T) {
	t.Parallel()
	alike := map[string]float64{"You can cancel an order free of charge until its status changes to Packed.": 0.93, "Standard delivery is ₹79 for each order.": 0.95}
	g := newGrounds(shopPages(), "", "", func(_, sentence string) (float64, bool) { return alike[sentence], true })
	for claim, want := range map[string]int{
		"पैक होने तक ऑर्डर मुफ़्त में रद्द किया जा सकता है।":  1,
		"पैक होने तक ऑर्डर रद्द नहीं किया जा सकता।":           -1,
		"साधारण डिलीवरी ₹79 की है।":                           0,
		"साधारण डिलीवरी ₹99 की है।":                           -1,
		"يمكن إلغاء الطلب مجانًا حتى تتغير حالته إلى Packed.": 1,
	} {
		got := -1
		if s := g.stands(claim, []int{max(want, 0)}); len(s) > 0 {
			got = s[0].passage
		}
		if got != want {
			t.Errorf("%q stands on %d, want %d", claim, got, want)
		}
	}
}
