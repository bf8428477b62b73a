package assistant

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/escalation"
	"github.com/baton-chat/baton/knowledge"
)

func passage(title, text string, heading ...string) knowledge.Passage {
	return knowledge.Passage{ChunkID: uuid.Must(uuid.NewV7()), DocumentID: uuid.Must(uuid.NewV7()), Title: title, Heading: heading, Text: text, Score: 5}
}

func quoteAnswer(t *testing.T, q Question) (string, []Cited) {
	t.Helper()
	if q.Confidence == 0 {
		q.Confidence = 0.9
	}
	c := newComposer(q.Passages, nil)
	if err := (Extractive{}).Stream(t.Context(), q, c.add); err != nil {
		t.Fatal(err)
	}
	return c.finish()
}

func TestExtractiveChoosesWhatAnswers(t *testing.T) {
	t.Parallel()
	charges := passage("Shipping charges", "What delivery costs depends on the place. Standard delivery is ₹79 for each order. Express delivery costs ₹149.\nDelivery to Ladakh costs ₹199.")
	steps := passage("Reset the tablet", "Resetting erases everything.\n\n1. Open Settings and press System.\n2. Press Reset.\n3. Enter your PIN.", "How to reset")
	pointer := passage("Change of mind", "If the item came damaged, the page Damaged on arrival applies.", "Returns")
	damaged := passage("Damaged on arrival", "If an item arrives damaged, tell us within 7 days. A damaged item is replaced or refunded free.", "What you are entitled to")
	pointer.Score, damaged.Score = 8, 6.8
	for _, c := range []struct {
		name, question string
		passages       []knowledge.Passage
		want           string
		first          string
	}{
		{"an amount", "How much does express delivery cost?", []knowledge.Passage{charges}, "Express delivery costs ₹149.", "Shipping charges"},
		{"a place", "What do you charge for Ladakh?", []knowledge.Passage{charges}, "Delivery to Ladakh costs ₹199.", "Shipping charges"},
		{"steps keep their lines", "How do I reset the tablet?", []knowledge.Passage{steps}, "2. Press Reset.\n3. Enter your PIN.", "Reset the tablet"},
		{"a row of a table reads as a line", "How long does a refund to UPI take?", []knowledge.Passage{passage("Refund times", "Paid with | Time\nUPI | 1 to 2 working days\nCard | 5 to 7 working days")}, "- UPI: 1 to 2 working days", "Refund times"},
		{"a pointer is followed", "What about damaged items?", []knowledge.Passage{pointer, damaged}, "tell us within 7 days", "Damaged on arrival"},
	} {
		text, cited := quoteAnswer(t, Question{Text: c.question, Passages: c.passages})
		if !strings.Contains(text, c.want) || len(cited) == 0 || cited[0].Title != c.first {
			t.Errorf("%s: %q %+v", c.name, text, cited)
		}
	}
}

// Whatever a page holds, a quote stands in it as it is, an answer has at most 60 words, and nothing in it looks like a source that is none.
func TestExtractiveQuotesAreVerbatim(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("The tablet, which weighs little, charges fast and lasts long, comes with a cable; ", 20) + "and a case."
	for _, text := range []string{
		long, "# A heading\n\n* The tablet charges [12] in an hour.\n> It comes with a cable.", "Press the tablet.Then charge it for an hour.Done now.",
		"| Model | Charges |\n| Tab 11 | 45 minutes |", "टैबलेट एक घंटे में चार्ज होता है। इसके साथ केबल आती है।", strings.Repeat("tablet", 500),
	} {
		q := Question{Text: "How long does the tablet take to charge?", Passages: []knowledge.Passage{passage("Tablet", text)}}
		body, cited := quoteAnswer(t, q)
		for _, c := range cited {
			if !strings.Contains(text, c.Quote) {
				t.Errorf("%q is not in %q", c.Quote, text)
			}
		}
		if n := countWords(markText.ReplaceAllString(body, "")); n > maxWords {
			t.Errorf("%d words: %s", n, body)
		}
		if len(cited) == 0 || strings.Contains(body, "[12]") || strings.HasPrefix(body, "#") {
			t.Errorf("%q: %q", text, body)
		}
	}
}

