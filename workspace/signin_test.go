package workspace_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/workspace"
)

func team(t *testing.T) (*workspace.Store, workspace.Agent) {
	t.Helper()
	store := workspace.NewStore(pgtest.New(t).App)
	w, created, err := store.Ensure(t.Context(), "Tarang")
	if err != nil || !created {
		t.Fatalf("created %v, %v", created, err)
	}
	agent, err := store.AddAgent(t.Context(), w.ID, "Priya Nair", "Priya@Tarang.example", workspace.RoleAdmin)
	if err != nil {
		t.Fatal(err)
	}
	return store, agent
}

func TestALinkSignsInOnce(t *testing.T) {
	t.Parallel()
	store, agent := team(t)
	now := time.Now()
	link, err := store.NewLink(t.Context(), agent, now)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	results := make([]error, 8)
	tokens := make([]workspace.Token, 8)
	for i := range results {
		wg.Go(func() { tokens[i], _, results[i] = store.SignIn(t.Context(), link, now) })
	}
	wg.Wait()
	won := -1
	for i, err := range results {
		if err == nil && won < 0 {
			won = i
		} else if !errors.Is(err, workspace.ErrLinkUsed) {
			t.Errorf("attempt %d: got %v, want ErrLinkUsed", i, err)
		}
	}
	if won < 0 {
		t.Fatal("nobody was signed in")
	}
	session, err := store.Authenticate(t.Context(), tokens[won], now)
	if err != nil || session.Agent.Email != "priya@tarang.example" {
		t.Fatalf("session %+v, %v", session, err)
	}
	if err := store.SignOut(t.Context(), session, now); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Authenticate(t.Context(), tokens[won], now); !errors.Is(err, workspace.ErrToken) {
		t.Errorf("after signing out: got %v, want ErrToken", err)
	}
}

func TestLinksAndSessionsEnd(t *testing.T) {
	t.Parallel()
	store, agent := team(t)
	now := time.Now()
	link, err := store.NewLink(t.Context(), agent, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.SignIn(t.Context(), link, now.Add(workspace.LinkLife+time.Second)); !errors.Is(err, workspace.ErrLinkOld) {
		t.Errorf("an old link: got %v, want ErrLinkOld", err)
	}
	token, _, err := store.SignIn(t.Context(), link, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Authenticate(t.Context(), token, now.Add(workspace.SessionLife+time.Second)); !errors.Is(err, workspace.ErrToken) {
		t.Errorf("an old session: got %v, want ErrToken", err)
	}
	if _, err := store.Authenticate(t.Context(), token, now.Add(workspace.SessionLife/2)); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Authenticate(t.Context(), token, now.Add(workspace.SessionLife+time.Second)); err != nil {
		t.Errorf("a session in use: %v", err)
	}
}

func TestTokensAreScopedAndParsedStrictly(t *testing.T) {
	t.Parallel()
	store, agent := team(t)
	link, err := store.NewLink(t.Context(), agent, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	text := link.String()
	if parsed, err := workspace.ParseToken(text); err != nil || parsed != link {
		t.Fatalf("%v, %v", parsed, err)
	}
	elsewhere, err := workspace.ParseToken(strings.Replace(text, agent.Workspace.String(), uuid.NewString(), 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.SignIn(t.Context(), elsewhere, time.Now()); !errors.Is(err, workspace.ErrToken) {
		t.Errorf("the secret under another workspace: got %v, want ErrToken", err)
	}
	for _, bad := range []string{"", "v1", "v1..", "v2" + text[2:], text + "x", text[:len(text)-1], strings.Repeat(".", 1_000_000), "v1.not-a-uuid." + text[40:]} {
		if _, err := workspace.ParseToken(bad); !errors.Is(err, workspace.ErrToken) {
			t.Errorf("ParseToken(%.40q): got %v, want ErrToken", bad, err)
		}
	}
}

func TestInboxKeys(t *testing.T) {
	t.Parallel()
	store, agent := team(t)
	made, err := store.AddInbox(t.Context(), workspace.Inbox{Workspace: agent.Workspace, Name: "Shop", AllowedOrigins: []string{"https://shop.example"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := store.InboxByKey(t.Context(), made.PublicKey)
	if err != nil || got.ID != made.ID || len(got.AllowedOrigins) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "pk_", "pk_7hq2m4t6", made.PublicKey + "0", made.PublicKey[:len(made.PublicKey)-1], workspace.NewPublicKey(agent.Workspace), workspace.NewPublicKey(uuid.New())} {
		if _, err := store.InboxByKey(t.Context(), bad); !errors.Is(err, workspace.ErrInbox) {
			t.Errorf("InboxByKey(%q): got %v, want ErrInbox", bad, err)
		}
	}
}

func TestEmailAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		" Ananya.Rao@Example.IN ": "ananya.rao@example.in", "a@b.co": "a@b.co", "no-at": "", "a@b": "", "Ananya <a@b.co>": "", "a@b.co, c@d.co": "", "": "", "a b@c.co": "",
		strings.Repeat("x", 250) + "@b.co": "",
	} {
		got, err := workspace.CleanEmail(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("CleanEmail(%.30q) = %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestFaces(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Priya Nair": "PN", "priya": "P", "Mohammed Al Faizal": "MF", "आशा कुलकर्णी": "आक", "": ""} {
		if got := workspace.Initials(name); got != want {
			t.Errorf("Initials(%q) = %q, want %q", name, got, want)
		}
	}
	for range 100 {
		if hue := workspace.Hue(uuid.New()); hue < 0 || hue >= workspace.Hues {
			t.Fatalf("hue %d", hue)
		}
	}
}
