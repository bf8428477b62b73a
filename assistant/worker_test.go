package assistant_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/baton-chat/baton/assistant"
	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/openaitest"
	"github.com/baton-chat/baton/workspace"
)

// held is a model that writes in bits and waits between them until the test lets it go on.
type held struct {
	bits []string
	step chan struct{}
}

func (m *held) Stream(ctx context.Context, _ assistant.Question, emit func(assistant.Piece)) error {
	for _, bit := range m.bits {
		select {
		case <-m.step:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		emit(assistant.Piece{Text: bit})
	}
	emit(assistant.Piece{Passage: 1})
	return nil
}

// heldSentence stands on the shop's pages; what comes behind it is shown when it is whole.
const heldSentence = "You get free shipping to Bengaluru on orders over ₹2,500. "

func cancelRun(run uuid.UUID) map[string]any { return map[string]any{"run": run} }

// The pieces that a visitor sees make the stored message, a sentence at a time, and the message carries the run.
func TestPiecesMakeTheMessage(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.start()
	v := h.visit()
	answer := v.answer(v.says("Do you ship to Bengaluru?"))
	events, _ := h.bus.all()
	deltas := deltasIn(t, events, v.session.Conversation)
	if got := put(t, deltas, answer.Run); got != answer.Body {
		t.Errorf("the pieces make %q, the message says %q", got, answer.Body)
	}
	if sentences := strings.Count(answer.Body, ". "); len(deltas) < sentences {
		t.Errorf("%d pieces for %d sentences", len(deltas), sentences)
	}
	if last := deltas[len(deltas)-1]; last.Pages != 1 {
		t.Errorf("written from %d pages, want 1", last.Pages)
	}
}

// Numbers run through the conversation, and the same passage keeps its number.
func TestCitationNumbersRunThroughTheConversation(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.start()
	v := h.visit()
	first := v.answer(v.says("Do you ship to Bengaluru?"))
	second := v.answer(v.says("Which cards have no-cost EMI?"))
	third := v.answer(v.says("Do you ship to Bengaluru?"))
	if len(first.Citations) == 0 || len(second.Citations) == 0 || len(third.Citations) == 0 {
		t.Fatalf("citations: %v, %v, %v", first.Citations, second.Citations, third.Citations)
	}
	if first.Citations[0].N != 1 || second.Citations[0].N <= first.Citations[len(first.Citations)-1].N {
		t.Errorf("numbers %d, then %d", first.Citations[0].N, second.Citations[0].N)
	}
	if third.Citations[0].N != 1 || !strings.Contains(third.Body, "[1]") {
		t.Errorf("the same passage has number %d the second time: %s", third.Citations[0].N, third.Body)
	}
}

// Stop stores what was shown.
func TestStopKeepsWhatWasShown(t *testing.T) {
	t.Parallel()
	m := &held{bits: []string{heldSentence + "Standard", " delivery is ₹79 for each order."}, step: make(chan struct{})}
	h := open(t, withModel(m))
	h.start()
	v := h.visit()
	seq := v.says("Do you ship to Bengaluru?")
	m.step <- struct{}{}
	var run uuid.UUID
	h.bus.await(t, "the first words", func(events []workspace.Event) bool {
		deltas := deltasIn(t, events, v.session.Conversation)
		if len(deltas) > 0 {
			run = deltas[0].Run
		}
		return len(deltas) > 0
	})
	h.bus.Publish(workspace.NewEvent(h.workspace, v.session.Conversation, workspace.EventCancel, cancelRun(run)))
	answer := v.answer(seq)
	if answer.Outcome != conversation.OutcomeStopped || answer.Body != strings.TrimSpace(heldSentence)+" [1]" || answer.Run != run {
		t.Errorf("%s: %q", answer.Outcome, answer.Body)
	}
}

// Where no attempt comes through, a person is called instead of silence; before the last attempt the job fails and is tried again.
func TestNoAttemptComesThrough(t *testing.T) {
	t.Parallel()
	h := open(t, withoutKnowledge)
	h.start()
	v := h.visit()
	answer := v.answer(v.says("Do you ship to Bengaluru?"))
	if c, _ := v.transcript(); answer.Outcome != conversation.OutcomeHandoff || c.Rule != assistant.RuleFault || c.State != conversation.Waiting {
		t.Errorf("%s, rule %s, state %s: %s", answer.Outcome, c.Rule, c.State, answer.Body)
	}
	settle(h)
	var tried int
	h.ok(h.db.App.QueryRow(h.ctx, `SELECT attempt FROM river_job WHERE kind = 'assistant_reply'`).Scan(&tried))
	if tried < 2 {
		t.Errorf("%d attempts", tried)
	}
}

// A claim in the middle of an answer: nothing of it is seen or stored any more.
func TestClaimEndsAnAnswerBeingWritten(t *testing.T) {
	t.Parallel()
	m := &held{bits: []string{heldSentence + "Standard", " delivery is ₹79 for each order."}, step: make(chan struct{})}
	h := open(t, withModel(m))
	h.start()
	v := h.visit()
	v.says("Do you ship to Bengaluru?")
	m.step <- struct{}{}
	h.bus.await(t, "the first words", func(events []workspace.Event) bool { return len(deltasIn(t, events, v.session.Conversation)) > 0 })
	_, err := h.conversations.Claim(h.ctx, h.priya, v.session.Conversation)
	h.ok(err)
	h.bus.await(t, "the words to be taken back", func(events []workspace.Event) bool {
		deltas := deltasIn(t, events, v.session.Conversation)
		return deltas[len(deltas)-1].End
	})
	if _, messages := v.transcript(); count(messages, conversation.ByAssistant) != 0 {
		t.Error("the assistant's answer was stored after the claim")
	}
}

func count(messages []conversation.Message, author string) int {
	n := 0
	for _, m := range messages {
		if m.Author.Kind == author {
			n++
		}
	}
	return n
}

// Claims at every moment of an answer: whatever wins, no assistant's message follows the line that says that a person joined, and no piece comes after it.
func TestClaimAgainstReply(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.start()
	const races = 60
	var wait sync.WaitGroup
	slots := make(chan struct{}, 6)
	won := make(chan bool, races)
	for range races {
		v := h.visit()
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			v.says("Do you ship to Bengaluru?")
			// The claim comes at the n-th event of the conversation: the visitor's message and its state, the pieces, the answer and its state.
			moment := 2 + rand.IntN(6)
			h.bus.await(t, "the moment to claim", func(events []workspace.Event) bool {
				n := 0
				for _, e := range events {
					if e.Conversation == v.session.Conversation {
						n++
					}
				}
				return n >= moment
			})
			c, err := h.conversations.Claim(h.ctx, h.priya, v.session.Conversation)
			if err != nil {
				t.Error(err)
				return
			}
			won <- c.LastVisitorSeq+1 == c.Head
		})
	}
	wait.Wait()
	close(won)
	claims := 0
	for w := range won {
		if w {
			claims++
		}
	}
	settle(h)
	events, _ := h.bus.all()
	joined := map[uuid.UUID]int64{}
	for _, e := range events {
		switch e.Kind {
		case workspace.EventMessage:
			var m conversation.Message
			h.ok(json.Unmarshal(e.Data, &m))
			if m.Line != nil && m.Line.Name == "joined" {
				joined[m.Conversation] = m.Seq
			} else if at, ok := joined[m.Conversation]; ok && m.Author.Kind == conversation.ByAssistant && m.Seq > at {
				t.Errorf("an assistant's message has seq %d, the person joined at %d", m.Seq, at)
			}
		}
	}
	if len(joined) != races {
		t.Errorf("%d of %d claims", len(joined), races)
	}
	t.Logf("the claim came first in %d of %d races", claims, races)
}

