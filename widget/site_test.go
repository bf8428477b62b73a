package widget_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/presence"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/widget"
	"github.com/baton-chat/baton/workspace"
)

// patience is how long a test waits for what must come; it is long because the machine may be busy, and costs nothing when all is well.
const patience = 20 * time.Second

// rounds records what the conversation store asks of the assistant.
type rounds struct {
	mu   sync.Mutex
	list []conversation.Round
}

func (r *rounds) Schedule(_ context.Context, _ pgx.Tx, rounds ...conversation.Round) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, rounds...)
	return nil
}

// site is one node with a database, an inbox and an agent.
type site struct {
	db            *pgtest.DB
	bus           *realtime.Bus
	workspaces    *workspace.Store
	conversations *conversation.Store
	presence      *presence.Registry
	rounds        *rounds
	inbox         workspace.Inbox
	agent         workspace.Agent
	handler       *widget.Handler
	server        *httptest.Server
	log           *record
	clock         *clock
	stop          func()
}

// clock is the time that sessions and conversations see; it only moves when a test moves it.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// record keeps the log, so that tests can look for what must not stand in it.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// newSite starts a node on a database of its own. adjust may change limits before it starts.
func newSite(t testing.TB, adjust func(*widget.Limits)) *site {
	t.Helper()
	s := &site{db: pgtest.New(t)}
	s.start(t, "", adjust)
	s.seed(t)
	return s
}

// node starts another node over the same database.
func (s *site) node(t *testing.T, nats string) *site {
	t.Helper()
	n := *s
	n.start(t, nats, nil)
	return &n
}

