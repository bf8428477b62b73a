package agentconsole_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/baton-chat/baton/agentconsole"
	"github.com/baton-chat/baton/workspace"
)

// routes are the API's routes as the router knows them, so that a route that is added later is judged, too.
func (o *office) routes() (list []struct{ method, path string }) {
	for _, r := range o.engine.Routes() {
		if path, ok := strings.CutPrefix(r.Path, "/api/console"); ok {
			list = append(list, struct{ method, path string }{r.Method, path})
		}
	}
	return list
}

// bodies are bodies that the calls take; the others take an empty object.
func bodyOf(path string) any {
	switch path[strings.LastIndexByte(path, '/')+1:] {
	case "reply", "note":
		return map[string]any{"cid": newID(), "body": "Hello"}
	case "read":
		return map[string]any{"seq": 1}
	case "status":
		return map[string]any{"status": "away"}
	case "signin":
		return map[string]any{"token": "x"}
	}
	return struct{}{}
}

func TestEveryRouteAsksForASession(t *testing.T) {
	t.Parallel()
	o := open(t)
	b := o.browser()
	n := 0
	for _, r := range o.routes() {
		path := strings.ReplaceAll(r.path, ":id", newID().String())
		code := "signed_out"
		if r.path == "/signin" {
			code = "link_unknown"
		}
		if r.path == "/me" && r.method == http.MethodGet {
			b.isNobody()
			continue
		}
		b.call(r.method, path, bodyOf(r.path)).refused(http.StatusUnauthorized, code)
		n++
	}
	if n < 18 {
		t.Errorf("only %d routes were found", n)
	}
}

func TestEveryChangeAsksForTheOwnOrigin(t *testing.T) {
	t.Parallel()
	o := open(t)
	s := o.shop("Tarang")
	g := s.guest()
	g.says("Hello")
	b := s.signIn(s.priya)
	for _, origin := range []string{"https://evil.example", "null", o.url + ".evil.example", strings.Replace(o.url, "http:", "https:", 1) + "0"} {
		b.origin = origin
		for _, r := range o.routes() {
			if r.method != http.MethodGet {
				b.call(r.method, strings.ReplaceAll(r.path, ":id", g.id().String()), bodyOf(r.path)).refused(http.StatusForbidden, "forbidden")
			}
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), "POST", o.url+"/api/console/conversations/"+g.id().String()+"/claim", strings.NewReader("{}"))
	o.ok(err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Sec-Fetch-Site", "same-site")
	request.AddCookie(b.cookie)
	response, err := http.DefaultTransport.RoundTrip(request)
	o.ok(err)
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("a page of a neighbouring host is answered %d", response.StatusCode)
	}
	now, err := o.convs.Get(t.Context(), s.workspace.ID, g.id())
	o.ok(err)
	if now.State != "assistant" || now.Head != 1 {
		t.Errorf("another site changed the conversation: %+v", now)
	}
}

func TestOtherWorkspacesAreNotFound(t *testing.T) {
	t.Parallel()
	o := open(t)
	mine, theirs := o.shop("Tarang"), o.shop("Nachbar")
	g := theirs.guest()
	g.says("Not for you")
	g.asksForPerson()
	document := theirs.upload(theirs.signIn(theirs.priya), file{"secret.md", "# Secret\n\nNot for you either."})
	b := mine.signIn(mine.priya)
	before, err := o.convs.Get(t.Context(), theirs.workspace.ID, g.id())
	o.ok(err)
	judged := 0
	for _, r := range o.routes() {
		if !strings.Contains(r.path, ":id") {
			continue
		}
		own := g.id()
		if strings.HasPrefix(r.path, "/documents") {
			own = document
		}
		for _, id := range []string{own.String(), newID().String(), uuid.Nil.String(), "1", "..", "%00", "{" + own.String() + "}"} {
			b.call(r.method, strings.ReplaceAll(r.path, ":id", id), bodyOf(r.path)).want(http.StatusNotFound)
		}
		judged++
	}
	if judged < 10 {
		t.Errorf("only %d routes with an id were found", judged)
	}
	after, err := o.convs.Get(t.Context(), theirs.workspace.ID, g.id())
	o.ok(err)
	if after.State != before.State || after.Head != before.Head || after.AgentSeen != before.AgentSeen {
		t.Errorf("a stranger changed the conversation from %+v to %+v", before, after)
	}
	for _, path := range []string{"/conversations", "/conversations?view=unassigned", "/documents", "/team", "/me"} {
		body := string(b.call("GET", path, nil).want(http.StatusOK).body)
		for _, canary := range []string{"Not for you", "secret", "nachbar", "Nachbar", g.id().String(), theirs.priya.ID.String()} {
			if strings.Contains(body, canary) {
				t.Errorf("%s tells %q of another workspace: %s", path, canary, body)
			}
		}
	}
}

