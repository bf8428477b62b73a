package assistant_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/assistant"
	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

// The packet is there at once, and tells the scene's story with a message behind every line.
func TestPacketOfTheScene(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.start()
	v := h.visit()
	v.answer(v.says("Do you ship to Bengaluru?"))
	v.answer(v.says("What is your return policy for damaged items?"))
	seq := v.says("My order TE-48213 arrived with a broken screen, and I need a replacement organised.")
	v.answer(seq)
	asked := time.Now()
	var handoff conversation.Handoff
	h.bus.await(t, "the packet", func([]workspace.Event) bool {
		var err error
		handoff, err = h.conversations.LastHandoff(h.ctx, h.workspace, v.session.Conversation)
		h.ok(err)
		return handoff.Packet != nil
	})
	if took := time.Since(asked); took > time.Second {
		t.Errorf("the packet took %s", took)
	}
	var p assistant.Packet
	h.ok(json.Unmarshal(handoff.Packet, &p))
	if p.Rule.ID != "needs-action" || p.Why.Seq != seq || len(p.Why.Matches) == 0 {
		t.Errorf("why: %+v %+v", p.Rule, p.Why)
	}
	_, messages := v.transcript()
	bodies := map[int64]string{}
	for _, m := range messages {
		bodies[m.Seq] = m.Body
	}
	kinds := map[string]int{}
	for _, l := range p.Summary {
		kinds[l.Kind]++
		if bodies[l.Seq] == "" {
			t.Errorf("the line %q stands for message %d, which says nothing", l.Text, l.Seq)
		}
	}
	if want := map[string]int{"fact": 1, "told": 2}; !cmp.Equal(kinds, want) {
		t.Errorf("lines %v, want %v: %+v", kinds, want, p.Summary)
	}
	if len(p.Sources) < 2 || p.Sources[0].Title != "Shipping charges" || p.Sources[0].N != 1 {
		t.Errorf("sources: %+v", p.Sources)
	}
	if len(p.Mood.Points) != 3 || p.Mood.Word == "" {
		t.Errorf("mood: %+v", p.Mood)
	}
}

func TestSummarise(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 5, 36, 2, 0, time.UTC)
	said := func(seq int64, author, body, outcome string, sources ...conversation.Citation) conversation.Message {
		return conversation.Message{Seq: seq, Kind: conversation.KindText, Author: conversation.Author{Kind: author}, Body: body, Outcome: outcome, Citations: sources, CID: uuid.New()}
	}
	source := conversation.Citation{N: 1, Title: "Refund times", URL: "/demo/help/refund-times"}
	messages := []conversation.Message{
		said(1, conversation.ByVisitor, "Where is my refund of ₹24,990? I already called twice. Mail me at ananya@example.in or 98765 43210.", ""),
		said(2, conversation.ByAssistant, "A refund to UPI arrives in 1 to 2 working days. [1] Cards take longer.", conversation.OutcomeAnswered, source),
		said(3, conversation.ByVisitor, "Can you paint it?", ""),
		said(4, conversation.ByAssistant, "I couldn’t find this.", conversation.OutcomeUnanswered),
		said(5, conversation.ByVisitor, "Refund it now!", ""),
		said(6, conversation.ByAssistant, "I have called a person.", conversation.OutcomeHandoff),
		{Seq: 7, Kind: conversation.KindEvent, Author: conversation.Author{Kind: conversation.BySystem}, Line: &conversation.Line{Name: "called"}},
		said(8, conversation.ByVisitor, "Hello? AB-99999", ""),
	}
	h := conversation.Handoff{Seq: 7, Rule: "refund", Reason: "Asked about a refund", WhySeq: 5, At: at, Matches: []conversation.Span{{Start: 0, End: 6}}}
	got := assistant.Summarise(h, messages)
	arg := func(pairs ...string) map[string]string {
		out := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			out[pairs[i]] = pairs[i+1]
		}
		return out
	}
	want := []assistant.PacketLine{
		{Kind: "fact", Code: "fact.email", Args: arg("value", "ananya@example.in"), Text: "E-mail address: ananya@example.in", Seq: 1},
		{Kind: "fact", Code: "fact.phone", Args: arg("value", "98765 43210"), Text: "Phone number: 98765 43210", Seq: 1},
		{Kind: "fact", Code: "fact.amount", Args: arg("value", "₹24,990"), Text: "Amount: ₹24,990", Seq: 1},
		{
			Kind: "told", Code: "told.answer", Args: arg("text", "A refund to UPI arrives in 1 to 2 working days.", "page", "Refund times"),
			Text: "Was told: A refund to UPI arrives in 1 to 2 working days. (Refund times)", Seq: 2,
		},
		{Kind: "missing", Code: "missing.question", Args: arg("text", "Can you paint it?"), Text: "Not found in the help pages: “Can you paint it?”", Seq: 3},
		{Kind: "tried", Code: "tried.says", Args: arg("text", "I already called twice."), Text: "Says: “I already called twice.”", Seq: 1},
		{Kind: "needed", Code: "needed.order", Text: "Still needed: the order number", Seq: 5},
	}
	if diff := cmp.Diff(want, got.Summary); diff != "" {
		t.Error(diff)
	}
	if len(got.Mood.Points) != 3 || len(got.Sources) != 1 || got.Sources[0].Seq != 2 || got.Why.Text != "Refund it now!" {
		t.Errorf("%+v", got)
	}
}

