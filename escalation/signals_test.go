package escalation

import "testing"

func TestSmoke(t *testing.T) {
	s := Read("My order arrived with a broken screen, and I need a replacement organised.", nil)
	t.Logf("%+v", s)
}
