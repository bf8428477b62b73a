package assistant

import (
	"testing"

	"github.com/baton-chat/baton/knowledge"
)

// "within a day" is what another language says with a number; "₹100 a day" is not.
func TestOneWithoutItsNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"The device is switched off within a day and brought in within 7 days.": true,
		"You get ₹100 a day for 7 days of waiting for the device.":              false,
	} {
		g := newGrounds([]knowledge.Passage{{Title: "Care", Text: text}}, "", "", nil)
		if got := figuresStand([]figure{{"1", "day"}, {"7", "day"}}, g.passages[0].sentences, nil); got != want {
			t.Errorf("%q bears one day: %v", text, got)
		}
	}
}
