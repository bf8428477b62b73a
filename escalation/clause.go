package escalation

// clause is a part of a sentence with one speech act: tokens [from, to).
type clause struct {
	from, to       int
	marked         bool // it ends in a question mark
	asks, supposes bool
	forbids        bool // it tells somebody not to: "don't connect me"
}

// split cuts a message into clauses: at the ends of sentences, at pauses, at "and", "but" and the like when something
// new begins behind them, and where people who write without stops begin something new.
func split(t text) []clause {
	out := make([]clause, 0, 4)
	from := 0
	for i := 1; i <= len(t.tokens); i++ {
		if i < len(t.tokens) && t.tokens[i].sentence == t.tokens[i-1].sentence && !t.tokens[i].pause && !begins(t.tokens, i, from) {
			continue
		}
		last := i == len(t.tokens) || t.tokens[i].sentence != t.tokens[i-1].sentence
		out = append(out, clause{from: from, to: i, marked: last && t.asks[t.tokens[from].sentence]})
		from = i
	}
	return out
}

// begins reports whether a new clause begins at token i of a sentence whose open clause began at from.
func begins(toks []token, i, from int) bool {
	w, prev := &toks[i], &toks[i-1]
	next := &token{}
	if i+1 < len(toks) && toks[i+1].sentence == w.sentence {
		next = &toks[i+1]
	}
	switch w.word {
	case "or":
		return next.tags&tAct != 0 && i+2 < len(toks) && (toks[i+2].tags&tMy != 0 || word(toks[i+2].word, "me", "it", "us", "them"))
	case "and", "but", "so", "then", "because", "since", "although", "though", "however", "hence", "therefore", "plus":
		if w.word == "and" && next.tags&tAct != 0 && prev.tags&tAsk != 0 && prev.tags&tAct == 0 {
			return false // "can you check and release it" is one request
		}
		return next.tags&(tI|tMy|tYou|tWh|tModal|tPlease|tAct|tWant|tIf) != 0 || next.word == "someone" || next.word == "nobody" ||
			next.tags&tAux != 0 || next.word == "the" || next.word == "it" || next.word == "nothing" || w.word == "although" || w.word == "though" || w.word == "because"
	}
	if i == from+1 && prev.tags&tSkip != 0 {
		return false
	}
	tied := prev.tags&(tIf|tWh|tModal|tNot|tPronoun) != 0 || linking(prev.word)
	switch {
	case w.tags&tIf != 0:
		return !tied
	case w.tags&tI != 0:
		return !tied && prev.tags&(tAux|tSkip) == 0 && !(prev.tags&tObject != 0 && next.tags&(tActed|tMine|tArrive|tNot) != 0)
	case w.tags&tPlease != 0:
		return next.tags&tAct != 0 && prev.tags&(tModal|tYou|tSkip|tSomeone) == 0
	case w.tags&tWh != 0:
		return prev.tags&(tWh|tAct|tAsk|tSomeone|tBody|tNot|tAux) == 0 && (next.tags&(tAux|tModal|tIf|tAbout) != 0 || asksOn(next.word)) && !linking(prev.word)
	case w.tags&(tModal|tAux) != 0 && next.tags&(tYou|tI) != 0:
		return !tied && prev.tags&(tYou|tI|tAux|tAsk) == 0
	case w.tags&tWant != 0:
		return prev.tags&(tObject|tBroken|tTime) != 0 && prev.tags&tI == 0
	}
	return false
}

// linking words tie what follows to what stood before.
func linking(w string) bool {
	switch w {
	case "that", "which", "who", "as", "after", "before", "when", "than", "once", "until", "till", "while", "because",
		"where", "and", "or", "but", "so", "thing", "to", "for", "with", "of", "the", "a", "an", "even", "although", "though":
		return true
	}
	return false
}

// asksOn are the words behind "how" and "what" that make a question of them in the middle of a sentence.
func asksOn(w string) bool {
	switch w {
	case "to", "long", "many", "much", "about", "happens", "'s", "soon", "kind", "i", "we", "often", "else":
		return true
	}
	return false
}
