package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// member is a signed-in person of the team, over the staff API.
type member struct {
	t      testing.TB
	server *server
	client *http.Client
}

// signIn redeems the link that serve printed.
func signIn(t testing.TB, s *server) *member {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &member{t: t, server: s, client: &http.Client{Jar: jar, Timeout: patience}}
	_, token, ok := strings.Cut(s.console, "#signin=")
	if !ok {
		t.Fatalf("serve printed no sign-in link, but %q", s.console)
	}
	m.post("/api/console/signin", `{"token":"`+token+`"}`, http.StatusOK)
	return m
}

// post sends JSON as the console does, from its own origin, and returns the body of the answer.
func (m *member) post(path, body string, want int) string {
	m.t.Helper()
	request, err := http.NewRequestWithContext(m.t.Context(), http.MethodPost, m.server.url+path, strings.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Origin", m.server.url)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	return m.do(request, want)
}

func (m *member) get(path string, want int) string {
	m.t.Helper()
	request, err := http.NewRequestWithContext(m.t.Context(), http.MethodGet, m.server.url+path, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	return m.do(request, want)
}

func (m *member) do(request *http.Request, want int) string {
	m.t.Helper()
	response, err := m.client.Do(request)
	if err != nil {
		m.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != want {
		m.t.Fatalf("%s %s: status %d, want %d: %s (%v)", request.Method, request.URL.Path, response.StatusCode, want, data, err)
	}
	return string(data)
}

func newCID() string { return uuid.Must(uuid.NewV7()).String() }

// The story of a handoff on the agent's side, over the staff API: the queue, the packet, claim, reply, note, hand back, resolve.
func TestHandoffOverTheStaffAPI(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	awaitIndexed(t, s)
	a := signIn(t, s)
	v := visit(t, s)
	v.say("Do you ship to Bengaluru?")
	v.answer()
	v.say("My order arrived with a broken screen, and I need a replacement organised.")
	v.state("waiting")
	path := "/api/console/conversations/" + v.conv
	eventually(t, "the packet", func() bool { return strings.Contains(a.get(path, http.StatusOK), `"summary":[{`) })
	packet := a.get(path, http.StatusOK)
	for _, want := range []string{`"needs-action"`, `broken screen`, `/shipping-charges`, `"waiting"`} {
		if !strings.Contains(packet, want) {
			t.Errorf("the conversation lacks %q: %s", want, packet)
		}
	}
	if list := a.get("/api/console/conversations?view=unassigned", http.StatusOK); !strings.Contains(list, v.conv) {
		t.Errorf("the queue lacks the conversation: %s", list)
	}
	a.post(path+"/claim", `{}`, http.StatusOK)
	if f := v.state("agent"); f.Person == nil || f.Person.Name != "Priya Nair" {
		t.Errorf("state: %s", f.Raw)
	}
	cid := newCID()
	first := a.post(path+"/reply", `{"cid":"`+cid+`","body":"Your replacement leaves today."}`, http.StatusOK)
	if again := a.post(path+"/reply", `{"cid":"`+cid+`","body":"Your replacement leaves today."}`, http.StatusOK); again != first {
		t.Errorf("the same reply again: %s, first %s", again, first)
	}
	a.post(path+"/note", `{"cid":"`+newCID()+`","body":"third broken tablet"}`, http.StatusOK)
	a.post(path+"/handback", `{}`, http.StatusOK)
	v.state("assistant")
	a.post(path+"/resolve", `{}`, http.StatusOK)
	v.state("resolved")
	for _, f := range v.frames {
		if strings.Contains(string(f.Raw), "third broken tablet") {
			t.Errorf("the visitor got the private note: %s", f.Raw)
		}
	}
}