func TestOnlyAdminsChangeKnowledge(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	id := s.upload(s.signIn(s.priya), file{"shipping.md", "# Shipping\n\nFree over ₹2,500."})
	b := s.signIn(s.asha)
	b.call("GET", "/documents/"+id.String(), nil).want(http.StatusOK)
	b.call("DELETE", "/documents/"+id.String(), nil).refused(http.StatusForbidden, "forbidden")
	b.call("POST", "/documents/"+id.String()+"/retry", nil).refused(http.StatusForbidden, "forbidden")
	b.files(file{"more.md", "# More\n\nText."}).refused(http.StatusForbidden, "forbidden")
}

func TestDatabaseAwayIsNoSignOut(t *testing.T) {
	t.Parallel()
	// Nobody listens there, as while PostgreSQL restarts.
	away, err := pgxpool.New(t.Context(), "host="+t.TempDir()+" user=baton dbname=baton")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(away.Close)
	engine := gin.New()
	server := httptest.NewServer(engine)
	t.Cleanup(server.Close)
	o := &office{t: t, ctx: t.Context(), url: server.URL}
	var log lines
	handler := agentconsole.New(agentconsole.Config{Workspaces: workspace.NewStore(away), PublicURL: server.URL, Log: slog.New(slog.NewTextHandler(&log, nil))})
	handler.Routes(engine)
	b := o.browser()
	b.cookie = &http.Cookie{Name: "baton_session", Value: workspace.NewToken(newID()).String()}
	b.call("GET", "/me", nil).refused(http.StatusServiceUnavailable, "unavailable")
	b.call("POST", "/signin", map[string]string{"token": workspace.NewToken(newID()).String()}).refused(http.StatusServiceUnavailable, "unavailable")
	_, response, err := b.dial(o.url)
	if err == nil || response == nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("the socket: %v", err)
	}
	// An outage is one line, however many meet it, and no fault of this program.
	if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "level=WARN") {
		t.Errorf("the log of three refused requests:\n%s", got)
	}
}

// lines is a log that several goroutines write.
type lines struct {
	mu sync.Mutex
	strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Builder.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Builder.String()
}

func TestSecureCookieBehindHTTPS(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	engine := gin.New()
	server := httptest.NewServer(engine)
	t.Cleanup(server.Close)
	agentconsole.New(agentconsole.Config{Workspaces: s.people, Conversations: s.convs, Knowledge: s.docs, Presence: s.here, Bus: s.bus, PublicURL: "https://chat.tarang.example", Now: s.now}).Routes(engine)
	b := s.browser()
	b.office = &office{t: t, ctx: t.Context(), url: server.URL}
	// Behind a proxy the browser's origin is the public one, whatever Host the proxy sends on.
	b.origin = "https://chat.tarang.example"
	answer := b.call("POST", "/signin", map[string]string{"token": s.link(s.priya)}).want(http.StatusOK)
	if c := answer.Cookies()[0]; !c.Secure || !c.HttpOnly {
		t.Errorf("the cookie is %v", c)
	}
}
