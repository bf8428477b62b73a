package assistant_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/assistant"
	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/openaitest"
	"github.com/baton-chat/baton/workspace"
)

// scripted starts a house whose model is an endpoint with a script of replies.
func scripted(t *testing.T, script ...openaitest.Reply) (*house, *openaitest.Server) {
	t.Helper()
	s := openaitest.New(t, script...)
	h := open(t, withModel(assistant.NewOpenAI(assistant.OpenAIConfig{BaseURL: s.URL, Model: "test", Client: s.Client(), Patience: quick})))
	h.start()
	return h, s
}

// turn is a round as it was recorded.
type turn struct {
	Outcome, Model, Fault, Rule, Reason string
	Timings                             map[string]float64
	Counts                              map[string]int
	Passages                            []struct {
		Chunk, Document uuid.UUID
		Score           float64
		N               int
		Refused         bool
	}
}

func (h *house) turn(conv uuid.UUID, seq int64) (r turn) {
	h.t.Helper()
	var timings, counts, passages []byte
	h.ok(workspace.InReadTx(h.ctx, h.db.App, h.workspace, func(tx pgx.Tx) error {
		return tx.QueryRow(h.ctx, `SELECT outcome, model, fault, rule, reason, timings, counts, passages FROM turn WHERE workspace_id = $1 AND conversation_id = $2 AND in_reply_to = $3`,
			h.workspace, conv, seq).Scan(&r.Outcome, &r.Model, &r.Fault, &r.Rule, &r.Reason, &timings, &counts, &passages)
	}))
	h.ok(json.Unmarshal(timings, &r.Timings))
	h.ok(json.Unmarshal(counts, &r.Counts))
	h.ok(json.Unmarshal(passages, &r.Passages))
	return r
}

