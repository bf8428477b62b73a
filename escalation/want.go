package escalation

// want: "I need a replacement", "I'd like my order cancelled", "I need you to fix this", "expecting a new one".
func (r *clauseReader) want(h int) bool {
	w := r.wanting(h)
	if w < 0 {
		return false
	}
	i := w + 1
	for word(r.at(i).word, "to", "for", "really", "just", "also", "have", "be", "like", "go", "ahead", "and", "able", "get", "a", "an", "the") && !r.is(i, tAct) {
		i++
	}
	if r.is(i, tAsk) || r.is(i, tHelp) && (r.is(i+1, tAsk) || r.is(i+2, tAsk)) {
		r.acts.has[actInforms] = true
		r.ask()
		return true
	}
	if r.is(i, tHelp) {
		if v, ok := r.doing(i); ok && v > i {
			return r.wish(v) || r.note(v, actWantOwn, actWant)
		}
		r.acts.has[actHelp] = true
		return true
	}
	if r.is(i, tYou|tSomeone|tBody|tTeam) {
		if v, ok := r.doing(i + 1); ok {
			return r.note(v, actWantOwn, actWantOwn)
		}
		if v, ok := r.doing(i + 2); ok && r.at(i+2).word == "to" {
			return r.note(v, actWantOwn, actWantOwn) // "I want your man to come"
		}
	}
	if r.wantRead(i) {
		r.acts.has[actInforms] = true
		r.ask()
		return true
	}
	return r.wantThing(i)
}

// wanting returns the verb of wanting of a clause, or -1.
func (r *clauseReader) wanting(h int) int {
	for i := h; i < min(r.to, h+7); i++ {
		switch {
		case r.is(i, tLike) && (r.at(i-1).word == "would" || r.at(i-1).word == "'d" || r.at(i-1).word == "id"):
			return i
		case word(r.at(i).word, "asking", "ask", "applying", "pleading", "after") && i > h && word(r.at(i-1).word, "'m", "am", "are", "'re", "would", "'d", "must") && (r.at(i+1).word == "for" || r.is(i+1, tYou) || r.at(i).word == "after" && word(r.at(i+1).word, "a", "an")):
			return i
		case word(r.at(i).word, "looking", "trying", "hoping", "wishing", "wish", "going") && r.at(i+1).word == "to":
			return i
		case r.is(i, tWant) && !r.is(i, tLike) && (i == h || r.is(i-1, tI|tSkip|tModal|tPlease|tNot) || word(r.at(i-1).word, "'ll", "'m", "will", "do", "to", "'d", "am", "have")):
			return i
		case r.is(i, tYou|tWh):
			return -1
		}
	}
	return -1
}

// wantThing looks for what is wanted from token i on: something done, or something that only a person can hand out.
func (r *clauseReader) wantThing(i int) bool {
	if r.wish(i) {
		return true
	}
	if r.is(i, tAct) {
		return r.note(i, actWantOwn, actWant)
	}
	for k := i; k < r.to; k++ {
		if r.is(k, tActed) && k > i {
			r.acts.set(actWantOwn, r.thing(i, k), k+1, r.at(k).sentence)
			return true
		}
	}
	for k := i; k < min(r.to, i+4); k++ {
		if r.is(k, tAbout) && !r.is(k-1, tMy) {
			r.acts.has[actInforms] = true
			r.ask()
			return true
		}
		if r.is(k, tActNoun) || r.is(k, tFresh) && r.at(k+1).word != "than" || word(r.at(k).word, "working", "functioning", "intact", "undamaged") || r.is(k, tBack) || r.is(k, tMy) {
			return r.note(k, actWant, actWant)
		}
	}
	return false
}

// thing returns where the name of the wanted thing begins, for the words to mark.
func (r *clauseReader) thing(i, end int) int {
	for k := i; k < end; k++ {
		if r.is(k, tActNoun|tObject|tMy|tID|tFresh) {
			return k
		}
	}
	return end
}

// must: "somebody has to come and collect it", "you guys should fix this".
func (r *clauseReader) must(h int) bool {
	if !r.is(h, tSomeone|tBody|tYou|tTeam) {
		return false
	}
	if r.is(h, tSomeone|tBody) && r.is(h+1, tAct) {
		return r.note(h+1, actWantOwn, actWantOwn) // "someone collect this"
	}
	for i := h + 1; i < min(r.to, h+7); i++ {
		if word(r.at(i).word, "must", "should", "need", "needs", "has", "have", "please") {
			for k := i + 1; k < min(r.to, i+6); k++ {
				if r.is(k, tAct) && !r.is(k, tAsk) {
					return r.note(k, actWantOwn, actWantOwn)
				}
			}
		}
	}
	return false
}

// help: "please help", "help me with …".
func (r *clauseReader) help(h int) bool {
	for i := h; i < min(r.to, h+4); i++ {
		if !r.is(i, tHelp) {
			continue
		}
		if r.is(i+1, tAsk) || r.is(i+2, tAsk) {
			return false
		}
		if v, ok := r.doing(i + 1); ok {
			return r.note(v, actWantOwn, actWant)
		}
		r.acts.has[actHelp] = true
		return true
	}
	return false
}
