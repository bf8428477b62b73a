package escalation

import "strings"

// clauseReader finds the speech act of one clause.
type clauseReader struct {
	toks []token
	clause
	acts    *acts
	follows bool // the clause before it asked
	words   int  // words that mean something
	polite  bool
}

func (r *clauseReader) at(i int) *token {
	if i < r.from || i >= r.to {
		return &token{}
	}
	return &r.toks[i]
}

func (r *clauseReader) is(i int, t tag) bool { return r.at(i).tags&t != 0 }

// over moves i over tokens that carry no act of their own.
func (r *clauseReader) over(i int, t tag) int {
	for i < r.to && r.is(i, t) {
		r.polite = r.polite || r.is(i, tPlease)
		i++
	}
	return i
}

// read sets the features of the clause.
func (r *clauseReader) read() {
	h := r.from
	for h < r.to && r.is(h, tSkip|tPlease) && !(r.at(h).word == "there" && r.is(h+1, tAux)) && !(r.is(h, tAct) && !r.is(h, tSkip)) {
		r.polite = r.polite || r.is(h, tPlease)
		h++
	}
	if r.words = r.to - h; r.words == 0 {
		return
	}
	switch {
	case r.ifYouCould(h):
	case r.is(h, tIf) || r.at(h).word == "in" && r.at(h+1).word == "case" || r.is(h, tWh) && r.is(h+1, tIf) || r.whenever(h):
		r.supposes, r.asks = true, r.is(h, tWh) || r.marked
		r.acts.has[actSupposes] = true
		r.acts.has[actAsks] = r.acts.has[actAsks] || r.asks
		return
	case r.canYou(h), r.someoneWho(h), r.told(h), r.haveDone(h), r.possible(h):
	case r.question(h):
		r.ask()
	case r.want(h), r.must(h), r.pleaseDo(h), r.help(h):
	case r.informs(h):
		r.ask()
	}
}

// whenever: "when my order arrives broken" supposes; "when it arrived" tells.
func (r *clauseReader) whenever(h int) bool {
	if r.at(h).word != "when" || r.is(h+1, tAux|tModal) {
		return false
	}
	for i := h; i < r.to; i++ {
		w := r.at(i).word
		if strings.HasSuffix(w, "ed") || word(w, "came", "got", "was", "were", "had", "did", "took", "went", "broke") {
			return false
		}
	}
	return true
}

// ask notes that the clause wants an answer, not a deed.
func (r *clauseReader) ask() {
	r.asks = true
	r.acts.has[actAsks] = true
}

// question reports whether the clause is built as a question.
func (r *clauseReader) question(h int) bool {
	switch {
	case word(r.at(h).word, "for", "in", "at", "on", "by", "from", "with", "until", "under") && r.is(h+1, tWh):
		return true
	case r.is(h, tWh):
		return !(r.at(h).word == "when" && !r.is(h+1, tAux|tModal))
	case r.is(h, tModal|tAux):
		if r.is(h, tNot) && !r.marked {
			return false // "can't log in": a report
		}
		return r.at(h).word != "do" || !(r.at(h+1).word == "something" || r.at(h+1).word == "it")
	case r.at(h).word == "any" || r.at(h).word == "anything":
		return true
	}
	return r.marked && !r.tells(h)
}

// tells reports whether a clause with a question mark states something all the same: it has a subject of its own.
func (r *clauseReader) tells(h int) bool {
	return r.is(h, tI|tMy) || r.is(h, tYou)
}

// informs: "tell me about …", "refund timeline", "I was wondering whether …".
func (r *clauseReader) informs(h int) bool {
	for i := h; i < min(r.to, h+6); i++ {
		if r.is(i, tAsk) && (i == h || word(r.at(i).word, "wondering", "wonder", "curious", "know", "asking")) {
			r.acts.has[actInforms] = true
			return true
		}
	}
	if r.words <= 5 && !r.is(h, tI|tMy|tNot) {
		for i := h; i < r.to; i++ {
			if r.is(i, tAbout) {
				r.acts.has[actInforms] = true
				return true
			}
		}
		return r.words <= 4 && r.is(h, tActNoun|tOrder) || r.at(h).word == "about"
	}
	return false
}

func word(w string, among ...string) bool {
	for _, a := range among {
		if w == a {
			return true
		}
	}
	return false
}
