package history

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Rule names a promise that can be broken.
type Rule string

// The promises, each by what breaks it.
const (
	Lost        Rule = "lost"         // acknowledged, and not in the database; or in the database, and not on a screen
	Doubled     Rule = "doubled"      // stored or shown twice
	Gap         Rule = "gap"          // a screen or the database skips a sequence number
	Disorder    Rule = "disorder"     // somebody has another message at a place than the database
	SenderOrder Rule = "sender order" // one sender's messages stand in another order than they were sent
	TickBack    Rule = "tick back"    // a tick moved backwards, or past what there is
	TwoAnswers  Rule = "two answers"  // the assistant answered a turn twice
	NoAnswer    Rule = "no answer"    // it never answered one
	AfterClaim  Rule = "after claim"  // the assistant spoke, or seemed to, while a person had the conversation
	Foreign     Rule = "foreign"      // somebody was shown a conversation that is not theirs
	Altered     Rule = "altered"      // a text is another one than was sent
	AckMoved    Rule = "ack moved"    // one message was acknowledged at two places, or at another than it is stored
	Reused      Rule = "reused"       // a cid was taken for a second text
	Visible     Rule = "visible"      // somebody saw an error
	Refused     Rule = "refused"      // a message was refused for good and is stored all the same
)

// Violation is one broken promise.
type Violation struct {
	Rule   Rule
	Detail string
}

func (v Violation) String() string { return string(v.Rule) + ": " + v.Detail }

// keptPerRule bounds what is told of one rule: after twenty the rest says the same.
const keptPerRule = 20

// Report is the verdict on a history.
type Report struct {
	Violations []Violation
	// Broken counts the violations of each rule, also of those that are not told one by one.
	Broken map[Rule]int
	// Invalid says why the run proves nothing, whatever else it shows.
	Invalid []string

	Messages  int            // rows in the database that somebody wrote
	Attempts  int            // operations sent, repeats included
	Unknown   int            // of these, without a known outcome
	Acked     int            // acknowledged messages
	Shown     int            // messages that came onto a screen
	Screens   int            // pairs of participant and conversation
	Answers   int            // of the assistant
	Faults    map[string]int // by name
	Effective int            // faults that somebody felt
}

// Passed reports whether the run proves what it is to prove.
func (r *Report) Passed() bool { return len(r.Broken) == 0 && len(r.Invalid) == 0 }

// Found reports whether a promise was broken.
func (r *Report) Found(rule Rule) bool { return r.Broken[rule] > 0 }

func (r *Report) String() string {
	var b strings.Builder
	total := 0
	for _, n := range r.Faults {
		total += n
	}
	fmt.Fprintf(&b, "%d messages stored, %d acknowledged; %d attempts, %d (%.1f %%) without a known outcome\n", r.Messages, r.Acked, r.Attempts, r.Unknown, percent(r.Unknown, r.Attempts))
	fmt.Fprintf(&b, "%d shown on %d screens; %d answers of the assistant\n", r.Shown, r.Screens, r.Answers)
	fmt.Fprintf(&b, "%d faults, %d of them felt:", total, r.Effective)
	for _, name := range slices.Sorted(maps.Keys(r.Faults)) {
		fmt.Fprintf(&b, " %s %d", name, r.Faults[name])
	}
	fmt.Fprintf(&b, "\nlost %d, doubled %d, out of order %d\n", r.Broken[Lost], r.Broken[Doubled], r.Broken[Gap]+r.Broken[Disorder]+r.Broken[SenderOrder])
	for _, rule := range slices.Sorted(maps.Keys(r.Broken)) {
		fmt.Fprintf(&b, "BROKEN %s: %d\n", rule, r.Broken[rule])
	}
	for _, v := range r.Violations {
		fmt.Fprintf(&b, "  %s\n", v)
	}
	for _, why := range r.Invalid {
		fmt.Fprintf(&b, "INVALID: %s\n", why)
	}
	return b.String()
}

func percent(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return 100 * float64(part) / float64(whole)
}

func (r *Report) broke(rule Rule, format string, values ...any) {
	r.Broken[rule]++
	if r.Broken[rule] <= keptPerRule {
		r.Violations = append(r.Violations, Violation{rule, fmt.Sprintf(format, values...)})
	}
}
