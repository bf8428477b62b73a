//go:build long

package assistant_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/assistant"
	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/openaitest"
	"github.com/baton-chat/baton/workspace"
)

const (
	faultVisitors = 50 // of two turns each
	faultAtOnce   = 10
	// faultErrors is how many errors an endpoint may show before it is left alone, besides those of the requests that were on their way by then.
	faultErrors = 10
)

// hurried is a patience in which a hundred turns against a silent endpoint take a minute, and a busy machine still gets its requests through.
var hurried = assistant.Patience{
	First: time.Second, Idle: time.Second, Whole: 5 * time.Second, Retries: 2, Pause: time.Millisecond, Longest: 20 * time.Millisecond, Reopen: time.Hour,
}

// faulty asks an endpoint. At first each turn meets the fault as if it were the first, since another turn's errors would have it left alone; later they share what they know.
type faulty struct {
	config assistant.OpenAIConfig
	shared *assistant.OpenAI
	share  atomic.Bool
}

func newFaulty(config assistant.OpenAIConfig) *faulty {
	return &faulty{config: config, shared: assistant.NewOpenAI(config)}
}

func (f *faulty) Stream(ctx context.Context, q assistant.Question, emit func(assistant.Piece)) error {
	if f.share.Load() {
		return f.shared.Stream(ctx, q, emit)
	}
	return assistant.NewOpenAI(f.config).Stream(ctx, q, emit)
}

// Thirteen faults, a hundred turns each: every one ends as an answer or as an honest word, no sign of typing is left behind, and what was cut off is not shown as whole.
func TestLongFaults(t *testing.T) {
	t.Parallel()
	cut := []string{"You get free shipping to Bengaluru on orders over ₹2,500. [p1] ", "Standard delivery is ₹7"}
	for name, reply := range map[string]openaitest.Reply{
		"refused":         {},
		"401":             {Fault: openaitest.Status, Status: http.StatusUnauthorized},
		"429":             {Fault: openaitest.Status, Status: http.StatusTooManyRequests, RetryAfter: "1"},
		"500":             {Fault: openaitest.Status, Status: http.StatusInternalServerError},
		"503":             {Fault: openaitest.Status, Status: http.StatusServiceUnavailable},
		"slow first byte": {Fault: openaitest.SlowStart},
		"stall":           {Fault: openaitest.Stall, Text: cut},
		"half close":      {Fault: openaitest.HalfClose, Text: cut},
		"garbage":         {Fault: openaitest.Garbage, Text: cut},
		"10 MB":           {Fault: openaitest.Huge, Text: cut},
		"endless":         {Fault: openaitest.Endless, Text: cut},
		"empty":           {Fault: openaitest.Empty},
		"wrong type":      {Fault: openaitest.WrongType, Text: cut},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openaitest.New(t, reply)
			config := assistant.OpenAIConfig{BaseURL: s.URL, Model: "test", Client: s.Client(), Patience: hurried}
			if name == "refused" {
				config.BaseURL = openaitest.Refused(t)
			}
			model := newFaulty(config)
			h := open(t, withModel(model))
			h.start()
			slowest := h.faultTurns(faultVisitors)
			answered, unanswered := h.faultRecords(2 * faultVisitors)
			model.share.Store(true)
			before := len(s.Requests())
			if name != "refused" && before < 2*faultVisitors*9/10 { // On a busy machine a few may be given up before they arrive.
				t.Errorf("%d requests in %d turns", before, 2*faultVisitors)
			}
			h.faultTurns(faultVisitors / 4)
			errors := len(s.Requests()) - before
			if errors > faultErrors+faultAtOnce {
				t.Errorf("the endpoint was asked %d times before it was left alone", errors)
			}
			t.Logf("%d turns: %d answered, %d honestly not; the slowest took %v; left alone after %d requests", 2*faultVisitors, answered, unanswered, slowest.Round(time.Millisecond), errors)
		})
	}
}

