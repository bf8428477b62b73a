package escalation

import "testing"

func TestTalkBesideTheMatter(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"What can you do?": Abilities, "hi, what can you help me with": Abilities, "How can you help me?": Abilities, "आप क्या कर सकते हैं?": Abilities, "Was können Sie?": Abilities,
		"How old are you?": Aside, "do you like music": Aside, "who made you?": Aside, "I love you": Aside, "Wie alt bist du?": Aside,
		"Write me a poem": Beside, "Can you tell me a joke?": Beside, "please write a song about tablets": Beside, "tell me a story": Beside, "ek kavita likho": Beside,
		"This is the third time I am writing": Impatient, "Not helpful at all": Impatient, "That was not helpful": Impatient, "this is a waste of time": Impatient, "I have asked three times already": Impatient,
		"still no answer": Impatient, "How many times do I have to ask?": Impatient,
		"What can you do about my broken screen?": "", "How old can a tablet be for buy-back?": "", "Write me an invoice for TE-48213": "", "do you like to ship to Goa": "", "tell me about the warranty": "",
		"Is the pen not working with the Tab 10?": "", "What can I do if the parcel is late?": "", "Do you have kids tablets?": "", "can you do same day delivery": "",
	} {
		if got := Read(message, nil).Talk; got != want {
			t.Errorf("%q: %q, want %q", message, got, want)
		}
	}
	if s := Read("Write me a poem", nil); s.NeedsAction > 0 {
		t.Errorf("a poem needs a person: %.2f", s.NeedsAction)
	}
	if s := Read("my tablet is frozen", nil); s.NeedsAction >= needed {
		t.Errorf("a frozen tablet needs a person: %.2f", s.NeedsAction)
	}
	if s := Read("my account is frozen", nil); s.NeedsAction < needed {
		t.Errorf("a frozen account needs no person: %.2f", s.NeedsAction)
	}
}

func TestCallsForAPersonInMoreLanguages(t *testing.T) {
	t.Parallel()
	for _, message := range []string{
		"ஒரு நபர், தயவுசெய்து", "மனிதருடன் பேச வேண்டும்", "একজন মানুষের সঙ্গে কথা বলতে চাই", "మనిషితో మాట్లాడాలి", "मला माणसाशी बोलायचे आहे", "મારે કોઈ વ્યક્તિ સાથે વાત કરવી છે",
		"ನಾನು ವ್ಯಕ್ತಿಯೊಂದಿಗೆ ಮಾತನಾಡಬೇಕು", "quero falar com uma pessoa", "um atendente, por favor",
	} {
		if s := Read(message, nil); s.WantsHuman < sure {
			t.Errorf("%q: %.2f", message, s.WantsHuman)
		}
	}
}

// Impatience counts as a question without an answer, and messages that waited for one reply count once.
func TestFailuresOfImpatienceAndOfWaiting(t *testing.T) {
	t.Parallel()
	unanswered := Turn{Author: "visitor", Text: "Do you rent tablets?"}
	if n := Failures([]Turn{unanswered, {Author: "visitor", Text: "Not helpful at all"}}); n != 2 {
		t.Errorf("impatience: %d", n)
	}
	waited := Turn{Author: "visitor", Text: "Is there a shop in Goa?", Waited: true}
	if n := Failures([]Turn{unanswered, waited, unanswered}); n != 2 {
		t.Errorf("waiting: %d", n)
	}
	if n := Failures([]Turn{unanswered, {Author: "visitor", Text: "How old are you?", Answered: true}, unanswered}); n != 2 {
		t.Errorf("chat: %d", n)
	}
}

func TestLastQuestion(t *testing.T) {
	t.Parallel()
	letter := "Hello, I bought a tablet from you last month for my daughter and she loves it. She uses it for school every day and for drawing in the evening. Anyway, what I wanted to ask: how long does the warranty last? Thanks"
	for message, want := range map[string]string{
		letter: "how long does the warranty last?",
		"2026-11-20 10:12:01 ERROR net: connection reset\n2026-11-20 10:12:09 ERROR update failed code 12\nHow do I update the tablet?": "How do I update the tablet?",
		"How long does the warranty last?": "",
		letter + " Any ideas?":             "",
	} {
		if got := LastQuestion(message); got != want {
			t.Errorf("%q: %q", message, got)
		}
	}
}

func TestOwnCase(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]bool{"Where is my order TE-48213?": true, "Has TE-48213 shipped yet?": true, "Where is my order?": false, "How much is the Tab 11?": false} {
		if got := Read(message, nil).OwnCase; got != want {
			t.Errorf("%q: %v", message, got)
		}
	}
}
