package realtime

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"
)

const (
	// readBuffer is small because it lives as long as the socket, and most sockets are silent most of the time.
	readBuffer = 256
	// kernelBuffer bounds what the kernel holds for a slow reader; by itself it would grow to megabytes.
	kernelBuffer = 64 << 10
)

// Server makes sockets of requests, and owns their goroutines: one per socket, and one more only while a peer is slower than what it is sent.
type Server struct {
	log      *slog.Logger
	limits   Limits
	upgrader websocket.Upgrader
	buffers  sync.Pool

	mu       sync.Mutex
	sockets  map[*Socket]struct{}
	draining bool
	running  sync.WaitGroup
}

// NewServer returns a server of sockets that speak the subprotocol.
func NewServer(log *slog.Logger, subprotocol string, limits Limits) *Server {
	return &Server{
		log: log, limits: limits, sockets: map[*Socket]struct{}{},
		buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }},
		upgrader: websocket.Upgrader{
			Subprotocols: []string{subprotocol}, ReadBufferSize: readBuffer, WriteBufferSize: readBuffer, WriteBufferPool: &sync.Pool{},
			HandshakeTimeout: limits.Hello,
			// Origins are judged by the caller, who knows which page may come: before the upgrade, or at hello, when the inbox is known.
			CheckOrigin: func(*http.Request) bool { return true },
		},
	}
}

// Serve upgrades the request and runs loop on a goroutine of its own, so that the handler's memory is free again. The loop reads the socket until an error
// and returns it; a [CloseError] decides the close code. The context of the request ends with the handler and must not reach the loop.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, loop func(ctx context.Context, socket *Socket) error) {
	if !s.room() {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "This server takes no more connections now.", http.StatusServiceUnavailable)
		return
	}
	origin, host, remote := r.Header.Get("Origin"), r.Host, r.RemoteAddr
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // The upgrader has answered.
	}
	socket := s.socket(ws)
	socket.Origin, socket.Host, socket.Remote = origin, host, remote
	if !s.add(socket) {
		socket.end(CloseRestart)
		return
	}
	go s.run(socket, loop)
}

// run is the goroutine of a socket.
func (s *Server) run(socket *Socket, loop func(ctx context.Context, socket *Socket) error) {
	// A frame that is being handled when the server drains is finished, so the loop's context has no end of its own: handlers give each frame a time.
	err := loop(context.Background(), socket)
	socket.end(codeOf(err))
	s.remove(socket)
	s.running.Done()
}

func (s *Server) socket(ws *websocket.Conn) *Socket {
	socket := &Socket{ws: ws, limits: s.limits, buffers: &s.buffers}
	conn := ws.NetConn()
	if c, ok := conn.(interface{ SetWriteBuffer(int) error }); ok {
		_ = c.SetWriteBuffer(kernelBuffer)
	}
	socket.out = newOutbox(conn, s.limits, s.running.Go)
	ws.SetPingHandler(socket.pinged)
	ws.SetPongHandler(func(string) error { return nil })
	// The reply to a close frame is sent by end, with our own code.
	ws.SetCloseHandler(func(int, string) error { return nil })
	return socket
}

// room reports whether another socket may begin.
func (s *Server) room() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.draining && len(s.sockets) < s.limits.Sockets
}

func (s *Server) add(socket *Socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return false
	}
	s.sockets[socket] = struct{}{}
	s.running.Add(1)
	return true
}

func (s *Server) remove(socket *Socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sockets, socket)
}

// Open is how many sockets are open.
func (s *Server) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// Drain closes every socket with CloseRestart, takes no new ones, and returns when all their goroutines have ended. A frame that was being handled is finished.
func (s *Server) Drain() { s.DrainWith(nil) }

// DrainWith is Drain with a last frame for each socket.
func (s *Server) DrainWith(last func() Frame) {
	s.mu.Lock()
	s.draining = true
	open := make([]*Socket, 0, len(s.sockets))
	for socket := range s.sockets {
		open = append(open, socket)
	}
	s.mu.Unlock()
	for _, socket := range open {
		if last != nil {
			_ = socket.Send(last()) // Who reads slowly comes back without it.
		}
		socket.Close(CloseRestart)
	}
	s.running.Wait()
}

// IsGone reports whether a loop's error only says that the peer left or the socket was closed: nothing to log.
func IsGone(err error) bool {
	var closing *CloseError
	return errors.Is(err, ErrClosed) || errors.Is(err, ErrSlow) || errors.As(err, &closing)
}
