package assistant

import (
	"strings"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/language"
)

// Languages of fixed phrases that code names.
const (
	English = language.English
	Hindi   = language.Hindi
	Arabic  = language.Arabic
)

// Language tells in which language a message is answered. Hindi written in Latin letters is answered in English, which who writes so reads too.
func Language(text string) string {
	code, _ := language.Of(text)
	return spoken(code)
}

// spoken is the language in which a message of another is answered.
func spoken(code string) string {
	if code == language.HindiLatin {
		return English
	}
	return code
}

// languageOf is the language of a message behind others: one that shows none, such as an order number, is answered in that of the visitor's last message that did,
// unless its letters are of another script.
func languageOf(text string, history []Turn) string {
	code, sure := language.Of(text)
	for i := len(history) - 1; i >= 0 && !sure; i-- {
		if history[i].Author == conversation.ByVisitor {
			if before, is := language.Of(history[i].Text); is && (language.Fits(text, before) || strings.ToUpper(text) == text) {
				return spoken(before)
			}
		}
	}
	return spoken(code)
}
