package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"github.com/baton-chat/baton/realtime/core"
)

// tab is a whole client of the visitor protocol: the state machine of realtime/core over a real network. What it keeps it keeps in memory.
type tab struct {
	url, inbox string
	polls      bool // no socket ever comes through
	inputs     chan from
	running    sync.WaitGroup

	core  *core.Core
	ws    *websocket.Conn
	abort context.CancelFunc
	line  int // counts sockets and calls: what an old one says is not heard

	mu     sync.Mutex
	shown  []string // bodies of the visitor's messages, in the order of seq
	sent   map[string]int64
	failed []string
	states []core.State
	news   chan struct{}
}

// from is an input, and the line that it came over; 0 for none.
type from struct {
	line int
	in   core.Input
}

// openTab begins a tab that goes on until the test ends.
func openTab(t *testing.T, url, inbox string, polls bool) *tab {
	t.Helper()
	b := &tab{url: url, inbox: inbox, polls: polls, inputs: make(chan from, 64), sent: map[string]int64{}, news: make(chan struct{}, 1)}
	b.core = core.New(rand.Float64, core.Restored{})
	ctx, cancel := context.WithCancel(context.Background())
	b.running.Go(func() { b.run(ctx) })
	t.Cleanup(func() {
		cancel()
		b.running.Wait()
	})
	b.tell(ctx, 0, core.Input{In: "start"})
	return b
}

func (b *tab) tell(ctx context.Context, line int, in core.Input) {
	select {
	case b.inputs <- from{line, in}:
	case <-ctx.Done():
	}
}

func (b *tab) run(ctx context.Context) {
	for {
		var timer <-chan time.Time
		if due, ok := b.core.Due(); ok {
			timer = time.After(time.Until(time.UnixMilli(due)))
		}
		select {
		case <-ctx.Done():
			b.do(ctx, core.Input{In: "stop"})
			return
		case <-timer:
			b.do(ctx, core.Input{In: "timer"})
		case f := <-b.inputs:
			if f.line == 0 || f.line == b.line {
				b.do(ctx, f.in)
			}
		}
	}
}

func (b *tab) do(ctx context.Context, in core.Input) {
	for _, o := range b.core.Do(time.Now().UnixMilli(), in) {
		b.out(ctx, o)
	}
}

func (b *tab) out(ctx context.Context, o core.Output) {
	switch o.Out {
	case "session":
		b.running.Go(func() { b.session(ctx) })
	case "open":
		b.open(ctx)
	case "close":
		b.end()
	case "send":
		if b.ws != nil {
			_ = b.ws.WriteJSON(o.Frame) // The reader learns of a broken line.
		}
	case "poll":
		b.poll(ctx, o.Body)
	case "abort":
		b.end()
	case "keep":
		b.do(ctx, core.Input{In: "kept", CID: o.Entry.CID})
	default:
		b.note(o)
	}
}

// end drops the line of the moment.
func (b *tab) end() {
	b.line++
	if b.ws != nil {
		_ = b.ws.Close()
		b.ws = nil
	}
	if b.abort != nil {
		b.abort()
		b.abort = nil
	}
}

// note keeps what a visitor would see.
func (b *tab) note(o core.Output) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case o.Out == "link":
		b.states = append(b.states, o.State)
	case o.Out == "status" && o.Status == "sent":
		b.sent[o.CID] = o.Seq
	case o.Out == "status" && o.Status == "failed":
		b.failed = append(b.failed, o.CID+" "+o.Code)
	case o.Out == "show":
		var m struct {
			Body   string
			Author struct{ Kind string }
		}
		if raw, ok := o.Frame.(json.RawMessage); ok && json.Unmarshal(raw, &m) == nil && m.Author.Kind == "visitor" {
			b.shown = append(b.shown, m.Body)
		}
	}
	select {
	case b.news <- struct{}{}:
	default:
	}
}

// say writes a message and returns its cid.
func (b *tab) say(ctx context.Context, body string) string {
	cid := uuid.Must(uuid.NewV7()).String()
	b.tell(ctx, 0, core.Input{In: "say", CID: cid, Body: body})
	return cid
}

func (b *tab) isSent(cid string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sent[cid] > 0
}

func (b *tab) post(ctx context.Context, path string, body, answer any) (status int, retry float64) {
	data, _ := json.Marshal(body)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+path, bytes.NewReader(data))
	if err != nil {
		return 0, 0
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, 0
	}
	defer response.Body.Close()
	retry, _ = strconv.ParseFloat(response.Header.Get("Retry-After"), 64)
	if response.StatusCode == http.StatusOK && json.NewDecoder(response.Body).Decode(answer) != nil {
		return 0, 0
	}
	return response.StatusCode, retry
}

func (b *tab) session(ctx context.Context) {
	var s struct{ Token, Conv, Store string }
	status, retry := b.post(ctx, "/api/visitor/session", map[string]any{"inbox": b.inbox, "token": "", "locale": "en"}, &s)
	if status != http.StatusOK {
		b.tell(ctx, 0, core.Input{In: "no_session", Retry: retry})
		return
	}
	b.tell(ctx, 0, core.Input{In: "session", Token: s.Token, Conv: s.Conv, Store: s.Store})
}

func (b *tab) open(ctx context.Context) {
	if b.polls {
		b.running.Go(func() { b.tell(ctx, 0, core.Input{In: "closed", Code: websocket.CloseAbnormalClosure}) })
		return
	}
	b.end()
	line := b.line
	ws, response, err := websocket.DefaultDialer.DialContext(ctx, "ws"+strings.TrimPrefix(b.url, "http")+"/api/visitor/socket", nil)
	if err != nil {
		b.running.Go(func() { b.tell(ctx, line, core.Input{In: "closed", Code: websocket.CloseAbnormalClosure}) })
		return
	}
	_ = response.Body.Close()
	b.ws = ws
	b.running.Go(func() { b.read(ctx, line, ws) })
}

func (b *tab) read(ctx context.Context, line int, ws *websocket.Conn) {
	b.tell(ctx, line, core.Input{In: "opened"})
	for {
		_, data, err := ws.ReadMessage()
		if err != nil {
			code := websocket.CloseAbnormalClosure
			if closed, ok := err.(*websocket.CloseError); ok { //nolint:errorlint // gorilla returns it unwrapped
				code = closed.Code
			}
			b.tell(ctx, line, core.Input{In: "closed", Code: code})
			return
		}
		b.tell(ctx, line, core.Input{In: "frame", Frame: data})
	}
}

func (b *tab) poll(ctx context.Context, body *core.Call) {
	b.end()
	line := b.line
	calling, abort := context.WithCancel(ctx)
	b.abort = abort
	b.running.Go(func() {
		defer abort()
		var answer struct {
			Mark   string
			Frames []json.RawMessage
		}
		status, retry := b.post(calling, "/api/visitor/poll", body, &answer)
		if status != http.StatusOK {
			b.tell(ctx, line, core.Input{In: "failed", Status: status, Retry: retry})
			return
		}
		b.tell(ctx, line, core.Input{In: "answer", Mark: answer.Mark, Frames: answer.Frames})
	})
}
