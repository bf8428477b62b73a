package escalation

import (
	"strconv"
	"strings"
)

// step is one place in a pattern. It takes one token: of a tag, one of some words, or any.
type step struct {
	tags     tag
	words    []string
	not      bool // takes any token but these
	any      bool
	optional bool
}

// pattern is a row of steps within one sentence, matched as a set of states that walks the tokens once: no
// backtracking, whatever the message.
type pattern struct {
	steps       []step
	first, last bool // must begin with the sentence, must end with it or at a pause
	weight      float64
}

// maxSteps is how many steps the state set of a pattern holds.
const maxSteps = 31

// compilePatterns reads patterns.txt: a line "[section weight]", then one pattern a line. In a pattern "a|b" is a
// choice, CAPITALS are tags, "?" makes a step optional, "!" takes anything else, "..3" up to three words, "^" and "$"
// are the ends of the sentence.
func compilePatterns(list string) map[string][]pattern {
	out := map[string][]pattern{}
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
			out[section] = append(out[section], newPattern(line, weight))
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
		default:
			p.steps = append(p.steps, newStep(part, names))
		}
	}
	return p
}

func newStep(part string, names map[string]tag) step {
	s := step{}
	part, s.optional = strings.CutSuffix(part, "?")
	part, s.not = strings.CutPrefix(part, "!")
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
		return !s.not
	}
	for _, w := range s.words {
		if w == t.word {
			return !s.not
		}
	}
	return s.not
}

// match reports whether the pattern matches at token i, and the token after its longest match.
func (p *pattern) match(toks []token, i int) (int, bool) {
	if p.first && i > 0 && toks[i-1].sentence == toks[i].sentence {
		return 0, false
	}
	end, found := 0, false
	states := p.closure(1)
	for k := i; ; k++ {
		if states>>len(p.steps)&1 != 0 && (!p.last || ends(toks, k)) {
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
	for k := range p.steps {
		if states>>k&1 != 0 && p.steps[k].takes(t) {
			next |= 1 << (k + 1)
		}
	}
	return p.closure(next)
}

// closure adds the states that optional steps let one skip to.
func (p *pattern) closure(states uint32) uint32 {
	for k := range p.steps {
		if states>>k&1 != 0 && p.steps[k].optional {
			states |= 1 << (k + 1)
		}
	}
	return states
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

// search returns the matches of a section, at most one per pattern and sentence.
func (c *compiled) search(section string, t text, into []found) []found {
	list := c.patterns[section]
	for p := range list {
		for i := 0; i < len(t.tokens); i++ {
			if !list[p].couldBegin(&t.tokens[i]) {
				continue
			}
			if to, ok := list[p].match(t.tokens, i); ok && to > i {
				into = append(into, found{i, to, list[p].weight, t.tokens[i].sentence})
				i = to - 1
			}
		}
	}
	return into
}

// couldBegin is the cheap test that spares most patterns most tokens.
func (p *pattern) couldBegin(t *token) bool {
	for k := range p.steps {
		if p.steps[k].takes(t) {
			return true
		}
		if !p.steps[k].optional {
			return false
		}
	}
	return true
}
