package assistant

import (
	"strings"
	"unicode"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/escalation"
)

// smallWords is how many words a message may have and still be nothing but small talk.
const smallWords = 4

// small names words that carry a short message without a question in it. A message counts as one kind when all of its words stand in that kind's list.
var small = map[phrase]map[string]bool{
	sayOkay: set(`ok okay k kk okey alright fine great good nice cool perfect super awesome excellent understood noted got it gotcha sure i see all right
		that's thats clear works now hmm hm ah oh wow yes yep yeah no nope nah nothing else not really
		ठीक है अच्छा बढ़िया समझ गया गई हाँ हां जी नहीं theek thik hai accha acha haan nahi
		حسنا حسنًا تمام طيب جيد ممتاز نعم لا فهمت`),
	sayThanks: set(`thanks thank thx thankyou ty you u very so much a lot anyway anyways ok okay great no alright fine for the your help info that's all
		धन्यवाद शुक्रिया बहुत ठीक है dhanyavaad shukriya bahut شكرا شكرًا جزيلا لك`),
	sayBye: set(`bye goodbye good night byebye see you later ya ciao tata cheers ok okay then
		अलविदा फिर मिलेंगे शुभ रात्रि alvida مع السلامة وداعا إلى اللقاء الى`),
}

// yes are the words with which people accept an offer.
var yes = set(`yes yep yeah yup ya sure ok okay please pls plz do go ahead definitely of course absolutely kindly y ji haan han haa bilkul
	that would be great good nice fine perfect i i'd like so call a person human someone somebody one them now right thanks thank you bula bulao bulaiye do dijiye lo kar karo
	हाँ हां जी ठीक है कृपया बिल्कुल बुला बुलाओ बुलाइए दो दीजिए लो धन्यवाद نعم أجل اجل ايوه أيوة من فضلك رجاء تمام طيب موافق أكيد اكيد تفضل استدع شخصا شخصًا شكرا شكرًا`)

// carries are the words of which an acceptance needs at least one: "please" alone may be anything, and so may "thanks".
var carries = set(`yes yep yeah yup ya sure ok okay go do call definitely course absolutely y haan han haa bilkul bulao bulaiye हाँ हां ठीक बिल्कुल बुला बुलाओ बुलाइए
	نعم أجل اجل ايوه أيوة تمام طيب موافق أكيد اكيد تفضل استدع`)

// plainly are the words that say yes beside thanks too.
var plainly = set(`yes yep yeah yup sure y haan han haa हाँ हां نعم أجل اجل ايوه أيوة`)

// yesWords is how many words an acceptance may have: "yes please, that would be great".
const yesWords = 7

// nods are the pictures that say yes without a word.
const nods = "👍👌✅"

// thanksNeed are the words of which thanks need one.
var thanksNeed = set(`thanks thank thx thankyou ty धन्यवाद शुक्रिया dhanyavaad shukriya شكرا شكرًا`)

// byeNeeds are the words that tell a farewell from a plain "okay then".
var byeNeeds = set(`bye goodbye byebye night later ciao tata अलविदा मिलेंगे रात्रि alvida السلامة وداعا اللقاء`)

func set(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}

// wordsOf are the runs of letters, marks, digits and apostrophes, in lower case.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(strings.ReplaceAll(text, "’", "'")), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) && r != '\''
	})
}

// smallTalk tells whether a message wants courtesy and no search, and which.
func smallTalk(text string, signals escalation.Signals) (phrase, bool) {
	words := wordsOf(text)
	switch {
	case signals.Greeting:
		return sayGreeting, true
	case signals.Thanks:
		return sayThanks, true
	case signals.Identity:
		return sayIdentity, true
	case signals.Insult > 0:
		// It holds nothing to look up, and "not found" would pour oil on the fire.
		return sayUpset, true
	case len(words) == 0:
		// A picture or a smile; question marks alone ask for more than that.
		return sayOkay, !strings.ContainsAny(text, "?؟")
	case all(words, small[sayThanks]) && some(words, thanksNeed):
		return sayThanks, true
	case len(words) > smallWords:
		return "", false
	case all(words, small[sayBye]) && some(words, byeNeeds):
		return sayBye, true
	}
	return sayOkay, all(words, small[sayOkay])
}

// accepts reports whether a message says yes to the offer of a person that the assistant's last message made.
func accepts(text string, history []Turn) bool {
	if len(history) == 0 {
		return false
	}
	last := history[len(history)-1]
	if last.Author != conversation.ByAssistant || (last.Outcome != conversation.OutcomeUnanswered && last.Outcome != conversation.OutcomeOffer) {
		return false
	}
	words := wordsOf(text)
	if len(words) == 0 {
		return strings.ContainsAny(text, nods) && !strings.ContainsAny(text, "👎?؟")
	}
	if some(words, thanksNeed) && !some(words, plainly) {
		return false // "ok thanks" ends a talk
	}
	return len(words) <= yesWords && all(words, yes) && some(words, carries) && !strings.ContainsAny(text, "?؟")
}

func all(words []string, in map[string]bool) bool {
	for _, w := range words {
		if !in[w] {
			return false
		}
	}
	return len(words) > 0
}

func some(words []string, in map[string]bool) bool {
	for _, w := range words {
		if in[w] {
			return true
		}
	}
	return false
}
