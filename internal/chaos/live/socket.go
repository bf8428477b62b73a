package live

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/websocket"

	"github.com/baton-chat/baton/realtime/core"
)

const (
	// dialWithin and writeWithin bound what a line may swallow before the tab gives up; the core has patience of its own.
	dialWithin, writeWithin = 10 * time.Second, 10 * time.Second
	// closedAway is the code of a socket that ended without a close frame.
	closedAway = 1006
)

// socket is one WebSocket of a tab, with a goroutine that reads and one that writes.
type socket struct {
	conn *websocket.Conn
	out  chan []byte
	done context.CancelFunc
}

func (s *socket) close() {
	s.done()
	if s.conn != nil {
		_ = s.conn.Close()
	}
}

// anyGateway is a node for the next attempt. A visitor may come to any of them at any time.
func (t *tab) anyGateway() *node { return t.w.with(t.rng, (*node).gateway) }

// open dials. Some networks let no socket through.
func (t *tab) open(ctx context.Context) {
	t.hangUp()
	t.node = t.anyGateway()
	number := t.present
	if t.of.blocked {
		t.later(ctx, number, core.Input{In: "closed", Code: closedAway})
		return
	}
	dialing, done := context.WithCancel(ctx)
	s := &socket{out: make(chan []byte, 256), done: done}
	t.socket = s
	address := "ws://" + t.node.address() + "/api/visitor/socket"
	t.w.running.Go(func() {
		dialer := websocket.Dialer{HandshakeTimeout: dialWithin, Subprotocols: []string{"baton.v1"}}
		conn, response, err := dialer.DialContext(dialing, address, nil)
		if response != nil {
			_ = response.Body.Close()
		}
		if err != nil {
			t.later(ctx, number, core.Input{In: "closed", Code: closedAway})
			return
		}
		t.tell(func() { t.opened(ctx, dialing, s, conn, number) })
	})
}

// later gives the core an input of a socket or call, unless the tab has dropped it by then.
func (t *tab) later(ctx context.Context, number int, in core.Input) {
	t.w.running.Go(func() {
		t.tell(func() {
			if t.present == number {
				t.do(ctx, in)
			}
		})
	})
}

// opened has two contexts: that of the tab, in which what follows from a frame is done, and that of this socket.
func (t *tab) opened(ctx, own context.Context, s *socket, conn *websocket.Conn, number int) {
	if t.present != number {
		_ = conn.Close()
		return
	}
	s.conn = conn
	mangler := newMangler(t, &t.came)
	t.w.running.Go(func() { t.write(own, s) })
	t.w.running.Go(func() {
		defer conn.Close()
		for {
			_, data, err := conn.ReadMessage()
			if err != nil {
				code := closedAway
				if closed, ok := err.(*websocket.CloseError); ok && closed.Code != websocket.CloseAbnormalClosure { //nolint:errorlint // gorilla returns it bare
					code = closed.Code
				}
				t.tell(func() {
					if t.present == number {
						t.socket = nil
						t.do(ctx, core.Input{In: "closed", Code: code})
					}
				})
				return
			}
			for _, one := range mangler.pass(data) {
				t.tell(func() {
					if t.present == number {
						t.heard(one)
						t.do(ctx, core.Input{In: "frame", Frame: one})
					}
				})
			}
		}
	})
	t.do(ctx, core.Input{In: "opened"})
}

// write sends what the tab says, until the socket is dropped.
func (t *tab) write(ctx context.Context, s *socket) {
	mangler := newMangler(t, &t.went)
	for {
		select {
		case <-ctx.Done():
			return
		case data := <-s.out:
			for _, one := range mangler.pass(data) {
				_ = s.conn.SetWriteDeadline(time.Now().Add(writeWithin))
				if s.conn.WriteMessage(websocket.TextMessage, one) != nil {
					_ = s.conn.Close() // The reader tells.
					return
				}
			}
		}
	}
}

func (t *tab) send(v any) {
	data, err := json.Marshal(v)
	if err != nil || t.socket == nil {
		return
	}
	t.invoked(data)
	select {
	case t.socket.out <- data:
	default:
		// Nobody has read for 256 frames: the line is dead.
		t.hangUp()
	}
}

// openSession makes the session call. Tabs of one visitor share the token.
func (t *tab) openSession(ctx context.Context) {
	t.hangUp()
	t.node = t.anyGateway()
	number, node, token := t.present, t.node, t.of.token()
	t.w.running.Go(func() {
		body, _ := json.Marshal(map[string]any{"inbox": t.w.inbox, "token": token, "locale": "en", "page": map[string]string{"url": "https://shop.example/", "title": "Shop"}})
		data, status, retry := t.w.post(ctx, node, "/api/visitor/session", body, dialWithin)
		var answer struct{ Token, Conv, Store string }
		t.tell(func() {
			switch {
			case t.present != number:
			case status != http.StatusOK || json.Unmarshal(data, &answer) != nil:
				if status >= 400 && status < 429 {
					t.w.trouble(t.who, "the session call was answered "+strconv.Itoa(status))
				}
				t.do(ctx, core.Input{In: "no_session", Retry: retry})
			default:
				t.session(ctx, answer.Token, answer.Conv, answer.Store)
			}
		})
	})
}

func (t *tab) session(ctx context.Context, token, conv, store string) {
	if old := t.of.keep(token); old != token && old != "" {
		t.w.trouble(t.who, "the session was lost, and another one given")
	}
	if t.conv == "" {
		t.conv = conv
		t.of.conv.Store(&conv)
		t.w.history.Record(joined(t.who, conv))
	}
	t.do(ctx, core.Input{In: "session", Token: token, Conv: conv, Store: store})
}

// poll makes a call of the long poll.
func (t *tab) poll(ctx context.Context, call *core.Call) {
	if t.calling != nil {
		t.hangUp()
	}
	body, _ := json.Marshal(call)
	for _, f := range call.Frames {
		data, _ := json.Marshal(f)
		t.invoked(data)
	}
	t.node = t.anyGateway()
	number, node := t.present, t.node
	waiting, cancel := context.WithCancel(ctx)
	t.calling = cancel
	t.w.running.Go(func() {
		defer cancel()
		data, status, retry := t.w.post(waiting, node, "/api/visitor/poll", body, 38*time.Second)
		var answer struct {
			Mark   string            `json:"mark"`
			Frames []json.RawMessage `json:"frames"`
		}
		t.tell(func() {
			if t.present != number {
				return
			}
			t.calling = nil
			if status != http.StatusOK || json.Unmarshal(data, &answer) != nil {
				t.do(ctx, core.Input{In: "failed", Status: status, Retry: retry})
				return
			}
			for _, f := range answer.Frames {
				t.heard(f)
			}
			t.do(ctx, core.Input{In: "answer", Mark: answer.Mark, Frames: answer.Frames})
		})
	})
}

// post makes a call over HTTP. Status 0: there was no answer.
func (w *world) post(ctx context.Context, n *node, path string, body []byte, within time.Duration) (data []byte, status int, retry float64) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+n.address()+path, bytes.NewReader(body))
	if err != nil {
		return nil, 0, 0
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := w.http.Do(request)
	if err != nil {
		return nil, 0, 0
	}
	defer response.Body.Close()
	if data, err = io.ReadAll(response.Body); err != nil {
		return nil, 0, 0
	}
	retry, _ = strconv.ParseFloat(response.Header.Get("Retry-After"), 64)
	return data, response.StatusCode, retry
}
