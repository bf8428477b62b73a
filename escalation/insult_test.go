package escalation

import "testing"

// ruleFor is what the default rules say to a message before an answer is sought.
func ruleFor(message string, history ...Turn) Verdict {
	return Evaluate(Default(), Before, Input{Signals: Read(message, history), Text: message, Question: true})
}

func TestInsultsAreOfferedAPersonAndThenGetOne(t *testing.T) {
	t.Parallel()
	for _, message := range []string{"you are useless", "useless bot", "this is bullshit", "you suck", "what a joke", "😡", "🤬🤬", "बकवास", "tum bekar ho"} {
		if v := ruleFor(message); v.Rule != "insult-offer" || v.Action != Offer {
			t.Errorf("%q alone: %s by %q, want an offer", message, v.Action, v.Rule)
		}
		before := []Turn{{Author: "visitor", Text: "stupid bot", Answered: true}, {Author: "assistant", Text: "Would you like me to call a person?"}}
		if v := ruleFor(message, before...); v.Action != Handoff {
			t.Errorf("%q after another insult: %s by %q, want a handoff", message, v.Action, v.Rule)
		}
	}
	if v := ruleFor("fuck you"); v.Action != Handoff {
		t.Errorf("a strong insult: %s, want a handoff", v.Action)
	}
	for _, message := range []string{"🙂", "you are not useless", "is the charger useless without its cable?", "you are great", "why is the stupid fan so loud at night"} {
		if got := Read(message, nil).Insult; got != 0 {
			t.Errorf("%q is taken for an insult (%.2f)", message, got)
		}
	}
}

func TestQuestionsAboutTheAssistantAreNoQuestions(t *testing.T) {
	t.Parallel()
	for _, message := range []string{
		"are you a robot?", "Are you a bot?", "Hi, are you human?", "am I talking to a real person?", "what are you?", "who are you", "are you a bot or a human?",
		"kya aap robot hai", "क्या आप रोबोट हैं?", "आप कौन हैं?", "هل أنت روبوت؟", "من أنت؟",
	} {
		if !Read(message, nil).Identity || Question(message) {
			t.Errorf("%q: identity %v, question %v; want true, false", message, Read(message, nil).Identity, Question(message))
		}
	}
	for _, message := range []string{"are you people open on Sundays?", "what are you selling?", "are you a robot? then connect me to a human", "who are your couriers?", "is this real leather?"} {
		if Read(message, nil).Identity || !Question(message) {
			t.Errorf("%q counts as a question about the assistant and nothing else", message)
		}
	}
}

func TestPeopleInDangerComeFirst(t *testing.T) {
	t.Parallel()
	for _, message := range []string{
		"I'm going to kill myself", "I want to die", "my lawyer is here and I don't want to live", "connect me to a human, I will end my life", "main marna chahta hoon", "मैं मरना चाहता हूँ",
		"मैं आत्महत्या कर लूँगा", "أريد أن أموت", "سأقتل نفسي", "أفكر في الانتحار",
	} {
		if v := ruleFor(message); v.Rule != "blocked-crisis" || v.Action != Handoff {
			t.Errorf("%q: %s by %q, want blocked-crisis", message, v.Action, v.Rule)
		}
	}
	for _, message := range []string{"do you have the film Suicide Squad?", "the battery dies after an hour, is that normal?"} {
		if v := ruleFor(message); v.Rule == "blocked-crisis" {
			t.Errorf("%q is no crisis", message)
		}
	}
	for _, message := range []string{"lawyer", "I'll sue", "you will hear from my lawyers"} {
		if v := ruleFor(message); v.Rule != "blocked-legal" {
			t.Errorf("%q: %q, want blocked-legal", message, v.Rule)
		}
	}
}

func TestCourtesyInFrontOfAQuestionIsTakenOff(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"thanks, but how do I return an item?", "how do I return an item?"},
		{"great, and warranty?", "warranty?"},
		{"Good morning! When do you open?", "When do you open?"},
		{"Thanks a lot for the info. Do you ship to Pune?", "Do you ship to Pune?"},
		{"ok how long does shipping take", "how long does shipping take"},
		{"got it, and what about Delhi?", "what about Delhi?"},
		{"धन्यवाद, लेकिन वारंटी कितनी है?", "वारंटी कितनी है?"},
		{"شكرا، لكن كم مدة الضمان؟", "كم مدة الضمان؟"},
		{"great deals on tablets", "great deals on tablets"},
		{"ok google setup", "ok google setup"},
		{"good headphones under 2000", "good headphones under 2000"},
		{"thank you so much", "thank you so much"},
		{"how are you", "how are you"},
		{"", ""},
	} {
		if got := WithoutCourtesy(c[0]); got != c[1] {
			t.Errorf("%q: %q, want %q", c[0], got, c[1])
		}
	}
}
