package agentconsole_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/presence"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

func TestViewersAndTyping(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	g.says("Hello")
	g.asksForPerson()
	priya, asha := s.signIn(s.priya).socket(), s.signIn(s.asha).socket()
	typed := make(chan workspace.Event, 8)
	sub := s.bus.Watch(s.workspace.ID, g.id(), realtime.Watch{Event: func(e workspace.Event) {
		if e.Kind == workspace.EventTyping {
			typed <- e
		}
	}})
	defer sub.Close()
	priya.send(map[string]any{"t": "watch", "conv": g.id(), "after": 0})
	priya.until("oneself as a viewer", func(f frame) bool { return f.T == "viewers" && len(f.Items) == 1 })
	asha.send(map[string]any{"t": "watch", "conv": g.id(), "after": 0})
	priya.until("both viewers", func(f frame) bool { return f.T == "viewers" && len(f.Items) == 2 && f.Items[0].Name == "Asha Kulkarni" })
	asha.messages(0, 2)
	// The server knows whose the conversation is when it has sent its messages.
	priya.send(map[string]any{"t": "watch", "conv": g.id(), "after": 0})
	priya.messages(0, 2)
	priya.send(map[string]any{"t": "typing", "conv": g.id(), "on": true})
	if f := asha.next("typing"); f.Who.Name != "Priya Nair" || f.Who.Kind != "agent" || !f.On {
		t.Errorf("the typing sign is %+v", f)
	}
	if e := <-typed; e.Conversation != g.id() {
		t.Errorf("the event is %+v", e)
	}
	// The sign ends with the socket, and so does looking; which is told first is nobody's promise.
	_ = priya.ws.Close()
	writes, looks := true, true
	asha.until("an empty desk", func(f frame) bool {
		writes = writes && (f.T != "typing" || f.On)
		looks = looks && (f.T != "viewers" || len(f.Items) != 1)
		return !writes && !looks
	})
}

func TestTeamIsToldWhoIsHere(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	priya := s.signIn(s.priya)
	screen := priya.socket()
	asha := s.signIn(s.asha)
	asha.socket()
	screen.until("the colleague", func(f frame) bool {
		return f.T == "team" && len(f.Items) == 2 && f.Items[0].Status == "online" && f.Items[0].Name == "Asha Kulkarni" && f.Items[1].You
	})
	asha.call("PUT", "/me/status", map[string]string{"status": "busy"}).want(http.StatusOK)
	screen.until("the colleague's word", func(f frame) bool { return f.T == "team" && f.Items[0].Status == "busy" })
	team := into[struct {
		Items []struct{ Name, Status string }
	}](priya.call("GET", "/team", nil).want(http.StatusOK))
	if len(team.Items) != 2 || team.Items[0].Status != "busy" {
		t.Errorf("the team is %+v", team)
	}
}

func TestViewersOfOtherNodes(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	g.says("Hello")
	b := s.signIn(s.priya)
	screen := b.socket()
	screen.send(map[string]any{"t": "watch", "conv": g.id(), "after": 0})
	screen.until("oneself", func(f frame) bool { return f.T == "viewers" && len(f.Items) == 1 })
	node := newID()
	say := func(people ...conversation.Person) {
		s.bus.Publish(workspace.NewEvent(s.workspace.ID, g.id(), workspace.EventViewers, map[string]any{"node": node, "items": people}))
	}
	say(conversation.NewPerson(s.asha.ID, s.asha.Name, ""), conversation.NewPerson(s.priya.ID, s.priya.Name, ""))
	screen.until("the colleague elsewhere", func(f frame) bool { return f.T == "viewers" && len(f.Items) == 2 && f.Items[0].Name == "Asha Kulkarni" })
	detail := into[struct{ Viewers []struct{ Name string } }](b.call("GET", "/conversations/"+g.id().String(), nil).want(http.StatusOK))
	if len(detail.Viewers) != 2 {
		t.Errorf("the viewers are %+v", detail.Viewers)
	}
	// A node that falls silent is forgotten.
	s.pass(time.Minute)
	if detail := into[struct{ Viewers []struct{ Name string } }](b.call("GET", "/conversations/"+g.id().String(), nil).want(http.StatusOK)); len(detail.Viewers) != 1 {
		t.Errorf("the viewers are %+v", detail.Viewers)
	}
	say()
	screen.until("oneself again", func(f frame) bool { return f.T == "viewers" && len(f.Items) == 1 })
}

func TestVisitorsComeAndGo(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	g.says("Hello")
	b := s.signIn(s.priya)
	screen := b.socket()
	s.here.Enter(t.Context(), presence.Key{Workspace: s.workspace.ID, Kind: presence.Visitor, Person: g.session.Visitor, Device: g.session.Device})
	screen.until("the visitor", func(f frame) bool { return f.T == "row" && f.Row.ID == g.id() && f.Row.Visitor.Status == "online" })
	if status := b.story(g.id()).Conversation.Visitor.Status; status != "online" {
		t.Errorf("the visitor is %s", status)
	}
}
