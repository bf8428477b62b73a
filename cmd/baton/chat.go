package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"github.com/baton-chat/baton/workspace"
)

const (
	// chatPing is how often the link is shown to be alive, and chatSilence when it is taken for dead, as docs/protocol.md has it.
	chatPing    = 10 * time.Second
	chatSilence = 22 * time.Second
	// chatPatience is how long the end of standard input waits for the last answer.
	chatPatience = 45 * time.Second
	// chatBackoff is the longest pause before the next attempt to connect.
	chatBackoff = 30 * time.Second
)

// chat is a visitor in the terminal, over the same protocol as the widget.
func chat(ctx context.Context, p *program) (err error) {
	set := p.flags("chat")
	space := set.String("workspace", "", "the workspace; the demo workspace where none is named")
	key := set.String("inbox", "", "the public key of an inbox; the workspace's first where none is named")
	url := set.String("url", p.config.PublicURL, "the address of the server")
	asJSON := set.Bool("json", false, "print every frame of the server as JSON")
	rest, err := p.parse(set)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError{"messages are read from standard input, a line each"}
	}
	if *key == "" {
		if *key, err = p.firstInbox(ctx, *space); err != nil {
			return err
		}
	}
	t := &chatClient{program: p, url: strings.TrimRight(*url, "/"), inbox: *key, json: *asJSON}
	return t.run(ctx)
}

func (p *program) firstInbox(ctx context.Context, space string) (_ string, err error) {
	db, err := p.openDatabase(ctx)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	store := workspace.NewStore(db.app)
	w, err := workspaceNamed(ctx, store, space)
	if err != nil {
		return "", err
	}
	inboxes, err := store.Inboxes(ctx, w.ID)
	if err != nil {
		return "", err
	}
	if len(inboxes) == 0 {
		return "", fmt.Errorf("the workspace %q has no inbox", w.Name)
	}
	return inboxes[0].PublicKey, nil
}

// chatClient is a client of the visitor protocol. Everything in it belongs to one goroutine: readers of standard input and socket only pass on.
type chatClient struct {
	*program
	url, inbox string
	json       bool

	token, conv, store string
	n, seq             int64
	outbox             []chatSay
	asked, answered    int64 // seq of the last own message, and of the last one that answered
	state              string
	socket             *websocket.Conn
	welcomed           bool // on this socket; before, nothing but hello is sent
}

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
	State string `json:"state"`
	Code  string `json:"code"`
	Fix   string `json:"fix"`
	Retry int    `json:"retry"`
}

func (t *chatClient) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lines := readLines(ctx, t.stdin)
	if err := t.session(ctx); err != nil {
		return err
	}
	for attempt := 0; ; attempt++ {
		ended, err := t.link(ctx, &lines)
		if ended || ctx.Err() != nil {
			return err
		}
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			switch closed.Code {
			case 4400, 4403:
				return fmt.Errorf("the server refused this client: %d %s", closed.Code, closed.Text)
			case 4401:
				if err := t.session(ctx); err != nil {
					return err
				}
			}
		}
		if t.seq > 0 {
			attempt = min(attempt, 6)
		}
		pause := min(chatBackoff, 500*time.Millisecond<<min(attempt, 6))
		fmt.Fprintln(t.stderr, "connection lost; trying again")
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Duration(rand.Int64N(int64(pause)) + 1)):
		}
	}
}

