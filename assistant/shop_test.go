package assistant_test

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/baton-chat/baton/assistant"
)

// shopQuestion is a question to the demo shop, with the pages that hold its answer: none where no page does.
type shopQuestion struct {
	Text  string
	Pages []string
	// Held questions were never read while the assistant was tuned, only their totals were: they tell what the tuning is worth.
	Held bool
}

func shopQuestions(t *testing.T) []shopQuestion {
	t.Helper()
	file, err := os.Open("testdata/shop.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var out []shopQuestion
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var q shopQuestion
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		out = append(out, q)
	}
	return out
}

// tally counts the outcomes of one part of the questions. called are present ones that a rule gave to a person before any search.
type tally struct{ present, right, called, absent, answered int }

// Questions whose answer the shop's pages hold are answered from the right page first, and those whose answer no page holds are not answered. The bounds
// are what was reached when they were written: no change may fall behind them.
func TestShop(t *testing.T) {
	t.Parallel()
	h := open(t)
	tuned, held := &tally{}, &tally{}
	for _, q := range shopQuestions(t) {
		said, err := h.answerer.Answer(t.Context(), assistant.Message{Workspace: h.workspace, Text: q.Text}, nil)
		h.ok(err)
		part := tuned
		if q.Held {
			part = held
		}
		if ok := part.count(q, said); !ok && !q.Held {
			t.Logf("%.2f %v %s → %s", said.Turn.Confidence, q.Pages, q.Text, said.Body)
		}
	}
	for name, p := range map[string]*tally{"tuned on": tuned, "held out": held} {
		t.Logf("%s: %d of %d present answered from the right page (%d given to a person at once), %d of %d absent answered", name, p.right, p.present, p.called, p.answered, p.absent)
	}
	if tuned.right < 101 || tuned.answered > 3 || held.right < 28 || held.answered > 2 {
		t.Error("fell behind")
	}
}

// count reports whether the answer was as it should be.
func (p *tally) count(q shopQuestion, said assistant.Answer) bool {
	quoted := len(said.Citations) > 0
	if len(q.Pages) == 0 {
		p.absent++
		if quoted {
			p.answered++
		}
		return !quoted
	}
	p.present++
	right := quoted && slices.Contains(q.Pages, said.Citations[0].ExternalID)
	if right {
		p.right++
	}
	if said.Call != nil && !quoted {
		p.called++
	}
	return right
}

// The section that answers is quoted, not only the right page: where the title says what is asked its beginning, and where the page says it in other words that one.
func TestShopSections(t *testing.T) {
	t.Parallel()
	h := open(t)
	for question, section := range map[string]string{
		"How do I set up my new tablet?":                             "First start",
		"If the price drops after I order, do I get the difference?": "Our own price falls",
	} {
		said, err := h.answerer.Answer(t.Context(), assistant.Message{Workspace: h.workspace, Text: question}, nil)
		h.ok(err)
		if len(said.Citations) == 0 || said.Citations[0].Section != section {
			t.Errorf("%s → %v %s", question, said.Citations, said.Body)
		}
	}
}
