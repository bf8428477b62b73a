package escalation

import "strings"

// People who want to do something themselves write like people who want it done: "I want to transfer my domain" and "I want to cancel my order" are
// built alike. What tells them apart is the verb and its object. Settings, accounts and files are changed by their owner, and a help page says how;
// orders, parcels and money are in other hands.

// wish enters "I want to <do something that the writer can do>" as a wish, which alone calls nobody. Whoever is trying does it themselves already, and
// whoever pays or buys does too, whatever the object.
func (r *clauseReader) wish(v int) bool {
	trying := false
	for i := max(r.from, v-3); i < v; i++ {
		trying = trying || r.at(i).word == "trying"
	}
	if buys := word(r.at(v).word, "pay", "buy", "register", "download", "use"); !trying && !buys && !r.settles(v) && (!r.ownHand(v) || r.inOtherHands(v)) {
		return false
	}
	r.acts.set(actWish, v, r.object(v), r.at(v).sentence)
	for i := range r.toks { // "please, I want …" is two clauses and one sentence
		if r.toks[i].sentence == r.at(v).sentence && r.toks[i].tags&tPlease != 0 {
			r.acts.has[actPlease] = true
		}
	}
	return true
}

// toSelf enters a bare line such as "edit premium account" or "get my bills" as a wish: people who type so write to a search box, and what they want done is in
// their own hands.
func (r *clauseReader) toSelf(v int) bool {
	if !r.is(v, tAct) || !selfServed(r.at(v).word) {
		return false
	}
	if word(r.at(v).word, "get", "find", "print", "retrieve") && r.wantRead(v+1) {
		r.acts.has[actInforms] = true
		r.ask()
		return true
	}
	if r.inOtherHands(v) || r.is(v+1, tPronoun|tFresh) || r.sending(v) || r.hurried(v) || word(r.at(v+1).word, "me", "us", "it", "this", "that", "them", "him", "her", "rid") {
		return false
	}
	r.acts.set(actWish, v, r.object(v), r.at(v).sentence)
	return true
}

// selfServed are the verbs of toSelf: those of settings and files, which nobody asks a shop's people for in so few words.
func selfServed(verb string) bool {
	return word(verb, "edit", "add", "connect", "enable", "disable", "set", "find", "locate", "import", "export", "sync", "rename", "adjust", "link", "unlink", "print", "get", "retrieve", "match", "rotate", "turn")
}

// hurried reports whether a clause says now or at once.
func (r *clauseReader) hurried(from int) bool {
	for i := from; i < r.to; i++ {
		if r.is(i, tUrgent) {
			return true
		}
	}
	return false
}

// ownHand reports whether the verb at v is one of those that people do with their own hands on a site, or none that asks anybody for anything.
func (r *clauseReader) ownHand(v int) bool {
	if !r.is(v, tAct) {
		return r.at(v-1).word == "to" && !r.is(v, tActNoun|tFresh|tBack|tMy|tAsk|tSupport|tTalk) && r.at(v).word != ""
	}
	verb := strings.TrimSuffix(r.at(v).word, "ing") // "I need help connecting my domain"
	return ownHanded(verb) || verb != r.at(v).word && (ownHanded(verb+"e") || len(verb) > 2 && ownHanded(verb[:len(verb)-1]))
}

func ownHanded(verb string) bool {
	return word(verb, "transfer", "change", "update", "switch", "remove", "add", "delete", "connect", "enable", "disable", "set", "upgrade", "downgrade", "edit", "move", "make", "get", "give",
		"find", "locate", "restore", "merge", "put", "bring", "import", "export", "turn", "sync", "rename", "adjust", "modify", "pause", "link", "unlink", "reset", "rearrange", "recover", "retrieve", "start", "stop", "hold",
		"install", "reinstall", "post", "allow", "ensure", "relocate", "rotate", "print", "rid", "undo", "apply", "end", "enroll", "match")
}

// settles reports whether the verb at v is one of arranging one's own site or account, which nobody else does whatever its object: "I need help enabling customers
// to buy several products".
func (r *clauseReader) settles(v int) bool {
	return word(r.at(v).word, "enabling", "allowing", "connecting", "importing", "exporting", "syncing", "renaming", "linking", "embedding", "customizing", "customising", "configuring")
}

// inOtherHands reports whether what follows a verb is work that only the other side can do: on an order, a parcel, money, or with somebody sent.
func (r *clauseReader) inOtherHands(v int) bool {
	for i := v + 1; i < r.to; i++ {
		if r.is(i, tID|tActed|tSomeone|tBroken) || r.is(i, tActNoun) && !word(r.at(i).word, "upgrade", "exchange", "return", "installation") || r.is(i, tFresh) && i <= v+2 && word(r.at(v).word, "get", "give", "send") || word(r.at(i).word,
			"orders", "parcel", "parcels", "package", "shipment", "delivery", "deliveries", "item", "items", "product", "purchase", "refund", "money", "amount", "cash", "payment", "transaction", "transactions", "charge", "charges",
			"fee", "booking", "reservation", "appointment", "slot", "visit", "pickup", "claim", "claims", "loan", "emi", "instalment", "cheque", "sim", "card", "meter", "technician", "engineer", "driver", "warranty", "guarantee", "back") {
			return true
		}
		if r.at(i).word == "order" && !(r.at(i+1).word == "of" || r.at(i-1).word == "in") {
			return true
		}
	}
	return false
}

// wantRead reports whether what is wanted from i on is a paper that help pages tell how to get: "I need an invoice for my order", but not "I need a
// corrected invoice" or "I want my bill reduced".
func (r *clauseReader) wantRead(i int) bool {
	at := -1
	for k := i; k < r.to; k++ {
		switch {
		case r.is(k, tActed|tFresh|tBroken|tActNoun|tPlease) || word(r.at(k).word, "duplicate", "signed", "money", "printed"):
			return false
		case r.is(k, tAct) && !word(r.at(k).word, "get", "find", "print", "retrieve", "invoice", "order", "receipt", "bill", "number", "return"):
			return false
		case at < 0 && k < i+6 && word(r.at(k).word, "invoice", "invoices", "receipt", "receipts", "bill", "bills", "copy", "copies", "manual", "statement", "statements", "certificate", "brochure", "catalogue", "catalog",
			"document", "documents", "proof", "paperwork", "quotation", "list", "breakdown", "summary", "overview"):
			at = k
		}
	}
	return at >= 0
}
