package agentconsole_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

// frame is what the tests look at of a frame.
type frame struct {
	T     string
	Conv  uuid.UUID
	Seq   int64
	Kind  string
	Body  string
	Code  string
	State string
	From  int64
	By    string
	Seen  int64
	Text  string
	On    bool
	Who   struct{ Kind, Name string }
	Row   line
	Items []struct {
		Name, Status string
		You          bool
		Open         int
	}
	Counts     struct{ Waiting, Mine int }
	Store      uuid.UUID
	Person     *struct{ Name string }
	Confidence *float64
	Document   *struct {
		ID    uuid.UUID
		State string
	}
	Deleted bool
}

// screen is a console's socket in a test.
type screen struct {
	t  *testing.T
	ws *websocket.Conn
}

func (b *browser) dial(origin string) (*websocket.Conn, *http.Response, error) {
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	if b.cookie != nil {
		header.Set("Cookie", b.cookie.String())
	}
	dialer := websocket.Dialer{Subprotocols: []string{"baton.console.v1"}, HandshakeTimeout: patience}
	return dialer.DialContext(b.ctx, "ws"+strings.TrimPrefix(b.url, "http")+"/api/console/socket", header)
}

// socket opens the console's socket and greets.
func (b *browser) socket() *screen {
	b.t.Helper()
	ws, response, err := b.dial(b.url)
	b.ok(err)
	response.Body.Close()
	s := &screen{t: b.t, ws: ws}
	b.t.Cleanup(func() { _ = ws.Close() })
	s.send(map[string]any{"t": "hello", "v": 1})
	if welcome := s.next("welcome"); welcome.Store == uuid.Nil {
		b.t.Fatal("the welcome names no store")
	}
	return s
}

func (s *screen) send(v any) {
	s.t.Helper()
	if err := s.ws.WriteJSON(v); err != nil {
		s.t.Fatal(err)
	}
}

func (s *screen) read() (frame, error) {
	_ = s.ws.SetReadDeadline(time.Now().Add(patience))
	_, data, err := s.ws.ReadMessage()
	if err != nil {
		return frame{}, err
	}
	var f frame
	if err := json.Unmarshal(data, &f); err != nil {
		return f, errors.New(string(data))
	}
	return f, nil
}

// until reads frames and throws them away until one is as wanted.
func (s *screen) until(what string, wanted func(frame) bool) frame {
	s.t.Helper()
	for {
		f, err := s.read()
		if err != nil {
			s.t.Fatalf("waiting for %s: %v", what, err)
		}
		if wanted(f) {
			return f
		}
	}
}

func (s *screen) next(kind string) frame {
	s.t.Helper()
	return s.until(kind, func(f frame) bool { return f.T == kind })
}

// messages reads the next n messages and checks that they follow after.
func (s *screen) messages(after, n int64) {
	s.t.Helper()
	for seq := after + 1; seq <= after+n; seq++ {
		if f := s.next("message"); f.Seq != seq {
			s.t.Fatalf("message %d came where %d belongs", f.Seq, seq)
		}
	}
}

