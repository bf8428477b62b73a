package assistant

import (
	"strings"
	"sync"
	"unicode"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/escalation"
)

// smallWords is how many words a message may have and still be nothing but small talk.
const smallWords = 4

// The words that carry a short message without a question in it, in all languages of the catalogue. A message counts as one kind when all of its words stand in that
// kind's list.
var small = sync.OnceValue(func() map[phrase]map[string]bool {
	out := map[phrase]map[string]bool{}
	for _, kind := range []phrase{hearOkay, hearThanks, hearBye, needThanks, needBye, hearYes, needYes} {
		out[kind] = heard(kind)
	}
	return out
})

// plainly are the words that say yes beside thanks too.
var plainly = set(`yes yep yeah yup sure y haan han haa हाँ हां نعم أجل اجل ايوه أيوة ja gerne sí oui sì sim ஆம் ஆமாம் হ্যাঁ అవును होय હા ಹೌದು`)

// yesWords is how many words an acceptance may have: "yes please, that would be great".
const yesWords = 7

// nods are the pictures that say yes without a word.
const nods = "👍👌✅"

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
	case signals.Talk == escalation.Abilities:
		return sayAbilities, true
	case signals.Talk == escalation.Aside:
		return sayAside, true
	case signals.Talk == escalation.Beside:
		return sayBeside, true
	case signals.Insult > 0:
		// It holds nothing to look up, and "not found" would pour oil on the fire.
		return sayUpset, true
	case len(words) == 0:
		// A picture or a smile; question marks alone ask for more than that.
		return sayOkay, !strings.ContainsAny(text, "?؟")
	case all(words, small()[hearThanks]) && some(words, small()[needThanks]):
		return sayThanks, true
	case len(words) > smallWords:
		return "", false
	case all(words, small()[hearBye]) && some(words, small()[needBye]):
		return sayBye, true
	}
	return sayOkay, all(words, small()[hearOkay])
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
	if some(words, small()[needThanks]) && !some(words, plainly) {
		return false // "ok thanks" ends a talk
	}
	return len(words) <= yesWords && all(words, small()[hearYes]) && some(words, small()[needYes]) && !strings.ContainsAny(text, "?؟")
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
