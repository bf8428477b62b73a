package main

import (
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// saw is what the stranger's client prints.
type saw struct {
	Shown [][3]any `json:"shown"`
	Again []int    `json:"again"`
	Acks  [][]int  `json:"acks"`
	Left  int      `json:"left"`
	State string   `json:"state"`
	Cited []bool   `json:"cited"`
}

// A client in another language, which somebody wrote who has read docs/protocol.md and nothing else, talks over socket and poll, loses its line and resumes.
func TestClientWrittenFromTheProtocolAlone(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	awaitIndexed(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	client := filepath.Join("..", "..", "internal", "chaos", "python", "client.py")
	out, err := exec.CommandContext(ctx, "python3", client, s.url, demoInbox(t, s)).Output()
	if err != nil {
		var words []byte
		if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
			words = ended.Stderr
		}
		t.Fatalf("the client ended with %v:\n%s", err, words)
	}
	var got saw
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("the client printed %q: %v", out, err)
	}
	want := saw{
		Shown: [][3]any{{1.0, "visitor", ""}, {2.0, "assistant", "answered"}, {3.0, "visitor", ""}, {4.0, "assistant", "answered"}, {5.0, "visitor", ""}, {6.0, "assistant", "answered"}},
		Again: []int{1, 2, 3, 4}, Acks: [][]int{{1}, {3}, {5}}, State: "assistant", Cited: []bool{true, true, true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the stranger saw (-want +got):\n%s", diff)
	}
}

// demoInbox is the public key in the script tag of the demo page.
func demoInbox(t testing.TB, s *server) string {
	t.Helper()
	_, page := s.get("/demo")
	_, rest, _ := strings.Cut(page, `data-inbox="`)
	key, _, _ := strings.Cut(rest, `"`)
	return key
}