// The button may be pressed before anything was written: the packet is then nearly empty, and still whole.
func TestPacketWithoutAMessage(t *testing.T) {
	t.Parallel()
	got := assistant.Summarise(conversation.Handoff{Seq: 1, Rule: conversation.RuleButton, Reason: "Asked for a person"}, nil)
	data, err := json.Marshal(got)
	if err != nil || !has(string(data), `"summary":[]`, `"sources":[]`, `"points":[]`, `"matches":[]`, `"word":"calm"`) {
		t.Errorf("%s %v", data, err)
	}
}

// Of a long message the summary tells the sentence that called; a short one stands in full above it.
func TestPacketTellsTheSentenceThatCalled(t *testing.T) {
	t.Parallel()
	const wish = "I want my money back."
	long := "I bought a tablet in October, and at first everything was as I had hoped. Then it began to go off by itself while my son was drawing. " + wish
	h := conversation.Handoff{Seq: 3, Rule: "refund", Reason: "Asked about a refund, and no article answers it", WhySeq: 1, Matches: []conversation.Span{{Start: len(long) - 11, End: len(long) - 1}}}
	got := assistant.Summarise(h, []conversation.Message{{Seq: 1, Kind: conversation.KindText, Author: conversation.Author{Kind: conversation.ByVisitor}, Body: long}})
	if l := got.Summary[0]; l.Code != "wants.wrote" || l.Args["text"] != wish || l.Text != "Wrote: “"+wish+"”" {
		t.Errorf("%+v", got.Summary)
	}
}

// The reason of a rule that Baton comes with has a code; the workspace's own words have none.
func TestPacketReasonCodes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ rule, reason, code, n string }{
		{"needs-action", "Only a person can do this", "needs-action", ""},
		{"failures", "Two questions in a row without an answer", "failures", "2"},
		{"failures", "One question without an answer", "failures", "1"},
		{conversation.RuleButton, "Asked for a person", conversation.RuleButton, ""},
		{assistant.RuleAccepted, "Said yes to a person", assistant.RuleAccepted, ""},
		{"needs-action", "Let the workshop do it", "", ""},
		{"vip", "A customer of the first hour", "", ""},
	} {
		got := assistant.Summarise(conversation.Handoff{Seq: 1, Rule: test.rule, Reason: test.reason}, nil).Rule
		if got.Code != test.code || got.Args["n"] != test.n || got.Title != test.reason {
			t.Errorf("%s, %s: %+v", test.rule, test.reason, got)
		}
	}
}
