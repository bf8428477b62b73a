package escalation

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestReadMarksTheWordsThatSayIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		message, signal string
		want            []string
	}{
		{"My order arrived with a broken screen, and I need a replacement organised.", NeedsAction, []string{"broken screen", "replacement organised"}},
		{"Please cancel my order TE-48213!", NeedsAction, []string{"cancel my order TE-48213"}},
		{"charged twice, return my money", NeedsAction, []string{"charged twice", "return my money"}},
		{"Thanks. Can I talk to a real person now?", WantsHuman, []string{"talk to a real person"}},
		{"क्या मुझे रिफंड मिलेगा?", Refund, []string{"रिफंड"}},
		{"وصلني الجهاز مكسور", NeedsAction, []string{"وصلني الجهاز مكسور"}},
		{"I want to file a complaint", Complaint, []string{"complaint"}},
	} {
		var got []string
		for _, m := range Read(c.message, nil).Matches {
			if m.Signal == c.signal {
				got = append(got, m.Text)
			}
			if c.message[m.Start:m.End] != m.Text {
				t.Errorf("%q: match %q does not stand at [%d:%d]", c.message, m.Text, m.Start, m.End)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q: matches of %s (-want +got):\n%s", c.message, c.signal, diff)
		}
	}
}

func TestGreetingsAndThanksAreNothingElse(t *testing.T) {
	t.Parallel()
	type both struct{ Greeting, Thanks bool }
	for message, want := range map[string]both{
		"Hi":                          {true, false},
		"hello there!":                {true, false},
		"Good morning team":           {true, false},
		"namaste ji 🙏":                {true, false},
		"नमस्ते":                      {true, false},
		"السلام عليكم":                {true, false},
		"صباح الخير":                  {true, false},
		"thanks a lot":                {false, true},
		"ok thank you so much":        {false, true},
		"bahut bahut dhanyavad":       {false, true},
		"धन्यवाद":                     {false, true},
		"شكرا جزيلا":                  {false, true},
		"hello, where is my order":    {},
		"thanks but that is not it":   {},
		"hi i need a refund":          {},
		"":                            {},
		"???":                         {},
		"thank you, and the warranty": {},
		"مرحبا متى يصل طلبي":          {},
	} {
		s := Read(message, nil)
		if got := (both{s.Greeting, s.Thanks}); got != want {
			t.Errorf("%q: got %+v, want %+v", message, got, want)
		}
	}
}

func TestSentimentFollowsTheWordsAroundAWord(t *testing.T) {
	t.Parallel()
	rising := []string{
		"You are thieves and this is a fucking scam!",
		"Your service is pathetic and I am really angry",
		"I am not happy with this",
		"my parcel is delayed",
		"Do you ship to Bengaluru?",
		"not bad",
		"this works, thanks",
		"Absolutely brilliant, I love it!",
	}
	before := -1.0
	for _, message := range rising {
		got := Read(message, nil).Sentiment
		if got < before || got < -1 || got > 1 {
			t.Errorf("%q: sentiment %.2f, want at least the %.2f of the message before it", message, got, before)
		}
		before = got
	}
	if got := Read("Do you ship to Bengaluru?", nil).Sentiment; got != 0 {
		t.Errorf("a plain question has sentiment %.2f, want 0", got)
	}
	if good, bad := Read("service accha hai", nil).Sentiment, Read("service accha nahi hai", nil).Sentiment; good <= 0 || bad >= 0 {
		t.Errorf("accha: %.2f, accha nahi: %.2f; want above and below 0", good, bad)
	}
}

