package escalation

import "strings"

// WithoutCourtesy returns a message without the courtesy in front of what it asks: "thanks, but how do I return an item?" asks how to return one. A
// message that is nothing but courtesy, and one in which the words may mean something ("great deals on tablets"), comes back as it is.
func WithoutCourtesy(message string) string {
	t := tokenise(message, tables().words)
	from := courtesyEnd(t.tokens)
	if from == 0 || from == len(t.tokens) {
		return message
	}
	return strings.TrimSpace(message[t.tokens[from].start:])
}

// courtesyEnd returns the token at which the matter begins, or 0 where nothing certain stands before it.
func courtesyEnd(toks []token) int {
	i, certain := 0, 0
	for i < len(toks) {
		w := &toks[i]
		if i > 0 && certain != i && ends(toks, i) {
			certain = i
		}
		switch {
		case opens(w) && (i == 0 || certain == i || opens(&toks[i-1]) || joins(toks[i-1].word)):
		case i > 0 && trails(w) && !ends(toks, i):
		case i > 0 && joins(w.word):
			certain = i + 1
		default:
			if i > 0 && w.tags&(tWh|tModal|tAux) != 0 && w.tags&(tGreeting|tThanks) == 0 {
				return i // "ok how long …", "hi can I …"
			}
			return certain
		}
		i++
	}
	return 0
}

// opens are words with which courtesy begins.
func opens(w *token) bool {
	return w.tags&(tGreeting|tThanks) != 0 ||
		word(w.word, "great", "ok", "okay", "good", "cool", "perfect", "awesome", "nice", "excellent", "wonderful", "alright", "fine", "super", "understood", "noted", "got", "accha", "acha", "theek", "thik",
			"सुप्रभात", "अच्छा", "ठीक", "बढिया", "حسنا", "تمام", "ممتاز", "طيب", "صباح", "مساء")
}

// trails are words that courtesy goes on with.
func trails(w *token) bool {
	return word(w.word, "you", "u", "so", "very", "much", "a", "lot", "again", "for", "the", "your", "that", "this", "it", "help", "info", "information", "answer", "reply", "quick", "there", "everyone", "all", "team",
		"sir", "madam", "morning", "evening", "afternoon", "day", "ji", "hai", "बहुत", "है", "जी", "आपका", "جزيلا", "لك", "لكم", "عليكم", "الخير", "النور", "بك")
}

// joins are words between courtesy and matter.
func joins(w string) bool {
	return word(w, "but", "and", "so", "then", "now", "also", "however", "lekin", "par", "aur", "to", "लेकिन", "मगर", "पर", "और", "तो", "لكن", "ولكن", "بس", "و")
}
