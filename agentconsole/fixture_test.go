package agentconsole_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/baton-chat/baton/agentconsole"
	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/presence"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.TestMode)
	m.Run()
}

// patience bounds what a test waits for; it is never waited out where the code works.
const patience = 20 * time.Second

// nobody takes answer rounds: no assistant is at work here.
type nobody struct{}

func (nobody) Schedule(context.Context, pgx.Tx, ...conversation.Round) error { return nil }

// office is a server with a database of its own.
type office struct {
	t       *testing.T
	ctx     context.Context
	db      *pgtest.DB
	people  *workspace.Store
	convs   *conversation.Store
	docs    *knowledge.Store
	bus     *realtime.Bus
	here    *presence.Registry
	engine  *gin.Engine
	handler *agentconsole.Handler
	url     string

	mu    sync.Mutex
	clock time.Time
}

// shop is a workspace of the office with two people and a visitor.
type shop struct {
	*office
	workspace workspace.Workspace
	inbox     workspace.Inbox
	priya     workspace.Agent // an admin
	asha      workspace.Agent
}

func open(t *testing.T) *office {
	t.Helper()
	db := pgtest.New(t)
	o := &office{t: t, ctx: t.Context(), db: db, clock: time.Now().UTC()}
	log := slog.New(slog.DiscardHandler)
	bus, err := realtime.OpenBus(realtime.BusOptions{Log: log})
	o.ok(err)
	o.bus = bus
	jobs, err := river.NewClient(riverpgxv5.New(db.App), &river.Config{})
	o.ok(err)
	o.people = workspace.NewStore(db.App)
	o.convs = conversation.NewStore(db.App, bus, nobody{}, o.now)
	o.docs = knowledge.New(knowledge.Config{Pool: db.App, Jobs: jobs, Publisher: bus, Log: log})
	o.here = presence.New(db.App, bus, log, nil)
	o.engine = gin.New()
	server := httptest.NewServer(o.engine)
	handler := agentconsole.New(agentconsole.Config{
		Workspaces: o.people, Conversations: o.convs, Knowledge: o.docs, Presence: o.here, Bus: bus, Log: log, PublicURL: server.URL, Mark: "/mark.svg", Now: o.now,
	})
	handler.Routes(o.engine)
	o.handler = handler
	o.url = server.URL
	o.run(bus.Run)
	o.run(o.here.Run)
	t.Cleanup(func() {
		handler.Drain()
		server.Close()
	})
	return o
}

// run runs a service for the length of the test.
func (o *office) run(service func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := service(ctx); err != nil {
			o.t.Errorf("a service ended with %v", err)
		}
	}()
	o.t.Cleanup(func() { cancel(); <-done })
}

func (o *office) now() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.clock
}

func (o *office) pass(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clock = o.clock.Add(d)
}

func (o *office) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) shop(name string) *shop {
	o.t.Helper()
	s := &shop{office: o}
	var err error
	s.workspace, _, err = o.people.Ensure(o.ctx, name)
	o.ok(err)
	s.inbox, err = o.people.AddInbox(o.ctx, workspace.Inbox{Workspace: s.workspace.ID, Name: name})
	o.ok(err)
	host := strings.ToLower(name) + ".example"
	s.priya, err = o.people.AddAgent(o.ctx, s.workspace.ID, "Priya Nair", "priya@"+host, workspace.RoleAdmin)
	o.ok(err)
	s.asha, err = o.people.AddAgent(o.ctx, s.workspace.ID, "Asha Kulkarni", "asha@"+host, workspace.RoleAgent)
	o.ok(err)
	return s
}

// guest is a visitor who has begun to write.
type guest struct {
	*shop
	convs   *conversation.Store // through which this guest speaks
	token   string
	session conversation.VisitorSession
	n       int64
}

// returns opens the site again.
func (g *guest) returns() {
	g.t.Helper()
	var err error
	_, g.session, err = g.convs.OpenSession(g.ctx, g.inbox, g.token, conversation.Page{})
	g.ok(err)
}

