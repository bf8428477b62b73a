package escalation

import "strings"

const (
	// insultWords is how many words a message may have and still be nothing but an insult: whoever writes more has a matter besides.
	insultWords = 8
	// mild and strong are how sure one insult makes us that somebody else should take over.
	mild, strong = 0.6, 0.9
)

// angryFaces say by themselves what they mean; a message of nothing else is no small talk.
const angryFaces = "😡🤬😠👿💢🖕"

// insult is how much a message is abuse and nothing else. The second one within the last messages counts as strong: the offer that followed the
// first did not help.
func (c *compiled) insult(message string, t text, history []Turn) float64 {
	now := c.abuse(message, t)
	if now == 0 || now >= strong {
		return now
	}
	for _, turn := range lastOf(history) {
		if c.abuse(turn.Text, tokenise(turn.Text, c.words)) > 0 {
			return strong
		}
	}
	return now
}

// abuse is insult without what came before. A short message that asks something ("why is this useless charger hot?") is none.
func (c *compiled) abuse(message string, t text) float64 {
	if len(t.tokens) == 0 {
		if strings.ContainsAny(message, angryFaces) {
			return mild
		}
		return 0
	}
	if len(t.tokens) > insultWords || t.asks[0] && len(t.tokens) > 3 {
		return 0
	}
	var room [8]found
	best := 0.0
	for _, h := range c.search("insult", t, room[:0]) {
		best = max(best, h.weight)
	}
	for i := range t.tokens {
		w := &t.tokens[i]
		if w.tags&(tID|tObject|tWant|tActNoun|tMy) != 0 || w.tags&tWh != 0 && i == 0 && w.word != "what" || w.tags&tNot != 0 {
			return 0 // there is a matter in it, or the insult is denied
		}
	}
	return best
}

// asksWho reports whether a message asks what or who is answering, and nothing else, greetings aside.
func (c *compiled) asksWho(t text) bool { return c.whole("identity", t) }

// talk tells which kind of talk beside the matter a message is, or "".
func (c *compiled) talk(t text) string {
	for _, kind := range []string{Abilities, Aside, Beside, Impatient} {
		if c.whole(kind, t) {
			return kind
		}
	}
	return ""
}

// whole reports whether a message is what one pattern of a section says and nothing else, greetings aside.
func (c *compiled) whole(section string, t text) bool {
	var room [4]found
	from := 0
	for from < len(t.tokens) && t.tokens[from].tags&(tGreeting|tThanks|tSkip) != 0 && t.tokens[from].tags&tAux == 0 {
		from++
	}
	if from == len(t.tokens) {
		return false
	}
	rest := text{tokens: t.tokens[from:], asks: t.asks}
	for _, h := range c.search(section, rest, room[:0]) {
		if h.from == 0 && h.to == len(rest.tokens) {
			return true
		}
	}
	return false
}
