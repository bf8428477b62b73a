package realtime_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/baton-chat/baton/realtime"
)

// ended is a context that is over.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// echo answers every frame with itself, and hands its sockets out.
type echo struct {
	*realtime.Server
	http    *httptest.Server
	sockets chan *realtime.Socket
	errs    chan error
}

func newEcho(t *testing.T, tls bool, adjust func(*realtime.Limits)) *echo {
	t.Helper()
	limits := realtime.DefaultLimits()
	limits.Burst = 1000
	if adjust != nil {
		adjust(&limits)
	}
	e := &echo{Server: realtime.NewServer(slog.New(slog.DiscardHandler), "test.v1", limits), sockets: make(chan *realtime.Socket, 99), errs: make(chan error, 99)}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { e.Serve(w, r, e.loop) })
	e.http = httptest.NewUnstartedServer(handler)
	if tls {
		e.http.StartTLS()
	} else {
		e.http.Start()
	}
	t.Cleanup(func() {
		e.Drain()
		e.http.Close()
	})
	return e
}

func (e *echo) loop(_ context.Context, s *realtime.Socket) error {
	e.sockets <- s
	for {
		err := s.Next(func(data []byte) error { return s.Send(realtime.Text(data)) })
		if err != nil {
			e.errs <- err
			return err
		}
	}
}

func (e *echo) dial(t *testing.T) *websocket.Conn {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"test.v1"}, EnableCompression: true}
	if e.http.TLS != nil {
		dialer.TLSClientConfig = e.http.Client().Transport.(*http.Transport).TLSClientConfig
	}
	ws, response, err := dialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(e.http.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if ws.Subprotocol() != "test.v1" || response.Header.Get("Sec-WebSocket-Extensions") != "" {
		t.Errorf("agreed on %q with extensions %q", ws.Subprotocol(), response.Header.Get("Sec-WebSocket-Extensions"))
	}
	t.Cleanup(func() { _ = ws.Close() })
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	return ws
}

func write(t *testing.T, ws *websocket.Conn, kind int, text string) {
	t.Helper()
	if err := ws.WriteMessage(kind, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func closeCode(t *testing.T, ws *websocket.Conn) int {
	t.Helper()
	for {
		_, _, err := ws.ReadMessage()
		if err == nil {
			continue
		}
		closed, ok := err.(*websocket.CloseError) //nolint:errorlint // gorilla returns it unwrapped
		if !ok {
			t.Fatalf("no close frame: %v", err)
		}
		return closed.Code
	}
}

// Lengths on both sides of every form of a frame's header.
func TestFramesOfEveryLength(t *testing.T) {
	t.Parallel()
	for _, tls := range []bool{false, true} {
		e := newEcho(t, tls, nil)
		ws := e.dial(t)
		for _, n := range []int{1, 125, 126, 127, 300, 65_535, 65_536, 96 << 10} {
			want := strings.Repeat("x", n)
			write(t, ws, websocket.TextMessage, want)
			kind, got, err := ws.ReadMessage()
			if err != nil || kind != websocket.TextMessage || string(got) != want {
				t.Fatalf("TLS %v: %d bytes came back as %d (kind %d, error %v)", tls, n, len(got), kind, err)
			}
		}
	}
}

func TestSocketLimits(t *testing.T) {
	t.Parallel()
	short := func(l *realtime.Limits) { l.Hello, l.Silence = 30*time.Millisecond, 30*time.Millisecond }
	cases := []struct {
		name   string
		adjust func(*realtime.Limits)
		act    func(*testing.T, *websocket.Conn)
		want   realtime.Code
	}{
		{"a frame over the limit", nil, func(t *testing.T, ws *websocket.Conn) {
			write(t, ws, websocket.TextMessage, strings.Repeat("x", 96<<10+1))
		}, realtime.CloseTooLarge},
		{"a frame far over the limit", nil, func(t *testing.T, ws *websocket.Conn) {
			// The server stops reading; whether all of it can be written does not matter.
			_ = ws.WriteMessage(websocket.TextMessage, make([]byte, 2<<20))
		}, realtime.CloseTooLarge},
		{"a binary frame", nil, func(t *testing.T, ws *websocket.Conn) { write(t, ws, websocket.BinaryMessage, "x") }, realtime.CloseProtocol},
		{"no first frame", func(l *realtime.Limits) { l.Hello = 30 * time.Millisecond }, func(*testing.T, *websocket.Conn) {}, realtime.CloseSilent},
		{"silence after the first", func(l *realtime.Limits) { l.Silence = 30 * time.Millisecond }, func(t *testing.T, ws *websocket.Conn) { write(t, ws, websocket.TextMessage, "x") }, realtime.CloseSilent},
		{"half a frame, then silence", short, func(t *testing.T, ws *websocket.Conn) {
			if _, err := ws.NetConn().Write([]byte{0x81, 0x85, 0, 0, 0, 0, 'x'}); err != nil {
				t.Fatal(err)
			}
		}, realtime.CloseSilent},
		{"a flood of pings", func(l *realtime.Limits) { l.Burst, l.Refused = 5, 5 }, func(t *testing.T, ws *websocket.Conn) {
			for range 50 {
				_ = ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(patience))
			}
		}, realtime.CloseTooMany},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ws := newEcho(t, false, c.adjust).dial(t)
			c.act(t, ws)
			if got := closeCode(t, ws); got != int(c.want) {
				t.Errorf("close code %d, want %d", got, c.want)
			}
		})
	}
}