func TestFrustrationIsAStateOfTheSession(t *testing.T) {
	t.Parallel()
	asked := Turn{Author: "visitor", Text: "when will my tablet be delivered to Mysuru"}
	failed := Turn{Author: "assistant", Text: "I could not find this."}
	fresh := Read("when will my tablet be delivered", nil).Frustration
	for name, got := range map[string]float64{
		"the same again":     Read("when will my tablet be delivered to mysuru", []Turn{asked, failed}).Frustration,
		"other words":        Read("delivered to Mysuru when, the tablet?", []Turn{asked, failed}).Frustration,
		"already told":       Read("I already told you my order number", nil).Frustration,
		"capitals":           Read("WHERE IS MY TABLET", nil).Frustration,
		"marks":              Read("where is my tablet??!!", nil).Frustration,
		"twice no answer":    Read("and the charger?", []Turn{asked, failed, {Author: "visitor", Text: "is it packed"}, failed}).Frustration,
		"a mood that falls":  Read("this is bad", []Turn{{Author: "visitor", Text: "great, thanks for the help", Answered: true}}).Frustration,
		"not what was asked": Read("that's not what I asked", nil).Frustration,
	} {
		if got <= fresh {
			t.Errorf("%s: frustration %.2f, want more than the %.2f of a fresh question", name, got, fresh)
		}
	}
	calmAnswer := Read("and to Mysuru?", []Turn{{Author: "visitor", Text: "when will my tablet be delivered", Answered: true}}).Frustration
	if calmAnswer >= 0.2 {
		t.Errorf("a follow-up after an answer: frustration %.2f, want below 0.2", calmAnswer)
	}
	angry := Read("I ALREADY TOLD YOU, this is useless, when will my tablet be delivered to Mysuru??", []Turn{asked, failed, asked, failed}).Frustration
	if angry < worn {
		t.Errorf("everything at once: frustration %.2f, want at least %.2f", angry, worn)
	}
}

func TestReadBearsAnyInput(t *testing.T) {
	t.Parallel()
	for name, message := range map[string]string{
		"nothing":     "",
		"not UTF-8":   "\xff\xfe broken \xc3 screen",
		"long":        strings.Repeat("my order arrived broken and ", 4000),
		"long, tail":  strings.Repeat("log line 17 ok. ", 7000) + "I want to talk to a human",
		"one word":    strings.Repeat("क्ष", 40000),
		"marks":       strings.Repeat("?!", 50000),
		"apostrophes": "''''I''d 'd ''",
	} {
		s := Read(message, nil)
		checkSpans(t, name, message, s)
		if name == "long, tail" && s.WantsHuman < sure {
			t.Errorf("a request at the end of %d bytes scores %.2f, want %.2f", len(message), s.WantsHuman, sure)
		}
	}
}

// checkSpans fails unless every value is in its range and every match is a stretch of the message.
func checkSpans(t *testing.T, name, message string, s Signals) {
	t.Helper()
	for signal, v := range map[string]float64{WantsHuman: s.WantsHuman, Refund: s.Refund, Complaint: s.Complaint, NeedsAction: s.NeedsAction, Frustration: s.Frustration, "sentiment": (s.Sentiment + 1) / 2} {
		if !(v >= 0 && v <= 1) {
			t.Errorf("%s: %s is %v, outside its range", name, signal, v)
		}
	}
	for _, m := range s.Matches {
		if m.Start < 0 || m.End > len(message) || m.Start >= m.End || message[m.Start:m.End] != m.Text {
			t.Errorf("%s: match %q has the span [%d:%d)", name, m.Text, m.Start, m.End)
			continue
		}
		if utf8.ValidString(message) && !utf8.ValidString(m.Text) {
			t.Errorf("%s: match [%d:%d) cuts a character", name, m.Start, m.End)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"My order arrived with a broken screen, and I need a replacement organised.", "मेरा ऑर्डर टूटा हुआ आया", "أريد التحدث مع موظف", "I'd WANT y'all's TE-48213!!?…", "\xf0\x9f", "l'un d'un can you"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, message, before string) {
		history := []Turn{{Author: "visitor", Text: before}, {Author: "assistant"}, {Author: "visitor", Text: message, Answered: true}}
		s := Read(message, history)
		checkSpans(t, "fuzz", message, s)
		if diff := cmp.Diff(s, Read(message, history)); diff != "" {
			t.Errorf("two readings differ:\n%s", diff)
		}
		Evaluate(Default(), Before, Input{Signals: s, Text: message})
		if n := Failures(history); n < 0 || n > 2 {
			t.Errorf("failures %d of 2 questions", n)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	for name, message := range map[string]string{
		"question": "Do you ship to Bengaluru?",
		"request":  "My order arrived with a broken screen, and I need a replacement organised.",
		"long":     strings.Repeat("The parcel came on Monday and the courier left it at the gate. ", 300),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Read(message, nil)
			}
		})
	}
}
