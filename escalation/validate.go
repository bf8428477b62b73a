package escalation

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// maxRules and maxKeywords keep the evaluation of one message below a millisecond, whatever an admin pastes.
	maxRules, maxKeywords = 100, 500
	// maxKeyword is the longest keyword in bytes; whole sentences match nothing but themselves.
	maxKeyword = 100
	// maxFailures: after ten questions without an answer nobody is there any more.
	maxFailures = 10
	// maxName and maxReason are what the console can show of a rule, in runes.
	maxName, maxReason = 80, 200
)

// Validate returns every mistake in a rule set at once, each with its cause and its remedy, under ErrInvalid.
func (s RuleSet) Validate() error {
	var wrong []error
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if s.Failures < 1 || s.Failures > maxFailures {
		say(`"failures" is %d; it says after how many unanswered questions in a row a person is called, from 1 to %d`, s.Failures, maxFailures)
	}
	if len(s.Rules) > maxRules {
		say("there are %d rules; %d are allowed: join rules that do the same, their keywords fit into one", len(s.Rules), maxRules)
	}
	seen := map[string]int{}
	for i, r := range s.Rules {
		name := fmt.Sprintf("rule %d (%q)", i+1, r.ID)
		if before, twice := seen[r.ID]; twice {
			say(`%s: the id is taken by rule %d; every rule needs one of its own`, name, before)
		}
		seen[r.ID] = i + 1
		for _, err := range r.mistakes() {
			say("%s: %w", name, err)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrInvalid, errors.Join(wrong...))
}

func (r Rule) mistakes() (wrong []error) {
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if r.ID == "" || len(r.ID) > maxName || strings.Trim(r.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		say(`the id must be 1 to %d small letters, digits and dashes, such as "wants-human"; answers and reports keep it`, maxName)
	}
	if n := utf8.RuneCountInString(r.Title); n == 0 || n > maxName {
		say(`the title has %d characters; give it 1 to %d, so that people find it in the list`, n, maxName)
	}
	if n := utf8.RuneCountInString(r.Reason); n == 0 || n > maxReason {
		say(`the reason has %d characters; write 1 to %d, it is the sentence the agent reads at the handoff`, n, maxReason)
	}
	if r.Phase != Before && r.Phase != After {
		say(`"phase" is %q; use "before" (the answer is sought) or "after"`, r.Phase)
	}
	if r.Then != Offer && r.Then != Handoff {
		say(`"then" is %q; use "offer" or "handoff"; to switch a rule off, set "enabled" to false`, r.Then)
	}
	return append(wrong, r.When.mistakes(r.Phase)...)
}

func (c Condition) mistakes(phase Phase) (wrong []error) {
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if c.Signal == "" && len(c.Keywords) == 0 && c.SentimentBelow == nil && c.Answered == nil && !c.FailuresReached {
		say(`"when" is empty and would hold for every message; give it a signal, keywords, sentiment_below, answered or failures_reached`)
	}
	if names := signalNames(); c.Signal != "" && !slices.Contains(names, c.Signal) {
		say("there is no signal %q; there are %s", c.Signal, strings.Join(names, ", "))
	}
	if c.Signal != "" && (c.AtLeast <= 0 || c.AtLeast > 1) || c.Signal == "" && c.AtLeast != 0 {
		say(`"at_least" is %v; it goes with "signal" and lies above 0, up to 1`, c.AtLeast)
	}
	if b := c.SentimentBelow; b != nil && (*b <= -1 || *b > 1) {
		say(`"sentiment_below" is %v; it lies above -1, up to 1: -0.6 is clear anger`, *b)
	}
	if phase == Before && (c.Answered != nil || c.FailuresReached) {
		say(`"answered" and "failures_reached" are known only after the answer was sought; set "phase" to "after"`)
	}
	return append(wrong, keywordMistakes(c.Keywords)...)
}

func keywordMistakes(words []string) (wrong []error) {
	if len(words) > maxKeywords {
		wrong = append(wrong, fmt.Errorf("there are %d keywords; %d are allowed: split the rule", len(words), maxKeywords))
	}
	for _, w := range words {
		if len(w) > maxKeyword || len(keywordTokens(w)) == 0 {
			wrong = append(wrong, fmt.Errorf("the keyword %.40q has no letters or is longer than %d bytes; use words as visitors write them", w, maxKeyword))
		}
	}
	return wrong
}

func signalNames() []string {
	return []string{WantsHuman, NeedsAction, Refund, Complaint, Frustration, Insult}
}
