package assistant_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/baton-chat/baton/conversation"
)

// Every file in testdata is a conversation with the demo shop: what the visitor writes, and what the assistant's message must be. An expectation is named
// after its outcome and holds one demand a line: "has:" words of the body, "lacks:" words it must not have, "cites:" the page of its first source, "rule:" and "state:" of the
// conversation, "lang:" its language.
func TestConversations(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			h := open(t)
			h.start()
			play(t, h.visit(), txtar.Parse(data))
		})
	}
}

func play(t *testing.T, v *visitor, talk *txtar.Archive) {
	t.Helper()
	var last conversation.Message
	seq := int64(0)
	for _, part := range talk.Files {
		text := strings.TrimSpace(string(part.Data))
		switch part.Name {
		case "visitor":
			seq = v.says(text)
			last = v.answer(seq)
		case "leaves the line":
			_, err := v.conversations.LeaveLine(v.ctx, v.session, v.session.Conversation)
			v.ok(err)
		default:
			if last.Outcome != part.Name {
				t.Errorf("after message %d: outcome %q, want %q: %s", seq, last.Outcome, part.Name, last.Body)
			}
			for line := range strings.Lines(text) {
				demand(t, v, last, strings.TrimSpace(line))
			}
		}
	}
}

func demand(t *testing.T, v *visitor, m conversation.Message, line string) {
	t.Helper()
	what, value, _ := strings.Cut(line, ": ")
	c, _ := v.transcript()
	met := false
	switch what {
	case "has":
		met = strings.Contains(m.Body, value)
	case "lacks":
		met = !strings.Contains(m.Body, value)
	case "cites":
		met = len(m.Citations) > 0 && strings.HasSuffix(m.Citations[0].URL, "/"+value)
	case "cites nothing":
		met = len(m.Citations) == 0
	case "rule":
		met = c.Rule == value
	case "state":
		met = string(c.State) == value
	case "lang":
		met = m.Language == value
	}
	if !met {
		t.Errorf("%s is not so (state %s, rule %s, sources %v): %s", line, c.State, c.Rule, m.Citations, m.Body)
	}
}