// closed reads until the socket is closed and returns the code.
func (s *screen) closed() int {
	s.t.Helper()
	for {
		_, err := s.read()
		if closed := (*websocket.CloseError)(nil); errors.As(err, &closed) {
			return closed.Code
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

func TestSocketPushesRowsAndCounts(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	screen := s.signIn(s.priya).socket()
	g.says("Do you ship to Bengaluru?")
	row := screen.until("a row", func(f frame) bool { return f.T == "row" && f.Row.Unread == 1 })
	if row.Row.ID != g.id() || row.Row.State != "assistant" || row.Row.Preview.Body != "Do you ship to Bengaluru?" {
		t.Errorf("the row is %+v", row.Row)
	}
	g.asksForPerson()
	screen.until("counts", func(f frame) bool { return f.T == "counts" && f.Counts.Waiting == 1 })
}

func TestBurstCostsOneRow(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	screen := s.signIn(s.priya).socket()
	const burst = 30
	for range burst {
		g.says("Are you there?")
	}
	rows := 0
	screen.until("the last row", func(f frame) bool {
		if f.T == "row" {
			rows++
		}
		return f.T == "row" && f.Row.Head == burst
	})
	if rows == burst {
		t.Errorf("each of %d messages was told by a row of its own", burst)
	}
}

func TestRowShowsOnlyOnesOwnWordsAsMine(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	g.says("Hello")
	priya, asha := s.signIn(s.priya), s.signIn(s.asha)
	mine, theirs := priya.socket(), asha.socket()
	priya.call("POST", "/conversations/"+g.id().String()+"/reply", map[string]any{"cid": newID(), "body": "Hello, I am Priya."}).want(http.StatusOK)
	wanted := func(f frame) bool { return f.T == "row" && f.Row.Preview.Author == "agent" }
	if !mine.until("a row", wanted).Row.Preview.Mine {
		t.Error("one's own reply is not mine")
	}
	if theirs.until("a row", wanted).Row.Preview.Mine {
		t.Error("a colleague's reply is mine")
	}
}

func TestSignOutClosesSockets(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	b, other := s.signIn(s.priya), s.signIn(s.priya)
	screen, stays := b.socket(), other.socket()
	b.call("POST", "/signout", struct{}{}).want(http.StatusNoContent)
	if code := screen.closed(); code != int(realtime.CloseToken) {
		t.Errorf("the socket was closed with %d", code)
	}
	stays.send(map[string]any{"t": "ping"})
	stays.next("head")
}

func TestEndedSessionIsFoundWithoutAnEvent(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	b := s.signIn(s.priya)
	screen := b.socket()
	token, err := workspace.ParseToken(b.cookie.Value)
	s.ok(err)
	session, err := s.people.Authenticate(t.Context(), token, s.now())
	s.ok(err)
	s.ok(s.people.SignOut(t.Context(), session, s.now()))
	s.pass(2 * time.Minute)
	screen.send(map[string]any{"t": "ping"})
	if code := screen.closed(); code != int(realtime.CloseToken) {
		t.Errorf("the socket was closed with %d", code)
	}
}

func TestSocketRefuses(t *testing.T) {
	t.Parallel()
	o := open(t)
	s := o.shop("Tarang")
	b := s.signIn(s.priya)
	for origin, status := range map[string]int{"https://evil.example": 403, "null": 403, "": 403, o.url + ".evil.example": 403} {
		_, response, err := b.dial(origin)
		if err == nil || response == nil || response.StatusCode != status {
			t.Errorf("from %q: %v", origin, err)
		}
	}
	_, response, err := s.browser().dial(o.url)
	if err == nil || response == nil || response.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a session: %v", err)
	}
	for name, c := range map[string]struct {
		kind int
		data string
		code realtime.Code
	}{
		"no hello":  {websocket.TextMessage, `{"t":"ping"}`, realtime.CloseProtocol},
		"binary":    {websocket.BinaryMessage, `{"t":"hello","v":1}`, realtime.CloseProtocol},
		"too large": {websocket.TextMessage, `{"t":"hello","v":1,"x":"` + strings.Repeat("x", 100<<10) + `"}`, realtime.CloseTooLarge},
	} {
		ws, response, err := b.dial(o.url)
		o.ok(err)
		response.Body.Close()
		t.Cleanup(func() { _ = ws.Close() })
		o.ok(ws.WriteMessage(c.kind, []byte(c.data)))
		if code := (&screen{t: t, ws: ws}).closed(); code != int(c.code) {
			t.Errorf("%s: closed with %d", name, code)
		}
	}
}

func TestBadFramesAreAnswered(t *testing.T) {
	t.Parallel()
	o := open(t)
	s, other := o.shop("Tarang"), o.shop("Nachbar")
	theirs := other.guest()
	theirs.says("Not for you")
	screen := s.signIn(s.priya).socket()
	for _, data := range []string{`nonsense`, `{"t":"dance"}`, `{"t":"watch","conv":7}`, `{"t":"ping","x":` + strings.Repeat("[", 9) + strings.Repeat("]", 9) + `}`} {
		o.ok(screen.ws.WriteMessage(websocket.TextMessage, []byte(data)))
		if f := screen.next("error"); f.Code != "bad_frame" {
			t.Errorf("%s: the error is %+v", data, f)
		}
	}
	for _, id := range []uuid.UUID{theirs.id(), newID()} {
		screen.send(map[string]any{"t": "watch", "conv": id, "after": 0})
		if f := screen.next("error"); f.Code != "conversation_unknown" || f.Conv != id {
			t.Errorf("the error is %+v", f)
		}
		screen.send(map[string]any{"t": "typing", "conv": id, "on": true})
		screen.send(map[string]any{"t": "read", "conv": id, "seq": 1})
		if f := screen.next("error"); f.Code != "conversation_unknown" || f.Conv != id {
			t.Errorf("the error of a read is %+v", f)
		}
		screen.send(map[string]any{"t": "unwatch", "conv": id})
	}
	screen.send(map[string]any{"t": "ping"})
	screen.next("head")
	now, err := o.convs.Get(t.Context(), other.workspace.ID, theirs.id())
	o.ok(err)
	if now.AgentSeen != 0 {
		t.Error("a stranger marked a conversation as read")
	}
}
