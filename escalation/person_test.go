package escalation

import "testing"

func TestWantsHuman(t *testing.T) {
	t.Parallel()
	for _, message := range []string{
		"Can I talk to a human?", "agent please", "HUMAN", "i want to speak with a real person", "let me speak to your manager",
		"connect me to an operator", "get me a representative!!", "I don't want to talk to a bot", "no more bots", "is there someone I can speak to",
		"talkk to an agnet", "put me through to somebody", "I would rather chat with a human agent", "call me back please",
		"kisi insan se baat karni hai", "mujhe agent chahiye", "agent se baat karao", "customer care se baat karwa do", "bot se baat nahi karni",
		"मुझे किसी इंसान से बात करनी है", "एजेंट से बात कराइए", "मुझे इंसान चाहिए", "किसी व्यक्ति से संपर्क",
		"أريد التحدث مع موظف", "حولني إلى شخص حقيقي", "ابي اكلم موظف", "اريد انسان",
		"Ich möchte mit einem Menschen sprechen", "Mitarbeiter bitte", "Bitte verbinden Sie mich mit einem Berater", "Kann ich mit jemandem reden?",
		"quiero hablar con una persona", "agente por favor", "necesito un humano", "páseme con un operador",
		"je veux parler à un humain", "un conseiller s'il vous plaît", "passez-moi un agent", "puis-je parler à quelqu'un ?",
		"voglio parlare con una persona", "operatore per favore", "vorrei un operatore umano", "posso parlare con qualcuno?",
	} {
		if got := Read(message, nil).WantsHuman; got < sure {
			t.Errorf("%q: %.2f, want at least %.2f", message, got, sure)
		}
	}
}

func TestSoundsLikeWantingAHumanButIsNot(t *testing.T) {
	t.Parallel()
	for _, message := range []string{
		"are you a human?", "am I talking to a real person", "tell me if you are a bot or a human", "is this a robot", "what are you, a person or a machine?",
		"someone stole my card", "which person do I contact for invoices", "Can someone else receive my parcel?", "I need to add a person to my plan",
		"you can call me Sam", "the delivery agent was rude", "how do I become an agent", "does the plan cover one person?", "I made a transfer to someone",
		"human resources address", "What does the account manager role allow?", "Do you ship to Bengaluru?", "how many people fit the tent",
		"kya aap insan ho", "क्या आप इंसान हैं", "هل انت انسان", "Bist du ein Mensch?", "¿eres una persona real?", "Es-tu un robot ?", "sei un umano?",
	} {
		if got := Read(message, nil).WantsHuman; got >= unsure {
			t.Errorf("%q: %.2f, want below %.2f", message, got, unsure)
		}
	}
}

func TestGreyZoneIsOffered(t *testing.T) {
	t.Parallel()
	for _, message := range []string{"I want to contact customer service", "customer care number", "is anyone there?", "can someone help me"} {
		s := Read(message, nil)
		if v := Evaluate(Default(), Before, Input{Signals: s, Text: message}); v.Action != Offer || v.Rule != "unsure-wants-human" {
			t.Errorf("%q (%.2f): %s by %q, want an offer", message, s.WantsHuman, v.Action, v.Rule)
		}
	}
}
