package escalation

import (
	"iter"
	"math/bits"
	"strconv"
	"strings"
)

// step is one place in a pattern. It takes one token: of a tag, one of some words, or any.
type step struct {
	tags     tag
	words    []string
	any      bool
	optional bool
}

// pattern is a row of steps within one sentence, matched as a set of states that walks the tokens once: no
// backtracking, whatever the message.
type pattern struct {
	steps       []step
	first, last bool  // must begin with the sentence, must end with it or at a pause
	unless      *step // what must not follow
	weight      float64
	skips       uint32 // the optional steps, as bits
}

// maxSteps is how many steps the state set of a pattern holds.
const maxSteps = 31

// patterns is a section of patterns.txt, with an index of how a match can begin: most words begin none, so most patterns
// cost a message nothing.
type patterns struct {
	list   []pattern
	byWord map[string][]int
	byTag  map[tag][]int
	any    []int // begin with any word
}

func (ps *patterns) add(p pattern) {
	k := len(ps.list)
	ps.list = append(ps.list, p)
	for _, s := range p.steps {
		if s.any {
			ps.any = append(ps.any, k)
			return
		}
		for _, w := range s.words {
			ps.byWord[w] = append(ps.byWord[w], k)
		}
		for left := s.tags; left != 0; left &= left - 1 {
			ps.byTag[left&-left] = append(ps.byTag[left&-left], k)
		}
		if !s.optional {
			return
		}
	}
}

// literals yields every word that stands in a pattern.
func (ps *patterns) literals() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, p := range ps.list {
			for _, s := range p.steps {
				for _, w := range s.words {
					if !yield(w) {
						return
					}
				}
			}
		}
	}
}

// compilePatterns reads patterns.txt: a line "[section weight]", then one pattern a line. In a pattern "a|b" is a
// choice, CAPITALS are tags, "?" makes a step optional, "..3" is up to three words of any kind, "^" and "$" are the ends of
// the sentence, and "!a|b" at the end is what must not follow.
func compilePatterns(list string) map[string]*patterns {
	out := map[string]*patterns{}
	section, weight := "", 0.0
	for line := range strings.Lines(list) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			name, number, _ := strings.Cut(strings.Trim(line, "[]"), " ")
			section = name
			weight, _ = strconv.ParseFloat(number, 64)
		default:
			if out[section] == nil {
				out[section] = &patterns{byWord: map[string][]int{}, byTag: map[tag][]int{}}
			}
			out[section].add(newPattern(line, weight))
		}
	}
	return out
}

func newPattern(line string, weight float64) pattern {
	p := pattern{weight: weight}
	names := tagNames()
	for _, part := range strings.Fields(line) {
		switch {
		case part == "^":
			p.first = true
		case part == "$":
			p.last = true
		case strings.HasPrefix(part, ".."):
			n, _ := strconv.Atoi(part[2:])
			for range n {
				p.steps = append(p.steps, step{any: true, optional: true})
			}
		case part[0] == '!':
			s := newStep(part[1:], names)
			p.unless = &s
		default:
			p.steps = append(p.steps, newStep(part, names))
		}
	}
	for k, s := range p.steps {
		if s.optional {
			p.skips |= 1 << k
		}
	}
	return p
}

func newStep(part string, names map[string]tag) step {
	s := step{}
	part, s.optional = strings.CutSuffix(part, "?")
	for _, w := range strings.Split(part, "|") {
		if t, ok := names[strings.ToLower(w)]; ok && w == strings.ToUpper(w) && ascii(w) {
			s.tags |= t
			continue
		}
		s.words = append(s.words, fold(w))
	}
	return s
}

func (s *step) takes(t *token) bool {
	if s.any {
		return true
	}
	if s.tags&t.tags != 0 {
		return true
	}
	for _, w := range s.words {
		if w == t.word {
			return true
		}
	}
	return false
}

// match reports whether the pattern matches at token i, and the token after its longest match.
func (p *pattern) match(toks []token, i int) (int, bool) {
	if p.first && i > 0 && toks[i-1].sentence == toks[i].sentence {
		return 0, false
	}
	end, found := 0, false
	states := p.closure(1)
	for k := i; ; k++ {
		if states>>len(p.steps)&1 != 0 && p.mayEnd(toks, k) {
			end, found = k, true
		}
		if k == len(toks) || toks[k].sentence != toks[i].sentence {
			return end, found
		}
		if states = p.advance(states, &toks[k]); states == 0 {
			return end, found
		}
	}
}

func (p *pattern) advance(states uint32, t *token) uint32 {
	next := uint32(0)
	for left := states &^ (1 << len(p.steps)); left != 0; left &= left - 1 {
		if k := bits.TrailingZeros32(left); p.steps[k].takes(t) {
			next |= 1 << (k + 1)
		}
	}
	return p.closure(next)
}

// closure adds the states that optional steps let one skip to.
func (p *pattern) closure(states uint32) uint32 {
	for {
		more := states | states&p.skips<<1
		if more == states {
			return states
		}
		states = more
	}
}

// mayEnd reports whether a match may end in front of token k.
func (p *pattern) mayEnd(toks []token, k int) bool {
	if p.unless != nil && k < len(toks) && toks[k].sentence == toks[k-1].sentence && p.unless.takes(&toks[k]) {
		return false
	}
	return !p.last || ends(toks, k)
}

// ends reports whether token k begins something new: another sentence, or the part after a pause.
func ends(toks []token, k int) bool {
	return k >= len(toks) || toks[k].pause || k > 0 && toks[k].sentence != toks[k-1].sentence
}

// found is a match of a pattern: tokens [from, to).
type found struct {
	from, to int
	weight   float64
	sentence int
}

// maxPatterns is how many patterns a section may hold.
const maxPatterns = 256

// search returns the matches of a section. Matches of one pattern do not overlap.
func (c *compiled) search(section string, t text, into []found) []found {
	s := searcher{patterns: c.patterns[section], text: t, out: into}
	for i := range t.tokens {
		s.try(i, s.byWord[t.tokens[i].word])
		for left := t.tokens[i].tags; left != 0; left &= left - 1 {
			s.try(i, s.byTag[left&-left])
		}
		s.try(i, s.any)
	}
	return s.out
}

// searcher is one walk over a message.
type searcher struct {
	*patterns
	text text
	out  []found
	next [maxPatterns]int // the token from which a pattern may match again
}

func (s *searcher) try(i int, among []int) {
	for _, k := range among {
		if i < s.next[k] {
			continue
		}
		if to, ok := s.list[k].match(s.text.tokens, i); ok && to > i {
			s.out = append(s.out, found{i, to, s.list[k].weight, s.text.tokens[i].sentence})
			s.next[k] = to
		}
	}
}
