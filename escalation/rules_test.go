package escalation

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// The printed form is a promise: scripts read it and people keep copies of it.
func TestDefaultRulesKeepTheirPrintedForm(t *testing.T) {
	t.Parallel()
	const golden = "testdata/default.golden.json"
	var b strings.Builder
	out := json.NewEncoder(&b)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	if err := out.Encode(Default()); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("default rules (-want +got; -update writes them):\n%s", diff)
	}
	read, err := Parse(want)
	if err != nil {
		t.Fatalf("the printed form does not read back: %v", err)
	}
	if diff := cmp.Diff(Default(), read); diff != "" {
		t.Errorf("the printed form reads back as another set:\n%s", diff)
	}
}

func TestEvaluateDefaultRules(t *testing.T) {
	t.Parallel()
	unanswered, answered := Input{Question: true}, Input{Question: true, Answered: true}
	with := func(in Input, failures int, text string) Input {
		in.Failures, in.Text, in.Signals = failures, text, Read(text, nil)
		return in
	}
	for _, c := range []struct {
		phase Phase
		in    Input
		want  Verdict
	}{
		{Before, with(Input{}, 0, "Do you ship to Bengaluru?"), Verdict{Action: None}},
		{Before, with(Input{}, 0, "What is your return policy for damaged items?"), Verdict{Action: None}},
		{Before, with(Input{}, 0, "My order arrived with a broken screen, and I need a replacement organised."), Verdict{Action: Handoff, Rule: "needs-action", Reason: "Only a person can do this"}},
		{Before, with(Input{}, 0, "can I talk to a person"), Verdict{Action: Handoff, Rule: "wants-human", Reason: "Asked for a person"}},
		{Before, with(Input{}, 0, "The charger is smoking and I got a shock"), Verdict{Action: Handoff, Rule: "blocked-safety", Reason: "Somebody may be in danger"}},
		{Before, with(Input{}, 0, "does the Fire TV stick work with a smoke detector?"), Verdict{Action: None}},
		{Before, with(Input{}, 0, "See you in CONSUMER COURT"), Verdict{Action: Handoff, Rule: "blocked-legal", Reason: "Speaks of the police, a court or a lawyer"}},
		{Before, with(Input{}, 0, "मैं उपभोक्ता फोरम जाऊंगा"), Verdict{Action: Handoff, Rule: "blocked-legal", Reason: "Speaks of the police, a court or a lawyer"}},
		{Before, with(Input{}, 0, "You are thieves, this is a fucking scam, you liars"), Verdict{Action: Handoff, Rule: "sentiment", Reason: "The visitor is angry"}},
		{After, with(answered, 0, "Do you ship to Bengaluru?"), Verdict{Action: None}},
		{After, with(unanswered, 1, "Do you sell pianos?"), Verdict{Action: Offer, Rule: "not-grounded", Reason: "The knowledge base does not answer this"}},
		{After, with(unanswered, 2, "Do you sell harps?"), Verdict{Action: Handoff, Rule: "failures", Reason: "Two questions in a row without an answer"}},
		{After, with(unanswered, 3, "Do you sell harps?"), Verdict{Action: Handoff, Rule: "failures", Reason: "Two questions in a row without an answer"}},
		{After, with(answered, 2, "Do you sell tablets?"), Verdict{Action: None}},
		{After, with(Input{}, 2, "thanks"), Verdict{Action: None}},
		{After, with(unanswered, 1, "how do refunds work"), Verdict{Action: Offer, Rule: "refund", Reason: "Asked about a refund, and no article answers it"}},
		{After, with(answered, 0, "how do refunds work"), Verdict{Action: None}},
		{After, with(answered, 0, "how do I file a complaint"), Verdict{Action: Offer, Rule: "complaint", Reason: "Has a complaint"}},
	} {
		got := Evaluate(Default(), c.phase, c.in)
		if got.Rule == "wants-human" || got.Rule == "needs-action" || strings.HasPrefix(got.Rule, "blocked-") {
			if len(got.Matches) == 0 {
				t.Errorf("%s %q: %s shows no words", c.phase, c.in.Text, got.Rule)
			}
		}
		got.Matches = nil
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %q (-want +got):\n%s", c.phase, c.in.Text, diff)
		}
	}
}

