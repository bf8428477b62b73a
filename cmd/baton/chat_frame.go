package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// chatSay is a message that is kept until it is acknowledged.
type chatSay struct {
	T    string `json:"t"`
	Conv string `json:"conv"`
	CID  string `json:"cid"`
	N    int64  `json:"n"`
	Body string `json:"body"`
}

// chatFrame is a frame of the server, with the fields a terminal shows.
type chatFrame struct {
	T      string `json:"t"`
	Store  string `json:"store"`
	Conv   string `json:"conv"`
	CID    string `json:"cid"`
	N      int64  `json:"n"`
	Seq    int64  `json:"seq"`
	From   int64  `json:"from"`
	Kind   string `json:"kind"`
	Author struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	} `json:"author"`
	Body      string `json:"body"`
	Citations []struct {
		N     int    `json:"n"`
		Title string `json:"title"`
		URL   string `json:"url"`
	} `json:"citations"`
	Event *struct {
		Name string `json:"name"`
		Who  string `json:"who"`
	} `json:"event"`
	State string  `json:"state"`
	Code  string  `json:"code"`
	Fix   string  `json:"fix"`
	Retry float64 `json:"retry"`
}

// frame takes a frame of the server.
func (t *chatClient) frame(data []byte) error {
	if t.json {
		fmt.Fprintf(t.stdout, "%s\n", bytes.TrimSpace(data))
	}
	var f chatFrame
	if err := json.Unmarshal(data, &f); err != nil {
		return fmt.Errorf("the server sent something that is no frame: %w", err)
	}
	switch f.T {
	case "welcome":
		t.store, t.welcomed = f.Store, true
		return t.resend(f.N + 1)
	case "ack":
		t.drop(f.CID)
		t.asked = max(t.asked, f.Seq)
	case "message":
		t.message(f)
	case "state":
		t.state = f.State
	case "resync":
		t.seq = f.From
	case "error":
		if f.Code == "gap" {
			return t.resend(f.N)
		}
		if f.Code != "unavailable" {
			t.drop(f.CID)
		}
		fmt.Fprintf(t.stderr, "%s: %s\n", f.Code, f.Fix)
	case "slow_down":
		// What is held is sent again then. More of these, for each frame that was not taken, put it off further.
		t.again.Reset(time.Duration(f.Retry * float64(time.Second)))
	}
	return nil
}

// resend sends what is not acknowledged, in order, numbered from n; 0 keeps the numbers.
func (t *chatClient) resend(n int64) error {
	if n > 0 {
		t.n = n - 1
	}
	for i := range t.outbox {
		if n > 0 {
			t.n++
			t.outbox[i].N = t.n
		}
		if err := t.send(t.outbox[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t *chatClient) drop(cid string) {
	for i, s := range t.outbox {
		if s.CID == cid {
			t.outbox = append(t.outbox[:i], t.outbox[i+1:]...)
			return
		}
	}
}

// message shows a message once, in order.
func (t *chatClient) message(f chatFrame) {
	if f.Seq <= t.seq {
		return
	}
	t.seq = f.Seq
	if f.Author.Kind == "assistant" || f.Author.Kind == "agent" {
		t.answered = f.Seq
	}
	if t.json || f.Author.Kind == "visitor" {
		return
	}
	switch {
	case f.Event != nil:
		fmt.Fprintf(t.stdout, "· %s %s\n", strings.ReplaceAll(f.Event.Name, "_", " "), f.Event.Who)
	case f.Kind == "text":
		name := f.Author.Name
		if name == "" {
			name = f.Author.Kind
		}
		fmt.Fprintf(t.stdout, "%s: %s\n", name, f.Body)
		for _, c := range f.Citations {
			fmt.Fprintf(t.stdout, "  [%d] %s %s\n", c.N, c.Title, c.URL)
		}
	}
}