// settle waits until no job is left to do.
func settle(h *house) {
	h.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		var open int
		h.ok(h.db.App.QueryRow(h.ctx, `SELECT count(*) FROM river_job WHERE state NOT IN ('completed', 'discarded', 'cancelled')`).Scan(&open))
		if open == 0 {
			return
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("%d jobs are still open", open)
		}
	}
}

// A job that River runs again, at the same time or later, writes nothing more.
func TestJobRunTwiceAnswersOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.start()
	v := h.visit()
	seq := v.says("Do you ship to Bengaluru?")
	v.answer(seq)
	settle(h)
	var raw []byte
	h.ok(h.db.App.QueryRow(h.ctx, `SELECT args FROM river_job WHERE kind = 'assistant_reply'`).Scan(&raw))
	if bytes.Contains(raw, []byte("Bengaluru")) {
		t.Errorf("the job holds what was written: %s", raw)
	}
	var args assistant.ReplyArgs
	h.ok(json.Unmarshal(raw, &args))
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			job := &river.Job[assistant.ReplyArgs]{JobRow: &rivertype.JobRow{Attempt: 2, MaxAttempts: 4}, Args: args}
			if err := h.reply.Work(h.ctx, job); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if _, messages := v.transcript(); count(messages, conversation.ByAssistant) != 1 {
		t.Errorf("%d answers", count(messages, conversation.ByAssistant))
	}
}

// A newer message makes the older one's answer void: only the newest is answered.
func TestOnlyTheNewestMessageIsAnswered(t *testing.T) {
	t.Parallel()
	m := &held{bits: []string{heldSentence}, step: make(chan struct{})}
	h := open(t, withModel(m))
	h.start()
	v := h.visit()
	v.says("Do you ship to Bengaluru?")
	second := v.says("I mean to PIN code 560001 in Bengaluru, is shipping free there?")
	close(m.step)
	answer := v.answer(0)
	settle(h)
	if answer.Seq <= second {
		t.Errorf("an answer has seq %d, the newest message %d", answer.Seq, second)
	}
	if _, messages := v.transcript(); count(messages, conversation.ByAssistant) != 1 {
		t.Errorf("%d answers, want one", count(messages, conversation.ByAssistant))
	}
}

