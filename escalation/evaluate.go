package escalation

import (
	"slices"
	"strconv"
	"strings"
)

// Input is what rules look at. Before the answer is sought, Failures, Answered and Confidence are not known yet and are
// left zero.
type Input struct {
	Signals Signals
	// Text is the message, for keywords.
	Text string
	// Failures is how many questions in a row went without an answer, this one included (see Failures).
	Failures int
	// Answered says whether the assistant found an answer; Question whether the message asked for one.
	Answered, Question bool
	// Confidence is how sure the answer is, 0..1. It is kept for rules to come; none looks at it yet.
	Confidence float64
}

// Verdict is what the rules say to do. Rule, Reason and Matches are empty when Action is None.
type Verdict struct {
	Action  Action
	Rule    string
	Reason  string
	Matches []Match
}

// Evaluate returns what the first enabled rule of a phase says whose condition holds. It is pure: the same set and the
// same input give the same verdict, today and in a replay.
func Evaluate(set RuleSet, phase Phase, in Input) Verdict {
	for _, r := range set.Rules {
		if !r.Enabled || r.Phase != phase {
			continue
		}
		if matches, ok := r.When.holds(set, in); ok {
			return Verdict{Action: r.Then, Rule: r.ID, Reason: reason(r.Reason, set.Failures), Matches: matches}
		}
	}
	return Verdict{Action: None}
}

// Stronger returns the verdict that does more; of two that do the same, the first. The assistant puts together with it
// what was said before and after the answer.
func Stronger(a, b Verdict) Verdict {
	if a.Action == Handoff || b.Action == None || b.Action == "" || a.Action == b.Action {
		return a
	}
	return b
}

// Triggers returns the ids of all enabled rules that the message itself sets off, in their order, in whichever phase:
// what a rule asks of the answer is taken as given, and rules that ask of nothing else are left out.
func Triggers(set RuleSet, in Input) []string {
	ids := []string{}
	for _, r := range set.Rules {
		w := r.When
		w.Answered, w.FailuresReached = nil, false
		if w.Signal == "" && len(w.Keywords) == 0 && w.SentimentBelow == nil {
			continue
		}
		if _, ok := w.holds(set, in); ok && r.Enabled {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// holds reports whether every part of a condition holds, and the words that made it so.
func (c Condition) holds(set RuleSet, in Input) ([]Match, bool) {
	var matches []Match
	if c.Signal != "" {
		if in.Signals.Value(c.Signal) < c.AtLeast {
			return nil, false
		}
		for _, m := range in.Signals.Matches {
			if m.Signal == c.Signal {
				matches = append(matches, m)
			}
		}
	}
	if c.SentimentBelow != nil && in.Signals.Sentiment >= *c.SentimentBelow {
		return nil, false
	}
	if c.Answered != nil && (!in.Question || in.Answered != *c.Answered) {
		return nil, false
	}
	if c.FailuresReached && (!in.Question || in.Answered || in.Failures < set.Failures) {
		return nil, false
	}
	if len(c.Keywords) > 0 {
		found := findKeywords(in.Text, c.Keywords)
		if len(found) == 0 {
			return nil, false
		}
		matches = append(matches, found...)
	}
	slices.SortStableFunc(matches, func(a, b Match) int { return a.Start - b.Start })
	return matches, true
}

// Value returns a signal in 0..1 by its name, and 0 for a name that is none.
func (s Signals) Value(name string) float64 {
	switch name {
	case WantsHuman:
		return s.WantsHuman
	case NeedsAction:
		return s.NeedsAction
	case Refund:
		return s.Refund
	case Complaint:
		return s.Complaint
	case Frustration:
		return s.Frustration
	case Insult:
		return s.Insult
	}
	return 0
}

// reason puts the number of failures into a reason, in words: people read it at the head of a conversation.
func reason(text string, failures int) string {
	if failures < 0 || failures >= len(numbers) {
		return text
	}
	if failures == 1 {
		text = strings.ReplaceAll(text, "{n} questions in a row", "{n} question")
	}
	return strings.ReplaceAll(text, "{n}", numbers[failures])
}

var numbers = [...]string{"No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"}

// FailuresIn returns the number that stands for {n} in what a rule's reason became, in digits; false where the text does not come from that reason.
func FailuresIn(of, text string) (string, bool) {
	for n := range numbers {
		if reason(of, n) == text && of != text {
			return strconv.Itoa(n), true
		}
	}
	return "", false
}
