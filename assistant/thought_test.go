package assistant

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/baton-chat/baton/internal/openaitest"
)

// bits cuts a text into pieces of n bytes, as a stream may.
func bits(text string, n int) (out []string) {
	for len(text) > 0 {
		k := min(n, len(text))
		for k < len(text) && !utf8.RuneStart(text[k]) {
			k++
		}
		out, text = append(out, text[:k]), text[k:]
	}
	return out
}

const (
	thinking = "The visitor asks about Bengaluru. [p1] says free over ₹2,500; if a < b > c, NO_ANSWER would be wrong.\n"
	charge   = "Standard delivery is ₹79. [p1]"
)

// What a model thinks is not part of its answer, however its marks are cut, and where it stands.
func TestThoughtsAreNoPartOfTheAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"no thought":         {charge, charge},
		"before":             {"<think>\n" + thinking + "</think>\n\n" + charge, "\n\n" + charge},
		"another mark":       {"<reasoning>" + thinking + "</reasoning>" + charge, charge},
		"none of its own":    {"<think>\n\n</think>" + charge, charge},
		"twice":              {"<think>a</think>Standard delivery <think>b</think>is ₹79. [p1]", charge},
		"never ended":        {"<think>" + thinking, ""},
		"other signs":        {"Orders <₹2,500 cost <b>₹79</b> <th", "Orders <₹2,500 cost <b>₹79</b> <th"},
		"a mark in a mark":   {"<<think>a</think>x", "<x"},
		"begun, not a mark":  {"<thi", "<thi"},
		"looks like the end": {"<think>a </thin </think>x", "x"},
	} {
		for n := 1; n <= len(c.text); n++ {
			var r thoughtReader
			got := ""
			for _, bit := range bits(c.text, n) {
				words, stray := r.read(bit)
				if stray {
					t.Fatalf("%s in bits of %d: a stray mark", name, n)
				}
				got += words
			}
			if got += r.end(); got != c.want {
				t.Fatalf("%s in bits of %d: %q, want %q", name, n, got, c.want)
			}
		}
	}
}

func TestOpenAIThoughts(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]openaitest.Reply{
		"in the text":           openaitest.Answer(bits("<think>\n"+thinking+"</think>\n\n"+charge, 3)...),
		"in fields of its own":  {Thoughts: bits(thinking, 9), Text: []string{charge}},
		"more than any answer":  openaitest.Answer("<think>", strings.Repeat(thinking, 400), "</think>", charge),
		"ends with its own cut": {Text: []string{"<think>", thinking, "</think>", charge, " Parcels"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, cited, err := run(t.Context(), at(openaitest.New(t, reply)), question())
			if err != nil || len(cited) != 1 || !strings.HasPrefix(text, "Standard delivery is ₹79. [1]") {
				t.Errorf("%q %v %v", text, cited, err)
			}
		})
	}
}

// Nothing but thoughts is no answer, and says what to do about it.
func TestOpenAIThoughtsWithoutAnswer(t *testing.T) {
	t.Parallel()
	for kind, reply := range map[string]openaitest.Reply{
		faultEmpty:  openaitest.Answer("<think>", thinking),
		faultLength: {Text: []string{"<think>", thinking}, Finish: "length"},
	} {
		text, _, err := run(t.Context(), at(openaitest.New(t, reply)), question())
		var fault *Fault
		if !errors.As(err, &fault) || fault.Kind != kind || text != "" {
			t.Errorf("%s: %q %v", kind, text, err)
		}
	}
}

// Some chat templates write the opening mark themselves. The first answer shows it, and is lost; those after it are read right, also where one has no thought.
func TestOpenAIThoughtsWithoutBeginning(t *testing.T) {
	t.Parallel()
	s := openaitest.New(t, openaitest.Answer(thinking, "</thi", "nk>\n", charge), openaitest.Answer(thinking, "</think>", charge), openaitest.Answer(charge))
	m := at(s)
	var fault *Fault
	if _, _, err := run(t.Context(), m, question()); !errors.As(err, &fault) || fault.Kind != faultAloud {
		t.Fatalf("the first answer: %v", err)
	}
	for range 2 {
		if text, cited, err := run(t.Context(), m, question()); err != nil || len(cited) != 1 || text != "Standard delivery is ₹79. [1]" {
			t.Errorf("%q %v %v", text, cited, err)
		}
	}
}

// However long the first word may take, a round ends before the visitor is handed over.
func TestPatienceForSlowModels(t *testing.T) {
	t.Parallel()
	if PatienceFor(usualPatience.First) != usualPatience {
		t.Errorf("the usual time gives %+v", PatienceFor(usualPatience.First))
	}
	for _, first := range []time.Duration{time.Second, 15 * time.Second, MaxFirst} {
		if p := PatienceFor(first); p.First != first || p.Whole > modelPatience || p.Whole < p.First+usualPatience.Idle {
			t.Errorf("%s gives %+v", first, p)
		}
	}
}
