package escalation

import "strings"

// canYou: "can you please cancel my order", "would somebody …", "would you mind moving …".
func (r *clauseReader) canYou(h int) bool {
	if !r.is(h, tModal) {
		return false
	}
	i := r.over(h+1, tPlease|tSkip)
	switch {
	case r.is(i, tYou) && r.is(i+1, tTeam):
		i += 2
	case r.is(i, tYou|tSomeone|tBody) && !r.is(i+1, tElse):
		i++
	default:
		return false
	}
	if word(r.at(h).word, "will", "may", "might", "shall") && r.is(i-1, tSomeone|tBody) && !r.polite {
		return false // asks what is going to happen
	}
	if r.is(i, tTeam) {
		i++
	}
	v, ok := r.doing(i)
	// "Can you engrave my case?" asks whether there is such a service: only with "please" does a verb that is nobody's daily work ask for it to be done.
	ok = ok || r.polite && (r.newVerb(v) || r.at(v).tags == 0 && r.own(v))
	if !ok {
		if r.is(v, tHelp) || r.is(v-1, tHelp) {
			r.acts.has[actHelp] = true
			return true
		}
		return false
	}
	if r.supposing(v) {
		return false
	}
	if r.is(i-1, tSomeone|tBody) {
		return r.note(v, actCanYouOwn, actCanYouOwn) // "can somebody …" never asks what is possible
	}
	if owned := r.own(v); !owned && !r.polite && r.general(v) {
		return false
	}
	return r.note(v, actCanYouOwn, actCanYou)
}

// someoneWho: "is there someone who can swap my phone".
func (r *clauseReader) someoneWho(h int) bool {
	if !r.is(h, tAux|tModal) && !r.is(h, tSomeone|tBody) {
		return false
	}
	for i := h; i < min(r.to, h+4); i++ {
		if r.is(i, tSomeone|tBody) && (word(r.at(i+1).word, "who", "that", "to") || r.is(i+1, tModal)) {
			if v, ok := r.doing(r.over(i+1, tModal|tWh|tPronoun)); ok {
				return r.note(v, actCanYouOwn, actCanYou)
			}
		}
	}
	return false
}

// supposing reports whether an "if" follows in the same sentence: "would you refund me if the price drops".
func (r *clauseReader) supposing(v int) bool {
	for i := v; i < len(r.toks) && r.toks[i].sentence == r.at(v).sentence; i++ {
		if r.toks[i].tags&tIf != 0 && r.toks[i].word != "once" {
			return true
		}
	}
	return false
}

// general reports whether the object of a verb is things in general: plural or with "a".
func (r *clauseReader) general(v int) bool {
	return !r.is(v+1, tPronoun) && r.at(v+1).word != "the"
}

// told: "cancel my order", "please send a new one", "get it moving".
func (r *clauseReader) told(h int) bool {
	if r.is(h, tAsk) || !r.is(h, tAct) && !(r.thanked(h) && r.is(h, tActNoun)) && !r.lookInto(h) && !r.sending(h) && !r.newVerb(h) {
		return false
	}
	if !r.is(h, tActNoun) && r.letKnow(h) {
		return false
	}
	if r.named(h) || r.follows && !r.polite && r.at(r.from).word == "and" {
		return false
	}
	if !r.thanked(h) && r.toSelf(h) {
		return true
	}
	return r.note(h, actOrderOwn, actOrder)
}

// thanked reports whether the clause says please, in front or at its end: "replacement please".
func (r *clauseReader) thanked(h int) bool {
	for i := h; i < r.to && !r.polite; i++ {
		r.polite = r.is(i, tPlease)
	}
	return r.polite
}

