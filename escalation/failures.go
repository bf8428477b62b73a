package escalation

import "strings"

// Failures returns how many questions of the visitor in a row went without an answer, counted back from the end of the
// conversation. An answered question ends the count, and so does a person who spoke: what went wrong before is settled.
// Greetings and thanks are no questions and are passed over; so are messages with nothing to read in them, and those that waited: the one that got the reply counts.
func Failures(history []Turn) int {
	c := tables()
	n := 0
	for i := len(history) - 1; i >= 0; i-- {
		switch turn := history[i]; {
		case turn.Author == "agent":
			return n
		case turn.Author != "visitor", turn.Waited:
		case turn.Answered:
			if c.asks(turn.Text) {
				return n
			}
		case c.asks(turn.Text):
			n++
		}
	}
	return n
}

// Question reports whether a message asks for something: whether it is more than a greeting, thanks or nothing at all.
func Question(message string) bool { return tables().asks(message) }

// Interrogative reports whether a message has the form of a question: a question mark, or a word in front that begins one.
func Interrogative(message string) bool {
	c := tables()
	message = WithoutCourtesy(ownWords(message))
	t := tokenise(message, c.words)
	return len(t.tokens) > 0 && c.asks(message) && (strings.ContainsAny(message, "?؟") || t.tokens[0].tags&(tWh|tModal|tAux) != 0)
}

// aside reports whether talk beside the matter is no question to support. Impatience is: it counts as one that got no answer.
func aside(talk string) bool { return talk != "" && talk != Impatient }

func (c *compiled) asks(message string) bool {
	t := tokenise(message, c.words)
	return len(t.tokens) > 0 && !c.greets(t) && !c.thanks(t) && !c.asksWho(t) && !aside(c.talk(t)) && c.abuse(message, t) == 0
}
