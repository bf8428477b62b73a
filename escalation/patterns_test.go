package escalation

import (
	"slices"
	"strings"
	"testing"
)

// A mistyped tag in patterns.txt would be a word that nobody writes, and the pattern would never match again.
func TestPatternsAndWordsAreWellFormed(t *testing.T) {
	t.Parallel()
	names := tagNames()
	for line := range strings.Lines(patternList) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == '[' {
			continue
		}
		p := newPattern(line, 1)
		if len(p.steps) == 0 || len(p.steps) > maxSteps {
			t.Errorf("%q has %d steps, want 1 to %d", line, len(p.steps), maxSteps)
		}
		for _, w := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" |?!.^$", r) }) {
			if ascii(w) && w == strings.ToUpper(w) && w != strings.ToLower(w) && names[strings.ToLower(w)] == 0 {
				t.Errorf("%q: there is no tag %s", line, w)
			}
		}
	}
	for name, section := range tables().patterns {
		if len(section.list) > maxPatterns {
			t.Errorf("section %s has %d patterns, room is for %d", name, len(section.list), maxPatterns)
		}
	}
	for line := range strings.Lines(wordList) {
		name, _, ok := strings.Cut(line, ":")
		if known := slices.Contains([]string{"known", "same"}, name); ok && line[0] != '#' && !known && names[name] == 0 {
			t.Errorf("words.txt: there is no tag %q", name)
		}
	}
}

func TestPatternNotation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, message string
		want             bool
	}{
		{"talk to ..2 human", "please talk to a real human", true},
		{"talk to ..2 human", "talk to a very very real human", false},
		{"talk to human", "talk to. human", false},
		{"^ agent please? $", "agent please", true},
		{"^ agent please? $", "Agent!", true},
		{"^ agent please? $", "the agent", false},
		{"^ agent please? $", "agent fees", false},
		{"call me !mr", "call me now", true},
		{"call me !mr", "call me", true},
		{"call me !mr", "call me mr bill", false},
		{"MY ..1 BROKEN", "my new cracked one", true},
	} {
		p := newPattern(c.pattern, 1)
		toks := tokenise(c.message, tables().words).tokens
		got := false
		for i := range toks {
			_, ok := p.match(toks, i)
			got = got || ok
		}
		if got != c.want {
			t.Errorf("%q in %q: %v, want %v", c.pattern, c.message, got, c.want)
		}
	}
}

func TestSlipsOfOneLetter(t *testing.T) {
	t.Parallel()
	words := tables().words
	for slip, want := range map[string]string{"cancl": "cancel", "replcae": "replace", "borken": "broken", "opperator": "operator", "cancelation": "cancellation", "talkk": "talk"} {
		if got, _ := words.look(slip); got != want {
			t.Errorf("%q is read as %q, want %q", slip, got, want)
		}
	}
	for _, honest := range []string{"contract", "charging", "recent", "police", "waiting", "expire", "trade"} {
		if got, _ := words.look(honest); got != honest {
			t.Errorf("%q is read as %q, but is a word of its own", honest, got)
		}
	}
}

func TestFoldTakesSpellingHabitsAway(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"Ärger", "arger"}, {"STRASSE", "straße"}, {"ça", "CA"}, {"أُرِيدُ", "اريد"}, {"شكراً", "شكرا"}, {"ज़रूर", "जरूर"}, {"हाँ", "हां"}, {"e\u0301t\u00e9", "ete"}} {
		if a, b := fold(pair[0]), fold(pair[1]); a != b {
			t.Errorf("%q folds to %q and %q to %q, want the same", pair[0], a, pair[1], b)
		}
	}
}
