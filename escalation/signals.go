package escalation

import "slices"

// Names of the signals, as they stand in rules and in the matches.
const (
	WantsHuman  = "wants_human"
	Refund      = "refund"
	Complaint   = "complaint"
	NeedsAction = "needs_action"
	Frustration = "frustration"
	Insult      = "insult"
	Keyword     = "keyword"
)

// Kinds of talk beside the matter. The words of an impatient message say nothing that could be looked up, and are no courtesy either.
const (
	Abilities = "abilities" // "what can you do?"
	Aside     = "aside"     // "how old are you?"
	Beside    = "beside"    // "write me a poem": nothing that a help page or a person of support does
	Impatient = "impatient" // "this is the third time I am writing", "not helpful at all"
)

// SignalsVersion is the version of what Read says: 2 reads wishes, pleas, insults and Hindi in Latin letters, which 1 did not; 3 passes over what was pasted, and takes
// neither a machine's failure for anger nor trouble with one's own doing for a mishap; 4 reads talk beside the matter, impatience that is all a message says, and calls
// for a person in Portuguese and six languages of India. It stands in every turn record, so that a replay knows which reading made the values it sees.
const SignalsVersion = 4

// Turn is one message before the one that is read. Answered says of a visitor's message whether it got an answer.
type Turn struct {
	Author   string // visitor, assistant, agent or system
	Text     string
	Answered bool
	// Waited is set of a message that the visitor followed with another before any reply: one reply speaks to both.
	Waited bool
}

// Match is a stretch of the message that made a signal: Text is message[Start:End].
type Match struct {
	Signal string `json:"signal"`
	Text   string `json:"text"`
	Start  int    `json:"start"` // bytes
	End    int    `json:"end"`
}

// Signals is what the words of a message say about what it needs. All are probabilities or shares in 0..1, but
// Sentiment, which runs from -1 (furious) to 1 (delighted).
type Signals struct {
	WantsHuman  float64 `json:"wants_human"`
	Refund      float64 `json:"refund"`
	Complaint   float64 `json:"complaint"`
	NeedsAction float64 `json:"needs_action"`
	Frustration float64 `json:"frustration"`
	Insult      float64 `json:"insult"`
	Sentiment   float64 `json:"sentiment"`
	Greeting    bool    `json:"greeting"`
	Thanks      bool    `json:"thanks"`
	Identity    bool    `json:"identity"` // asks whom they are talking to, and nothing else
	// Talk is what kind of talk beside the matter a message is, where it is nothing else: see the constants.
	Talk string `json:"talk,omitempty"`
	// OwnCase is set of a question with an order number or another identifier in it: help pages say how to look, and only a person sees the case.
	OwnCase bool    `json:"own_case,omitempty"`
	Matches []Match `json:"matches"`
}

// Read reads the signals of a visitor's message. It is pure and takes microseconds; history holds the turns before
// the message, oldest first.
func Read(message string, history []Turn) Signals {
	c := tables()
	message = ownWords(message)
	t := tokenise(message, c.words)
	var s Signals
	s.Greeting, s.Thanks = c.greets(t), c.thanks(t)
	if len(t.tokens) == 0 {
		s.Insult = c.insult(message, t, history)
		return s
	}
	s.Identity = c.asksWho(t)
	r := reading{message: message, text: t, out: &s}
	s.WantsHuman = r.topic(c, WantsHuman)
	s.Refund = r.topic(c, Refund)
	s.Complaint = r.topic(c, Complaint)
	s.OwnCase = slices.ContainsFunc(t.tokens, func(w token) bool { return w.tags&tID != 0 }) && Interrogative(message)
	if s.Talk = c.talk(t); s.Talk != Beside {
		s.NeedsAction = r.needsAction(c)
	}
	s.Sentiment = c.mood(t)
	s.Frustration = c.frustration(t, s, history)
	if s.Insult = c.insult(message, t, history); s.Insult > 0 {
		r.mark(Insult, 0, len(t.tokens))
	}
	slices.SortStableFunc(s.Matches, func(a, b Match) int { return a.Start - b.Start })
	return s
}

