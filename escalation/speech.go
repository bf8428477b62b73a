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
	pleads  bool // "could you look and pay it out": a request where something has gone wrong, a question elsewhere
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
	case r.hindi() && r.asksInHindi():
		r.ask()
		return
	case r.ifYouCould(h):
	case r.is(h, tIf) || r.at(h).word == "in" && r.at(h+1).word == "case" || r.is(h, tWh) && r.is(h+1, tIf) || r.whenever(h):
		r.supposes, r.asks = true, r.is(h, tWh) || r.marked
		r.acts.has[actSupposes] = true
		r.acts.has[actAsks] = r.acts.has[actAsks] || r.asks
		return
	case r.canYou(h), r.someoneWho(h), !r.hindi() && r.told(h), r.haveDone(h), r.possible(h):
	case r.plea(h):
		r.pleads = true
	case r.question(h):
		r.ask()
	case r.want(h), r.must(h), r.pleaseDo(h), r.help(h):
	case r.informs(h):
		r.ask()
	}
}

// plea: "can you … it", "would somebody …", "please check the payment", with whatever verb but one of telling. Behind a mishap of the writer's own it
// asks for a deed; elsewhere it asks what is possible, and readActs takes it for a question.
func (r *clauseReader) plea(h int) bool {
	i := h
	if r.is(h, tModal) && !r.is(h, tNot) {
		for i = h + 1; r.is(i, tPlease|tSkip); i++ {
		}
		if !word(r.at(i).word, "you", "u", "ya", "someone", "somebody", "anyone", "anybody") {
			return false
		}
		for i++; r.is(i, tPlease|tSkip) || word(r.at(i).word, "at", "least"); i++ {
		}
		if r.is(i, tAsk) && !word(r.at(i).word, "check", "confirm", "track", "see", "look") || word(r.at(i).word, "have", "sell", "offer", "be", "do", "help") || r.at(i).word == "" {
			return false
		}
	} else if !r.polite || !word(r.at(h).word, "check", "confirm", "review") {
		return false
	}
	for ; i < r.to; i++ {
		if r.is(i, tWh|tIf|tAbout) || word(r.at(i).word, "that", "whether") {
			return false
		}
	}
	return true
}

// forbids: "don't cancel my order".
func (r *clauseReader) forbids() bool {
	h := r.over(r.from, tSkip|tPlease)
	if r.at(h).word == "do" {
		h++
	}
	return word(r.at(h).word, "dont", "not", "never") && r.is(h+1, tAct|tTalk|tMove)
}

// hindi reports whether a clause is Hindi in Latin letters. Its "me" is "in" and its verbs come last, so that the English reading sees requests in it
// that are none; requests in Hindi are read from whole phrases.
func (r *clauseReader) hindi() bool {
	for i := r.from; i < r.to; i++ {
		if word(r.at(i).word, "hai", "hain", "hoga", "hogi", "kya", "kab", "kaise", "kyun", "kyu", "kitna", "kitne", "kitni", "kahan", "kaun", "konsa", "milega", "milegi", "mera", "meri", "mere", "mujhe", "karo", "karna", "sakta", "sakte", "sakti", "nahi", "bhai", "yaar", "aap", "bhi") {
			return true
		}
	}
	return false
}

func (r *clauseReader) asksInHindi() bool {
	for i := r.from; i < r.to; i++ {
		if word(r.at(i).word, "kya", "kab", "kaise", "kyun", "kyu", "kitna", "kitne", "kitni", "kahan", "kaun", "konsa", "kaunsa") {
			return true
		}
	}
	return r.marked
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