func (s *site) start(t testing.TB, nats string, adjust func(*widget.Limits)) {
	t.Helper()
	s.rounds, s.log, s.clock = &rounds{}, &record{}, &clock{}
	log := slog.New(slog.NewTextHandler(s.log, nil))
	bus, err := realtime.OpenBus(realtime.BusOptions{URL: nats, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	s.bus = bus
	s.workspaces = workspace.NewStore(s.db.App)
	s.conversations = conversation.NewStore(s.db.App, bus, s.rounds, s.clock.now)
	s.presence = presence.New(s.db.App, bus, log, nil)
	limits := widget.DefaultLimits()
	limits.Tick = 20 * time.Millisecond
	if adjust != nil {
		adjust(&limits)
	}
	h, err := widget.New(widget.Deps{
		Workspaces: s.workspaces, Conversations: s.conversations, Presence: s.presence, Bus: bus, Log: log, Limits: limits, Now: s.clock.now,
		Origin: "https://chat.example", Mark: "/mark.svg",
	})
	if err != nil {
		t.Fatal(err)
	}
	s.run(t, h)
}

func (s *site) seed(t testing.TB) {
	t.Helper()
	w, _, err := s.workspaces.Ensure(t.Context(), "Tarang")
	if err != nil {
		t.Fatal(err)
	}
	s.inbox, err = s.workspaces.AddInbox(t.Context(), workspace.Inbox{
		Workspace: w.ID, Name: "Tarang", AllowedOrigins: []string{"https://shop.example"}, AllowNoOrigin: true,
		Greeting: map[string]workspace.Greeting{"en": {Title: "Hello.", Text: "I answer.", Suggestions: []string{"Do you ship to Bengaluru?"}}, "hi": {Title: "नमस्ते"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.agent, err = s.workspaces.AddAgent(t.Context(), w.ID, "Priya Nair", "priya@tarang.example", workspace.RoleAdmin)
	if err != nil {
		t.Fatal(err)
	}
}

// run serves until the test ends, and sees to it that everything stops then.
func (s *site) run(t testing.TB, h *widget.Handler) {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	h.Routes(engine)
	s.handler = h
	s.server = httptest.NewServer(engine)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = h.Run(ctx) })
	running.Go(func() { _ = s.presence.Run(ctx) })
	server, bus := s.server, s.bus
	s.stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
		server.Close()
		stopped, stop := context.WithCancel(context.Background())
		stop()
		_ = bus.Run(stopped)
	})
	t.Cleanup(s.stop)
}

// open posts a session request and returns the status and the answer.
func (s *site) open(t testing.TB, body string, header ...string) (int, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.server.URL+"/api/visitor/session", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, answer
}

// visitor is a client with a session.
type visitor struct {
	site  *site
	token string
	store string
	conv  uuid.UUID
}

func (s *site) visitor(t testing.TB) *visitor {
	t.Helper()
	status, answer := s.open(t, `{"inbox": "`+s.inbox.PublicKey+`", "token": "", "locale": "en-IN", "page": {"url": "https://shop.example/tab-11", "title": "Tab 11"}}`)
	if status != http.StatusOK {
		t.Fatalf("session: %d %v", status, answer)
	}
	return &visitor{site: s, token: answer["token"].(string), store: answer["store"].(string), conv: uuid.MustParse(answer["conv"].(string))}
}

// line is one open socket of a test client.
type line struct {
	t    testing.TB
	ws   *websocket.Conn
	conv uuid.UUID
}

// dial opens a socket without a word.
func (s *site) dial(t testing.TB, header http.Header) *line {
	t.Helper()
	ws, response, err := (&websocket.Dialer{Subprotocols: []string{"baton.v1"}}).DialContext(t.Context(), "ws"+strings.TrimPrefix(s.server.URL, "http")+"/api/visitor/socket", header)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	_ = response.Body.Close()
	t.Cleanup(func() { _ = ws.Close() })
	return &line{t: t, ws: ws}
}

// connect opens a socket and says hello with a cursor.
func (v *visitor) connect(t testing.TB, cursor int64) *line {
	t.Helper()
	l := v.site.dial(t, nil)
	l.conv = v.conv
	l.send(map[string]any{"t": "hello", "v": 1, "caps": []string{"delta"}, "token": v.token, "store": v.store, "cursors": map[string]int64{v.conv.String(): cursor}})
	return l
}

func (l *line) send(frame map[string]any) {
	l.t.Helper()
	if err := l.ws.WriteJSON(frame); err != nil {
		l.t.Fatalf("send %v: %v", frame["t"], err)
	}
}

func (l *line) text(frame string) {
	l.t.Helper()
	if err := l.ws.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		l.t.Fatalf("send: %v", err)
	}
}

// next reads one frame.
func (l *line) next() map[string]any {
	l.t.Helper()
	_ = l.ws.SetReadDeadline(time.Now().Add(patience))
	var frame map[string]any
	if err := l.ws.ReadJSON(&frame); err != nil {
		l.t.Fatalf("read: %v", err)
	}
	return frame
}

// until reads frames up to one of this name that fits, and returns it.
func (l *line) until(name string, fits func(map[string]any) bool) map[string]any {
	l.t.Helper()
	for {
		frame := l.next()
		if frame["t"] == name && (fits == nil || fits(frame)) {
			return frame
		}
	}
}

// closed reads up to the end and returns the close code.
func (l *line) closed() int {
	l.t.Helper()
	_ = l.ws.SetReadDeadline(time.Now().Add(patience))
	for {
		_, _, err := l.ws.ReadMessage()
		if err == nil {
			continue
		}
		closed, ok := err.(*websocket.CloseError) //nolint:errorlint // gorilla returns it unwrapped
		if !ok {
			l.t.Fatalf("the socket ended without a close frame: %v", err)
		}
		return closed.Code
	}
}

// say sends a message and waits for its ack.
func (l *line) say(n int64, body string) (cid uuid.UUID, seq int64) {
	l.t.Helper()
	cid = uuid.Must(uuid.NewV7())
	l.send(map[string]any{"t": "say", "conv": l.conv, "cid": cid, "n": n, "body": body})
	ack := l.until("ack", func(f map[string]any) bool { return f["cid"] == cid.String() })
	return cid, int64(ack["seq"].(float64))
}

func is(field string, value any) func(map[string]any) bool {
	return func(f map[string]any) bool { return f[field] == value }
}