// Whatever the endpoint does, the visitor gets the quoted answer, and the log one line without what was written.
func TestFaultsFallBackToQuotes(t *testing.T) {
	t.Parallel()
	said := []string{"Free on orders over ₹2,500. [p1]"}
	for _, c := range []struct {
		name  string
		reply openaitest.Reply
	}{
		{"401", openaitest.Reply{Fault: openaitest.Status, Status: http.StatusUnauthorized}},
		{"429", openaitest.Reply{Fault: openaitest.Status, Status: http.StatusTooManyRequests, RetryAfter: "1"}},
		{"500", openaitest.Reply{Fault: openaitest.Status, Status: http.StatusInternalServerError}},
		{"503", openaitest.Reply{Fault: openaitest.Status, Status: http.StatusServiceUnavailable}},
		{"slow first byte", openaitest.Reply{Fault: openaitest.SlowStart}},
		{"stall in the middle", openaitest.Reply{Fault: openaitest.Stall, Text: said}},
		{"10 MB", openaitest.Reply{Fault: openaitest.Huge}},
		{"empty", openaitest.Reply{Fault: openaitest.Empty}},
		{"another content type", openaitest.Reply{Fault: openaitest.NotStream, Text: said}},
		{"broken off", openaitest.Reply{Fault: openaitest.HalfClose, Text: said}},
		{"garbage", openaitest.Reply{Fault: openaitest.Garbage, Text: said}},
		{"endless", openaitest.Reply{Fault: openaitest.Endless, Text: said}},
		{"no source", openaitest.Answer("Shipping is free everywhere, trust me.")},
		{"an unknown source", openaitest.Answer("Shipping is free everywhere. [p77]")},
		{"a made-up amount", openaitest.Answer("Free shipping to Bengaluru on orders over ₹1,999. [p1]")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := openaitest.New(t, c.reply)
			var log safeBuffer
			model := assistant.NewOpenAI(assistant.OpenAIConfig{BaseURL: s.URL, Model: "test", Client: s.Client(), Log: slog.New(slog.NewTextHandler(&log, nil)), Patience: quick})
			h := open(t, withModel(model), withLog(slog.New(slog.NewTextHandler(&log, nil))))
			h.start()
			v := h.visit()
			answer := v.answer(v.says("Do you ship to Bengaluru?"))
			if answer.Outcome != conversation.OutcomeAnswered || !has(answer.Body, "free shipping to Bengaluru on orders over ₹2,500") || len(answer.Citations) == 0 {
				t.Errorf("%s: %s", answer.Outcome, answer.Body)
			}
			events, _ := h.bus.all()
			if got := put(t, deltasIn(t, events, v.session.Conversation), answer.Run); got != answer.Body {
				t.Errorf("the visitor saw %q, then got %q", got, answer.Body)
			}
			if text := log.String(); strings.Contains(text, "Bengaluru") || strings.Count(text, "quoting the help pages") > 1 {
				t.Errorf("log: %s", text)
			}
		})
	}
}

// An endpoint that is not there costs its answer, not the visitor's.
func TestEndpointNotThere(t *testing.T) {
	t.Parallel()
	h := open(t, withModel(assistant.NewOpenAI(assistant.OpenAIConfig{BaseURL: openaitest.Refused(t), Model: "test", Patience: quick})))
	h.start()
	v := h.visit()
	if answer := v.answer(v.says("Do you ship to Bengaluru?")); answer.Outcome != conversation.OutcomeAnswered || len(answer.Citations) == 0 {
		t.Errorf("%s: %s", answer.Outcome, answer.Body)
	}
}

// quick is a patience that tests can afford.
var quick = assistant.Patience{First: time.Second, Idle: time.Second, Whole: 10 * time.Second, Retries: 2, Pause: time.Millisecond, Longest: 2 * time.Second, Reopen: time.Minute}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// A model that is slow to begin shows that something is being written.
func TestTypingSignBeforeASlowModel(t *testing.T) {
	t.Parallel()
	m := &held{bits: []string{heldSentence}, step: make(chan struct{})}
	h := open(t, withModel(m))
	h.start()
	v := h.visit()
	seq := v.says("Do you ship to Bengaluru?")
	h.bus.await(t, "the typing sign", func(events []workspace.Event) bool {
		for _, e := range events {
			if e.Kind == workspace.EventTyping && e.Conversation == v.session.Conversation {
				return has(string(e.Data), `"kind":"assistant"`, `"on":true`, `"ttl":12`)
			}
		}
		return false
	})
	close(m.step)
	if answer := v.answer(seq); answer.Outcome != conversation.OutcomeAnswered {
		t.Errorf("%s: %s", answer.Outcome, answer.Body)
	}
}
