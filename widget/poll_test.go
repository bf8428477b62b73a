package widget_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/widget"
	"github.com/baton-chat/baton/workspace"
)

// poller is a client of the long poll: all it knows between two calls it says in the next.
type poller struct {
	*visitor
	t      testing.TB
	mark   string
	cursor int64
	run    string
	offset int
}

func (v *visitor) poller(t testing.TB) *poller { return &poller{visitor: v, t: t} }

// call makes one call and returns the frames of its answer.
func (p *poller) call(wait float64, frames ...map[string]any) []map[string]any {
	p.t.Helper()
	if frames == nil {
		frames = []map[string]any{}
	}
	body := map[string]any{
		"v": 1, "caps": []string{"delta"}, "token": p.token, "store": p.store, "cursors": map[string]int64{p.conv.String(): p.cursor}, "mark": p.mark, "wait": wait, "frames": frames,
	}
	if p.run != "" {
		body["run"], body["offset"] = p.run, p.offset
	}
	status, _, answer := p.site.post(p.t, "/api/visitor/poll", body)
	if status != http.StatusOK {
		p.t.Fatalf("poll: %d %v", status, answer)
	}
	p.mark = answer["mark"].(string)
	var list []map[string]any
	for _, f := range answer["frames"].([]any) {
		f := f.(map[string]any)
		if f["t"] == "message" && f["seq"] == float64(p.cursor+1) {
			p.cursor++
		}
		list = append(list, f)
	}
	return list
}

// post sends JSON and returns what came back.
func (s *site) post(t testing.TB, path string, body any, header ...string) (int, http.Header, map[string]any) {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.server.URL+path, bytes.NewReader(data))
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
	return response.StatusCode, response.Header, answer
}

func say(conv uuid.UUID, cid uuid.UUID, n int, body string) map[string]any {
	return map[string]any{"t": "say", "conv": conv, "cid": cid, "n": n, "body": body}
}

// waiting returns when a call is under way, or the test ended.
func (s *site) waiting(t testing.TB) {
	for s.handler.Calls() == 0 && t.Context().Err() == nil {
		runtime.Gosched()
	}
}

// answerMissing calls fn whenever somebody lacks the beginning of an answer.
func (s *site) answerMissing(conv uuid.UUID, fn func()) *realtime.Subscription {
	return s.bus.Watch(s.inbox.Workspace, conv, realtime.Watch{Event: func(e workspace.Event) {
		if e.Kind == workspace.EventMissing {
			fn()
		}
	}})
}

// names are the names of frames, in order.
func names(frames []map[string]any) string {
	var list []string
	for _, f := range frames {
		list = append(list, f["t"].(string))
	}
	return strings.Join(list, " ")
}

func one(t testing.TB, frames []map[string]any, name string) map[string]any {
	t.Helper()
	for _, f := range frames {
		if f["t"] == name {
			return f
		}
	}
	t.Fatalf("no %s in %q", name, names(frames))
	return nil
}

// A conversation over calls only: welcome, say, an agent's words, what was read; each told once, and nothing again.
func TestPoll(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	p := s.visitor(t).poller(t)
	if got := names(p.call(0)); got != "welcome state presence" {
		t.Errorf("first: %q", got)
	}
	if got := p.call(0); names(got) != "head" || got[0]["seq"] != 0.0 {
		t.Errorf("nothing new: %v", got)
	}
	cid := uuid.Must(uuid.NewV7())
	got := p.call(25, say(p.conv, cid, 1, "Do you ship to Bengaluru?"))
	if ack := one(t, got, "ack"); ack["cid"] != cid.String() || ack["seq"] != 1.0 {
		t.Errorf("ack: %v", ack)
	}
	if p.cursor == 0 {
		p.call(0)
	}
	if got := p.call(0, say(p.conv, cid, 1, "Do you ship to Bengaluru?")); one(t, got, "ack")["seq"] != 1.0 {
		t.Errorf("the same again: %v", got)
	}
	s.agentSays(t, s.conversations, p.conv, "Yes, we do.")
	got = p.call(25)
	if st := one(t, got, "state"); st["state"] != "agent" || p.cursor != 3 {
		t.Errorf("an agent came, cursor %d: %v", p.cursor, got)
	}
	p.call(0, map[string]any{"t": "read", "conv": p.conv, "seq": 3})
	now, err := s.conversations.Get(t.Context(), s.inbox.Workspace, p.conv)
	if err != nil || now.VisitorSeen != 3 || now.VisitorDelivered != 3 {
		t.Errorf("delivered %d, seen %d, %v", now.VisitorDelivered, now.VisitorSeen, err)
	}
	if err := s.conversations.Receive(t.Context(), s.inbox.Workspace, p.conv, conversation.ByAgent, 1, 1); err != nil {
		t.Fatal(err)
	}
	if r := one(t, p.call(5), "read"); r["seen"] != 1.0 {
		t.Errorf("read: %v", r)
	}
	if got := names(p.call(0)); got != "head" {
		t.Errorf("all was told, and then came %q", got)
	}
}

