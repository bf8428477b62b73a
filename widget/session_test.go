package widget_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/presence"
	"github.com/baton-chat/baton/widget"
	"github.com/baton-chat/baton/workspace"
)

func TestSessionIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	key := s.inbox.PublicKey
	otherWorkspace := workspace.NewPublicKey(uuid.New())
	cases := []struct {
		name   string
		body   string
		origin string
		status int
		code   string
	}{
		{"no JSON", `hello`, "", 400, "bad_request"},
		{"empty", ``, "", 400, "bad_request"},
		{"cut off", `{"inbox": "` + key, "", 400, "bad_request"},
		{"two values", `{"inbox": "` + key + `"} {}`, "", 400, "bad_request"},
		{"wrong type", `{"inbox": 7}`, "", 400, "bad_request"},
		{"unknown field", `{"inbox": "` + key + `", "workspace": "x"}`, "", 400, "bad_request"},
		{"too large", `{"inbox": "` + key + `", "page": {"url": "` + strings.Repeat("x", 8<<10) + `"}}`, "", 413, "too_large"},
		{"no inbox", `{}`, "", 404, "inbox_unknown"},
		{"no key", `{"inbox": "pk_nonsense"}`, "", 404, "inbox_unknown"},
		{"a key of nobody's", `{"inbox": "` + otherWorkspace + `"}`, "", 404, "inbox_unknown"},
		{"a cut key", `{"inbox": "` + key[:len(key)-1] + `"}`, "", 404, "inbox_unknown"},
		{"foreign origin", `{"inbox": "` + key + `"}`, "https://evil.test", 403, "origin_refused"},
		{"null origin", `{"inbox": "` + key + `"}`, "null", 403, "origin_refused"},
	}
	for _, c := range cases {
		header := []string{}
		if c.origin != "" {
			header = []string{"Origin", c.origin}
		}
		status, answer := s.open(t, c.body, header...)
		if status != c.status || answer["code"] != c.code || answer["error"] == "" || answer["fix"] == "" || len(answer) != 3 {
			t.Errorf("%s: %d %v, want %d %s", c.name, status, answer, c.status, c.code)
		}
	}
	if status, answer := s.open(t, `{"inbox": 7}`); status != 400 || !strings.Contains(answer["fix"].(string), `"inbox"`) {
		t.Errorf("fix does not name the field: %v", answer)
	}
}

func TestSessionAcrossOrigins(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	for method, want := range map[string]int{http.MethodOptions: http.StatusNoContent, http.MethodPost: http.StatusOK} {
		request, err := http.NewRequestWithContext(t.Context(), method, s.server.URL+"/api/visitor/session", strings.NewReader(`{"inbox": "`+s.inbox.PublicKey+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Origin", "https://shop.example")
		request.Header.Set("Access-Control-Request-Method", http.MethodPost)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		h := response.Header
		if response.StatusCode != want || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Access-Control-Allow-Credentials") != "" || len(h.Values("Set-Cookie")) > 0 {
			t.Errorf("%s: %d %v", method, response.StatusCode, h)
		}
		if method == http.MethodOptions && (h.Get("Access-Control-Allow-Headers") != "Content-Type" || h.Get("Access-Control-Allow-Methods") != "POST") {
			t.Errorf("preflight: %v", h)
		}
	}
}

func TestSessionLimit(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(l *widget.Limits) { l.SessionBurst, l.SessionRate = 3, 0.001 })
	body := `{"inbox": "` + s.inbox.PublicKey + `"}`
	ask := func(address string) (int, http.Header) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.server.URL+"/api/visitor/session", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Forwarded-For", address)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response.StatusCode, response.Header
	}
	for _, c := range []struct {
		address string
		want    int
	}{
		{"203.0.113.9", 200},
		{"203.0.113.9", 200},
		{"203.0.113.9", 200},
		{"203.0.113.9", 429},
		{"203.0.113.10", 200},
		{"2001:db8::1", 200},
		{"2001:db8::2", 200},
		{"2001:db8::3:4", 200},
		{"2001:db8::5", 429},
		{"2001:db8:0:1::1", 200},
		{"127.0.0.1", 200},
		{"127.0.0.1", 200},
		{"127.0.0.1", 200},
		{"127.0.0.1", 200},
	} {
		status, header := ask(c.address)
		if status != c.want {
			t.Errorf("%s: %d, want %d", c.address, status, c.want)
		}
		if status == http.StatusTooManyRequests && (header.Get("Retry-After") == "" || header.Get("Access-Control-Expose-Headers") != "Retry-After") {
			t.Errorf("%s is not told when to come back: %v", c.address, header)
		}
	}
}

func TestSessionAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.presence.Enter(t.Context(), presence.Key{Workspace: s.inbox.Workspace, Kind: presence.Agent, Person: s.agent.ID, Device: uuid.New()})
	_, answer := s.open(t, `{"inbox": "`+s.inbox.PublicKey+`", "token": "", "locale": "en-IN", "page": {"url": "u", "title": "t"}}`, "Origin", "https://shop.example")
	want := map[string]any{"name": "Tarang", "title": "Hello.", "text": "I answer.", "suggestions": []any{"Do you ship to Bengaluru?"}, "mark": "/mark.svg", "accent": "#4F46E5"}
	if diff := cmp.Diff(want, answer["inbox"]); diff != "" {
		t.Errorf("inbox (-want +got):\n%s", diff)
	}
	priya := map[string]any{"id": s.agent.ID.String(), "name": "Priya Nair", "initials": "PN", "hue": float64(workspace.Hue(s.agent.ID)), "status": "online"}
	if diff := cmp.Diff([]any{priya}, answer["people"]); diff != "" {
		t.Errorf("people (-want +got):\n%s", diff)
	}
	for locale, title := range map[string]string{"hi-IN": "नमस्ते", "hi": "नमस्ते", "ar": "Hello.", "": "Hello."} {
		_, answer := s.open(t, `{"inbox": "`+s.inbox.PublicKey+`", "locale": "`+locale+`"}`)
		if got := answer["inbox"].(map[string]any)["title"]; got != title {
			t.Errorf("locale %q is greeted with %q", locale, got)
		}
	}
}

func TestSessionGoesOn(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	ask := func(token string) map[string]any {
		status, answer := s.open(t, `{"inbox": "`+s.inbox.PublicKey+`", "token": "`+token+`"}`)
		if status != 200 {
			t.Fatalf("%d %v", status, answer)
		}
		return answer
	}
	first := ask("")
	token := first["token"].(string)
	again := ask(token)
	if again["token"] != token || again["visitor"] != first["visitor"] || again["conv"] != first["conv"] {
		t.Errorf("with its token a visitor became another: %v, then %v", first, again)
	}
	s.clock.forward(conversation.VisitorSessionLife + time.Hour)
	fresh := ask(token)
	if fresh["token"] == token || fresh["visitor"] == first["visitor"] || fresh["conv"] == first["conv"] {
		t.Errorf("an ended token goes on: %v", fresh)
	}
	if other := ask("v1.nonsense"); other["visitor"] == first["visitor"] {
		t.Error("nonsense is somebody's token")
	}
}
