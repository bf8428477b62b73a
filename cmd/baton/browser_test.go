package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// flowPatience bounds one flow in the browser: a guard against hanging, above the sum of what a slow machine needs for its steps.
const flowPatience = 8 * time.Minute

// flow runs a script of the folder browser in Node, which drives a real Chromium against the server. With BATON_PICTURES set to a folder, the pictures
// that the flow takes are kept there.
func (s *server) flow(script string, env ...string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.t.Context()), flowPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", filepath.Join("browser", script))
	cmd.Env = append(os.Environ(), "DEMO="+s.demo, "CONSOLE="+s.console, "PICTURES="+os.Getenv("BATON_PICTURES"))
	cmd.Env = append(cmd.Env, env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("%s: %v\n%s\nserver log:\n%s", script, err, out.String(), s.log)
	}
	s.t.Logf("%s: %d checks", script, strings.Count(out.String(), "ok "))
}

func TestSceneInTheBrowser(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	awaitIndexed(t, s)
	s.flow("scene.mjs")
	if log := s.log.String(); strings.Contains(log, "level=ERROR") {
		t.Errorf("the server logged errors:\n%s", log)
	}
}

// A content editor's day: upload, see it work, delete.
func TestKnowledgeInTheBrowser(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	awaitIndexed(t, s)
	s.flow("knowledge.mjs")
}

// The widget works from a page on another origin that was allowed, under the conditions in which widgets usually break, and nowhere else.
func TestWidgetOnOtherOrigins(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	awaitIndexed(t, s)
	allowed, closed := freePort(t), freePort(t)
	out, code := s.command("", "inbox", "allow", "http://localhost:"+allowed)
	_, rest, ok := strings.Cut(out, `data-inbox="`)
	key, _, _ := strings.Cut(rest, `"`)
	if code != 0 || !ok {
		t.Fatalf("inbox allow ended with %d: %s", code, out)
	}
	s.flow("origins.mjs", "SERVER="+s.url, "KEY="+key, "PORT="+allowed, "CLOSED="+closed)
}

// freePort returns a port that was free a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // It is closed at once.
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}
