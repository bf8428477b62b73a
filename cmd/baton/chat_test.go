package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// Lines that come faster than the server takes them are all stored, in their order: what was answered by slow_down is sent again.
func TestChatKeepsWhatComesTooFast(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	var lines strings.Builder
	const n = 26 // More than the 20 frames in a row.
	for i := range n {
		fmt.Fprintf(&lines, "Line %d\n", i)
	}
	out, code := s.command(lines.String(), "chat", "--json", "--url", s.url)
	if code != 0 {
		t.Fatalf("code %d:\n%s", code, out)
	}
	var stored []string
	slowed := false
	for line := range strings.Lines(out) {
		var f chatFrame
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		slowed = slowed || f.T == "slow_down"
		if f.T == "message" && f.Author.Kind == "visitor" {
			stored = append(stored, f.Body)
		}
	}
	if !slowed {
		// A line waits for nothing but the server, and a loaded machine may take them more slowly than its own limit; then only the order is tested.
		t.Log("nothing was slowed down: this machine is slower than the limit")
	}
	if len(stored) != n {
		t.Fatalf("%d of %d lines were stored", len(stored), n)
	}
	for i, body := range stored {
		if body != fmt.Sprintf("Line %d", i) {
			t.Errorf("line %d is %q", i, body)
		}
	}
}
