package escalation

// DefaultFailures is how many questions in a row may go without an answer: one can be a typing slip or an odd question,
// the second says that this visitor needs somebody else.
const DefaultFailures = 2

// Thresholds of the default rules. sure and unsure split "asked for a person" in three: at once, on one tap, not at
// all; needed is where the model of NeedsAction decides; furious and worn were set where the development messages of
// an ordinary shop, complaints included, stay below.
const (
	sure    = 0.6
	unsure  = 0.4
	needed  = 0.5
	subject = 0.6
	furious = -0.75
	worn    = 0.85
	abused  = 0.5  // an insult, or an angry face: a person is offered
	enough  = 0.85 // a strong insult, or one more of them
)

// DefaultsVersion is the version of the rules below. It goes up when a rule is added, and defaultSince says which one.
const DefaultsVersion = 2

// defaultSince is the version in which a default rule came. Sets that were stored before versions were counted were made from the first.
func defaultSince(id string) int {
	switch id {
	case "insult", "insult-offer":
		return 2
	}
	return 1
}

// Default returns the rules that Baton comes with. Their order matters: safety first, then what the visitor asked for
// in so many words, then what their mood tells.
func Default() RuleSet {
	no, anger := false, furious
	return RuleSet{Defaults: DefaultsVersion, Failures: DefaultFailures, Rules: []Rule{
		{
			ID: "blocked-crisis", Title: "Self-harm", Enabled: true, Phase: Before, Then: Handoff,
			When: Condition{Keywords: crisisWords()}, Reason: "Speaks of wanting to die or of hurting themselves",
		},
		{
			ID: "blocked-safety", Title: "Smoke, fire, electric shock", Enabled: true, Phase: Before, Then: Handoff,
			When: Condition{Keywords: safetyWords()}, Reason: "Somebody may be in danger",
		},
		{
			ID: "blocked-legal", Title: "Police, court, lawyers", Enabled: true, Phase: Before, Then: Handoff,
			When: Condition{Keywords: legalWords()}, Reason: "Speaks of the police, a court or a lawyer",
		},
		{
			ID: "wants-human", Title: "Asks for a person", Enabled: true, Phase: Before, Then: Handoff,
			When: Condition{Signal: WantsHuman, AtLeast: sure}, Reason: "Asked for a person",
		},
		{
			ID: "needs-action", Title: "Only a person can do this", Enabled: true, Phase: Before, Then: Handoff,
			When: Condition{Signal: NeedsAction, AtLeast: needed}, Reason: "Only a person can do this",
		},
		{
			ID: "sentiment", Title: "Strong anger", Enabled: true, Phase: Before, Then: Handoff,
			When: Condition{SentimentBelow: &anger}, Reason: "The visitor is angry",
		},
		{
			ID: "frustration", Title: "Patience has run out", Enabled: true, Phase: Before, Then: Handoff,
			When: Condition{Signal: Frustration, AtLeast: worn}, Reason: "The visitor has to repeat themselves",
		},
		{
			ID: "insult", Title: "Strong or repeated insults", Enabled: true, Phase: Before, Then: Handoff,
			When: Condition{Signal: Insult, AtLeast: enough}, Reason: "Writes nothing but insults",
		},
		{
			ID: "insult-offer", Title: "An insult or an angry face", Enabled: true, Phase: Before, Then: Offer,
			When: Condition{Signal: Insult, AtLeast: abused}, Reason: "Is angry, and says no more than that",
		},
		{
			ID: "unsure-wants-human", Title: "May be asking for a person", Enabled: true, Phase: Before, Then: Offer,
			When: Condition{Signal: WantsHuman, AtLeast: unsure}, Reason: "May have asked for a person",
		},
		{
			ID: "failures", Title: "Several questions without an answer", Enabled: true, Phase: After, Then: Handoff,
			When: Condition{FailuresReached: true}, Reason: "{n} questions in a row without an answer",
		},
		{
			ID: "complaint", Title: "Complaint", Enabled: true, Phase: After, Then: Offer,
			When: Condition{Signal: Complaint, AtLeast: subject}, Reason: "Has a complaint",
		},
		{
			ID: "refund", Title: "Refund without an answer", Enabled: true, Phase: After, Then: Offer,
			When: Condition{Signal: Refund, AtLeast: subject, Answered: &no}, Reason: "Asked about a refund, and no article answers it",
		},
		{
			ID: "not-grounded", Title: "Not in the knowledge base", Enabled: true, Phase: After, Then: Offer,
			When: Condition{Answered: &no}, Reason: "The knowledge base does not answer this",
		},
	}}
}

