package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
)

// frame is a frame of the visitor protocol, with the fields these tests look at.
type frame struct {
	T         string `json:"t"`
	Conv      string `json:"conv"`
	CID       string `json:"cid"`
	Seq       int64  `json:"seq"`
	Kind      string `json:"kind"`
	Author    struct{ Kind, Name string }
	Body      string `json:"body"`
	Outcome   string `json:"outcome"`
	Run       string `json:"run"`
	Offset    int    `json:"offset"`
	Text      string `json:"text"`
	State     string `json:"state"`
	Epoch     int64  `json:"epoch"`
	Code      string `json:"code"`
	Event     struct{ Name, Who string }
	Queue     *struct{ Position int }
	Person    *struct{ Name string }
	Contact   bool
	Citations []struct {
		N                 int
		Title, Quote, URL string
	}
	Raw json.RawMessage `json:"-"`
}

// visitorPing is how often a client shows that it lives, as docs/protocol.md has it. Without it the server would end a socket that waits for something for 22 s,
// and that would be the patience of every test.
const visitorPing = 10 * time.Second

// visitor is a client of the visitor protocol over a real socket.
type visitor struct {
	t     testing.TB
	ws    *websocket.Conn
	mu    sync.Mutex // one writer at a time: the test, or the beat
	token string
	conv  string
	store string
	n     int64
	seq   int64
	// answered is the highest seq that answer has returned.
	answered int64
	frames   []frame
}

// visit opens a session and a socket for the demo inbox of a server.
func visit(t testing.TB, s *server) *visitor {
	t.Helper()
	_, page := s.get("/demo")
	_, rest, ok := strings.Cut(page, `data-inbox="`)
	key, _, _ := strings.Cut(rest, `"`)
	if !ok {
		t.Fatal("the demo page carries no widget")
	}
	body, _ := json.Marshal(map[string]any{"inbox": key, "token": "", "locale": "en"})
	response, err := http.Post(s.url+"/api/visitor/session", "application/json", bytes.NewReader(body)) //nolint:noctx // This test's own server.
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	v := &visitor{t: t}
	var session struct{ Token, Store, Conv string }
	if err := json.NewDecoder(response.Body).Decode(&session); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("session: status %d, %v", response.StatusCode, err)
	}
	v.token, v.store, v.conv = session.Token, session.Store, session.Conv
	v.dial(s)
	return v
}

// dial opens the socket, or opens it again after it was lost, and resumes from what this client holds.
func (v *visitor) dial(s *server) {
	v.t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"baton.v1"}, HandshakeTimeout: patience}
	ws, response, err := dialer.Dial("ws"+strings.TrimPrefix(s.url, "http")+"/api/visitor/socket", nil)
	if err != nil {
		v.t.Fatal(err)
	}
	_ = response.Body.Close()
	v.ws = ws
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		v.beat(ws, over)
	}()
	v.t.Cleanup(func() {
		close(over)
		_ = ws.Close()
		<-ended
	})
	v.send(map[string]any{"t": "hello", "v": 1, "caps": []string{"delta"}, "token": v.token, "store": v.store, "cursors": map[string]int64{v.conv: v.seq}})
	v.await("welcome", func(f frame) bool { return f.T == "welcome" })
}

// beat pings until the socket breaks or the test is over.
func (v *visitor) beat(ws *websocket.Conn, over <-chan struct{}) {
	tick := time.NewTicker(visitorPing)
	defer tick.Stop()
	for {
		select {
		case <-over:
			return
		case <-tick.C:
			if v.write(ws, map[string]any{"t": "ping"}) != nil {
				return
			}
		}
	}
}

func (v *visitor) write(ws *websocket.Conn, f map[string]any) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return ws.WriteJSON(f)
}

func (v *visitor) send(f map[string]any) {
	v.t.Helper()
	if err := v.write(v.ws, f); err != nil {
		v.t.Fatal(err)
	}
}

// say sends a message and returns its sequence number once it is stored.
func (v *visitor) say(text string) int64 {
	v.t.Helper()
	v.n++
	cid := uuid.Must(uuid.NewV7()).String()
	v.send(map[string]any{"t": "say", "conv": v.conv, "cid": cid, "n": v.n, "body": text})
	return v.await("ack", func(f frame) bool { return f.T == "ack" && f.CID == cid }).Seq
}

// next reads one frame, keeps it, and checks that messages come without gaps.
func (v *visitor) next(what string) frame {
	v.t.Helper()
	_ = v.ws.SetReadDeadline(time.Now().Add(patience))
	_, data, err := v.ws.ReadMessage()
	if err != nil {
		v.t.Fatalf("waiting for %s: %v; frames so far: %s", what, err, v.history())
	}
	var f frame
	if err := json.Unmarshal(data, &f); err != nil {
		v.t.Fatalf("frame %s: %v", data, err)
	}
	f.Raw = data
	v.frames = append(v.frames, f)
	if f.T == "message" {
		if f.Seq != v.seq+1 {
			v.t.Fatalf("message %d after %d", f.Seq, v.seq)
		}
		v.seq = f.Seq
	}
	return f
}

// await reads frames until one fits.
func (v *visitor) await(what string, fits func(frame) bool) frame {
	v.t.Helper()
	for {
		if f := v.next(what); fits(f) {
			return f
		}
	}
}

// answer waits for the assistant's next message. It may have come already, before the receipt of the question.
func (v *visitor) answer() frame {
	v.t.Helper()
	fits := func(f frame) bool { return f.T == "message" && f.Author.Kind == "assistant" && f.Seq > v.answered }
	for _, f := range v.frames {
		if fits(f) {
			v.answered = f.Seq
			return f
		}
	}
	f := v.await("an answer", fits)
	v.answered = f.Seq
	return f
}

// state waits until the last state that was told is this one.
func (v *visitor) state(want string) frame {
	v.t.Helper()
	for _, f := range slices.Backward(v.frames) {
		if f.T == "state" {
			if f.State == want {
				return f
			}
			break
		}
	}
	return v.await("the state "+want, func(f frame) bool { return f.T == "state" && f.State == want })
}

func (v *visitor) history() string {
	var all []string
	for _, f := range v.frames {
		all = append(all, string(f.Raw))
	}
	return strings.Join(all, "\n")
}
