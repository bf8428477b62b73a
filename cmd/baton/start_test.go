package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/baton-chat/baton/internal/pgtest"
)

// patience bounds every wait of these tests. It is a guard against hanging, not a measurement: a loaded machine may take long.
const patience = 60 * time.Second

// server is the whole program, running in this process as a value.
type server struct {
	t       testing.TB
	env     map[string]string
	url     string
	demo    string
	console string
	log     *syncBuffer
	cancel  context.CancelFunc
	done    chan int
}

// syncBuffer is a log that may be read while it is written.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// start runs `baton serve` on a database of its own, as an operator with an existing server would, and waits until it says where to go.
func start(t testing.TB, env map[string]string) *server {
	t.Helper()
	all := map[string]string{"BATON_ADDR": "127.0.0.1:0", "BATON_DATA": t.TempDir()}
	if env["DATABASE_URL"] == "" {
		all["DATABASE_URL"] = pgtest.Empty(t).OwnerURL
	}
	for name, value := range env {
		all[name] = value
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	s := &server{t: t, env: all, log: &syncBuffer{}, cancel: cancel, done: make(chan int, 1)}
	out, in := io.Pipe()
	go func() {
		s.done <- run(ctx, program{args: []string{"serve"}, getenv: s.getenv, stdin: strings.NewReader(""), stdout: in, stderr: s.log})
		_ = in.Close()
	}()
	t.Cleanup(s.stop)
	s.await(out)
	return s
}

func (s *server) getenv(name string) string { return s.env[name] }

// await reads the lines that serve prints until it has said everything.
func (s *server) await(out io.Reader) {
	s.t.Helper()
	said := make(chan struct{})
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), "=")
			switch name {
			case "demo":
				s.demo, s.url = value, strings.TrimSuffix(value, "/demo")
			case "console":
				s.console = value
			case "knowledge":
				close(said)
			}
		}
	}()
	select {
	case <-said:
	case code := <-s.done:
		s.done <- code
		s.t.Fatalf("serve ended with %d:\n%s", code, s.log)
	case <-time.After(patience):
		s.t.Fatalf("serve did not say where to go:\n%s", s.log)
	}
}

// stop ends the program as Ctrl-C would and waits for it.
func (s *server) stop() {
	s.cancel()
	select {
	case code := <-s.done:
		s.done <- code
		if code != 0 {
			s.t.Errorf("serve ended with %d:\n%s", code, s.log)
		}
	case <-time.After(patience):
		s.t.Errorf("serve did not stop:\n%s", s.log)
	}
}

// command runs another command of the program beside the server, on the same database.
func (s *server) command(stdin string, args ...string) (stdout string, code int) {
	s.t.Helper()
	var out bytes.Buffer
	code = run(s.t.Context(), program{args: args, getenv: s.getenv, stdin: strings.NewReader(stdin), stdout: &out, stderr: s.log})
	return out.String(), code
}

// get fetches a path and returns status and body.
func (s *server) get(path string) (int, string) {
	s.t.Helper()
	response, err := http.Get(s.url + path) //nolint:noctx // The address is this test's own server.
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// eventually waits until the condition holds. It asks the real thing again and again, because some of what is awaited has no event a test could hear.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("waited for %s in vain", what)
		case <-tick.C:
		}
	}
}