func TestPingIsAnswered(t *testing.T) {
	t.Parallel()
	ws := newEcho(t, false, nil).dial(t)
	pong := make(chan string, 1)
	ws.SetPongHandler(func(data string) error { pong <- data; return nil })
	if err := ws.WriteControl(websocket.PingMessage, []byte("here?"), time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	write(t, ws, websocket.TextMessage, "x")
	if _, _, err := ws.ReadMessage(); err != nil {
		t.Fatal(err)
	}
	if got := <-pong; got != "here?" {
		t.Errorf("pong %q", got)
	}
}

// A reader that does not read costs a bounded amount, makes nobody wait, and is told to resume.
func TestSlowReaderIsClosed(t *testing.T) {
	t.Parallel()
	// The close frame stands behind what both kernels hold, and this reader has a window of 4 KiB: on a busy machine that takes longer than a peer is given
	// who is only to read a close frame.
	e := newEcho(t, false, func(l *realtime.Limits) { l.Linger = patience })
	ws := e.dial(t)
	if err := ws.NetConn().(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	s := <-e.sockets
	f := realtime.Text([]byte(strings.Repeat("x", 8<<10)))
	sent, slowest := 0, time.Duration(0)
	for {
		began := time.Now()
		err := s.Send(f)
		slowest = max(slowest, time.Since(began))
		if err != nil {
			break
		}
		if sent += len(f); sent > 8<<20 {
			t.Fatal("8 MiB were taken for a reader that does not read")
		}
	}
	if slowest > time.Second {
		t.Errorf("a send took %s", slowest)
	}
	if got := closeCode(t, ws); got != int(realtime.CloseSlow) {
		t.Errorf("close code %d, want %d", got, realtime.CloseSlow)
	}
	t.Logf("%d KiB were taken before, most of them by the kernels of both ends", sent>>10)
}

// What is sent before a pause of the reader arrives whole and in order.
func TestQueueKeepsOrder(t *testing.T) {
	t.Parallel()
	e := newEcho(t, false, func(l *realtime.Limits) { l.Backlog = 64 << 20 })
	ws := e.dial(t)
	s := <-e.sockets
	const frames = 1500
	for i := range frames {
		if err := s.Send(realtime.Text([]byte(strings.Repeat(string(rune('a'+i%26)), 4000+i)))); err != nil {
			t.Fatal(err)
		}
	}
	if !s.Behind() {
		t.Error("nothing waits after 6 MB; the test proves nothing")
	}
	for i := range frames {
		_, got, err := ws.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.Repeat(string(rune('a'+i%26)), 4000+i); string(got) != want {
			t.Fatalf("frame %d: %d bytes of %q", i, len(got), got[0])
		}
	}
	s.Flushed()
	if s.Behind() {
		t.Error("something waits after all was read")
	}
}

func TestDrainLeavesNothing(t *testing.T) { //nolint:paralleltest // it counts goroutines
	before := runtime.NumGoroutine()
	e := newEcho(t, false, nil)
	var open []*websocket.Conn
	for range 20 {
		ws := e.dial(t)
		<-e.sockets
		open = append(open, ws)
	}
	slow := open[0]
	codes := make(chan int, len(open))
	for _, ws := range open[1:] {
		go func() { codes <- closeCode(t, ws); _ = ws.Close() }()
	}
	began := time.Now()
	e.Drain()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("drained in %s", took)
	}
	for range open[1:] {
		if got := <-codes; got != int(realtime.CloseRestart) {
			t.Errorf("close code %d, want %d", got, realtime.CloseRestart)
		}
	}
	if e.Open() != 0 {
		t.Errorf("%d sockets are open", e.Open())
	}
	_ = slow.Close()
	response, err := http.Get(e.http.URL) //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("after the drain a socket is answered with %d", response.StatusCode)
	}
	http.DefaultClient.CloseIdleConnections()
	e.http.Close()
	deadline := time.Now().Add(patience)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if now := runtime.NumGoroutine(); now > before {
		stacks := make([]byte, 64<<10)
		t.Errorf("%d goroutines, %d before\n%s", now, before, stacks[:runtime.Stack(stacks, true)])
	}
}
