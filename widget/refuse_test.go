package widget_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/widget"
)

func TestHelloIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(l *widget.Limits) { l.Socket.Hello, l.Tabs = 2*time.Second, 2 })
	v := s.visitor(t)
	hello := func(token string) string {
		return `{"t":"hello","v":1,"caps":[],"token":"` + token + `","store":"","cursors":{}}`
	}
	expired := s.visitor(t)
	s.clock.forward(conversation.VisitorSessionLife + time.Hour)
	if status, answer := s.open(t, `{"inbox": "`+s.inbox.PublicKey+`"}`); status == 200 {
		v.token = answer["token"].(string)
	}
	shop := http.Header{"Origin": {"https://shop.example"}}
	cases := []struct {
		name   string
		header http.Header
		act    func(*line)
		code   int
	}{
		{"another frame first", nil, func(l *line) { l.text(`{"t":"ping"}`) }, 4400},
		{"no JSON first", nil, func(l *line) { l.text(`hello`) }, 4400},
		{"binary first", nil, func(l *line) { _ = l.ws.WriteMessage(websocket.BinaryMessage, []byte(hello(v.token))) }, 4400},
		{"another version", nil, func(l *line) { l.text(strings.Replace(hello(v.token), `"v":1`, `"v":2`, 1)) }, 4400},
		{"a cursor of the wrong type", nil, func(l *line) { l.text(strings.Replace(hello(v.token), `"cursors":{}`, `"cursors":{"x":"y"}`, 1)) }, 4400},
		{"deep", nil, func(l *line) { l.text(`{"t":"hello","x":` + strings.Repeat("[", 7) + strings.Repeat("]", 7) + `}`) }, 4400},
		{"too large", nil, func(l *line) { l.text(hello(strings.Repeat("x", 97<<10))) }, 4413},
		{"no token", nil, func(l *line) { l.text(hello("")) }, 4401},
		{"a token of nobody's", nil, func(l *line) { l.text(hello(v.token[:len(v.token)-4] + "AAAA")) }, 4401},
		{"an ended token", nil, func(l *line) { l.text(hello(expired.token)) }, 4401},
		{"a foreign origin", http.Header{"Origin": {"https://evil.test"}}, func(l *line) { l.text(hello(v.token)) }, 4403},
		{"nothing", nil, func(*line) {}, 4408},
	}
	for _, c := range cases {
		l := s.dial(t, c.header)
		c.act(l)
		if got := l.closed(); got != c.code {
			t.Errorf("%s: closed with %d, want %d", c.name, got, c.code)
		}
	}
	for i := range 3 {
		l := s.dial(t, shop)
		l.text(hello(v.token))
		if i < 2 {
			l.until("welcome", nil)
		} else if got := l.closed(); got != 4429 {
			t.Errorf("the third tab of two: closed with %d", got)
		}
	}
	_, response, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(s.server.URL, "http")+"/api/visitor/socket", http.Header{"Origin": {"null"}})
	if err == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("origin null: %v", err)
	}
	_ = response.Body.Close()
}

// Each bad frame gets its code, and the socket lives on.
func TestFramesAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(l *widget.Limits) { l.Socket.Burst = 100 })
	v := s.visitor(t)
	l := v.connect(t, 0)
	const secret = "what nobody but the visitor may read"
	cid, _ := l.say(1, secret)
	say := func(change map[string]any) string {
		f := map[string]any{"t": "say", "conv": v.conv, "cid": uuid.Must(uuid.NewV7()), "n": 2, "body": secret}
		for k, value := range change {
			f[k] = value
		}
		data, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	cases := []struct {
		name, frame, code string
	}{
		{"no JSON", `hello`, "bad_frame"},
		{"cut off", `{"t":"say","body":"` + secret, "bad_frame"},
		{"deep", `{"t":"ping","x":` + strings.Repeat("[", 9) + strings.Repeat("]", 9) + `}`, "bad_frame"},
		{"a list", `[]`, "bad_frame"},
		{"no name", `{}`, "bad_frame"},
		{"unknown", `{"t":"dance"}`, "bad_frame"},
		{"a name of the server's", `{"t":"ack"}`, "bad_frame"},
		{"hello again", `{"t":"hello","v":1}`, "bad_frame"},
		{"wrong type", say(map[string]any{"n": "two"}), "bad_frame"},
		{"no cid", say(map[string]any{"cid": uuid.Nil}), "bad_frame"},
		{"n from 0", say(map[string]any{"n": 0}), "bad_frame"},
		{"empty", say(map[string]any{"body": ""}), "empty"},
		{"blank", say(map[string]any{"body": " \n\t "}), "empty"},
		{"16,001 characters", say(map[string]any{"body": strings.Repeat("ज", 16_001)}), "too_long"},
		{"cid reused", say(map[string]any{"cid": cid, "body": "another"}), "cid_reused"},
		{"foreign conversation", say(map[string]any{"conv": uuid.New()}), "conversation_unknown"},
		{"no conversation", `{"t":"person","on":true}`, "conversation_unknown"},
		{"no address", `{"t":"contact","conv":"` + v.conv.String() + `","email":"ananya"}`, "bad_email"},
		{"gap", say(map[string]any{"n": 7}), "gap"},
	}
	for _, c := range cases {
		l.text(c.frame)
		got := l.until("error", nil)
		if got["code"] != c.code || got["fix"] == "" {
			t.Errorf("%s: %v, want %s", c.name, got, c.code)
		}
		if c.code == "gap" && got["n"] != 2.0 {
			t.Errorf("gap: %v, want n 2", got)
		}
	}
	// The message that left a gap comes again on this socket, or on another one.
	l = v.connect(t, 1)
	if _, seq := l.say(2, strings.Repeat("ज", 16_000)); seq != 2 {
		t.Errorf("the longest message has seq %d, want 2: a refused one took a number", seq)
	}
	if log := s.log.String(); strings.Contains(log, secret) || strings.Contains(log, v.token) {
		t.Errorf("the log holds what was said, or a token:\n%s", log)
	}
}

// 100,000 characters are more than a frame holds.
func TestHugeMessageClosesTheSocket(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	v := s.visitor(t)
	l := v.connect(t, 0)
	l.send(map[string]any{"t": "say", "conv": v.conv, "cid": uuid.Must(uuid.NewV7()), "n": 1, "body": strings.Repeat("x", 100_000)})
	if got := l.closed(); got != 4413 {
		t.Errorf("closed with %d, want 4413", got)
	}
	// Nothing else is lost by it.
	if _, seq := v.connect(t, 0).say(1, "shorter"); seq != 1 {
		t.Errorf("seq %d, want 1", seq)
	}
}

func TestTooManyFrames(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(l *widget.Limits) { l.Socket.Burst, l.Socket.Rate, l.Socket.Refused = 4, 0.001, 3 })
	v := s.visitor(t)
	l := v.connect(t, 0) // hello is the first
	for n := range int64(3) {
		l.say(n+1, "quick")
	}
	cid := uuid.Must(uuid.NewV7())
	for range 3 {
		l.send(map[string]any{"t": "say", "conv": v.conv, "cid": cid, "n": 4, "body": "too quick"})
		if f := l.until("slow_down", nil); f["cid"] != cid.String() || f["retry"] != 2.0 {
			t.Errorf("slow_down: %v", f)
		}
	}
	l.text(`{"t":"ping"}`)
	if got := l.closed(); got != 4429 {
		t.Errorf("closed with %d, want 4429", got)
	}
}
