package assistant

import (
	"testing"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/escalation"
)

func TestSmallTalkOfMoods(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]phrase{
		"are you a robot?": sayIdentity, "What are you?": sayIdentity, "who are you": sayIdentity, "am I talking to a real person?": sayIdentity, "من أنت؟": sayIdentity, "आप कौन हैं?": sayIdentity,
		"😡": sayUpset, "🤬🤬": sayUpset, "you are useless": sayUpset, "this is bullshit": sayUpset, "🙂": sayOkay,
	} {
		if got, is := smallTalk(text, escalation.Read(text, nil)); !is || got != want {
			t.Errorf("%q: %q %v, want %q", text, got, is, want)
		}
	}
	for _, text := range []string{"are you people open on Sundays?", "what are you selling today", "is the charger useless without a cable?"} {
		if got, is := smallTalk(text, escalation.Read(text, nil)); is {
			t.Errorf("%q is taken for small talk (%q), but asks something", text, got)
		}
	}
}

func TestManyWaysToAcceptAnOffer(t *testing.T) {
	t.Parallel()
	offered := []Turn{{Author: conversation.ByAssistant, Outcome: conversation.OutcomeOffer}}
	for text, want := range map[string]bool{
		"👍": true, "please do": true, "Yes please!": true, "go ahead": true, "yes, that would be great": true, "call someone please": true, "yes thanks": true, "हाँ, बुलाइए": true, "نعم من فضلك": true,
		"👎": false, "🙂": false, "please": false, "ok thanks": false, "thanks": false, "do you?": false, "no": false, "yes but how do I return it": false,
	} {
		if got := accepts(text, offered); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
