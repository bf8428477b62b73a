package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestServeAnswersProbesAndRefusesASecond(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for path, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusOK, "/demo": http.StatusOK, "/w.js": http.StatusOK, "/console/": http.StatusOK, "/nowhere": http.StatusNotFound} {
		if status, body := s.get(path); status != want {
			t.Errorf("GET %s: status %d, %s", path, status, body)
		}
	}
	var stderr bytes.Buffer
	code := run(t.Context(), program{args: []string{"serve"}, getenv: s.getenv, stdout: &bytes.Buffer{}, stderr: &stderr})
	if code != exitFailed || !strings.Contains(stderr.String(), "another `baton serve`") {
		t.Errorf("a second serve: code %d, %q", code, stderr.String())
	}
	busy := map[string]string{"BATON_DATA": t.TempDir(), "BATON_ADDR": strings.TrimPrefix(s.url, "http://")}
	stderr.Reset()
	code = run(t.Context(), program{args: []string{"serve"}, getenv: func(n string) string { return busy[n] }, stdout: &bytes.Buffer{}, stderr: &stderr})
	if code != exitFailed || !strings.Contains(stderr.String(), "BATON_ADDR") {
		t.Errorf("a port in use: code %d, %q", code, stderr.String())
	}
}

// Commands run beside the server, on the same database.
func TestCommandsBesideTheServer(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	awaitIndexed(t, s)
	out, code := s.command("", "agent", "add", "--name", "Asha Kulkarni", "--email", "asha@tarang.example")
	if code != 0 || !strings.Contains(out, "/console/#signin=v1.") {
		t.Errorf("agent add: %d %s", code, out)
	}
	if out, code = s.command("", "agent", "list"); code != 0 || !strings.Contains(out, "asha@tarang.example") || !strings.Contains(out, "priya@tarang.example") {
		t.Errorf("agent list: %d %s", code, out)
	}
	if out, code = s.command("", "ask", "Do you ship to Bengaluru?"); code != 0 || !strings.Contains(out, "2,500") {
		t.Errorf("ask: %d %s", code, out)
	}
	if out, code = s.command("", "rules", "show"); code != 0 || !strings.Contains(out, "wants-human") {
		t.Errorf("rules show: %d %s", code, out)
	}
	if out, code = s.command(`{"id":"d1","title":"Parking","text":"You can park your bicycle behind the service centre in Indiranagar."}`, "ingest", "--jsonl", "-", "--workspace", "Elsewhere"); code != 0 {
		t.Errorf("ingest: %d %s\n%s", code, out, s.log)
	}
	if out, code = s.command(`{"id":7,"query":"where can I park my bicycle"}`, "search", "--batch", "--workspace", "Elsewhere"); code != 0 || !strings.Contains(out, `"external_id":"d1"`) || !strings.Contains(out, `"id":7`) {
		t.Errorf("search: %d %s", code, out)
	}
	if out, code = s.command(`{"id":8,"query":"do you ship to Bengaluru"}`, "search", "--batch", "--workspace", "Elsewhere"); code != 0 || strings.Contains(out, "shipping") {
		t.Errorf("another workspace's pages are found: %d %s", code, out)
	}
}

// A restart keeps everything: the conversation, the visitor's token and what was said.
func TestRestartLosesNothing(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	awaitIndexed(t, s)
	v := visit(t, s)
	v.say("Do you ship to Bengaluru?")
	v.answer()
	s.stop()
	again := start(t, map[string]string{"DATABASE_URL": s.env["DATABASE_URL"], "BATON_DATA": s.env["BATON_DATA"]})
	v.dial(again)
	held := v.seq
	v.say("What is your return policy for damaged items?")
	if answer := v.answer(); answer.Outcome != "answered" || answer.Seq != held+2 {
		t.Errorf("after the restart: %s", answer.Raw)
	}
	if strings.Contains(again.log.String(), "level=ERROR") {
		t.Errorf("errors in the log:\n%s", again.log)
	}
}

// What people write never reaches the log.
func TestLogsHoldNoBodies(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	awaitIndexed(t, s)
	v := visit(t, s)
	const canary = "zinnober-4711"
	v.say("My " + canary + " is broken, what now?")
	v.answer()
	v.send(map[string]any{"t": "say", "conv": v.conv, "cid": canary, "n": 2, "body": canary})
	v.await("an error", func(f frame) bool { return f.T == "error" })
	s.stop()
	if strings.Contains(s.log.String(), canary) {
		t.Errorf("the log holds what a visitor wrote:\n%s", s.log)
	}
	pool, err := connect(t.Context(), s.env["DATABASE_URL"], "", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var jobs int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE args::text LIKE '%' || $1 || '%' OR errors::text LIKE '%' || $1 || '%'`, canary).Scan(&jobs); err != nil || jobs > 0 {
		t.Errorf("%d jobs hold what a visitor wrote (%v)", jobs, err)
	}
}

// A visitor who leaves an address while nobody is online, and goes on with the assistant.
func TestNobodyOnline(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	awaitIndexed(t, s)
	v := visit(t, s)
	v.send(map[string]any{"t": "person", "conv": v.conv, "on": true})
	v.state("waiting")
	v.send(map[string]any{"t": "contact", "conv": v.conv, "email": "not an address"})
	v.await("a refusal", func(f frame) bool { return f.T == "error" && f.Code == "bad_email" })
	v.send(map[string]any{"t": "contact", "conv": v.conv, "email": "ananya.rao@example.in"})
	v.await("the receipt", func(f frame) bool { return f.T == "state" && f.Contact })
	v.send(map[string]any{"t": "person", "conv": v.conv, "on": false})
	v.state("assistant")
	began := time.Now()
	v.say("Do you ship to Bengaluru?")
	if answer := v.answer(); answer.Outcome != "answered" {
		t.Errorf("after leaving the line: %s (%s)", answer.Raw, time.Since(began))
	}
}
