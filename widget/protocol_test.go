package widget

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/realtime"
)

// example is one fenced block of docs/protocol.md.
type example struct{ side, name, text string }

func examples(t *testing.T) []example {
	t.Helper()
	page, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []example
	for _, m := range regexp.MustCompile("(?s)```json (\\w+) (\\w+)\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		all = append(all, example{m[1], m[2], m[3]})
	}
	return all
}

// shapes are the Go types of what the server writes.
func shape(name string) any {
	return map[string]any{
		frameWelcome: &welcome{}, frameAck: &ack{}, frameMessage: &conversation.Message{}, frameDelta: &delta{}, frameState: &state{}, frameTyping: &typing{}, frameRead: &receipt{},
		framePresence: &people{}, frameHead: &head{}, frameResync: &resync{}, frameSlowDown: &slowDown{}, frameNotice: &notice{}, frameError: &refusal{}, "session": &sessionResponse{}, "poll": &pollResponse{},
	}[name]
}

// Every example of the protocol's page is what this server reads and writes, field by field.
func TestExamplesOfTheProtocol(t *testing.T) {
	t.Parallel()
	all := examples(t)
	seen := map[string]int{}
	for _, e := range all {
		seen[e.side]++
		switch e.side {
		case "client":
			readsClient(t, e)
		case "request":
			readsRequest(t, e)
		case "server", "response":
			writesServer(t, e)
		default:
			t.Errorf("an example of the side %q", e.side)
		}
	}
	if diff := cmp.Diff(map[string]int{"request": 2, "response": 2, "client": 8, "server": 13}, seen); diff != "" {
		t.Errorf("examples (-want +got):\n%s", diff)
	}
}

// strictly decodes an example into v, and fails where the example has a field that v has not.
func strictly(t *testing.T, e example, v any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(e.text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		t.Errorf("%s %s: %v", e.side, e.name, err)
	}
}

func readsRequest(t *testing.T, e example) {
	t.Helper()
	if e.name == "poll" {
		var poll pollRequest
		strictly(t, e, &poll)
		holds(t, e, poll, nil)
		return
	}
	strictly(t, e, &sessionRequest{})
}

func readsClient(t *testing.T, e example) {
	t.Helper()
	var in incoming
	strictly(t, e, &in)
	if in.T != e.name {
		t.Errorf("client %s is called %q", e.name, in.T)
	}
	// What was read says the same as the example.
	holds(t, e, in, nil)
}

func writesServer(t *testing.T, e example) {
	t.Helper()
	v := shape(e.name)
	if v == nil {
		t.Errorf("no type for %s", e.name)
		return
	}
	optional := map[string]bool{"document": true, "chunk": true}
	if m, ok := v.(*conversation.Message); ok {
		if err := json.Unmarshal([]byte(e.text), m); err != nil {
			t.Errorf("message: %v", err)
		}
		data, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		f := messageFrame(data)
		holds(t, e, json.RawMessage(f[bytes.IndexByte(f, '{'):]), optional)
		return
	}
	strictly(t, e, v)
	holds(t, e, v, optional)
	holds(t, example{e.side, e.name, encodedText(t, v)}, json.RawMessage(e.text), optional)
}

// encodedText is the payload of v's frame.
func encodedText(t *testing.T, v any) string {
	t.Helper()
	f := encode(v)
	return string(f[bytes.IndexByte(f, '{'):])
}

// holds fails where v, as JSON, lacks something of the example or differs from it.
func holds(t *testing.T, e example, v any, optional map[string]bool) {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal([]byte(e.text), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	lacks(t, e.side+" "+e.name, want, got, optional)
}

func lacks(t *testing.T, path string, want, got any, optional map[string]bool) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s: %v, want an object", path, got)
			return
		}
		for key, value := range w {
			if other, ok := g[key]; ok {
				lacks(t, path+"."+key, value, other, optional)
			} else if !optional[key] {
				t.Errorf("%s lacks %q", path, key)
			}
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			t.Errorf("%s: %v, want %v", path, got, want)
			return
		}
		for i := range w {
			lacks(t, path, w[i], g[i], optional)
		}
	case string:
		if g, ok := got.(string); !ok || g != w && !sameTime(g, w) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	default:
		if got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}

func sameTime(a, b string) bool {
	x, errX := time.Parse(time.RFC3339Nano, a)
	y, errY := time.Parse(time.RFC3339Nano, b)
	return errX == nil && errY == nil && x.Equal(y)
}

// The page's tables name what the code has.
func TestCodesOfTheProtocol(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	codes := []string{codeBadFrame, codeEmpty, codeTooLong, codeReused, codeGap, codeUnknown, codeBadEmail, codeUnavailable, "bad_request", "origin_refused", "inbox_unknown", "too_large", "slow_down", "unavailable"}
	for _, code := range codes {
		if !bytes.Contains(page, []byte("`"+code+"`")) {
			t.Errorf("docs/protocol.md does not know %q", code)
		}
	}
}

// The table of close codes is the same here and on the page.
func TestCloseCodesOfTheProtocol(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "### Close codes")
	for _, code := range realtime.Codes() {
		if code != realtime.CloseNormal && !regexp.MustCompile(`(?m)^\|[ 0-9,]*\b`+strconv.Itoa(int(code))+`\b`).MatchString(table) {
			t.Errorf("the table does not know %d", code)
		}
	}
}
