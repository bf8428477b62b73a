package agentconsole_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/baton-chat/baton/workspace"
)

func TestSignInLinkIsGoodOnce(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	link := map[string]string{"token": s.link(s.priya)}
	answer := s.browser().call("POST", "/signin", link).want(http.StatusOK)
	me := into[struct {
		Agent     struct{ Name, Email, Initials, Role, Status string }
		Workspace struct{ Name, Mark string }
		Inbox     struct{ Key, Snippet string }
		ReplyDue  int `json:"reply_due_seconds"`
	}](answer)
	if me.Agent.Name != "Priya Nair" || me.Agent.Role != "admin" || me.Agent.Initials != "PN" || me.Agent.Status != "online" || me.Workspace.Name != "Tarang" || me.ReplyDue != 300 {
		t.Errorf("me is %+v", me)
	}
	if !strings.Contains(me.Inbox.Snippet, s.url+"/w.js") || !strings.Contains(me.Inbox.Snippet, s.inbox.PublicKey) {
		t.Errorf("the snippet is %s", me.Inbox.Snippet)
	}
	cookie := answer.Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Secure || cookie.Path != "/" {
		t.Errorf("the cookie is %v", cookie)
	}
	s.browser().call("POST", "/signin", link).refused(http.StatusUnauthorized, "link_used")
}

func TestSignInRefuses(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	old := s.link(s.priya)
	s.pass(workspace.LinkLife + time.Second)
	b := s.browser()
	b.call("POST", "/signin", map[string]string{"token": old}).refused(http.StatusUnauthorized, "link_expired")
	b.call("POST", "/signin", map[string]string{"token": "v1.nonsense"}).refused(http.StatusUnauthorized, "link_unknown")
	b.call("POST", "/signin", map[string]string{"token": workspace.NewToken(s.workspace.ID).String()}).refused(http.StatusUnauthorized, "link_unknown")
	b.call("POST", "/signin", map[string]string{"token": s.link(s.priya)[:20]}).refused(http.StatusUnauthorized, "link_unknown")
	b.call("POST", "/signin", map[string]string{"token": old, "as": "admin"}).refused(http.StatusBadRequest, "bad_request")
	b.send("POST", "/api/console/signin", "text/plain", strings.NewReader(`{"token":"x"}`)).refused(http.StatusBadRequest, "bad_request")
}

func TestSignInLinkHasOneWinner(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	link := map[string]string{"token": s.link(s.priya)}
	var wg sync.WaitGroup
	status := make([]int, 8)
	for i := range status {
		wg.Go(func() { status[i] = s.browser().call("POST", "/signin", link).StatusCode })
	}
	wg.Wait()
	won := 0
	for _, code := range status {
		switch code {
		case http.StatusOK:
			won++
		case http.StatusUnauthorized:
		default:
			t.Errorf("a sign-in ended with %d", code)
		}
	}
	if won != 1 {
		t.Errorf("%d browsers signed in with one link", won)
	}
}

func TestSignOutEndsTheSession(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	b := s.signIn(s.priya)
	b.call("GET", "/me", nil).want(http.StatusOK)
	b.call("POST", "/signout", struct{}{}).want(http.StatusNoContent)
	b.call("GET", "/team", nil).refused(http.StatusUnauthorized, "signed_out")
	b.isNobody()
}

func TestSessionEndsWhenNobodyUsesIt(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	b := s.signIn(s.priya)
	s.pass(workspace.SessionLife - time.Hour)
	b.call("GET", "/me", nil).want(http.StatusOK)
	s.pass(workspace.SessionLife - time.Hour)
	b.call("GET", "/me", nil).want(http.StatusOK)
	s.pass(workspace.SessionLife + time.Hour)
	b.call("GET", "/team", nil).refused(http.StatusUnauthorized, "signed_out")
	b.isNobody()
}

// isNobody wants that nobody is signed in, said without an error.
func (b *browser) isNobody() {
	b.t.Helper()
	if body := strings.TrimSpace(string(b.call("GET", "/me", nil).want(http.StatusOK).body)); body != `{"agent":null}` {
		b.t.Errorf("me is %s", body)
	}
}

func TestWhoIsNotSignedInIsNobody(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.browser().isNobody()
	b := o.browser()
	b.cookie = &http.Cookie{Name: "baton_session", Value: "v1.nonsense"}
	b.isNobody()
}

func TestStatusIsChosen(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	b := s.signIn(s.asha)
	me := into[struct{ Agent struct{ Status string } }](b.call("PUT", "/me/status", map[string]string{"status": "away"}).want(http.StatusOK))
	if me.Agent.Status != "away" {
		t.Errorf("the status is %s", me.Agent.Status)
	}
	b.call("PUT", "/me/status", map[string]string{"status": "asleep"}).refused(http.StatusBadRequest, "bad_request")
}
