package assistant

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/baton-chat/baton/knowledge"
)

// toy embeds by topic: a text gets a direction for each topic that it touches, in whatever language.
func toy(_ context.Context, _ knowledge.EmbedKind, texts []string) ([][]float32, error) {
	topics := [][]string{{"ship", "शिपिंग", "الشحن", "versand"}, {"return", "वापस"}, {"bengaluru", "बेंगलुरु"}}
	out := make([][]float32, len(texts))
	for i, text := range texts {
		v := []float32{0.1, 0.1, 0.1}
		for k, words := range topics {
			for _, w := range words {
				if strings.Contains(strings.ToLower(text), w) {
					v[k]++
				}
			}
		}
		out[i] = v
	}
	return out, nil
}

func shipping() []knowledge.Passage {
	p := passage("Shipping", "Tablets weigh little and charge fast. We ship to Bengaluru free on orders over ₹2,500. Returns are free within 10 days of delivery.")
	p.Score = 1
	return []knowledge.Passage{p}
}

// A question in one language is answered from a page in another: the right sentence, as it stands, and a word on its language in the visitor's.
func TestExtractiveAcrossLanguages(t *testing.T) {
	t.Parallel()
	const quote = "We ship to Bengaluru free on orders over ₹2,500."
	for _, c := range []struct{ text, language, lead string }{
		{"क्या बेंगलुरु में शिपिंग मुफ़्त है?", Hindi, say(Hindi, sayQuoteEnglish)},
		{"هل الشحن مجاني؟", Arabic, say(Arabic, sayQuoteEnglish)},
		{"Ist der Versand nach Bengaluru kostenlos für mich?", English, say(English, sayQuoteEnglish)},
	} {
		body, cited := quoteAnswer(t, Question{Text: c.text, Language: c.language, Passages: shipping(), Embed: toy})
		if !strings.HasPrefix(body, c.lead) || !strings.Contains(body, quote) || len(cited) != 1 || !strings.Contains(cited[0].Quote, quote) {
			t.Errorf("%s: %q %+v", c.text, body, cited)
		}
		if strings.Contains(body, "weigh") {
			t.Errorf("%s: says what was not asked: %q", c.text, body)
		}
	}
}

// In one language nothing is embedded, and an embedder that fails costs the vectors and not the round.
func TestExtractiveEmbedsOnlyAcrossLanguages(t *testing.T) {
	t.Parallel()
	asked := 0
	fails := func(context.Context, knowledge.EmbedKind, []string) ([][]float32, error) {
		asked++
		return nil, errors.New("away")
	}
	body, _ := quoteAnswer(t, Question{Text: "Do you ship to Bengaluru?", Language: English, Passages: shipping(), Embed: fails})
	if asked != 0 || strings.Contains(body, say(English, sayQuoteEnglish)) {
		t.Errorf("asked %d times: %q", asked, body)
	}
	err := Extractive{}.Stream(t.Context(), Question{Text: "क्या बेंगलुरु में शिपिंग मुफ़्त है?", Language: Hindi, Passages: shipping(), Confidence: 1, Embed: fails}, func(Piece) {})
	if asked != 1 || err != nil && !errors.Is(err, ErrNoAnswer) {
		t.Errorf("asked %d times: %v", asked, err)
	}
}

// A list is quoted as it stands, with the line that leads in: half of a procedure helps nobody.
func TestStepsAreQuotedWhole(t *testing.T) {
	t.Parallel()
	p := passage("Pair the headphones", "Pairing takes a minute.\nTo pair the headphones with a phone:\n1. Hold the button for 5 seconds.\n2. Open the Bluetooth settings of the phone.\n3. Select Tarang Buds.\n4. Confirm the code.\n5. Wait for the tone.")
	p.Score = 1
	body, cited := quoteAnswer(t, Question{Text: "How do I pair the headphones with my phone?", Language: English, Passages: []knowledge.Passage{p}})
	for _, want := range []string{"To pair the headphones with a phone:", "1. Hold", "\n3. Select Tarang Buds.", "\n5. Wait for the tone."} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %q: %s", want, body)
		}
	}
	if len(cited) != 1 || !strings.Contains(p.Text, cited[0].Quote) {
		t.Errorf("%+v", cited)
	}
}
