package escalation

// doing returns the verb of doing that stands at i, behind polite words, "be able to", "help me" and the like.
func (r *clauseReader) doing(i int) (int, bool) {
	for range 6 {
		switch {
		case r.is(i, tAct) && !r.is(i, tAsk) && !r.letKnow(i), r.sending(i):
			return i, true
		case r.is(i, tAsk) && r.at(i+1).word == "and" && r.is(i+2, tAct) && !r.is(i+2, tAsk):
			i += 2
		case r.is(i, tPlease|tSkip|tHelp), r.is(i, tSomeone|tTeam) && i > r.from,
			word(r.at(i).word, "be", "able", "to", "mind", "me", "us", "have", "go", "ahead", "and", "quickly", "immediately", "look", "into", "try", "your", "with", "in", "just"):
			if r.at(i).word == "look" && word(r.at(i+1).word, "into", "at", "after") {
				return i, true
			}
			r.polite = r.polite || r.is(i, tPlease)
			i++
		case r.is(i, tActing) || r.is(i, tActNoun):
			return i, true
		default:
			return i, false
		}
	}
	return i, false
}

// letKnow: "get to know", "give me an idea" ask; so does "put" in front of nothing.
func (r *clauseReader) letKnow(i int) bool {
	return r.is(i+1, tAsk) || r.at(i).word == "find" && r.at(i+1).word == "out" || r.at(i+1).word == "to" && r.is(i+2, tAsk)
}

// sending: "have the technician come", "get someone to look at it", "do that".
func (r *clauseReader) sending(i int) bool {
	switch r.at(i).word {
	case "have", "get":
		return r.is(i+1, tSomeone|tBody|tMy) || word(r.at(i+1).word, "them", "it", "this") && r.is(i+2, tActed) || r.at(i+1).word == "the" && r.is(i+2, tSomeone|tObject)
	case "do":
		return word(r.at(i+1).word, "that", "it", "this", "something")
	}
	return false
}

// wantsTold reports whether a verb of giving has something to read for its object: "send me the link".
func (r *clauseReader) wantsTold(v int) bool {
	if !word(r.at(v).word, "send", "give", "get", "share", "provide", "show", "put", "bring") {
		return false
	}
	for i := v + 1; i < min(r.to, v+6); i++ {
		if r.is(i, tMy|tFresh) || word(r.at(i).word, "copy", "signed") {
			return false
		}
		if r.is(i, tAbout|tAsk) {
			return true
		}
	}
	return false
}

// own reports whether what follows a verb is the writer's own: "my order", "TE-48213", "me", "this", "the one I bought".
func (r *clauseReader) own(v int) bool {
	if r.sending(v) {
		return true
	}
	if r.carries(v) {
		return r.carried(v)
	}
	if word(r.at(v).word, "send", "give", "get") && (r.is(v+1, tFresh) || r.is(v+2, tFresh)) {
		return true // "send a new one": they have had an old one
	}
	for i := v; i < r.to; i++ {
		t := r.at(i)
		if t.tags&(tMy|tID) != 0 || word(t.word, "me", "us", "this", "these", "today", "mine", "now", "asap", "it") {
			return true
		}
		if i > v && t.tags&tI != 0 && r.is(i+1, tActed|tMine|tArrive) {
			return true
		}
	}
	return false
}

// carries: with these verbs "my" and "this" say where to more often than what.
func (r *clauseReader) carries(v int) bool {
	return word(r.at(v).word, "deliver", "ship", "install", "come", "courier", "delivery", "delivered", "shipped", "installed") || word(r.at(v).word, "make") && r.at(v+1).word == "delivery"
}

// carried reports whether what is to be brought is the writer's own: "ship my order", not "ship to my village".
func (r *clauseReader) carried(v int) bool {
	for i := v + 1; i < r.to; i++ {
		where := word(r.at(i-1).word, "to", "in", "at", "near", "on", "from", "for")
		if r.is(i, tID) || r.is(i, tMy) && !where || word(r.at(i).word, "today", "now", "asap") {
			return true
		}
		if r.polite && !where && word(r.at(i).word, "this", "it", "me") {
			return true
		}
	}
	return false
}

// note enters a request whose verb stands at v.
func (r *clauseReader) note(v int, owned, plain act) bool {
	if r.wantsTold(v) {
		r.acts.has[actInforms] = true
		r.ask()
		return true
	}
	if r.polite {
		r.acts.has[actPlease] = true
	}
	kind := plain
	if r.own(v) || r.polite && r.at(v+1).word == "the" {
		kind = owned
	}
	r.acts.set(kind, v, r.object(v), r.at(v).sentence)
	return true
}

// object returns the token after the object of a verb, for the words to mark.
func (r *clauseReader) object(v int) int {
	end := v + 1
	for i := v + 1; i < min(r.to, v+7); i++ {
		if r.is(i, tObject|tActNoun|tID|tActed|tBack) {
			end = i + 1
		}
	}
	return end
}