// reading collects the matches of one message.
type reading struct {
	message string
	text    text
	out     *Signals
}

// mark enters tokens [from, to) as words that made a signal.
func (r *reading) mark(signal string, from, to int) {
	if from < 0 || to > len(r.text.tokens) || from >= to {
		return
	}
	m := Match{Signal: signal, Start: r.text.tokens[from].start, End: r.text.tokens[to-1].end}
	m.Text = r.message[m.Start:m.End]
	for k := range r.out.Matches {
		old := &r.out.Matches[k]
		if old.Signal == signal && m.Start < old.End && old.Start < m.End {
			if m.End-m.Start > old.End-old.Start {
				*old = m
			}
			return
		}
	}
	r.out.Matches = append(r.out.Matches, m)
}

// topic scores a signal that patterns alone decide: the surest match that no "no_" pattern takes back.
func (r *reading) topic(c *compiled, signal string) float64 {
	var room, noRoom [16]found
	hits := c.search(signal, r.text, room[:0])
	if len(hits) == 0 {
		return 0
	}
	vetoes := c.search("no_"+signal, r.text, noRoom[:0])
	best := 0.0
	for _, h := range hits {
		if overlapped(h, vetoes) {
			continue
		}
		best = max(best, h.weight)
		r.mark(signal, h.from, h.to)
	}
	return best
}

func overlapped(h found, vetoes []found) bool {
	for _, v := range vetoes {
		if h.from < v.to && v.from < h.to {
			return true
		}
	}
	return false
}

// needsAction reads the message's grammar, and the whole phrases of other languages.
func (r *reading) needsAction(c *compiled) float64 {
	var room [16]found
	a := readActs(c, r.text, c.search("mishap", r.text, room[:0]))
	score := a.score()
	if p := r.otherLanguages(c); p > score {
		score = p
	}
	if score >= 0.5 {
		for _, f := range a.shown {
			f = r.core(f)
			r.mark(NeedsAction, f.from, f.to)
		}
	}
	return score
}

// otherLanguages scores the phrases of the languages whose grammar is not read. A question takes back its sentence.
func (r *reading) otherLanguages(c *compiled) float64 {
	var room, noRoom [8]found
	hits := c.search("acts", r.text, room[:0])
	if len(hits) == 0 {
		return 0
	}
	vetoes := c.search("no_acts", r.text, noRoom[:0])
	best := 0.0
	for _, h := range hits {
		if !slices.ContainsFunc(vetoes, func(v found) bool { return v.sentence == h.sentence }) {
			best = max(best, h.weight)
			r.mark(NeedsAction, h.from, h.to)
		}
	}
	return best
}

// core trims a mishap to the words worth marking: from the first to the last that carries meaning, with the thing it
// happened to ("broken screen" out of "arrived with a broken screen").
func (r *reading) core(f found) found {
	toks := r.text.tokens
	for k := f.from; k < f.to; k++ {
		if toks[k].tags&tBroken != 0 && toks[k].tags&tAct == 0 {
			f.from = k
			if f.to = k + 1; k+1 < len(toks) && toks[k+1].tags&tObject != 0 && toks[k+1].sentence == toks[k].sentence {
				f.to = k + 2
			}
			return f
		}
	}
	for f.from < f.to-1 && idle(&toks[f.from]) {
		f.from++
	}
	for f.to > f.from+1 && idle(&toks[f.to-1]) {
		f.to--
	}
	return f
}

// idle words stand around what matters.
func idle(t *token) bool {
	return t.tags&(tI|tMy|tYou|tPronoun|tAux|tSkip|tModal|tPlease) != 0 && t.tags&(tNot|tBroken|tAct|tArrive) == 0 ||
		word(t.word, "the", "a", "an", "of", "to", "in", "for", "with", "has", "have", "been", "'s", "'m", "'ve", "me", "us", "at", "on")
}
