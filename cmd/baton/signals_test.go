package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// One line out for each line in, ids echoed, every name of the contract there, and a line that is no message told as such.
func TestSignalsBatch(t *testing.T) {
	t.Parallel()
	in := `{"id":1,"text":"I want to talk to a human"}
{"id":"b","text":"Do you ship to Bengaluru?","history":[{"role":"visitor","text":"hello"},{"role":"assistant","text":"Hello!"}]}

no message
{"id":3}
`
	var out, stderr bytes.Buffer
	code := run(t.Context(), program{args: []string{"signals", "--batch"}, getenv: func(string) string { return "" }, stdin: strings.NewReader(in), stdout: &out, stderr: &stderr})
	if code != exitFailed || !strings.Contains(stderr.String(), "2 of 4 lines") {
		t.Errorf("code %d, %q", code, stderr.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines out, want 4: %s", len(lines), out.String())
	}
	for _, name := range []string{"wants_human", "refund", "complaint", "frustration", "sentiment", "triggers"} {
		if !strings.Contains(lines[0], `"`+name+`"`) {
			t.Errorf("no %q in %s", name, lines[0])
		}
	}
	var first, second struct {
		ID         json.RawMessage
		WantsHuman float64 `json:"wants_human"`
		Triggers   []string
	}
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil || string(first.ID) != "1" || first.WantsHuman < 0.5 || len(first.Triggers) == 0 {
		t.Errorf("%s, %v", lines[0], err)
	}
	if err := json.Unmarshal([]byte(lines[1]), &second); err != nil || string(second.ID) != `"b"` || second.WantsHuman >= 0.5 || len(second.Triggers) != 0 {
		t.Errorf("%s, %v", lines[1], err)
	}
	for i, want := range map[int]string{2: "line 4 is not a message", 3: `line 5 has no \"text\"`} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("line %d: %s does not say %s", i, lines[i], want)
		}
	}
}

// The effective embedder is told, whichever it is.
func TestConfigNamesTheEmbedder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{nil, "BATON_EMBED_MODEL=(built in: multilingual-e5-small-q4)"},
		{map[string]string{"BATON_SEARCH": "meaning"}, "BATON_EMBED_MODEL=(built in: multilingual-e5-small-q4)"},
		{map[string]string{"BATON_SEARCH": "words"}, "BATON_EMBED_MODEL=(none: BATON_SEARCH=words)"},
		{map[string]string{"OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "BATON_EMBED_MODEL": "bge"}, "BATON_EMBED_MODEL=bge"},
	} {
		var out bytes.Buffer
		code := run(t.Context(), program{args: []string{"config"}, getenv: func(n string) string { return c.env[n] }, stdout: &out, stderr: &bytes.Buffer{}})
		if code != 0 || !strings.Contains(out.String(), c.want+"\n") {
			t.Errorf("%v: code %d, no %q in %s", c.env, code, c.want, out.String())
		}
	}
}