// crisisWords are the words of people who may be about to hurt themselves. Bare "suicide" is left out: it stands in the titles of films.
func crisisWords() []string {
	return []string{
		"kill myself", "killing myself", "end my life", "ending my life", "end my own life", "take my own life", "taking my own life", "want to die", "wanna die", "wish i was dead", "wish i were dead",
		"better off dead", "don't want to live", "do not want to live", "no reason to live", "nothing to live for", "hurt myself", "hurting myself", "harm myself", "harming myself", "self harm",
		"commit suicide", "committing suicide", "attempt suicide", "thinking of suicide", "thinking about suicide", "suicidal",
		"marna chahta", "marna chahti", "mar jana chahta", "mar jana chahti", "mar jaana chahta", "mar jaana chahti", "jeena nahi chahta", "jeena nahi chahti", "jina nahi chahta", "jina nahi chahti",
		"jaan de dunga", "jaan de dungi", "suicide kar", "suicide karna", "khudkushi", "aatmahatya", "atmahatya",
		"आत्महत्या", "खुदकुशी", "मरना चाहता", "मरना चाहती", "मर जाना चाहता", "मर जाना चाहती", "जीना नहीं चाहता", "जीना नहीं चाहती", "जान दे दूंगा", "जान दे दूंगी", "खुद को मार", "अपनी जान ले",
		"انتحر", "سانتحر", "الانتحار", "انتحار", "اقتل نفسي", "ساقتل نفسي", "قتل نفسي", "اؤذي نفسي", "ايذاء نفسي", "انهي حياتي", "انهاء حياتي", "اريد ان اموت", "اريد الموت", "ابغي اموت", "بدي اموت", "عايز اموت", "لا اريد ان اعيش",
		"will sterben", "mich umbringen", "bringe mich um", "selbstmord", "suizid", "quiero morir", "quiero morirme", "suicidarme", "voy a matarme", "veux mourir", "me suicider", "vais me tuer", "voglio morire", "suicidarmi", "voglio uccidermi",
	}
}

// safetyWords are phrases, not bare words: "Fire TV" and "smoke detector" are products.
func safetyWords() []string {
	return []string{
		"caught fire", "catches fire", "on fire", "started burning", "burst into flames", "in flames", "exploded", "explosion", "blew up",
		"is smoking", "started smoking", "smoke coming", "smoke came", "smoke from", "smoke is coming", "smelled smoke", "smell smoke",
		"burning smell", "smells of burning", "smell of burning", "burnt smell", "smells burnt", "is sparking", "sparks came", "sparks coming", "throwing sparks",
		"electric shock from", "got an electric shock", "gave me an electric shock", "got a shock", "gave me a shock", "gives me a shock", "gives a shock", "shocked me", "electrocuted",
		"swollen battery", "battery swelled", "battery is swelling", "battery is swollen", "battery has swollen", "battery bulged", "battery is bulging", "battery leaked", "gas leak", "burned my", "burnt my",
		"aag lag gayi", "aag lagi", "aag lag gaya", "dhuan nikal", "dhua nikal", "current laga", "jhatka laga", "phat gaya", "phat gayi",
		"आग लग", "आग लगी", "धुआं निकल", "करंट लगा", "झटका लगा", "बैटरी फूल", "बैटरी फट", "फट गया", "फट गई",
		"احترق", "احترقت", "حريق", "دخان", "انفجر", "انفجرت", "صعقه كهربائيه", "صعقني", "كهربني", "شرار",
		"fängt an zu brennen", "brennt", "stromschlag", "explodiert", "qualmt", "se incendió", "descarga eléctrica", "explotó", "humo", "a pris feu", "choc électrique", "fumée", "ha preso fuoco", "scossa elettrica", "esploso",
	}
}

// legalWords are the words of people who have decided to go elsewhere, not of those who ask what the law says.
func legalWords() []string {
	return []string{
		"consumer court", "consumer forum", "consumer commission", "consumer helpline", "ombudsman", "legal action", "legal notice", "legal steps", "lawyer", "lawyers", "attorney", "legal proceedings", "legal department", "sue you", "suing you", "i will sue", "i'll sue", "going to sue", "gonna sue", "sue your company", "small claims", "take you to court", "see you in court", "going to court", "go to court",
		"police complaint", "go to the police", "going to the police", "call the police", "calling the police", "report you to the police", "inform the police", "cyber cell", "file an fir", "lodge an fir", "file fir",
		"police mein", "police me", "case karunga", "case kar dunga", "court jaunga", "vakil", "upbhokta forum",
		"उपभोक्ता फोरम", "उपभोक्ता अदालत", "उपभोक्ता आयोग", "वकील", "पुलिस", "कानूनी कार्रवाई", "मुकदमा",
		"محامي", "المحامي", "الشرطه", "المحكمه", "حمايه المستهلك", "مقاضاتكم", "اقاضيكم", "القضاء",
		"anwalt", "rechtsanwalt", "polizei", "verklagen", "verbraucherzentrale", "abogado", "policía", "demandarlos", "demanda judicial", "avocat", "porter plainte", "tribunal", "avvocato", "polizia", "denuncia",
	}
}
