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
	for h < r.to && r.is(h, tSkip|tPlease) && !(r.is(h, tAct) && !r.is(h, tSkip)) {
		r.polite = r.polite || r.is(h, tPlease)
		h++
	}
	if r.words = r.to - h; r.words == 0 {
		return
	}
	switch {
	case r.is(h, tIf) || r.at(h).word == "in" && r.at(h+1).word == "case" || r.is(h, tWh) && r.is(h+1, tIf):
		r.supposes, r.asks = true, r.is(h, tWh) || r.marked
		r.acts.has[actSupposes] = true
		r.acts.has[actAsks] = r.acts.has[actAsks] || r.asks
		return
	case r.canYou(h), r.someoneWho(h), r.told(h), r.haveDone(h):
	case r.question(h):
		r.ask()
	case r.want(h), r.must(h), r.pleaseDo(h), r.help(h):
	case r.informs(h):
		r.ask()
	}
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

// doing returns the verb of doing that stands at i, behind polite words, "be able to", "help me" and the like.
func (r *clauseReader) doing(i int) (int, bool) {
	for range 6 {
		switch {
		case r.is(i, tAct) && !r.is(i, tAsk) && !r.letKnow(i), r.sending(i):
			return i, true
		case r.is(i, tPlease|tSkip|tHelp), r.is(i, tSomeone|tTeam) && i > r.from,
			word(r.at(i).word, "be", "able", "to", "mind", "me", "us", "have", "go", "ahead", "and", "quickly", "immediately", "look", "into", "try", "your", "with", "in", "just"):
			if word(r.at(i).word, "look") && r.at(i+1).word == "into" {
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
	return r.is(i+1, tAsk) || r.at(i+1).word == "to" && r.is(i+2, tAsk)
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
	for i := v; i < r.to; i++ {
		t := r.at(i)
		if r.whereTo(v, i) {
			continue
		}
		if t.tags&(tMy|tID) != 0 || word(t.word, "me", "us", "this", "these", "today", "mine", "now", "asap", "it") {
			return true
		}
		if i > v && t.tags&tI != 0 && r.is(i+1, tActed|tMine|tArrive) {
			return true
		}
	}
	return false
}

// whereTo reports whether "my" or "me" at i only says where: "can you deliver to my village".
func (r *clauseReader) whereTo(v, i int) bool {
	return i == v+2 && word(r.at(v+1).word, "to", "in", "at", "near", "on", "from") &&
		word(r.at(v).word, "deliver", "ship", "send", "install", "repair", "pick", "come", "collect", "fix", "call")
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
	if r.own(v) {
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
	if r.is(i, tTeam) {
		i++
	}
	v, ok := r.doing(i)
	ok = ok || r.newVerb(v) || r.polite && r.at(v).tags == 0 && r.own(v)
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
	if !word(r.at(h).word, "return", "refund", "exchange", "transfer", "upgrade", "repair", "update", "credit", "issue", "process", "install", "swap", "port", "call", "book", "change", "replacement", "pickup", "cancellation", "charge", "hold") {
		return false
	}
	return r.is(h+1, tAbout) || r.words <= 4 && r.is(h+2, tAbout) && !r.is(h+1, tMy|tPronoun) || r.at(h+1).word == "offer"
}

// haveDone: "could I have my order cancelled?", "can I get it moved".
func (r *clauseReader) haveDone(h int) bool {
	if !r.is(h, tModal) || !r.is(h+1, tI) || !word(r.at(h+2).word, "have", "get") {
		return false
	}
	for i := h + 3; i < r.to; i++ {
		if r.is(i, tMy|tID) || word(r.at(i).word, "this", "it") {
			for k := i + 1; k < r.to; k++ {
				if r.is(k, tActed) {
					r.acts.set(actHaveDone, i, k+1, r.at(k).sentence)
					return true
				}
			}
		}
	}
	return false
}

// want: "I need a replacement", "I'd like my order cancelled", "I need you to fix this", "expecting a new one".
func (r *clauseReader) want(h int) bool {
	w := r.wanting(h)
	if w < 0 {
		return false
	}
	i := w + 1
	for word(r.at(i).word, "to", "for", "really", "just", "also", "have", "be", "like", "see", "go", "ahead", "and", "able", "get", "a", "an", "the") && !r.is(i, tAct) {
		i++
	}
	if r.is(i, tAsk) || r.is(i, tHelp) && (r.is(i+1, tAsk) || r.is(i+2, tAsk)) {
		r.acts.has[actInforms] = true
		r.ask()
		return true
	}
	if r.is(i, tHelp) {
		if v, ok := r.doing(i); ok && v > i {
			return r.note(v, actWantOwn, actWant)
		}
		r.acts.has[actHelp] = true
		return true
	}
	if r.is(i, tYou|tSomeone|tBody|tTeam) {
		if v, ok := r.doing(i + 1); ok {
			return r.note(v, actWantOwn, actWantOwn)
		}
	}
	return r.wantThing(i)
}

// wanting returns the verb of wanting of a clause, or -1.
func (r *clauseReader) wanting(h int) int {
	for i := h; i < min(r.to, h+7); i++ {
		switch {
		case r.is(i, tLike) && (r.at(i-1).word == "would" || r.at(i-1).word == "'d" || r.at(i-1).word == "id"):
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
		if r.is(k, tActNoun) || r.is(k, tFresh) || r.is(k, tBack) || r.is(k, tMy) {
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

// informs: "tell me about …", "refund timeline", "I was wondering whether …".
func (r *clauseReader) informs(h int) bool {
	for i := h; i < min(r.to, h+6); i++ {
		if r.is(i, tAsk) && (i == h || word(r.at(i).word, "wondering", "wonder", "curious", "know", "asking")) {
			r.acts.has[actInforms] = true
			return true
		}
	}
	if r.words <= 5 && !r.is(h, tI|tMy) {
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
