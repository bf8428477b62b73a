package agentconsole_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
)

type list struct {
	Items  []line
	Counts struct{ Waiting, Mine, Unassigned, Assistant, Resolved int }
	Next   string
}

func TestInboxListsWhoWaits(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	waiting, quiet := s.guest(), s.guest()
	waiting.says("My order arrived with a broken screen")
	waiting.asksForPerson()
	quiet.says("Do you ship to Bengaluru?")
	b := s.signIn(s.priya)
	got := into[list](b.call("GET", "/conversations", nil).want(http.StatusOK))
	if len(got.Items) != 2 || got.Items[0].ID != waiting.id() || got.Items[1].ID != quiet.id() {
		t.Fatalf("the inbox is %+v", got.Items)
	}
	first := got.Items[0]
	if first.State != "waiting" || first.Reason == nil || first.Reason.Rule != conversation.RuleButton || first.Unread != 1 ||
		first.Preview.Author != "visitor" || first.Preview.Body != "My order arrived with a broken screen" || !strings.HasPrefix(first.Visitor.Name, "Visitor ") {
		t.Errorf("the waiting row is %+v", first)
	}
	if got.Counts.Waiting != 1 || got.Counts.Assistant != 1 || got.Counts.Mine != 0 {
		t.Errorf("the counts are %+v", got.Counts)
	}
	page := into[list](b.call("GET", "/conversations?limit=1", nil).want(http.StatusOK))
	if len(page.Items) != 1 || page.Next == "" {
		t.Fatalf("the first page is %+v", page)
	}
	rest := into[list](b.call("GET", "/conversations?limit=1&cursor="+page.Next, nil).want(http.StatusOK))
	if len(rest.Items) != 1 || rest.Items[0].ID != quiet.id() || rest.Next != "" {
		t.Errorf("the second page is %+v", rest)
	}
	for _, query := range []string{"view=everything", "limit=0", "limit=many", "cursor=%21"} {
		b.call("GET", "/conversations?"+query, nil).refused(http.StatusBadRequest, "bad_request")
	}
}

func TestClaimHasOneWinner(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	g.says("A human, please")
	g.asksForPerson()
	browsers := []*browser{s.signIn(s.priya), s.signIn(s.asha)}
	answers := make([]reply, 8)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			answers[i] = browsers[i%2].call("POST", "/conversations/"+g.id().String()+"/claim", struct{}{})
		})
	}
	wg.Wait()
	winner := ""
	for i, a := range answers {
		switch a.StatusCode {
		case http.StatusOK:
			got := into[line](a)
			name := []string{"Priya Nair", "Asha Kulkarni"}[i%2]
			if got.Agent == nil || got.Agent.Name != name || got.State != "agent" || got.Epoch != 1 || winner != "" && winner != name {
				t.Errorf("%s won with %s", name, a.body)
			}
			winner = name
		case http.StatusConflict:
			p := into[struct {
				Code, Error string
				Current     line
			}](a)
			if p.Code != "claimed" || p.Current.Agent == nil || !strings.HasPrefix(p.Error, p.Current.Agent.Name) {
				t.Errorf("the loser heard %s", a.body)
			}
		default:
			t.Errorf("a claim ended with %d: %s", a.StatusCode, a.body)
		}
	}
	if winner == "" {
		t.Error("nobody won")
	}
}

func TestReplyClaimsAndRepeats(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	g.says("Where is TE-48213?")
	b, other := s.signIn(s.priya), s.signIn(s.asha)
	path := "/conversations/" + g.id().String()
	words := map[string]any{"cid": newID(), "body": "It is on its way."}
	first := b.call("POST", path+"/reply", words).want(http.StatusOK)
	second := b.call("POST", path+"/reply", words).want(http.StatusOK)
	if string(first.body) != string(second.body) {
		t.Errorf("the same cid answered %s, then %s", first.body, second.body)
	}
	b.call("POST", path+"/reply", map[string]any{"cid": words["cid"], "body": "Something else."}).refused(http.StatusConflict, "duplicate")
	other.call("POST", path+"/reply", map[string]any{"cid": newID(), "body": "Me too."}).refused(http.StatusConflict, "claimed")
	b.call("POST", path+"/reply", map[string]any{"cid": newID(), "body": " \n"}).refused(http.StatusBadRequest, "bad_request")
	b.call("POST", path+"/reply", map[string]any{"body": "Without a cid."}).refused(http.StatusBadRequest, "bad_request")
	b.call("POST", path+"/reply", map[string]any{"cid": newID(), "body": strings.Repeat("ä", conversation.MaxBody+1)}).refused(http.StatusRequestEntityTooLarge, "too_large")
	b.call("POST", path+"/reply", map[string]any{"cid": newID(), "body": strings.Repeat("x", 100_000)}).refused(http.StatusRequestEntityTooLarge, "too_large")
	b.call("POST", path+"/reply", map[string]any{"cid": newID(), "body": "x", "seq": 1}).refused(http.StatusBadRequest, "bad_request")
	b.call("POST", path+"/reply", map[string]any{"cid": newID(), "body": strings.Repeat("ä", conversation.MaxBody)}).want(http.StatusOK)
}