func (s *shop) guest() *guest {
	s.t.Helper()
	token, session, err := s.convs.OpenSession(s.ctx, s.inbox, "", conversation.Page{URL: "https://shop.example/orders", Title: "Your orders", Locale: "en-IN"})
	s.ok(err)
	return &guest{shop: s, convs: s.convs, token: token.String(), session: session}
}

func (g *guest) id() uuid.UUID { return g.session.Conversation }

func (g *guest) says(text string) int64 {
	g.t.Helper()
	g.n++
	ack, err := g.convs.Say(g.ctx, conversation.SayInput{Session: g.session, Conversation: g.id(), CID: newID(), N: g.n, Body: text})
	g.ok(err)
	return ack.Seq
}

func (g *guest) asksForPerson() *guest {
	g.t.Helper()
	_, err := g.convs.AskPerson(g.ctx, g.session, g.id())
	g.ok(err)
	return g
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// link makes a sign-in token.
func (o *office) link(agent workspace.Agent) string {
	o.t.Helper()
	token, err := o.people.NewLink(o.ctx, agent, o.now())
	o.ok(err)
	return token.String()
}

// browser is one person's browser: it keeps the session cookie and sends the origin of the console, as browsers do.
type browser struct {
	*office
	origin string
	cookie *http.Cookie
}

func (o *office) browser() *browser { return &browser{office: o, origin: o.url} }

func (o *office) signIn(agent workspace.Agent) *browser {
	o.t.Helper()
	b := o.browser()
	answer := b.call("POST", "/signin", map[string]string{"token": o.link(agent)})
	answer.want(http.StatusOK)
	for _, c := range answer.Cookies() {
		if c.Name == "baton_session" {
			b.cookie = c
		}
	}
	if b.cookie == nil {
		o.t.Fatal("signing in set no cookie")
	}
	return b
}

// reply is an answer with its body read.
type reply struct {
	*http.Response
	t    *testing.T
	what string
	body []byte
}

func (b *browser) call(method, path string, body any) reply {
	b.t.Helper()
	var raw []byte
	if body != nil {
		var err error
		raw, err = json.Marshal(body)
		b.ok(err)
	}
	return b.send(method, "/api/console"+path, "application/json", bytes.NewReader(raw))
}

func (b *browser) send(method, path, contentType string, body io.Reader) reply {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.ctx, method, b.url+path, body)
	b.ok(err)
	request.Header.Set("Content-Type", contentType)
	if method != http.MethodGet {
		request.Header.Set("Origin", b.origin)
	}
	if b.cookie != nil {
		request.AddCookie(b.cookie)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	b.ok(err)
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	b.ok(err)
	return reply{Response: response, t: b.t, what: method + " " + path, body: read}
}

func (r reply) want(status int) reply {
	r.t.Helper()
	if r.StatusCode != status {
		r.t.Fatalf("%s: status %d instead of %d: %s", r.what, r.StatusCode, status, r.body)
	}
	return r
}

// refused checks status and code of an error.
func (r reply) refused(status int, code string) reply {
	r.t.Helper()
	r.want(status)
	p := into[struct{ Code, Error, Fix string }](r)
	if p.Code != code || p.Error == "" || p.Fix == "" {
		r.t.Fatalf("%s: the error is %s instead of code %s with an error and a fix", r.what, r.body, code)
	}
	return r
}

func into[T any](r reply) (v T) {
	r.t.Helper()
	if err := json.Unmarshal(r.body, &v); err != nil {
		r.t.Fatalf("%s: %v in %s", r.what, err, r.body)
	}
	return v
}

// line is what the tests look at of a row.
type line struct {
	ID      uuid.UUID
	State   string
	Epoch   int64
	Head    int64
	Agent   *struct{ Name string }
	Preview *struct {
		Author, Body string
		Mine         bool
	}
	Reason  *struct{ Rule, Title string }
	Visitor struct{ Name, Status string }
	Unread  int
}
