package escalation

import (
	"strings"
	"testing"
)

// What was pasted is no mood, no request and no shouting of the writer's.
func TestPastedTextIsNotTheWritersOwn(t *testing.T) {
	t.Parallel()
	log := strings.Repeat("2026-05-06 20:31:37 FATAL UPLOAD FAILED!! terrible corrupt block, worst case\n", 4)
	for name, message := range map[string]string{
		"a log":            "The import stops.\n" + log + "What does this mean?",
		"a stack":          "Baton does not import:\njava.lang.IllegalStateException: horrible state\n\tat com.example.Worst.fail(Worst.java:12)\n\tat com.example.Awful.run(Awful.java:7)",
		"a traceback":      "It ends so:\nTraceback (most recent call last):\n  File \"shop.py\", line 12, in awful\nUselessError: terrible, horrible, worst",
		"code":             "Why is this wrong?\n```\nif (worst) { throw new HorribleError(\"fuck\"); }\n```",
		"a quoted mail":    "Any news?\n\nOn Monday, 2 Nov 2026 Priya Nair wrote:\nThis is the worst shop, a fraud. Cancel my order at once, cheaters!!",
		"heads of a mail":  "Any news?\nFrom: Ananya\nSent: Monday\nSubject: WORST SHOP\n\nYou are liars and cheaters, give me my money back",
		"a quote by marks": "Any news?\n> you are liars and cheaters\n> cancel my order TE-48213 at once",
		"an address":       "Is this the right page? https://shop.example/?cancel=my-order&id=TE-48213",
	} {
		if v := ruleFor(message); v.Action == Handoff {
			t.Errorf("%s: handed over by %q", name, v.Rule)
		}
	}
}

// What stands beside it still counts, and its bytes are where they were.
func TestOwnWordsBesidePastedOnesCount(t *testing.T) {
	t.Parallel()
	for message, rule := range map[string]string{
		"> we are looking into it\nYou are liars and cheaters, this is a terrible scam!": "sentiment",
		"2026-05-06 20:31:37 ERROR upload failed\nPlease cancel my order TE-48213":       "needs-action",
		"> I want to talk to a human":                           "wants-human", // nothing else was said
		"I paid ₹2,499 :) {thanks} but my order arrived broken": "needs-action",
	} {
		v := ruleFor(message)
		if v.Rule != rule {
			t.Errorf("%q: %q, want %q", message, v.Rule, rule)
		}
		for _, m := range v.Matches {
			if message[m.Start:m.End] != m.Text {
				t.Errorf("%q: %q stands at %d", message, m.Text, m.Start)
			}
		}
	}
}

// Faults of things are a report however often they are named; feelings are not.
func TestFaultsAreNoAnger(t *testing.T) {
	t.Parallel()
	faults := Read("Upload failed: loading failed, import failed, replication failed with fatal error. How do I resolve the failing import error?", nil)
	if faults.Sentiment < furious || faults.Sentiment > -0.3 {
		t.Errorf("faults: %.2f", faults.Sentiment)
	}
	if s := Read("This is the worst, most pathetic and useless shop I have seen", nil).Sentiment; s >= furious {
		t.Errorf("anger: %.2f", s)
	}
}
