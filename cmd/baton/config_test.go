package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// Wrong and contradictory values stop the start with one sentence that names the variable and the fix.
func TestConfigurationMistakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		env  map[string]string
		want []string
	}{
		{map[string]string{"BATON_ADDR": "8080"}, []string{"BATON_ADDR", "host:port"}},
		{map[string]string{"BATON_ADDR": "127.0.0.1:99999"}, []string{"BATON_ADDR", "65535"}},
		{map[string]string{"BATON_ROLES": "gateway,kitchen"}, []string{"BATON_ROLES", "kitchen", "worker"}},
		{map[string]string{"BATON_ROLES": "gateway"}, []string{"BATON_ROLES", "NATS_URL"}},
		{map[string]string{"BATON_APP_URL": "postgres://a@b/c"}, []string{"BATON_APP_URL", "DATABASE_URL"}},
		{map[string]string{"DATABASE_URL": "mysql://a"}, []string{"DATABASE_URL", "postgres://"}},
		{map[string]string{"BATON_PUBLIC_URL": "chat.example.com"}, []string{"BATON_PUBLIC_URL", "https://"}},
		{map[string]string{"BATON_PUBLIC_URL": "https://example.com/chat"}, []string{"BATON_PUBLIC_URL", "without a path"}},
		{map[string]string{"OPENAI_BASE_URL": "localhost:8000"}, []string{"OPENAI_BASE_URL"}},
		{map[string]string{"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, []string{"OPENAI_BASE_URL", "BATON_CHAT_MODEL"}},
		{map[string]string{"BATON_CHAT_MODEL": "m"}, []string{"BATON_CHAT_MODEL", "OPENAI_API_KEY"}},
		{map[string]string{"BATON_FIRST_WORD": "10"}, []string{"BATON_FIRST_WORD", "1s to 25s"}},
		{map[string]string{"BATON_FIRST_WORD": "60s"}, []string{"BATON_FIRST_WORD", "1s to 25s"}},
		{map[string]string{"BATON_FIRST_WORD": "900ms"}, []string{"BATON_FIRST_WORD", "1s to 25s"}},
		{map[string]string{"BATON_SEARCH": "vibes"}, []string{"BATON_SEARCH", "words"}},
	} {
		var stderr bytes.Buffer
		code := run(t.Context(), program{args: []string{"config"}, getenv: func(n string) string { return c.env[n] }, stdout: &bytes.Buffer{}, stderr: &stderr})
		text := stderr.String()
		if code != exitFailed || strings.Count(strings.TrimSpace(text), "\n") > 0 {
			t.Errorf("%v: code %d, %q", c.env, code, text)
		}
		for _, word := range c.want {
			if !strings.Contains(text, word) {
				t.Errorf("%v: %q does not say %q", c.env, text, word)
			}
		}
	}
}

func TestConfigKeepsSecrets(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"DATABASE_URL": "postgres://baton:geheim-1@db.example/baton", "OPENAI_API_KEY": "geheim-2", "NATS_URL": "nats://bus:geheim-3@nats.example", "BATON_CHAT_MODEL": "m",
		"BATON_APP_URL": "host=db.example password=geheim-4",
	}
	var out bytes.Buffer
	if code := run(t.Context(), program{args: []string{"config"}, getenv: func(n string) string { return env[n] }, stdout: &out, stderr: &out}); code != 0 {
		t.Fatalf("code %d: %s", code, out.String())
	}
	if strings.Contains(out.String(), "geheim") {
		t.Errorf("a secret is printed:\n%s", out.String())
	}
	for _, want := range []string{"db.example", "BATON_FIRST_WORD=10s", "OPENAI_API_KEY=(set)", "OPENAI_BASE_URL=https://api.openai.com/v1"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing:\n%s", want, out.String())
		}
	}
}

func TestCommandsAreCalledRightly(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"no-such"}, {"agent"}, {"agent", "add", "--role", "king"}, {"inbox", "allow"}, {"ask"}, {"rules", "hide"}, {"search", "--no-such-flag"}, {"serve", "--port", "80"}, {"migrate", "now"}, {"config", "x"}} {
		var out, stderr bytes.Buffer
		code := run(t.Context(), program{args: args, getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: &out, stderr: &stderr})
		if code != exitUsage || !strings.HasPrefix(stderr.String(), "baton") {
			t.Errorf("baton %v: code %d, %q", args, code, stderr.String())
		}
	}
	var help bytes.Buffer
	if code := run(t.Context(), program{stdout: &help}); code != 0 {
		t.Errorf("baton alone: code %d", code)
	}
	for _, c := range commands() {
		if listed := strings.Contains(help.String(), "  "+c.name); listed != (c.about != "") {
			t.Errorf("help lists %s: %v", c.name, listed)
		}
	}
}

// inOrder stops services one after another, and all of them when one fails.
func TestServicesStopInOrder(t *testing.T) {
	t.Parallel()
	var order []string
	wait := func(name string) service {
		return func(ctx context.Context) error {
			<-ctx.Done()
			order = append(order, name) // One at a time, by what is tested here; the race detector would tell otherwise.
			return nil
		}
	}
	failing := func(context.Context) error { return errEnded }
	if err := inOrder(t.Context(), wait("sockets"), failing, wait("work"), wait("bus")); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, " "); got != "sockets work bus" {
		t.Errorf("stopped in the order %q", got)
	}
}
