package live

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/baton-chat/baton/internal/chaos/history"
)

const (
	// beatEvery and silence are those of docs/protocol.md.
	beatEvery, silence = 8 * time.Second, 22 * time.Second
)

// watch keeps the agent's console open until ctx ends.
func (a *agent) watch(ctx context.Context) {
	for ctx.Err() == nil {
		n := a.w.with(a.rng, (*node).console)
		a.sit(ctx, n)
		if ctx.Err() == nil {
			a.w.tally.brokenOn(n.name)
		}
		_ = pause(ctx, time.Duration(100+a.rng.IntN(900))*time.Millisecond)
	}
}

// sit is one socket of the console.
func (a *agent) sit(ctx context.Context, n *node) {
	dialer := websocket.Dialer{HandshakeTimeout: dialWithin, Subprotocols: []string{"baton.console.v1"}}
	conn, response, err := dialer.DialContext(ctx, "ws://"+n.address()+"/api/console/socket", http.Header{"Origin": {"http://" + n.address()}, "Cookie": {a.cookie}})
	if response != nil {
		_ = response.Body.Close()
	}
	if err != nil {
		return
	}
	ended := make(chan struct{})
	var writing sync.WaitGroup
	defer func() {
		_ = conn.Close()
		close(ended)
		writing.Wait()
	}()
	writing.Go(func() { a.speak(ctx, conn, ended) })
	for {
		_ = conn.SetReadDeadline(time.Now().Add(silence))
		_, data, err := conn.ReadMessage()
		if err != nil {
			return
		}
		var f history.Heard
		if json.Unmarshal(data, &f) != nil {
			a.w.trouble(a.name, "a frame that is no JSON")
			return
		}
		if f.T == "error" && f.Code != "unavailable" && f.Code != "slow_down" {
			a.w.trouble(a.name, "the console answered "+f.Code)
		}
		if f.T == "error" && f.Code == "unavailable" {
			return // What could not be watched is watched again with the next socket.
		}
		if f.T == "message" {
			a.take(f)
		}
	}
}

// speak says hello, watches everything the agent has, and beats.
func (a *agent) speak(ctx context.Context, conn *websocket.Conn, ended chan struct{}) {
	defer conn.Close()
	say := func(v any) bool {
		_ = conn.SetWriteDeadline(time.Now().Add(writeWithin))
		return conn.WriteJSON(v) == nil
	}
	watch := func(conv string) bool {
		a.mu.Lock()
		d := a.desks[conv]
		after := d.cursor
		a.mu.Unlock()
		return say(map[string]any{"t": "watch", "conv": conv, "after": after})
	}
	if !say(map[string]any{"t": "hello", "v": 1}) {
		return
	}
	a.mu.Lock()
	var all []string
	for conv := range a.desks {
		all = append(all, conv)
	}
	a.mu.Unlock()
	watched := map[string]bool{}
	for _, conv := range all {
		watched[conv] = true
		if !watch(conv) {
			return
		}
	}
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ended:
			return
		case conv := <-a.fresh:
			if !watched[conv] {
				watched[conv] = true
				if !watch(conv) {
					return
				}
			}
		case <-beat.C:
			if !say(map[string]any{"t": "ping"}) {
				return
			}
			for _, conv := range a.readUpTo() {
				if !say(conv) {
					return
				}
			}
		}
	}
}

// readUpTo are the marks of what the agent has seen.
func (a *agent) readUpTo() (list []any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for conv, d := range a.desks {
		if d.cursor > 0 {
			list = append(list, map[string]any{"t": "read", "conv": conv, "seq": d.cursor})
		}
	}
	return list
}

// take puts a message onto the screen when those before it are there.
func (a *agent) take(f history.Heard) {
	a.mu.Lock()
	defer a.mu.Unlock()
	d := a.desks[f.Conv]
	if d == nil {
		a.w.history.Record(f.Shown(a.name)) // The checker says whose it is.
		return
	}
	if f.Seq > d.cursor {
		d.held[f.Seq] = f
	}
	for {
		next, there := d.held[d.cursor+1]
		if !there {
			return
		}
		delete(d.held, next.Seq)
		d.cursor = next.Seq
		a.w.history.Record(next.Shown(a.name))
		a.w.tally.shownNow(next.CID)
		if next.Author.Kind == "visitor" && next.Kind == "text" && !d.brief {
			a.give(job{d.conv, "reply"})
		}
	}
}