func TestFirstRuleThatHoldsDecides(t *testing.T) {
	t.Parallel()
	rule := func(id string, then Action, words ...string) Rule {
		return Rule{ID: id, Title: id, Reason: id, Enabled: true, Phase: Before, Then: then, When: Condition{Keywords: words}}
	}
	off := rule("off", Handoff, "piano")
	off.Enabled = false
	later := rule("later", Handoff, "piano")
	later.Phase = After
	set := RuleSet{Failures: 2, Rules: []Rule{off, later, rule("first", Offer, "grand piano", "harp"), rule("second", Handoff, "piano")}}
	got := Evaluate(set, Before, Input{Text: "A Grand-Piano, or two pianos?"})
	want := Verdict{Action: Offer, Rule: "first", Reason: "first", Matches: []Match{{Keyword, "Grand-Piano", 2, 13}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := Evaluate(set, Before, Input{Text: "two pianos"}); got.Action != None {
		t.Errorf("a plural fired %q; keywords are whole words", got.Rule)
	}
}

func TestAllPartsOfAConditionMustHold(t *testing.T) {
	t.Parallel()
	low, no := 0.0, false
	set := RuleSet{Failures: 1, Rules: []Rule{{
		ID: "all", Enabled: true, Phase: After, Then: Handoff, Reason: "{n} questions in a row without an answer",
		When: Condition{Signal: Refund, AtLeast: 0.5, Keywords: []string{"vip"}, SentimentBelow: &low, Answered: &no, FailuresReached: true},
	}}}
	all := Input{Text: "vip", Signals: Signals{Refund: 0.5, Sentiment: -0.1}, Failures: 1, Question: true}
	if got := Evaluate(set, After, all); got.Action != Handoff || got.Reason != "One question without an answer" {
		t.Fatalf("with every part true: %+v", got)
	}
	for name, change := range map[string]func(*Input){
		"signal": func(in *Input) { in.Signals.Refund = 0.49 }, "keywords": func(in *Input) { in.Text = "vips" },
		"sentiment": func(in *Input) { in.Signals.Sentiment = 0 }, "answered": func(in *Input) { in.Answered = true },
		"failures": func(in *Input) { in.Failures = 0 }, "question": func(in *Input) { in.Question = false },
	} {
		in := all
		change(&in)
		if got := Evaluate(set, After, in); got.Action != None {
			t.Errorf("without %s the rule still says %s", name, got.Action)
		}
	}
}

func TestStrongerVerdict(t *testing.T) {
	t.Parallel()
	none, offer, handoff := Verdict{Action: None}, Verdict{Action: Offer, Rule: "a"}, Verdict{Action: Handoff, Rule: "b"}
	for _, c := range [][3]Verdict{{none, none, none}, {none, offer, offer}, {offer, none, offer}, {offer, handoff, handoff}, {handoff, offer, handoff}, {offer, {Action: Offer, Rule: "z"}, offer}, {offer, {}, offer}} {
		if got := Stronger(c[0], c[1]); got.Rule != c[2].Rule || got.Action != c[2].Action {
			t.Errorf("Stronger(%v, %v) = %v, want %v", c[0], c[1], got, c[2])
		}
	}
}

func TestTriggersNameRulesTheMessageSetsOff(t *testing.T) {
	t.Parallel()
	for message, want := range map[string][]string{
		"Do you ship to Bengaluru?":                        {},
		"I want a refund now, connect me to an agent":      {"wants-human", "needs-action", "refund"},
		"customer care number":                             {"unsure-wants-human"},
		"how do refunds work":                              {"refund"},
		"I want to lodge a complaint against your company": {"complaint"},
	} {
		got := Triggers(Default(), Input{Text: message, Signals: Read(message, nil)})
		for _, id := range want {
			if !strings.Contains(strings.Join(got, " "), id) {
				t.Errorf("%q: %v, want %s among them", message, got, id)
			}
		}
		if len(want) == 0 && len(got) > 0 {
			t.Errorf("%q: %v, want none", message, got)
		}
	}
}

func TestValidateNamesCauseAndRemedy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*RuleSet)
		want   string
	}{
		"failures":      {func(s *RuleSet) { s.Failures = 0 }, `from 1 to 10`},
		"twice":         {func(s *RuleSet) { s.Rules[1].ID = s.Rules[0].ID }, `the id is taken by rule 1`},
		"id":            {func(s *RuleSet) { s.Rules[0].ID = "Wants Human" }, `small letters, digits and dashes`},
		"title":         {func(s *RuleSet) { s.Rules[0].Title = "" }, `the title has 0 characters`},
		"reason":        {func(s *RuleSet) { s.Rules[0].Reason = strings.Repeat("x", 300) }, `the sentence the agent reads`},
		"phase":         {func(s *RuleSet) { s.Rules[0].Phase = "during" }, `use "before"`},
		"then":          {func(s *RuleSet) { s.Rules[0].Then = None }, `set "enabled" to false`},
		"empty":         {func(s *RuleSet) { s.Rules[0].When = Condition{} }, `would hold for every message`},
		"signal":        {func(s *RuleSet) { s.Rules[3].When.Signal = "human" }, `there are wants_human, needs_action`},
		"threshold":     {func(s *RuleSet) { s.Rules[3].When.AtLeast = 0 }, `lies above 0`},
		"keyword":       {func(s *RuleSet) { s.Rules[0].When.Keywords = []string{"--"} }, `has no letters`},
		"too early":     {func(s *RuleSet) { s.Rules[10].Phase = Before }, `set "phase" to "after"`},
		"too many":      {func(s *RuleSet) { s.Rules = make([]Rule, 101) }, `100 are allowed`},
		"many keywords": {func(s *RuleSet) { s.Rules[0].When.Keywords = make([]string, 501) }, `split the rule`},
	} {
		set := Default()
		c.change(&set)
		err := set.Validate()
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want ErrInvalid with %q", name, err, c.want)
		}
	}
	if err := Default().Validate(); err != nil {
		t.Errorf("the default rules: %v", err)
	}
	for _, bad := range []string{`{"failures":2,"rules":[{"idd":"x"}]}`, `[]`, ``, `{"failures":2} {}`} {
		if _, err := Parse([]byte(bad)); !errors.Is(err, ErrInvalid) {
			t.Errorf("Parse(%s): %v, want ErrInvalid", bad, err)
		}
	}
}