// story is what the tests look at of a conversation's detail.
type story struct {
	Conversation line
	Visitor      struct {
		Page *struct{ URL string }
	}
	Packet *struct {
		Rule      struct{ ID, Title string }
		Why       struct{ Text string }
		ClaimedBy *string `json:"claimed_by"`
		Queued    *int    `json:"queued_seconds"`
	}
	Messages []struct {
		Seq        int64
		Kind, Body string
		Confidence *float64
		Event      *struct{ Name, Who string }
	}
	Past []struct {
		Title string
		Agent *string
	}
}

func (b *browser) story(id uuid.UUID) story {
	b.t.Helper()
	return into[story](b.call("GET", "/conversations/"+id.String(), nil).want(http.StatusOK))
}

func TestNoteIsForTheTeamOnly(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	g.says("My tablet broke")
	b := s.signIn(s.asha)
	b.call("POST", "/conversations/"+g.id().String()+"/note", map[string]any{"cid": newID(), "body": "Third time this month"}).want(http.StatusOK)
	got := b.story(g.id())
	if last := got.Messages[len(got.Messages)-1]; last.Kind != "note" || last.Body != "Third time this month" {
		t.Errorf("the team sees %+v", last)
	}
	if got.Conversation.State != "assistant" || got.Conversation.Preview.Body != "My tablet broke" {
		t.Errorf("the note moved the conversation: %+v", got.Conversation)
	}
	messages, err := s.convs.After(t.Context(), s.workspace.ID, g.id(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		if seen := m.ForVisitor(); strings.Contains(seen.Body, "Third") || seen.Kind == conversation.KindNote {
			t.Errorf("a visitor sees %+v", seen)
		}
	}
}

func TestStoryHasThePacketAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	seq := g.says("My order arrived with a broken screen, and I need a replacement organised.")
	_, err := s.convs.Reply(t.Context(), conversation.ReplyInput{
		Workspace: s.workspace.ID, Conversation: g.id(), InReplyTo: seq, Run: newID(), Body: "I am calling a person.", Outcome: conversation.OutcomeHandoff,
		Turn: conversation.Turn{Outcome: "handoff", Confidence: 0.25, SignalsVersion: 1, Rule: "needs-action"},
		Call: &conversation.Call{Rule: "needs-action", Reason: "Only a person can do this", WhySeq: seq, Matches: []conversation.Span{{Start: 24, End: 37}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	b := s.signIn(s.priya)
	got := b.story(g.id())
	if got.Packet == nil || got.Packet.Rule.ID != "needs-action" || got.Packet.Rule.Title != "Only a person can do this" || !strings.HasPrefix(got.Packet.Why.Text, "My order") ||
		got.Packet.ClaimedBy != nil || got.Packet.Queued != nil {
		t.Fatalf("the packet is %+v", got.Packet)
	}
	if c := got.Messages[1].Confidence; c == nil || *c != 0.25 {
		t.Errorf("the answer's confidence is %v", c)
	}
	if got.Visitor.Page == nil || got.Visitor.Page.URL != "https://shop.example/orders" {
		t.Errorf("the visitor's page is %v", got.Visitor.Page)
	}
	s.pass(108 * time.Second)
	b.call("POST", "/conversations/"+g.id().String()+"/claim", struct{}{}).want(http.StatusOK)
	if err := s.convs.SavePacket(t.Context(), s.workspace.ID, g.id(), got.Messages[2].Seq, []byte(`{"why":{"seq":1,"text":"written","matches":[]},"summary":[{"text":"Wants a replacement","seq":1}]}`)); err != nil {
		t.Fatal(err)
	}
	got = b.story(g.id())
	if got.Packet.Why.Text != "written" || got.Packet.ClaimedBy == nil || *got.Packet.ClaimedBy != "Priya Nair" || got.Packet.Queued == nil || *got.Packet.Queued != 108 {
		t.Errorf("the written packet is %+v", got.Packet)
	}
}

func TestHandBackResolveAndUndo(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	g.says("Hello")
	b, other := s.signIn(s.priya), s.signIn(s.asha)
	path := "/conversations/" + g.id().String()
	b.call("POST", path+"/handback", struct{}{}).refused(http.StatusConflict, "stale")
	b.call("POST", path+"/claim", struct{}{}).want(http.StatusOK)
	other.call("POST", path+"/resolve", struct{}{}).refused(http.StatusConflict, "claimed")
	back := into[line](b.call("POST", path+"/handback", map[string]string{"note": "Only wanted the opening hours"}).want(http.StatusOK))
	if back.State != "assistant" || back.Agent != nil {
		t.Errorf("after handing back the row is %+v", back)
	}
	if m := b.story(g.id()).Messages; m[len(m)-1].Kind != "note" || m[len(m)-1].Body != "Only wanted the opening hours" {
		t.Errorf("the note is missing: %+v", m)
	}
	done := into[line](b.call("POST", path+"/resolve", struct{}{}).want(http.StatusOK))
	if done.State != "resolved" {
		t.Errorf("after resolving the row is %+v", done)
	}
	other.call("POST", path+"/resolve", map[string]bool{"undo": true}).refused(http.StatusConflict, "stale")
	open := into[line](b.call("POST", path+"/resolve", map[string]bool{"undo": true}).want(http.StatusOK))
	if open.State != "assistant" || open.Agent != nil {
		t.Errorf("the undo did not give it back to the assistant: %+v", open)
	}
	b.call("POST", path+"/claim", struct{}{}).want(http.StatusOK)
	b.call("POST", path+"/resolve", struct{}{}).want(http.StatusOK)
	open = into[line](b.call("POST", path+"/resolve", map[string]bool{"undo": true}).want(http.StatusOK))
	if open.State != "agent" || open.Agent == nil || open.Agent.Name != "Priya Nair" {
		t.Errorf("after the undo the row is %+v", open)
	}
	b.call("POST", path+"/resolve", struct{}{}).want(http.StatusOK)
	s.pass(conversation.UndoWithin + time.Second)
	b.call("POST", path+"/resolve", map[string]bool{"undo": true}).refused(http.StatusConflict, "stale")
}

func TestReadClearsUnread(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	g.says("One")
	seq := g.says("Two")
	b := s.signIn(s.priya)
	if n := b.story(g.id()).Conversation.Unread; n != 2 {
		t.Fatalf("%d unread", n)
	}
	b.call("POST", "/conversations/"+g.id().String()+"/read", map[string]int64{"seq": seq}).want(http.StatusNoContent)
	if n := b.story(g.id()).Conversation.Unread; n != 0 {
		t.Errorf("%d unread after reading", n)
	}
	b.call("POST", "/conversations/"+g.id().String()+"/read", map[string]int64{"seq": -1}).refused(http.StatusBadRequest, "bad_request")
}

func TestPastConversations(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	g := s.guest()
	g.says("Which EMI plans have no cost?")
	b := s.signIn(s.priya)
	first := g.id()
	b.call("POST", "/conversations/"+first.String()+"/reply", map[string]any{"cid": newID(), "body": "All of them."}).want(http.StatusOK)
	b.call("POST", "/conversations/"+first.String()+"/resolve", struct{}{}).want(http.StatusOK)
	s.pass(conversation.ReopenWithin + time.Hour)
	g.returns()
	g.says("Where is TE-48213?")
	if g.id() == first {
		t.Fatal("a conversation that is over goes on")
	}
	b = s.signIn(s.priya)
	past := b.story(g.id()).Past
	if len(past) != 1 || past[0].Title != "Which EMI plans have no cost?" || past[0].Agent == nil || *past[0].Agent != "Priya Nair" {
		t.Errorf("the past is %+v", past)
	}
}