// A call that waits hears at once what the bus tells, and within two seconds what it does not.
func TestPollWaits(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	p := s.visitor(t).poller(t)
	p.call(0)
	p.call(0, say(p.conv, uuid.Must(uuid.NewV7()), 1, "one"))
	p.call(0)
	for _, c := range []struct {
		name   string
		store  *conversation.Store
		atMost time.Duration
	}{
		{"told by the bus", s.conversations, time.Second},
		{"told by nobody", s.unheard(), 4 * time.Second}, // 2 s, and what a busy machine adds
	} {
		began := make(chan time.Time, 1)
		go func() {
			s.waiting(t)
			began <- time.Now()
			s.agentSays(t, c.store, p.conv, c.name)
		}()
		got := p.call(25)
		for !strings.Contains(names(got), "message") {
			got = p.call(25)
		}
		if took := time.Since(<-began); took > c.atMost {
			t.Errorf("%s: after %s", c.name, took)
		}
	}
}

// What is not taken holds back what is behind it; and what is wrong for good does not.
func TestPollOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(l *widget.Limits) { l.Socket.Burst, l.Socket.Rate = 8, 0.001 })
	p := s.visitor(t).poller(t)
	p.call(0)
	cids := make([]uuid.UUID, 6)
	for i := range cids {
		cids[i] = uuid.Must(uuid.NewV7())
	}
	got := p.call(0, say(p.conv, cids[0], 1, " "), say(p.conv, cids[1], 1, "one"), say(p.conv, cids[2], 3, "three"), say(p.conv, cids[3], 2, "two"))
	var told []string
	for _, f := range got {
		if f["t"] == "ack" || f["t"] == "error" {
			told = append(told, f["t"].(string)+str(f["code"]))
		}
	}
	if got := strings.Join(told, " "); got != "errorempty ack errorgap errorgap" {
		t.Errorf("answers: %s", got)
	}
	// By now the burst is spent.
	got = p.call(0, say(p.conv, cids[3], 2, "two"), say(p.conv, cids[4], 3, "three"), say(p.conv, cids[5], 4, "four"))
	acks, slow := 0, 0
	for _, f := range got {
		switch f["t"] {
		case "ack":
			acks++
			if slow > 0 {
				t.Errorf("taken after one that was not: %v", got)
			}
		case "slow_down":
			slow++
		}
	}
	if acks+slow != 3 || slow == 0 {
		t.Errorf("%d taken, %d not: %v", acks, slow, got)
	}
}

func str(v any) string {
	s, _ := v.(string)
	return s
}

// An answer being written goes on from what the client holds, on whichever node; and a client that holds nothing gets the whole.
func TestPollDeltas(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	p := s.visitor(t).poller(t)
	p.call(0)
	p.call(0, say(p.conv, uuid.Must(uuid.NewV7()), 1, "Do you ship?"))
	p.call(0)
	run := uuid.Must(uuid.NewV7())
	text := []rune("You get ₹ free shipping")
	tell := func(offset, upTo int, again bool) {
		s.bus.Publish(workspace.NewEvent(s.inbox.Workspace, p.conv, workspace.EventDelta, map[string]any{
			"run": run, "epoch": 0, "offset": offset, "text": string(text[offset:upTo]), "again": again,
		}))
	}
	far := 10
	defer s.answerMissing(p.conv, func() { tell(0, far, true) }).Close()
	whole := ""
	for range 3 {
		for _, f := range p.call(5) {
			if f["t"] != "delta" {
				continue
			}
			held := []rune(whole)
			if at := int(f["offset"].(float64)); at != len(held) && at != 0 {
				t.Fatalf("offset %d with %d held", at, len(held))
			} else if at == 0 {
				held = nil
			}
			whole = string(held) + f["text"].(string)
		}
		p.run, p.offset = run.String(), len([]rune(whole))
		far = min(len(text), far+8)
	}
	if whole != string(text) {
		t.Errorf("got %q", whole)
	}
}