// The record of a round says who wrote the answer, from what, what was looked at besides, how long each step took and what it cost.
func TestTurnRecord(t *testing.T) {
	t.Parallel()
	h, _ := scripted(t, openaitest.Reply{
		Text: []string{"You get free shipping to Bengaluru on orders over ₹2,500. [p1] ", "We love you all dearly. [p1]"}, Usage: &openaitest.Usage{Prompt: 812, Completion: 31},
	})
	v := h.visit()
	seq := v.says("Do you ship to Bengaluru?")
	answer := v.answer(seq)
	r := h.turn(v.session.Conversation, seq)
	if r.Outcome != conversation.OutcomeAnswered || r.Model != "scripted" || r.Fault != "" {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff(map[string]int{"prompt_tokens": 812, "answer_tokens": 31, "asked": 1, "sentences": 1, "unsupported": 1}, r.Counts); diff != "" {
		t.Error(diff)
	}
	for _, step := range []string{"signals", "search", "words", "model", "first", "total"} {
		if took := r.Timings[step]; took <= 0 || took > r.Timings["total"] {
			t.Errorf("%s took %v ms of %v", step, took, r.Timings["total"])
		}
	}
	used, refused, cited := 0, 0, 0
	for _, p := range r.Passages {
		if p.Chunk == uuid.Nil || p.Document == uuid.Nil || p.Score == 0 {
			t.Errorf("%+v", p)
		}
		switch {
		case p.Refused:
			refused++
		case p.N > 0:
			cited++
			if p.N != answer.Citations[0].N || p.Chunk != answer.Citations[0].Chunk {
				t.Errorf("%+v is not what the answer cites: %+v", p, answer.Citations[0])
			}
		default:
			used++
		}
	}
	if cited != 1 || used == 0 || refused == 0 || refused > 10 {
		t.Errorf("%d passages cited, %d used besides, %d refused", cited, used, refused)
	}
}

// An answer that the endpoint cuts off at its own limit goes as far as its last whole sentence, and says that it is not all.
func TestAnswerCutOffAtALimit(t *testing.T) {
	t.Parallel()
	h, _ := scripted(t, openaitest.Reply{Text: []string{"You get free shipping to Bengaluru on orders over ₹2,500. [p1] ", "Standard shipping is"}, Finish: "length"})
	v := h.visit()
	seq := v.says("Do you ship to Bengaluru?")
	answer := v.answer(seq)
	if answer.Outcome != conversation.OutcomeAnswered || !has(answer.Body, "₹2,500. [1]", "I had to stop here") || has(answer.Body, "Standard") {
		t.Errorf("%s: %s", answer.Outcome, answer.Body)
	}
	if r := h.turn(v.session.Conversation, seq); r.Fault != "cut off" || r.Model != "scripted" {
		t.Errorf("%+v", r)
	}
}

// A model that answers in another language than the visitor's is asked once more, and nothing of its first answer is seen.
func TestAnswerInAnotherLanguageIsAskedForAgain(t *testing.T) {
	t.Parallel()
	h, s := scripted(t, openaitest.Answer("You get free shipping to Bengaluru on orders over ₹2,500. [p1]"), openaitest.Answer("Bengaluru में ₹2,500 से ऊपर के ऑर्डर पर शिपिंग मुफ़्त है। [p1]"))
	v := h.visit()
	seq := v.says("क्या Bengaluru में सामान भेजने पर shipping मुफ़्त मिलती है?")
	answer := v.answer(seq)
	if answer.Outcome != conversation.OutcomeAnswered || answer.Language != assistant.Hindi || !has(answer.Body, "Bengaluru में ₹2,500", "[1]") || len(s.Requests()) != 2 {
		t.Errorf("%s in %s after %d requests: %s", answer.Outcome, answer.Language, len(s.Requests()), answer.Body)
	}
	if r := h.turn(v.session.Conversation, seq); r.Counts["asked"] != 2 || r.Fault != "" {
		t.Errorf("%+v", r)
	}
	events, _ := h.bus.all()
	for _, d := range deltasIn(t, events, v.session.Conversation) {
		if has(d.Text, "You get") {
			t.Errorf("shown: %s", d.Text)
		}
	}
}

// A trial of the test bench is judged like a visitor's message, and nobody is called.
func TestPreviewIsJudgedAndNotHandedOver(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.start()
	asked, err := h.conversations.Ask(h.ctx, h.priya, uuid.Nil, "I want to talk to a human agent.")
	h.ok(err)
	settle(h)
	r := h.turn(asked.Conversation, asked.Seq)
	if r.Outcome != conversation.OutcomeHandoff || r.Rule != "wants-human" || r.Reason != "Asked for a person" {
		t.Errorf("%+v", r)
	}
	c, messages, err := h.conversations.Transcript(h.ctx, h.workspace, asked.Conversation)
	h.ok(err)
	line, err := h.conversations.Line(h.ctx, h.workspace)
	h.ok(err)
	if c.State != conversation.Assistant || len(line) != 0 || count(messages, conversation.ByAssistant) != 1 {
		t.Errorf("state %s, %d in the line, %d answers", c.State, len(line), count(messages, conversation.ByAssistant))
	}
}

// What was said before a person took part is not told to a model: it belongs to another matter, or to the person.
func TestPromptEndsAtTheHandoff(t *testing.T) {
	t.Parallel()
	h, s := scripted(t, openaitest.Answer("You get free shipping to Bengaluru on orders over ₹2,500. [p1]"))
	v := h.visit()
	v.answer(v.says("Do you ship the zinnober edition to Bengaluru?"))
	conv := v.session.Conversation
	_, err := h.conversations.Claim(h.ctx, h.priya, conv)
	h.ok(err)
	_, err = h.conversations.AgentSay(h.ctx, h.priya, conv, uuid.Must(uuid.NewV7()), "Your bank says indigo.")
	h.ok(err)
	_, err = h.conversations.HandBack(h.ctx, h.priya, conv)
	h.ok(err)
	settle(h)
	for _, question := range []string{"Do you ship to Bengaluru?", "Is shipping to Bengaluru free?"} {
		v.answer(v.says(question))
	}
	var told []string
	for _, r := range s.Requests() {
		var all strings.Builder
		for _, m := range r.Messages {
			all.WriteString(m.Content + "\n")
		}
		told = append(told, all.String())
	}
	last := told[len(told)-1]
	if !has(told[0], "zinnober") || has(last, "zinnober") || has(last, "indigo") || !has(last, "Do you ship to Bengaluru?") || !has(last, "Is shipping to Bengaluru free?") {
		t.Errorf("%d requests; the last one says:\n%s", len(told), last)
	}
}
