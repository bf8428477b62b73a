package assistant

import (
	"embed"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/baton-chat/baton/conversation"
)

// A phrase is something the assistant says in fixed words.
type phrase string

// The phrases. Those of handoffs are named after the kind of rule that called.
const (
	sayGreeting  phrase = "greeting"
	sayThanks    phrase = "thanks"
	sayOkay      phrase = "okay"
	sayBye       phrase = "bye"
	sayNotFound  phrase = "not found"
	sayOffer     phrase = "offer"
	sayRest      phrase = "rest"
	sayStopped   phrase = "stopped"
	sayFault     phrase = "fault"
	sayCalled    phrase = "called"
	sayFailures  phrase = "failures"
	sayAction    phrase = "needs-action"
	sayRefund    phrase = "refund"
	sayComplaint phrase = "complaint"
	sayCrisis    phrase = "crisis"
	sayIdentity  phrase = "identity"
	sayUpset     phrase = "upset"
	// What stands in front of a quote in another language than the visitor's.
	sayQuoteEnglish phrase = "quote in English"
	sayQuoteHindi   phrase = "quote in Hindi"
	sayQuoteArabic  phrase = "quote in Arabic"
	sayQuoteOther   phrase = "quote in another language"
	sayCutShort     phrase = "cut short" // behind an answer that is not whole
	// What is said to messages that ask nothing of the help pages.
	sayAbilities phrase = "abilities" // "what can you do?"
	sayAside     phrase = "aside"     // "how old are you?"
	sayBeside    phrase = "beside"    // "write me a poem"
	// The words that are heard: of which messages of a kind consist, and of which they need one.
	hearOkay   phrase = "heard okay"
	hearThanks phrase = "heard thanks"
	hearBye    phrase = "heard bye"
	needThanks phrase = "thanks words"
	needBye    phrase = "bye words"
	hearYes    phrase = "yes words"
	needYes    phrase = "yes carries"
)

//go:embed catalogue/*.txt
var catalogueFiles embed.FS

// catalogue holds what the assistant says and hears in fixed words: a file for each language, a phrase a line. Whether somebody is online is not said there, for the widget
// knows it better, later: the phrases of a handoff are true whether a person reads the chat in a second or tomorrow.
var catalogue = sync.OnceValue(func() map[string]map[phrase]string {
	out := map[string]map[phrase]string{}
	names, err := fs.Glob(catalogueFiles, "catalogue/*.txt")
	if err != nil {
		return out // The pattern is a constant.
	}
	for _, name := range names {
		text, err := catalogueFiles.ReadFile(name)
		if err != nil {
			continue // It was listed a moment ago, out of the binary itself.
		}
		phrases := map[phrase]string{}
		for line := range strings.Lines(string(text)) {
			if key, words, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
				phrases[phrase(key)] = words
			}
		}
		out[strings.TrimSuffix(path.Base(name), ".txt")] = phrases
	}
	return out
})

// say returns a phrase in a language; what is no language of the catalogue gets English.
func say(language string, p phrase) string {
	if text, ok := catalogue()[language][p]; ok {
		return text
	}
	return catalogue()[English][p]
}

// heard collects the words of a kind in all languages.
func heard(kind phrase) map[string]bool {
	out := map[string]bool{}
	for _, phrases := range catalogue() {
		for _, w := range strings.Fields(phrases[kind]) {
			out[w] = true
		}
	}
	return out
}

// handoffPhrase picks the words for a rule. Default rules say their kind in their id; a rule of the workspace's own gets the plain sentence.
func handoffPhrase(rule string) phrase {
	switch {
	case strings.HasPrefix(rule, "needs-action"):
		return sayAction
	case strings.HasPrefix(rule, "refund"):
		return sayRefund
	case strings.HasPrefix(rule, "blocked-crisis"):
		return sayCrisis
	case strings.HasPrefix(rule, "complaint"), strings.HasPrefix(rule, "frustration"), strings.HasPrefix(rule, "sentiment"), strings.HasPrefix(rule, "insult"):
		return sayComplaint
	case strings.HasPrefix(rule, "failures"), strings.HasPrefix(rule, "unanswered"):
		return sayFailures
	}
	return sayCalled
}

// outcome is what a phrase of small talk is recorded as: one of them offers a person, and "yes" after it calls one.
func (p phrase) outcome() string {
	if p == sayUpset {
		return conversation.OutcomeOffer
	}
	return conversation.OutcomeGreeting
}

// OutcomeOf tells which outcome a message of the assistant had, for a history that kept only the words. The assistant says in fixed words that it
// found nothing, so the words tell.
func OutcomeOf(text string) string {
	for _, phrases := range catalogue() {
		switch text {
		case phrases[sayNotFound]:
			return conversation.OutcomeUnanswered
		case phrases[sayGreeting], phrases[sayThanks], phrases[sayOkay], phrases[sayBye], phrases[sayIdentity], phrases[sayAbilities], phrases[sayAside], phrases[sayBeside]:
			return conversation.OutcomeGreeting
		case phrases[sayUpset]:
			return conversation.OutcomeOffer
		case phrases[sayStopped]:
			return conversation.OutcomeStopped
		}
		if strings.HasSuffix(text, "\n\n"+phrases[sayOffer]) {
			return conversation.OutcomeOffer
		}
	}
	return conversation.OutcomeAnswered
}
