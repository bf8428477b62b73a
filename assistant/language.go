package assistant

import (
	"strings"
	"sync"
	"unicode"
)

// Languages of the fixed phrases.
const (
	English = "en"
	Hindi   = "hi"
	Arabic  = "ar"
)

// Language tells in which of the three languages a message is answered. It goes by script: Hindi written in Latin letters is
// answered in English, which who writes so reads too.
func Language(text string) string {
	var latin, devanagari, arabic int
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Devanagari, r):
			devanagari++
		case unicode.Is(unicode.Arabic, r):
			arabic++
		case unicode.IsLetter(r):
			latin++
		}
	}
	switch {
	case devanagari > latin && devanagari >= arabic:
		return Hindi
	case arabic > latin:
		return Arabic
	}
	return English
}

// The small words by which languages in Latin letters are told apart: they stand in nearly every sentence, and few are words of another of these languages.
var (
	smallEnglish = sync.OnceValue(func() map[string]bool {
		return set(`the and is are was were of to for with you your i my we our it this that these those do does did can could would should will have has had how what when where which who why
		if in on at by from not be been am an there any but or as about get got need want please`)
	})
	smallOther = sync.OnceValue(func() map[string]bool {
		return set(`der die das den dem des ein eine einen einem ist sind ich mein meine meinen sie wir ihr nicht und oder wie wo wann warum kann könnte möchte habe hat für mit auf von zu bei nach wird werden
		el los las un una unos es está están yo mi mis usted nosotros no y o cómo dónde cuándo cuántos por qué puedo puede quiero tengo tiene para con de del al su se hay
		le les des une est sont je mon ma mes vous nous votre ne pas et ou comment où quand pourquoi combien puis peut veux voudrais ai avez pour avec du au aux sur dans qui que quel quelle
		il lo gli uno sono io mio mia non e come dove quando perché quanto quanta posso può vorrei ho ha per con di della delle dei nel alla che
		o os um uma eu meu minha não como onde posso quero tenho para com do da dos das em no na
		de het een ik mijn wij niet en hoe waar wanneer waarom kan wil heb voor met op van naar
		kya hai hain kaise kab kahan kahaan kyun kyu kitna kitne kitni mera meri mere mujhe aap aapka nahi nahin karna karein kare ka ki ke ko se hoga hogi milega milegi chahiye raha rahi sakta sakte sakti hoon`)
	})
)

// otherLead is by how many small words a text must be another language than English, so that a name or a word of both does not decide.
const otherLead = 2

// languageSample is how many bytes of a text are looked at: a page says in its first lines what it is written in.
const languageSample = 1000

// inOtherLatin reports whether a text in Latin letters is in another language than English, as far as its small words tell.
func inOtherLatin(text string) bool {
	other, english := 0, 0
	for _, w := range wordsOf(strings.ToValidUTF8(text[:min(len(text), languageSample)], "")) {
		if smallOther()[w] && !smallEnglish()[w] {
			other++
		} else if smallEnglish()[w] {
			english++
		}
	}
	return other >= otherLead && other > 2*english
}