func TestFailuresCountsUnansweredQuestionsInARow(t *testing.T) {
	t.Parallel()
	q := func(text string, answered bool) Turn { return Turn{Author: "visitor", Text: text, Answered: answered} }
	bot, person := Turn{Author: "assistant", Text: "…"}, Turn{Author: "agent", Text: "Hello, Priya here"}
	for name, c := range map[string]struct {
		history []Turn
		want    int
	}{
		"nothing":             {nil, 0},
		"one":                 {[]Turn{q("do you sell pianos", false)}, 1},
		"two":                 {[]Turn{q("do you sell pianos", false), bot, q("harps?", false)}, 2},
		"an answer resets":    {[]Turn{q("do you sell pianos", false), bot, q("tablets?", true), bot, q("harps?", false)}, 1},
		"greeting in between": {[]Turn{q("do you sell pianos", false), bot, q("hello", false), bot, q("harps?", false)}, 2},
		"answered greeting":   {[]Turn{q("do you sell pianos", false), bot, q("thank you", true), bot, q("harps?", false)}, 2},
		"thanks at the end":   {[]Turn{q("do you sell pianos", false), bot, q("thanks", false)}, 1},
		"a person resets":     {[]Turn{q("do you sell pianos", false), person, q("harps?", false)}, 1},
		"smileys":             {[]Turn{q("🙂", false), q("...", false)}, 0},
	} {
		if got := Failures(c.history); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// A set made from older defaults is told what came since; what was taken out of the present ones was taken out on purpose.
func TestLacks(t *testing.T) {
	t.Parallel()
	without := func(version int, ids ...string) RuleSet {
		set := Default()
		set.Defaults = version
		set.Rules = slices.DeleteFunc(set.Rules, func(r Rule) bool { return slices.Contains(ids, r.ID) })
		return set
	}
	for _, c := range []struct {
		name string
		set  RuleSet
		want []string
	}{
		{"the defaults", Default(), nil},
		{"made before versions", without(0, "insult", "insult-offer"), []string{"insult", "insult-offer"}},
		{"the first ones, less one", without(1, "insult", "insult-offer", "complaint"), []string{"insult", "insult-offer"}},
		{"the present ones, less one", without(DefaultsVersion, "insult"), nil},
		{"has one already", without(1, "insult"), []string{"insult"}},
	} {
		var got []string
		for _, r := range c.set.Lacks() {
			got = append(got, r.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: lacks %v, want %v", c.name, got, c.want)
		}
	}
}