func TestExtractiveKnowsWhenNotToAnswer(t *testing.T) {
	t.Parallel()
	p := []knowledge.Passage{passage("Tablet", "The tablet charges in an hour."), passage("Pens", "The pen costs much.")}
	word := func(term string, known bool, means ...string) knowledge.Word {
		return knowledge.Word{Term: term, Weight: 0.8, Telling: 1, Known: known, Means: append(means, term)}
	}
	tablet := word("tablet", true)
	many := []knowledge.Word{tablet, tablet, tablet, tablet, tablet, tablet}
	for _, c := range []struct {
		name string
		q    Question
		want bool
	}{
		{"sure", Question{Passages: p, Confidence: 0.9}, true},
		{"unsure", Question{Passages: p, Confidence: 0.3}, false},
		{"no passage", Question{Confidence: 0.9}, false},
		{"all its words", Question{Passages: p, Confidence: 0.9, Asked: []knowledge.Word{tablet, word("charg", true)}}, true},
		{"a word that no page has", Question{Passages: p, Confidence: 0.9, Asked: []knowledge.Word{tablet, word("gold", false)}}, false},
		{"another word for it", Question{Passages: p, Confidence: 0.9, Asked: []knowledge.Word{tablet, word("loads", true, "charg")}}, true},
		{"a word of other pages only", Question{Passages: p[:1], Confidence: 0.9, Asked: []knowledge.Word{tablet, word("pen", true), word("cost", true)}}, false},
		{"a word beside the matter", Question{Passages: p, Confidence: 0.9, Asked: []knowledge.Word{tablet, word("yesterday", false)}}, true},
		{"a description", Question{Passages: p, Confidence: 0.9, Asked: append(many, word("gold", false))}, true},
	} {
		c.q.Text, c.q.Language = "How long does the tablet charge?", English
		err := Extractive{}.Stream(context.Background(), c.q, func(Piece) {})
		if got := err == nil; got != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Where is my order?": English, "mera order kahan hai": English, "मेरा ऑर्डर कहाँ है?": Hindi, "मेरा order कहाँ है?": Hindi, "أين طلبي؟": Arabic, "TE-48213": English, "": English, "👍": English,
	} {
		if got := Language(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestSmallTalk(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]phrase{
		"hi": sayGreeting, "Thanks!": sayThanks, "thanks anyway": sayThanks, "ok thank you so much for the help": sayThanks, "ok": sayOkay, "Ok, got it": sayOkay, "bye": sayBye, "good night": sayBye, "👍": sayOkay, "ठीक है": sayOkay, "مع السلامة": sayBye,
		"Do you ship to Bengaluru?": "", "ok but how do I return it": "", "??": "", "TE-48213": "", "care": "", "hi, do you ship to Pune?": "",
	} {
		got, is := smallTalk(text, escalation.Read(text, nil))
		if is != (want != "") || is && got != want {
			t.Errorf("%q: %q %v, want %q", text, got, is, want)
		}
	}
}

func TestAccepts(t *testing.T) {
	t.Parallel()
	offered := []Turn{{Author: conversation.ByVisitor, Text: "Can you paint it?"}, {Author: conversation.ByAssistant, Text: "…", Outcome: conversation.OutcomeUnanswered}}
	answered := []Turn{{Author: conversation.ByAssistant, Text: "…", Outcome: conversation.OutcomeAnswered}}
	for _, c := range []struct {
		text    string
		history []Turn
		want    bool
	}{
		{"yes", offered, true},
		{"Yes, please!", offered, true},
		{"haan ji", offered, true},
		{"जी हाँ", offered, true},
		{"نعم من فضلك", offered, true},
		{"no", offered, false},
		{"yes but first tell me the price", offered, false},
		{"please", offered, false},
		{"yes", answered, false},
		{"yes", nil, false},
	} {
		if got := accepts(c.text, c.history); got != c.want {
			t.Errorf("%q: %v", c.text, got)
		}
	}
}

// Every phrase exists in every language, and its outcome is told from its words.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	for language, phrases := range catalogue() {
		for p := range catalogue()[English] {
			if phrases[p] == "" {
				t.Errorf("%s lacks %q", language, p)
			}
		}
		if OutcomeOf(phrases[sayNotFound]) != conversation.OutcomeUnanswered || OutcomeOf(phrases[sayThanks]) != conversation.OutcomeGreeting || OutcomeOf("Yes.\n\n"+phrases[sayOffer]) != conversation.OutcomeOffer {
			t.Errorf("%s: an outcome is not told from its words", language)
		}
	}
	if OutcomeOf("You get free shipping. [1]") != conversation.OutcomeAnswered {
		t.Error("an answer is no answer")
	}
}
