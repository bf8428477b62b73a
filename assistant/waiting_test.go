package assistant_test

import (
	"context"
	"strings"
	"testing"

	"github.com/baton-chat/baton/assistant"
	"github.com/baton-chat/baton/conversation"
)

// saysAtOnce sends messages faster than any round reads them, and returns the one reply with the numbers of the messages.
func (v *visitor) saysAtOnce(bodies ...string) (conversation.Message, []int64) {
	v.t.Helper()
	release := v.bus.holdRounds()
	var seqs []int64
	for _, body := range bodies {
		seqs = append(seqs, v.says(body))
	}
	release()
	return v.answer(seqs[len(seqs)-1]), seqs
}

// impatient is a visitor of a house of its own.
func impatient(t *testing.T, options ...option) *visitor {
	t.Helper()
	h := open(t, options...)
	h.start()
	return h.visit()
}

func cites(m conversation.Message, page string) bool {
	for _, c := range m.Citations {
		if strings.HasSuffix(c.URL, "/"+page) {
			return true
		}
	}
	return false
}

// What is asked before the answer to another question is there has its answer too.
func TestQuestionsSentAtOnce(t *testing.T) {
	t.Parallel()
	const shipping, emi, absent = "Do you ship to Bengaluru?", "Which cards have no-cost EMI?", "Is there parking at the moon base?"
	rest := "I couldn’t find the rest of what you asked"
	tests := map[string]struct {
		says       []string
		cites, not []string
		outcome    string
		rest       bool
	}{
		"two questions":           {[]string{shipping, emi}, []string{"shipping-charges", "no-cost-emi"}, nil, conversation.OutcomeAnswered, false},
		"one without an answer":   {[]string{absent, emi}, []string{"no-cost-emi"}, nil, conversation.OutcomeOffer, true},
		"thanks behind it":        {[]string{shipping, "thanks!"}, []string{"shipping-charges"}, nil, conversation.OutcomeAnswered, false},
		"the same question":       {[]string{shipping, "do you ship to bengaluru"}, []string{"shipping-charges"}, []string{"no-cost-emi"}, conversation.OutcomeAnswered, false},
		"a statement before it":   {[]string{"I have a card of my bank.", emi}, []string{"no-cost-emi"}, nil, conversation.OutcomeAnswered, false},
		"a greeting before it":    {[]string{"Hi!", shipping}, []string{"shipping-charges"}, nil, conversation.OutcomeAnswered, false},
		"nothing but greetings":   {[]string{"Hi!", "Hello?"}, nil, []string{"no-cost-emi", "shipping-charges"}, conversation.OutcomeGreeting, false},
		"two without an answer":   {[]string{absent, "Who won the cricket match yesterday?"}, nil, []string{"no-cost-emi"}, conversation.OutcomeUnanswered, false},
		"more than are looked at": {[]string{emi, "ok", "ok", "ok", shipping}, []string{"shipping-charges"}, []string{"no-cost-emi"}, conversation.OutcomeAnswered, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := impatient(t)
			answer, _ := v.saysAtOnce(test.says...)
			if answer.Outcome != test.outcome || strings.Contains(answer.Body, rest) != test.rest {
				t.Errorf("%s: %s", answer.Outcome, answer.Body)
			}
			for _, page := range test.cites {
				if !cites(answer, page) {
					t.Errorf("%s is not cited: %v %s", page, answer.Citations, answer.Body)
				}
			}
			for _, page := range test.not {
				if cites(answer, page) {
					t.Errorf("%s is cited: %s", page, answer.Body)
				}
			}
			_, messages := v.transcript()
			if n := len(messages) - len(test.says); n != 1 {
				t.Errorf("%d replies", n)
			}
		})
	}
}

// A message that calls a person is not lost for being followed, and the handoff names it.
func TestCallSentBeforeAnotherMessage(t *testing.T) {
	t.Parallel()
	v := impatient(t)
	_, seqs := v.saysAtOnce("My order TE-48213 arrived with a broken screen, and I need a replacement organised.", "Do you ship to Bengaluru?")
	handoff, err := v.conversations.LastHandoff(v.ctx, v.workspace, v.session.Conversation)
	v.ok(err)
	if handoff.Rule != "needs-action" || handoff.WhySeq != seqs[0] || len(handoff.Matches) == 0 {
		t.Errorf("%+v, want the call of message %d", handoff, seqs[0])
	}
}

// A yes to the offer of a person holds where more words follow it.
func TestYesSentBeforeAnotherMessage(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.start()
	v := h.visit()
	v.answer(v.says("Is there parking at the moon base?"))
	answer, seqs := v.saysAtOnce("yes", "thanks")
	c, _ := v.transcript()
	if answer.Outcome != conversation.OutcomeHandoff || c.Rule != assistant.RuleAccepted {
		t.Errorf("%s, rule %s: %s (%d)", answer.Outcome, c.Rule, answer.Body, seqs)
	}
}

// asking keeps what a model was asked, and quotes.
type asking struct{ got chan assistant.Question }

func (m *asking) Stream(ctx context.Context, q assistant.Question, emit func(assistant.Piece)) error {
	m.got <- q
	return assistant.Extractive{}.Stream(ctx, q, emit)
}

// A model reads all that waits as one question, with what was found for each part.
func TestModelIsAskedAllThatWaits(t *testing.T) {
	t.Parallel()
	m := &asking{got: make(chan assistant.Question, 1)}
	v := impatient(t, withModel(m))
	answer, _ := v.saysAtOnce("Do you ship to Bengaluru?", "Which cards have no-cost EMI?")
	q := <-m.got
	titles := map[string]bool{}
	for _, p := range q.Passages[:4] {
		titles[p.Title] = true
	}
	if q.Text != "Do you ship to Bengaluru?\nWhich cards have no-cost EMI?" || len(q.History) > 0 || !titles["Shipping charges"] {
		t.Errorf("asked %q with %v after %v", q.Text, titles, q.History)
	}
	if !cites(answer, "shipping-charges") || len(answer.Citations) < 2 {
		t.Errorf("%v: %s", answer.Citations, answer.Body)
	}
}