// newVerb reports whether a word that stands in no list is a verb told to us by its place: behind "please", or at the
// head of a clause and in front of its object ("escort it"). Endings tell past tenses and plurals apart.
func (r *clauseReader) newVerb(h int) bool {
	w := r.at(h)
	if w.tags != 0 || len(w.word) < 3 || !ascii(w.word) || word(w.word, "the", "for", "from", "with", "about", "not", "one", "let") {
		return false
	}
	for _, end := range []string{"ed", "ing", "s", "ly", "er", "tion"} {
		if strings.HasSuffix(w.word, end) {
			return false
		}
	}
	object := r.is(h+1, tMy|tID) || word(r.at(h+1).word, "it", "them", "me", "us", "this", "these")
	return object || r.polite && (r.at(h+1).word == "the" || r.is(h+1, tObject))
}

func (r *clauseReader) lookInto(h int) bool {
	return r.at(h).word == "look" && r.at(h+1).word == "into" || r.at(h).word == "do" && word(r.at(h+1).word, "something", "the")
}

// named reports whether a verb at the head is the first half of a name: "return window", "exchange offer".
func (r *clauseReader) named(h int) bool {
	if r.marked && !r.polite && !r.own(h) {
		return true
	}
	if r.polite || !word(r.at(h).word, "return", "refund", "exchange", "transfer", "upgrade", "repair", "update", "credit", "issue", "process", "install", "swap", "port", "call", "book", "change", "replacement", "pickup", "cancellation", "charge", "hold") {
		return false
	}
	if word(r.at(h+1).word, "of", "for", "to") && !r.polite {
		return true
	}
	return r.is(h+1, tAbout) || r.words <= 4 && r.is(h+2, tAbout) && !r.is(h+1, tMy|tPronoun) || r.at(h+1).word == "offer"
}

// haveDone: "could I have my order cancelled?", "could one be sent to me?".
func (r *clauseReader) haveDone(h int) bool {
	if !r.is(h, tModal) {
		return false
	}
	r.thanked(h)
	for i := h + 1; i < r.to; i++ {
		if !r.is(i, tActed) || r.carries(i) && !r.polite {
			continue
		}
		mine := r.at(h+1).tags&tI != 0 && word(r.at(h+2).word, "have", "get") && r.mineWithin(h+3, i)
		passive := r.at(i-1).word == "be" && (r.polite || r.at(h).word == "could") && (r.mineWithin(h, i) || r.mineWithin(i, r.to))
		if mine || passive {
			r.acts.set(actHaveDone, r.thing(h+1, i), i+1, r.at(i).sentence)
			return true
		}
	}
	return false
}

func (r *clauseReader) mineWithin(from, to int) bool {
	for i := from; i < to; i++ {
		if r.is(i, tMy|tID) || word(r.at(i).word, "this", "it", "me", "us", "another") {
			return true
		}
	}
	return false
}

// possible: "would it be possible to move my delivery"; "is it possible" asks about the rules.
func (r *clauseReader) possible(h int) bool {
	if !word(r.at(h).word, "would", "could") || r.at(h+1).word != "it" {
		return false
	}
	for i := h + 2; i < min(r.to, h+8); i++ {
		if r.is(i, tAct) {
			return !r.supposing(i) && r.own(i) && r.note(i, actCanYouOwn, actCanYou)
		}
	}
	return false
}

// ifYouCould: "I'd be grateful if you could send a new one".
func (r *clauseReader) ifYouCould(h int) bool {
	if !word(r.at(h).word, "if", "whether") || !r.is(h+1, tYou|tSomeone|tBody) || !word(r.at(h+2).word, "could", "would") {
		return false
	}
	v, ok := r.doing(h + 3)
	return ok && r.note(v, actCanYouOwn, actCanYou)
}

// pleaseDo: "… please block my sim" in the middle of a clause.
func (r *clauseReader) pleaseDo(h int) bool {
	for i := h; i < r.to-1; i++ {
		if r.is(i, tPlease) && r.is(i+1, tAct) && !r.is(i+1, tAsk) && !r.letKnow(i+1) {
			r.polite = true
			return r.note(i+1, actOrderOwn, actOrder)
		}
	}
	return false
}
