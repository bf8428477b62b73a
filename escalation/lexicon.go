package escalation

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"
)

// tag says what a word can be in a sentence. One word may be several things.
type tag uint64

const (
	tI tag = 1 << iota
	tMy
	tYou
	tWh
	tModal
	tAux
	tPronoun
	tNot
	tWant
	tLike
	tPlease
	tSkip
	tIf
	tUrgent
	tSomeone
	tTeam
	tElse
	tOrder
	tAct    // a verb that asks for something to be done, in its base form
	tActed  // the same, as a participle
	tActing // the same, with -ing
	tActNoun
	tFresh
	tBack
	tObject
	tAsk
	tAbout
	tBroken
	tArrive
	tGone
	tCharged
	tTwice
	tMine
	tTime
	tUse
	tUsually
	tPerson
	tBody
	tSupport
	tTalk
	tLive
	tBot
	tHelp
	tMove
	tCallMe
	tGreeting
	tThanks
	tPolite
	tTopic
	tID // an identifier such as an order number; never in the word list
)

// tagNames joins the names in words.txt and in the patterns to the tags.
func tagNames() map[string]tag {
	return map[string]tag{
		"i": tI, "my": tMy, "you": tYou, "wh": tWh, "modal": tModal, "aux": tAux, "pronoun": tPronoun, "not": tNot,
		"want": tWant, "like": tLike, "please": tPlease, "skip": tSkip, "if": tIf, "urgent": tUrgent,
		"someone": tSomeone, "team": tTeam, "else": tElse, "order": tOrder, "verb": tAct, "done": tActed,
		"doing": tActing, "noun": tActNoun, "fresh": tFresh, "back": tBack, "object": tObject, "ask": tAsk,
		"about": tAbout, "broken": tBroken, "arrive": tArrive, "gone": tGone, "charged": tCharged, "twice": tTwice,
		"mine": tMine, "time": tTime, "use": tUse, "usually": tUsually, "person": tPerson, "body": tBody,
		"support": tSupport, "talk": tTalk, "live": tLive, "bot": tBot, "help": tHelp, "move": tMove,
		"callme": tCallMe, "topic": tTopic, "greeting": tGreeting, "thanks": tThanks, "polite": tPolite, "id": tID,
	}
}

const (
	// typoLetters is the shortest word in which a slip of one letter is still recognised; shorter words have too many
	// honest neighbours.
	typoLetters = 5
	// forgiven are the kinds of words worth recognising through a slip: the ones a signal hangs on.
	forgiven = tAct | tActed | tActing | tActNoun | tBroken | tArrive | tPerson | tBody | tTalk | tPlease | tObject | tCharged | tHelp | tTopic
)

//go:embed words.txt
var wordList string

//go:embed patterns.txt
var patternList string

// tables returns the compiled words and patterns: constant data, built once, on first use.
var tables = sync.OnceValue(func() *compiled { return compile(wordList, patternList) })

// compiled is everything that Read looks things up in.
type compiled struct {
	words    *lexicon
	patterns map[string]*patterns // by the section they stand in
	feelings feelings
}

type lexicon struct {
	tags  map[string]tag
	slips map[string]string // a word with one letter taken out → the word
	known map[string]bool   // honest words one letter away from a word of ours
	same  map[string]string // a misspelling → the word, for words too short for slips
}

func compile(words, patterns string) *compiled {
	c := &compiled{words: newLexicon(words), feelings: newFeelings(feelingList)}
	c.patterns = compilePatterns(patterns)
	for _, section := range c.patterns {
		for w := range section.literals() {
			c.words.known[w] = true // "agente" is no slip of "agent"
		}
	}
	return c
}

func newLexicon(list string) *lexicon {
	l := &lexicon{tags: map[string]tag{}, slips: map[string]string{}, known: map[string]bool{}, same: map[string]string{}}
	names := tagNames()
	for line := range strings.Lines(list) {
		name, words, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		all := strings.Fields(words)
		for _, w := range all {
			if name == "same" {
				l.same[fold(w)] = fold(all[0])
				continue
			}
			l.add(name, names[name], fold(w))
		}
	}
	for w, t := range l.tags {
		if t&forgiven != 0 && ascii(w) {
			l.addSlips(w)
		}
	}
	return l
}

func (l *lexicon) add(name string, t tag, w string) {
	if name == "known" {
		l.known[w] = true
		return
	}
	l.tags[w] |= t
	if name != "verb" {
		return
	}
	stem := strings.TrimSuffix(w, "e")
	if y := strings.TrimSuffix(w, "y"); y != w {
		l.tags[y+"ied"] |= tActed
	} else {
		l.tags[stem+"ed"] |= tActed
	}
	l.tags[stem+"ing"] |= tActing
}

// addSlips enters every form of a word that lacks one letter. Two words that share such a form are one slip apart
// (a letter missing, added, changed or swapped), so a look-up costs a handful of probes and no search.
func (l *lexicon) addSlips(w string) {
	if len(w) < typoLetters {
		return
	}
	l.slips[w] = w
	for i := 1; i < len(w); i++ {
		form := w[:i] + w[i+1:]
		if old, ok := l.slips[form]; !ok || len(old) > len(w) {
			l.slips[form] = w
		}
	}
}

// look returns the word that was meant and its tags. The first letter is trusted: few people mistype it, and it keeps
// apart many honest words.
func (l *lexicon) look(w string) (string, tag) {
	if m, ok := l.same[w]; ok {
		w = m
	}
	if t, ok := l.tags[w]; ok {
		return w, t
	}
	if len(w) < typoLetters || len(w) > 16 || !ascii(w) || l.known[w] {
		return w, 0
	}
	if t, ok := l.tags[strings.TrimSuffix(w, "s")]; ok && strings.HasSuffix(w, "s") {
		return w, t
	}
	if m, ok := l.slips[w]; ok && near(w, m) {
		return m, l.tags[m]
	}
	var form [16]byte
	for i := 1; i < len(w); i++ {
		n := copy(form[:], w[:i])
		n += copy(form[n:], w[i+1:])
		if m, ok := l.slips[string(form[:n])]; ok && near(w, m) {
			return m, l.tags[m]
		}
	}
	return w, 0
}

// near reports whether two words are one slip apart.
func near(a, b string) bool {
	if d := len(a) - len(b); d < -1 || d > 1 {
		return false
	}
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	a, b = a[i:], b[i:]
	switch {
	case len(a) == 0 || len(b) == 0:
		return true
	case len(a) > len(b):
		return a[1:] == b
	case len(a) < len(b):
		return a == b[1:]
	}
	return a[1:] == b[1:] || len(a) > 1 && a[0] == b[1] && a[1] == b[0] && a[2:] == b[2:]
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// fold folds a whole word or phrase.
func fold(s string) string {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		b = foldRune(b, r)
	}
	return string(b)
}
