package assistant

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/knowledge"
)

// A search tells how well passages fit a question's words taken together. That misleads where the one word that the question is about is on no page,
// while all others are ("Is there parking at the service centre?"). So what is quoted must also bear what the question is about.
const (
	// bornFrom is the least share of a question's focus that the quoted sentences of a page must bear, with their headings, or the page is not quoted.
	// Set on the questions in testdata/shop.jsonl that are not held out.
	bornFrom = 0.65
	// surelyBorn is the same where the search is not sure: a page that bears all that is asked about may be quoted all the same.
	surelyBorn = 0.95
	// elsewhere is what a word counts that stands in the page's other found passages: a long answer is spread over sections.
	elsewhere = 0.7
	// A telling word that no page has, nor another word for it, counts three times against an answer: no sentence here can be about it. One that other
	// pages have counts half where the search is sure: it may be said in other words here.
	tellingFrom, strangeTimes, unsaidTimes = 0.4, 3, 0.5
	// mostLacking is how much can be held against a page, in words that only this matter has, so that one mishap does not outweigh much that fits.
	mostLacking = 0.8
	// manyWords is where a message describes its matter from several sides, and no single word of it decides.
	manyWords = 6
	// asideTelling is the most that a word tells which visitors say beside the matter.
	asideTelling = 0.2
	// shortestPart is the shortest word that is also looked for in compounds: "phone" in "headphone".
	shortestPart = 5
)

// asides are what visitors say beside the matter in any talk with support: who it is for, when, how it feels, and the words that only lead up to the
// question. Whether a page has them tells nothing.
var asides = sync.OnceValue(func() map[string]bool {
	return termSet(`today tonight tomorrow yesterday morning afternoon evening night weekend week month ages ago now already still soon
	monday tuesday wednesday thursday friday saturday sunday
	mother mom mum father dad parent son daughter child kid baby wife husband brother sister grandmother grandfather uncle aunt cousin friend
	neighbour neighbor colleague boss family guy folks
	please kindly thanks thank hello hi hey sir madam dear ok okay yes yeah well sorry help question wonder wondering tell know think guess believe suppose
	inquire inquiring enquire enquiring ask asking experience experiencing encounter encountering face facing notice noticed advise advised trouble
	issue problem try trying tried attempt attempting currently say says said mention mentioned see find finding get getting make making look looking
	happen really actually just very quite exactly basically honestly simply suddenly urgently quickly possible possibly
	good bad nice terrible awful stupid annoying weird strange annoyed angry upset worried curious
	dont doesnt didnt isnt wasnt cant couldnt wont wouldnt havent hasnt whats wheres hows theres im ive id don t s m ve ll re d
	much many lot some any something anything thing stuff way option options want need like
	highest lowest maximum minimum biggest smallest most least cheaper cheap expensive big large normal`)
})

// named finds numbers that belong to a name, such as "Tab 11". Others are the visitor's own amounts, and no page needs to have them.
var named = regexp.MustCompile(`\p{Lu}[\p{L}\p{N}]*\s+(\d+)`)

// focus is what a question is about: its words, less its asides and amounts, each with its weight.
type focus []knowledge.Word

func (q Question) focus() focus {
	var f focus
	for _, w := range q.Asked {
		if strings.Trim(w.Term, "0123456789") == "" && !slices.ContainsFunc(named.FindAllStringSubmatch(q.Text, -1), func(m []string) bool { return m[1] == w.Term }) {
			continue
		}
		if asides()[w.Term] && w.Telling > asideTelling {
			w.Weight, w.Telling = w.Weight*asideTelling/w.Telling, asideTelling
		}
		f = append(f, w)
	}
	return f
}

// long reports whether the words are too many for one of them to decide.
func (f focus) long() bool {
	n := 0
	for _, w := range f {
		if !asides()[w.Term] {
			n++
		}
	}
	return n > manyWords
}

// borne is the share of the focus that a text bears, by weight; page are the words of the page around it.
func (f focus) borne(text, page map[string]bool, sure bool) float64 {
	have, lack, unsaid := 0.0, 0.0, 1.0
	if sure {
		unsaid = unsaidTimes
	}
	for _, w := range f {
		switch {
		case bears(text, w):
			have += w.Weight
		case bears(page, w):
			have += w.Weight * elsewhere
			lack += w.Weight * (1 - elsewhere)
		case !w.Known && w.Telling >= tellingFrom:
			lack += w.Weight * strangeTimes
		default:
			lack += w.Weight * unsaid
		}
	}
	if have+lack == 0 {
		return 1
	}
	return have / (have + min(lack, mostLacking))
}

// bears reports whether a text has a word, one that means the same, or a compound of it.
func bears(text map[string]bool, w knowledge.Word) bool {
	for _, m := range w.Means {
		if text[m] {
			return true
		}
		if len(m) < shortestPart {
			continue
		}
		for t := range text {
			if strings.HasPrefix(t, m) || strings.HasSuffix(t, m) {
				return true
			}
		}
	}
	return false
}

// focused keeps the sentences of those pages that bear what the question is about. Which words are general is known of English only, so nothing is
// held against texts in other languages.
func (q Question) focused(chosen []sentence) []sentence {
	f := q.focus()
	if len(f) == 0 || f.long() || Language(q.Text) != English {
		if !q.holds() {
			return nil
		}
		return chosen
	}
	quoted, whole := map[uuid.UUID]map[string]bool{}, map[uuid.UUID]map[string]bool{}
	for _, s := range chosen {
		p := q.Passages[s.passage]
		if Language(s.text) != English {
			if !q.holds() {
				return nil
			}
			return chosen
		}
		addTerms(quoted, p.DocumentID, s.text+" "+p.Title+" "+strings.Join(p.Heading, " "))
	}
	for _, p := range q.Passages {
		addTerms(whole, p.DocumentID, p.Text+" "+strings.Join(p.Heading, " "))
	}
	classes := q.classes()
	for _, texts := range []map[uuid.UUID]map[string]bool{quoted, whole} {
		for _, terms := range texts {
			widen(classes, terms)
		}
	}
	least := bornFrom
	if q.Confidence < ConfidentFrom {
		least = surelyBorn
	}
	return slices.DeleteFunc(chosen, func(s sentence) bool {
		id := q.Passages[s.passage].DocumentID
		return f.borne(quoted[id], whole[id], q.Confidence >= sureFrom) < least
	})
}

func addTerms(to map[uuid.UUID]map[string]bool, id uuid.UUID, text string) {
	if to[id] == nil {
		to[id] = map[string]bool{}
	}
	for t := range termSet(text) {
		to[id][t] = true
	}
}

// meanings map what means the same as a word of the question to that word.
type meanings map[string][]string

func (q Question) meant() meanings {
	m := meanings{}
	for _, w := range q.Asked {
		for _, same := range w.Means {
			if same != w.Term {
				m[same] = append(m[same], w.Term)
			}
		}
	}
	return m
}

// read adds to a text's words those of the question that they mean. In the list, where each place has one word, the question's takes the place.
func (m meanings) read(list []string, terms map[string]bool) {
	for _, t := range slices.Collect(maps.Keys(terms)) {
		for _, asked := range m[t] {
			terms[asked] = true
		}
	}
	for i, t := range list {
		if asked := m[t]; len(asked) > 0 && !m.asks(t) {
			list[i] = asked[0]
		}
	}
}

// asks reports whether a word is one of the question's own.
func (m meanings) asks(term string) bool {
	for _, asked := range m {
		if slices.Contains(asked, term) {
			return true
		}
	}
	return false
}