// A store that was restored is noticed by a call as by a hello.
func TestPollResync(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	p := s.visitor(t).poller(t)
	p.call(0)
	p.call(0, say(p.conv, uuid.Must(uuid.NewV7()), 1, "one"))
	p.store, p.cursor = uuid.NewString(), 1
	if got := names(p.call(0)); got != "welcome resync state message presence" {
		t.Errorf("another store: %q", got)
	}
}

// Refusals have the statuses of docs/protocol.md, and pages may read them.
func TestPollRefusals(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	v := s.visitor(t)
	body := func(change func(map[string]any)) map[string]any {
		b := map[string]any{"v": 1, "caps": []string{}, "token": v.token, "store": "", "cursors": map[string]int64{}, "mark": "", "frames": []any{}}
		change(b)
		return b
	}
	for _, c := range []struct {
		name   string
		body   map[string]any
		origin string
		status int
		code   string
	}{
		{"no version", body(func(b map[string]any) { b["v"] = 2 }), "", 400, "bad_request"},
		{"too many frames", body(func(b map[string]any) { b["frames"] = make([]any, 21) }), "", 400, "bad_request"},
		{"an unknown token", body(func(b map[string]any) { b["token"] = workspace.NewToken(s.inbox.Workspace).String() }), "", 401, "token_ended"},
		{"no token", body(func(b map[string]any) { b["token"] = "" }), "", 401, "token_ended"},
		{"a foreign page", body(func(map[string]any) {}), "https://evil.example", 403, "origin_refused"},
		{"too large", body(func(b map[string]any) { b["frames"] = []any{strings.Repeat("x", 600<<10)} }), "", 413, "too_large"},
	} {
		header := []string{}
		if c.origin != "" {
			header = append(header, "Origin", c.origin)
		}
		status, h, answer := s.post(t, "/api/visitor/poll", c.body, header...)
		if status != c.status || answer["code"] != c.code || str(answer["fix"]) == "" || h.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %v %v", c.name, status, answer, h)
		}
	}
	limited := 0
	for range 40 {
		if status, h, _ := s.post(t, "/api/visitor/poll", body(func(b map[string]any) { b["frames"] = []any{map[string]any{"t": "ping"}} })); status == http.StatusTooManyRequests && h.Get("Retry-After") != "" {
			limited++
		}
	}
	if limited == 0 {
		t.Error("forty calls in a row were all taken")
	}
}

// A node that stops answers the calls that wait, with a time to come back at.
func TestPollRestart(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	p := s.visitor(t).poller(t)
	p.call(0)
	go func() {
		s.waiting(t)
		s.stop()
	}()
	if f := one(t, p.call(25), "slow_down"); f["retry"].(float64) < 0 || f["cid"] != nil {
		t.Errorf("slow_down: %v", f)
	}
}

// A call that its client gives up leaves nothing behind, and what it brought is stored.
func TestPollGivenUp(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	p := s.visitor(t).poller(t)
	p.call(0)
	data, err := json.Marshal(map[string]any{"v": 1, "token": p.token, "mark": p.mark, "cursors": map[string]int64{p.conv.String(): 0}, "frames": []any{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, giveUp := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.server.URL+"/api/visitor/poll", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		s.waiting(t)
		giveUp()
	}()
	response, err := http.DefaultClient.Do(request)
	if err == nil {
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		t.Fatal("the call was answered")
	}
	if got := one(t, p.call(0, say(p.conv, uuid.Must(uuid.NewV7()), 1, "one")), "ack"); got["seq"] != 1.0 {
		t.Errorf("after it: %v", got)
	}
}
