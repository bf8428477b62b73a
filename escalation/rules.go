package escalation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Phase says when a rule is looked at.
type Phase string

// Before the assistant spends a thought on the message, and after it has an answer or found none.
const (
	Before Phase = "before"
	After  Phase = "after"
)

// Action is what a rule does.
type Action string

// Nothing; the offer of a person, one tap away, beside whatever the assistant says; a person is called at once.
const (
	None    Action = "none"
	Offer   Action = "offer"
	Handoff Action = "handoff"
)

// Condition holds when all of its parts hold. Empty parts do not count; one that is wholly empty is not allowed.
type Condition struct {
	// Signal is the name of a signal in 0..1, and AtLeast the value from which it counts.
	Signal  string  `json:"signal,omitempty"`
	AtLeast float64 `json:"at_least,omitempty"`
	// Keywords are words or phrases of any language. One of them must stand in the message, as whole words, in any case.
	Keywords []string `json:"keywords,omitempty"`
	// SentimentBelow holds for a mood below it, -1..1.
	SentimentBelow *float64 `json:"sentiment_below,omitempty"`
	// Answered compares with whether the assistant had an answer. It holds for questions only: nobody answers a greeting.
	Answered *bool `json:"answered,omitempty"`
	// FailuresReached holds when as many questions in a row went without an answer as the rule set's "failures" says.
	FailuresReached bool `json:"failures_reached,omitempty"`
}

// Rule ties a condition to an action. Reason is the sentence that the agent reads; "{n}" in it stands for the rule
// set's number of failures, in words.
type Rule struct {
	ID      string    `json:"id"`
	Title   string    `json:"title"`
	Enabled bool      `json:"enabled"`
	Phase   Phase     `json:"phase"`
	When    Condition `json:"when"`
	Then    Action    `json:"then"`
	Reason  string    `json:"reason"`
}

// RuleSet is what a workspace escalates by: the first enabled rule whose condition holds decides. Version is 0 for the
// rules that Baton comes with. Defaults is the version of those that the set was made from: a workspace that never edited its rules has whatever Baton comes
// with now, and one that did keeps its own and is told what has been added since (see Lacks).
type RuleSet struct {
	Version  int64  `json:"version"`
	Defaults int    `json:"defaults,omitempty"`
	Failures int    `json:"failures"`
	Rules    []Rule `json:"rules"`
}

// Lacks returns the default rules that came after those the set was made from and that it does not have, in their order. What somebody took out of their set on
// purpose is not among them.
func (s RuleSet) Lacks() []Rule {
	var lacking []Rule
	for _, r := range Default().Rules {
		has := slices.ContainsFunc(s.Rules, func(own Rule) bool { return own.ID == r.ID })
		if since := defaultSince(r.ID); !has && since > max(s.Defaults, 1) {
			lacking = append(lacking, r)
		}
	}
	return lacking
}

// ErrInvalid marks a rule set that cannot be used. The text around it names each cause and what to do about it.
var ErrInvalid = errors.New("invalid rule set")

// Parse reads the JSON form of a rule set and checks it. A field it does not know is an error: a mistyped "atleast"
// would otherwise be a rule that never fires.
func Parse(data []byte) (RuleSet, error) {
	var set RuleSet
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&set); err != nil {
		return RuleSet{}, fmt.Errorf("%w: not a rule set in JSON (`baton rules show` prints one): %w", ErrInvalid, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return RuleSet{}, fmt.Errorf("%w: something follows the closing brace; a file holds one rule set", ErrInvalid)
	}
	return set, set.Validate()
}
