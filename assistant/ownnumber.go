package assistant

import (
	"regexp"
	"strings"
)

// ownNumber is the number of one order, ticket or case. No page knows what became of it: pages tell how to look, and a person can look.
var ownNumber = regexp.MustCompile(`(?i)\b(?:(?:no|nr|number)\.?\s*)?[a-z]{2,4}-?\d{4,}\b|#\s?\d{4,}\b`)

// hasOwnNumber reports whether a message is about one order or case.
func hasOwnNumber(text string) bool { return ownNumber.MatchString(text) }

// withoutOwnNumber takes the number out of a question, since what is asked of the pages is how it is with any order.
func withoutOwnNumber(text string) string {
	if !hasOwnNumber(text) {
		return text
	}
	instead := "my order"
	if strings.Contains(strings.ToLower(text), "order") {
		instead = ""
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(ownNumber.ReplaceAllString(text, instead), " ?", "?")), " ")
}
