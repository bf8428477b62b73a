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
	welcomed           bool        // on this socket; before, nothing but hello is sent
	again              *time.Timer // on this socket: when what the server did not take is sent again; stopped where there is nothing
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