// readLines passes the lines of standard input on. A blocked read cannot be ended, so its goroutine may outlive the command by the life of the process.
func readLines(ctx context.Context, in io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(in)
		scanner.Buffer(make([]byte, 64<<10), 1<<20)
		for scanner.Scan() {
			select {
			case lines <- scanner.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}

// session opens the visitor's session over HTTP.
func (t *chatClient) session(ctx context.Context) error {
	body, _ := json.Marshal(map[string]any{"inbox": t.inbox, "token": t.token, "locale": "en", "page": map[string]string{"url": "", "title": "terminal"}})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url+"/api/visitor/session", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("no server answers at %s; start one with `baton serve`: %w", t.url, err)
	}
	defer response.Body.Close()
	var answer struct{ Token, Conv, Store, Code, Error, Fix string }
	if err := json.NewDecoder(io.LimitReader(response.Body, 64<<10)).Decode(&answer); err != nil {
		return fmt.Errorf("%s does not answer like a Baton server: %w", t.url, err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s", answer.Error, answer.Fix)
	}
	t.token, t.conv, t.store = answer.Token, answer.Conv, answer.Store
	return nil
}

// link keeps one socket. It returns true when the chat is over.
func (t *chatClient) link(ctx context.Context, lines *<-chan string) (bool, error) {
	dialer := websocket.Dialer{Subprotocols: []string{"baton.v1"}, HandshakeTimeout: chatPing}
	address := "ws" + strings.TrimPrefix(t.url, "http") + "/api/visitor/socket"
	socket, response, err := dialer.DialContext(ctx, address, nil)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	t.socket, t.welcomed = socket, false
	frames, failed := make(chan []byte), make(chan error, 1)
	go receive(socket, frames, failed)
	defer func() {
		_ = socket.Close() // It ends the reader as well.
		for range frames {
		}
	}()
	if err := t.send(map[string]any{"t": "hello", "v": 1, "caps": []string{"delta"}, "token": t.token, "store": t.store, "cursors": map[string]int64{t.conv: t.seq}}); err != nil {
		return false, err
	}
	return t.talk(ctx, lines, frames, failed)
}

func receive(socket *websocket.Conn, frames chan<- []byte, failed chan<- error) {
	defer close(frames)
	for {
		_ = socket.SetReadDeadline(time.Now().Add(chatSilence))
		_, data, err := socket.ReadMessage()
		if err != nil {
			failed <- err
			return
		}
		frames <- data
	}
}

// talk passes lines to the server and shows what comes, until standard input has ended and the last message has its answer.
func (t *chatClient) talk(ctx context.Context, lines *<-chan string, frames <-chan []byte, failed <-chan error) (bool, error) {
	ping := time.NewTicker(chatPing)
	defer ping.Stop()
	var patience <-chan time.Time
	input := *lines
	for {
		if input == nil && patience == nil {
			patience = time.After(chatPatience)
		}
		if input == nil && t.settled() {
			return true, nil
		}
		var err error
		select {
		case <-ctx.Done():
			return true, nil
		case <-patience:
			return true, errors.New("no answer came")
		case <-ping.C:
			err = t.send(map[string]string{"t": "ping"})
		case line, open := <-input:
			if !open {
				input, *lines = nil, nil
				continue
			}
			err = t.line(strings.TrimSpace(line))
		case data, open := <-frames:
			if !open {
				return false, <-failed
			}
			err = t.frame(data)
		}
		if err != nil {
			return false, err
		}
	}
}

// settled reports whether nothing more is to be waited for: all is acknowledged, and answered unless it waits for a person.
func (t *chatClient) settled() bool {
	return t.seq > 0 && len(t.outbox) == 0 && (t.answered > t.asked || t.state == "waiting" || t.state == "agent") || t.asked == 0 && len(t.outbox) == 0 && t.state != ""
}

func (t *chatClient) send(v any) error {
	_ = t.socket.SetWriteDeadline(time.Now().Add(chatPing))
	return t.socket.WriteJSON(v)
}

// line sends what was typed; /person and /leave are the widget's buttons.
func (t *chatClient) line(text string) error {
	switch text {
	case "":
		return nil
	case "/person", "/leave":
		if !t.welcomed {
			return nil
		}
		return t.send(map[string]any{"t": "person", "conv": t.conv, "on": text == "/person"})
	}
	t.n++
	say := chatSay{T: "say", Conv: t.conv, CID: uuid.Must(uuid.NewV7()).String(), N: t.n, Body: text}
	t.outbox = append(t.outbox, say)
	if !t.welcomed {
		return nil // It goes with what is sent again after the welcome.
	}
	return t.send(say)
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
		time.Sleep(time.Duration(f.Retry) * time.Second)
		return t.resend(0)
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
