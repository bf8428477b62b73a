package assistant_test

import (
	"testing"

	"github.com/baton-chat/baton/workspace"
)

// Whoever comes in the middle of an answer is told the whole text so far.
func TestTextSoFarIsToldAgain(t *testing.T) {
	t.Parallel()
	m := &held{bits: []string{heldSentence + "Standard", " delivery is ₹79 for each order."}, step: make(chan struct{})}
	h := open(t, withModel(m))
	h.start()
	v := h.visit()
	seq := v.says("Do you ship to Bengaluru?")
	m.step <- struct{}{}
	pieces := func(events []workspace.Event) []delta { return deltasIn(t, events, v.session.Conversation) }
	h.bus.await(t, "the first words", func(events []workspace.Event) bool { return len(pieces(events)) > 0 })
	h.bus.Publish(workspace.NewEvent(h.workspace, v.session.Conversation, workspace.EventMissing, struct{}{}))
	h.bus.await(t, "them again", func(events []workspace.Event) bool { return len(pieces(events)) > 1 })
	m.step <- struct{}{}
	answer := v.answer(seq)
	h.bus.await(t, "the rest", func(events []workspace.Event) bool {
		found := pieces(events)
		if len(found) < 3 {
			return false
		}
		first, again, rest := found[0], found[1], found[2]
		if again.Offset != 0 || again.Text != first.Text || again.Run != answer.Run || rest.Offset != len([]rune(again.Text)) {
			t.Errorf("told %+v, again %+v, then %+v", first, again, rest)
		}
		return true
	})
}
