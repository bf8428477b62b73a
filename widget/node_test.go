package widget_test

import (
	"context"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/widget"
)

// startNATS is a NATS server that nodes share.
func startNATS(t *testing.T) string {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(patience) {
		t.Fatal("NATS does not start")
	}
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s.ClientURL()
}

// The visitor is on one node, the agent on another; then the visitor's node restarts.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	nats := startNATS(t)
	a := &site{db: pgtest.New(t)}
	a.start(t, nats, nil)
	a.seed(t)
	b := a.node(t, nats)
	v := a.visitor(t)
	l := v.connect(t, 0)
	l.say(1, "one")
	b.agentSays(t, b.conversations, v.conv, "from another node")
	if got := l.messages(2, 3); got[1]["body"] != "from another node" {
		t.Errorf("got %v", got)
	}
	a.stop()
	if got := l.closed(); got != 1012 {
		t.Errorf("the restart closed with %d", got)
	}
	b.agentSays(t, b.conversations, v.conv, "while away")
	v.site = b
	l = v.connect(t, 3)
	if got := l.messages(4, 4); got[0]["body"] != "while away" {
		t.Errorf("resumed on the other node with %v", got)
	}
	if _, seq := l.say(2, "here again"); seq != 5 {
		t.Errorf("seq %d, want 5", seq)
	}
}

// Sockets come and go and leave nothing behind, however they end.
func TestNothingIsLeftBehind(t *testing.T) { //nolint:paralleltest // it counts goroutines
	s := newSite(t, nil)
	before := runtime.NumGoroutine() // nobody has called yet
	v := s.visitor(t)
	visit := func() {
		var lines []*line
		for i := range 12 {
			l := v.connect(t, 0)
			l.until("presence", nil)
			lines = append(lines, l)
			switch i % 4 {
			case 0:
				_ = l.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(patience))
				l.closed()
			case 1:
				_ = l.ws.NetConn().Close()
			case 2:
				_ = l.ws.WriteMessage(websocket.BinaryMessage, []byte("x"))
				l.closed()
			case 3:
				l.text(`{"t":"ping"}`)
				l.until("head", nil)
			}
		}
		for _, l := range lines {
			_ = l.ws.Close()
		}
	}
	visit()
	visit()
	http.DefaultClient.CloseIdleConnections()
	deadline := time.Now().Add(patience)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if now := runtime.NumGoroutine(); now > before {
		stacks := make([]byte, 64<<10)
		t.Errorf("%d goroutines, %d before\n%s", now, before, stacks[:runtime.Stack(stacks, true)])
	}
	s.stop()
}

// A visitor who stops reading is closed with 4410 and not waited for; back again, everything is there.
func TestVisitorWhoStopsReading(t *testing.T) {
	t.Parallel()
	// No silence: a busy machine writes slowly.
	s := newSite(t, func(l *widget.Limits) { l.Socket.Backlog, l.Socket.Silence = 64<<10, 3*time.Minute })
	v := s.visitor(t)
	// A small window; by itself the kernel would take megabytes in the name of the reader.
	dialer := &websocket.Dialer{Subprotocols: []string{"baton.v1"}, NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if err == nil {
			err = c.(*net.TCPConn).SetReadBuffer(8 << 10)
		}
		return c, err
	}}
	ws, response, err := dialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(s.server.URL, "http")+"/api/visitor/socket", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	t.Cleanup(func() { _ = ws.Close() })
	l := &line{t: t, ws: ws, conv: v.conv}
	l.send(map[string]any{"t": "hello", "v": 1, "token": v.token, "store": v.store, "cursors": map[string]int64{}})
	l.say(1, "one")
	b := s.visitor(t).connect(t, 0)
	const more = 60 // 900 kB
	body := strings.Repeat("x", 15_000)
	for range more {
		s.agentSays(t, s.conversations, v.conv, body)
	}
	b.say(1, "nobody waits for them")
	if code := l.closed(); code != 4410 {
		t.Errorf("closed with %d", code)
	}
	// The agent's joining is a message, too.
	v.connect(t, 1).messages(2, more+2)
}