// faultTurns lets visitors ask what the pages hold and what they do not, some at a time, and returns how long the slowest turn took.
func (h *house) faultTurns(visitors int) time.Duration {
	h.t.Helper()
	var wait sync.WaitGroup
	var mu sync.Mutex
	var slowest time.Duration
	slots := make(chan struct{}, faultAtOnce)
	for range visitors {
		v := h.visit()
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			for _, question := range []string{"Do you ship to Bengaluru?", "Do you sell elephants?"} {
				began := time.Now()
				answer := v.isTold(question)
				took := time.Since(began)
				mu.Lock()
				slowest = max(slowest, took)
				mu.Unlock()
				wholeOrSaidSo(h.t, answer)
			}
		})
	}
	wait.Wait()
	settle(h)
	h.noTypingLeft()
	if slowest > assistant.JobTimeout {
		h.t.Errorf("a turn took %v", slowest)
	}
	return slowest
}

// isTold asks and waits for the answer. It hears only its own conversation: there are a hundred.
func (v *visitor) isTold(question string) conversation.Message {
	v.t.Helper()
	told := make(chan conversation.Message, 1)
	stop := v.bus.watch(v.workspace, v.session.Conversation, func(e workspace.Event) {
		var m conversation.Message
		if e.Kind == workspace.EventMessage && json.Unmarshal(e.Data, &m) == nil && m.Author.Kind == conversation.ByAssistant {
			told <- m
		}
	})
	defer stop()
	v.says(question)
	select {
	case m := <-told:
		return m
	case <-time.After(assistant.JobTimeout):
		v.t.Error("no answer")
		return conversation.Message{}
	}
}

// wholeOrSaidSo looks at one answer to a question for which the endpoint failed.
func wholeOrSaidSo(t testing.TB, answer conversation.Message) {
	t.Helper()
	switch answer.Outcome {
	case conversation.OutcomeAnswered:
		if len(answer.Citations) == 0 {
			t.Errorf("no source: %s", answer.Body)
		}
	case conversation.OutcomeUnanswered:
	default:
		t.Errorf("%s: %s", answer.Outcome, answer.Body)
	}
	if strings.Contains(answer.Body, "₹7 ") || strings.HasSuffix(answer.Body, "₹7") || strings.Contains(answer.Body, "and so on") {
		t.Errorf("what was cut off is shown: %s", answer.Body)
	}
}

// noTypingLeft follows the sign of each conversation to its end: a message takes it away, as clients have it, and otherwise it is taken back.
func (h *house) noTypingLeft() {
	h.t.Helper()
	events, _ := h.bus.all()
	on := map[uuid.UUID]bool{}
	for _, e := range events {
		switch {
		case e.Kind == workspace.EventTyping && has(string(e.Data), `"kind":"assistant"`):
			on[e.Conversation] = has(string(e.Data), `"on":true`)
		case e.Kind == workspace.EventMessage && has(string(e.Data), `"kind":"assistant"`):
			on[e.Conversation] = false
		}
	}
	for id, typing := range on {
		if typing {
			h.t.Errorf("a sign of typing is left in %s", id)
		}
	}
}

// faultRecords looks at the records of the turns: each says what went wrong, and who wrote the answer instead.
func (h *house) faultRecords(want int) (answered, unanswered int) {
	h.t.Helper()
	var turns, faults, partly int
	h.ok(workspace.InReadTx(h.ctx, h.db.App, h.workspace, func(tx pgx.Tx) error {
		return tx.QueryRow(h.ctx, `SELECT count(*), count(*) FILTER (WHERE t.fault <> ''), count(*) FILTER (WHERE t.outcome = 'answered'), count(*) FILTER (WHERE t.outcome = 'unanswered'),
				count(*) FILTER (WHERE t.model <> 'extractive' AND NOT EXISTS (SELECT FROM message m WHERE m.workspace_id = t.workspace_id AND m.conversation_id = t.conversation_id
					AND m.seq > t.in_reply_to AND m.body LIKE '%I had to stop here%'))
			FROM turn t WHERE t.workspace_id = $1`, h.workspace).Scan(&turns, &faults, &answered, &unanswered, &partly)
	}))
	if turns != want || faults != want || answered+unanswered != want || answered < want/2 || partly != 0 {
		h.t.Errorf("%d turns of %d, %d with their fault, %d answered, %d not, %d cut off without a word", turns, want, faults, answered, unanswered, partly)
	}
	return answered, unanswered
}
