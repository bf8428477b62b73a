package assistant

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/internal/openaitest"
	"github.com/baton-chat/baton/knowledge"
)

// short is a patience that tests can afford. The idle time is long against a busy machine's pauses.
var short = Patience{
	First: 1500 * time.Millisecond, Idle: 1500 * time.Millisecond, Whole: 10 * time.Second, Retries: 2, Pause: time.Millisecond, Longest: 2 * time.Second, Reopen: time.Minute,
}

func question() Question {
	return Question{
		Text: "Do you ship to Bengaluru?", Language: English, Confidence: 0.9,
		Passages: []knowledge.Passage{
			{ChunkID: uuid.Must(uuid.NewV7()), Title: "Shipping charges", Heading: []string{"Metro cities"}, Text: "You get free shipping to Bengaluru on orders over ₹2,500. Standard delivery is ₹79."},
			{ChunkID: uuid.Must(uuid.NewV7()), Title: "Delivery times", Text: "Parcels reach Bengaluru in two days."},
		},
	}
}

// at is an endpoint's model with the tests' patience.
func at(s *openaitest.Server) *OpenAI {
	return NewOpenAI(OpenAIConfig{BaseURL: s.URL, Model: "test", Client: s.Client(), Patience: short})
}

// run asks the model and puts the answer together behind the gate.
func run(ctx context.Context, m Model, q Question) (string, []Cited, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	g := &gate{grounds: newGrounds(q.Passages, q.Text, "", nil), out: newComposer(q.Passages, nil), failed: cancel, released: func() {}}
	err := m.Stream(ctx, q, g.add)
	if err == nil {
		g.end()
	}
	text, cited := g.out.finish()
	return text, cited, err
}

func TestOpenAIAnswersWithRunningNumbers(t *testing.T) {
	t.Parallel()
	s := openaitest.New(t, openaitest.Answer("Parcels reach Bengaluru in two days. [p", "2] Shipping to Bengaluru is free on orders over ₹2,500. [p1][p9]"))
	m := at(s)
	text, cited, err := run(t.Context(), m, question())
	if err != nil {
		t.Fatal(err)
	}
	if want := "Parcels reach Bengaluru in two days. [1] Shipping to Bengaluru is free on orders over ₹2,500. [2]"; text != want {
		t.Errorf("text %q, want %q", text, want)
	}
	if len(cited) != 2 || cited[0].Title != "Delivery times" || cited[1].Quote != "You get free shipping to Bengaluru on orders over ₹2,500." || cited[1].Section != "Metro cities" {
		t.Errorf("citations %+v", cited)
	}
}

func TestOpenAISaysThatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, deltas := range [][]string{{"NO_ANSWER"}, {"NO", "_ANS", "WER"}, {" \"NO_ANSWER\"\n"}, {"I am sorry. NO_", "ANSWER"}} {
		s := openaitest.New(t, openaitest.Answer(deltas...))
		m := at(s)
		shown := ""
		err := m.Stream(t.Context(), question(), func(p Piece) { shown += p.Text })
		if !errors.Is(err, ErrNoAnswer) || strings.Contains(shown, "NO_") {
			t.Errorf("%q: error %v, shown %q", deltas, err, shown)
		}
	}
}

// Every fault ends in time, is named for what it is, never passes for a whole answer, and repeats nothing that the endpoint said.
func TestOpenAIFaults(t *testing.T) {
	t.Parallel()
	said := []string{"Free on orders over ₹2,500. [p1]"}
	for _, c := range []struct {
		name  string
		reply openaitest.Reply
		kind  string
		tries int
	}{
		{"401", openaitest.Reply{Fault: openaitest.Status, Status: 401}, faultRefused, 1},
		{"404", openaitest.Reply{Fault: openaitest.Status, Status: 404}, faultRefused, 1},
		{"429", openaitest.Reply{Fault: openaitest.Status, Status: 429}, faultRefused, 3},
		{"429 for an hour", openaitest.Reply{Fault: openaitest.Status, Status: 429, RetryAfter: "3600"}, faultRefused, 1},
		{"500", openaitest.Reply{Fault: openaitest.Status, Status: 500}, faultRefused, 3},
		{"503", openaitest.Reply{Fault: openaitest.Status, Status: 503}, faultRefused, 3},
		{"slow start", openaitest.Reply{Fault: openaitest.SlowStart}, faultStalled, 1},
		{"hang", openaitest.Reply{Fault: openaitest.Hang}, faultStalled, 1},
		{"stall", openaitest.Reply{Fault: openaitest.Stall, Text: said}, faultStalled, 1},
		{"half close", openaitest.Reply{Fault: openaitest.HalfClose, Text: said}, faultBroken, 1},
		{"half close at once", openaitest.Reply{Fault: openaitest.HalfClose}, faultBroken, 1},
		{"reset", openaitest.Reply{Fault: openaitest.Reset, Text: said}, faultBroken, 1},
		{"garbage", openaitest.Reply{Fault: openaitest.Garbage, Text: said}, faultGarbage, 1},
		{"wrong type", openaitest.Reply{Fault: openaitest.WrongType}, faultGarbage, 1},
		{"huge", openaitest.Reply{Fault: openaitest.Huge}, faultEndless, 1},
		{"endless", openaitest.Reply{Fault: openaitest.Endless, Text: said}, faultEndless, 1},
		{"empty", openaitest.Reply{Fault: openaitest.Empty}, faultEmpty, 1},
		{"a page", openaitest.Reply{Fault: openaitest.NotSSE}, faultType, 1},
		{"cut by its own limit", openaitest.Reply{Text: said, Finish: "length"}, faultLength, 1},
		{"filtered", openaitest.Reply{Text: said, Finish: "content_filter"}, faultStopped, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := short
			if c.reply.Fault == openaitest.Huge {
				p.First, p.Idle, p.Whole = time.Minute, time.Minute, time.Minute // Reading 1 MiB takes its time on a busy machine.
			}
			s := openaitest.New(t, c.reply)
			m := NewOpenAI(OpenAIConfig{BaseURL: s.URL, Model: "test", Client: s.Client(), Patience: p})
			_, _, err := run(t.Context(), m, question())
			var fault *Fault
			if !errors.As(err, &fault) || fault.Kind != c.kind {
				t.Fatalf("error %v, want kind %q", err, c.kind)
			}
			if got := len(s.Requests()); got != c.tries {
				t.Errorf("%d requests, want %d", got, c.tries)
			}
			if strings.Contains(err.Error(), "Bengaluru") {
				t.Errorf("the error repeats the message: %v", err)
			}
		})
	}
}

func TestOpenAIUnreachable(t *testing.T) {
	t.Parallel()
	m := NewOpenAI(OpenAIConfig{BaseURL: openaitest.Refused(t), Model: "test", Client: &http.Client{}, Patience: short})
	_, _, err := run(t.Context(), m, question())
	var fault *Fault
	if !errors.As(err, &fault) || fault.Kind != faultAway {
		t.Errorf("error %v", err)
	}
}

func TestOpenAITriesAgainAsTold(t *testing.T) {
	t.Parallel()
	s := openaitest.New(t, openaitest.Reply{Fault: openaitest.Status, Status: 429, RetryAfter: "1"}, openaitest.Answer("Standard delivery is ₹79. [p1]"))
	m := at(s)
	begin := time.Now()
	text, cited, err := run(t.Context(), m, question())
	if err != nil || len(cited) != 1 || text != "Standard delivery is ₹79. [1]" {
		t.Errorf("%q %v %v", text, cited, err)
	}
	if waited := time.Since(begin); waited < time.Second {
		t.Errorf("waited %s, told to wait 1 s", waited)
	}
}

// After a few faults in a row the endpoint is left alone, and visitors no longer wait for it.
func TestOpenAIBreaker(t *testing.T) {
	t.Parallel()
	s := openaitest.New(t, openaitest.Reply{Fault: openaitest.Status, Status: 500})
	var log bytes.Buffer
	m := NewOpenAI(OpenAIConfig{BaseURL: s.URL, Model: "test", Client: s.Client(), Log: slog.New(slog.NewTextHandler(&log, nil)), Patience: short})
	var fault *Fault
	for range 10 {
		_, _, err := run(t.Context(), m, question())
		if !errors.As(err, &fault) {
			t.Fatal(err)
		}
	}
	if got := len(s.Requests()); fault.Kind != faultOpen || got > 10 {
		t.Errorf("after 10 questions: %v, %d requests", fault, got)
	}
	if n := strings.Count(log.String(), "again and again"); n != 1 {
		t.Errorf("the log tells %d times that the endpoint was given up:\n%s", n, &log)
	}
	if n := strings.Count(log.String(), "has a fault of its own"); n != 1 {
		t.Errorf("the log tells %d times of the same fault:\n%s", n, &log)
	}
}

// Half open, one request decides: another one at the same time does not go through, and a whole answer closes the breaker.
func TestOpenAIBreakerProbesOnce(t *testing.T) {
	t.Parallel()
	s := openaitest.New(t, openaitest.Reply{Fault: openaitest.Status, Status: 500})
	var log bytes.Buffer
	p := short
	p.Reopen, p.Retries = 20*time.Millisecond, 0
	m := NewOpenAI(OpenAIConfig{BaseURL: s.URL, Model: "test", Client: s.Client(), Log: slog.New(slog.NewTextHandler(&log, nil)), Patience: p})
	var fault *Fault
	for range tripAfter {
		_, _, err := run(t.Context(), m, question())
		if !errors.As(err, &fault) || fault.Kind == faultOpen {
			t.Fatal(err)
		}
	}
	hold := make(chan struct{})
	s.Script(openaitest.Reply{Text: []string{"Standard delivery ", "is ₹79. [p1]"}, Hold: hold})
	probed := make(chan error, 1)
	go func() {
		for { // Until the breaker lets the probe through.
			_, _, err := run(t.Context(), m, question())
			if errors.As(err, &fault) && fault.Kind == faultOpen {
				continue
			}
			probed <- err
			return
		}
	}()
	if !s.Asked(tripAfter+1, 10*time.Second) {
		t.Fatal("no probe")
	}
	_, _, err := run(t.Context(), m, question())
	var other *Fault
	if !errors.As(err, &other) || other.Kind != faultOpen {
		t.Errorf("beside the probe: %v", err)
	}
	close(hold)
	if err := <-probed; err != nil {
		t.Fatal(err)
	}
	if _, _, err := run(t.Context(), m, question()); err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "answers again") || strings.Contains(log.String(), "Bengaluru") {
		t.Errorf("log: %s", &log)
	}
}

// A stream is complete with its last line too, where a server names no reason. What comes of tokens is told, and a server that does not know the question for them is asked without.
func TestOpenAIOtherServers(t *testing.T) {
	t.Parallel()
	said := "Standard delivery is ₹79. [p1]"
	s := openaitest.New(t, openaitest.Reply{Text: []string{said}, Finish: openaitest.NoFinish})
	if text, cited, err := run(t.Context(), at(s), question()); err != nil || len(cited) != 1 {
		t.Errorf("without a reason: %q %v", text, err)
	}
	s = openaitest.New(t, openaitest.Reply{Fault: openaitest.Status, Status: 400}, openaitest.Answer(said))
	m := at(s)
	for range 2 {
		if text, _, err := run(t.Context(), m, question()); err != nil {
			t.Errorf("%q %v", text, err)
		}
	}
	asked := s.Requests()
	if len(asked) != 3 || asked[0].StreamOptions == nil || asked[1].StreamOptions != nil || asked[2].StreamOptions != nil {
		t.Errorf("%d requests: %+v", len(asked), asked)
	}
	s = openaitest.New(t, openaitest.Reply{Text: []string{said}, Usage: &openaitest.Usage{Prompt: 321, Completion: 12}})
	var usage *Usage
	if err := at(s).Stream(t.Context(), question(), func(p Piece) {
		if p.Usage != nil {
			usage = p.Usage
		}
	}); err != nil || usage == nil || *usage != (Usage{321, 12}) {
		t.Errorf("usage %+v, %v", usage, err)
	}
}

// Every fault has a sentence that says what to do, and none of them is the last resort's.
func TestFaultAdvice(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]Fault{
		"OPENAI_API_KEY": {Kind: faultRefused, Status: 401}, "BATON_CHAT_MODEL": {Kind: faultRefused, Status: 404}, "credit": {Kind: faultRefused, Status: 429},
		"fault of its own": {Kind: faultRefused, Status: 503}, "OPENAI_BASE_URL": {Kind: faultAway}, "too slow": {Kind: faultStalled}, "cuts answers off": {Kind: faultLength},
		"not to a page": {Kind: faultType}, "come to an end": {Kind: faultEndless},
	} {
		if got := f.advice(); !strings.Contains(got, want) {
			t.Errorf("%+v: %s", f, got)
		}
	}
}

func TestOpenAIEndsWhenStopped(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	defer close(hold)
	s := openaitest.New(t, openaitest.Reply{Text: []string{"Standard delivery ", "is ₹79. [p1]"}, Hold: hold})
	m := at(s)
	ctx, cancel := context.WithCancelCause(t.Context())
	var shown string
	err := m.Stream(ctx, question(), func(p Piece) {
		shown += p.Text
		cancel(errStopped)
	})
	if !errors.Is(err, errStopped) || shown != "Standard delivery " {
		t.Errorf("error %v, shown %q", err, shown)
	}
}

func TestMarkReader(t *testing.T) {
	t.Parallel()
	type pieces []Piece
	for _, c := range []struct {
		name string
		bits []string
		want pieces
	}{
		{"whole", []string{"Free. [p1]"}, pieces{{Text: "Free. "}, {Passage: 1}}},
		{"cut anywhere", []string{"Free. ", "[", "p", "1", "2", "]", " More."}, pieces{{Text: "Free. "}, {Passage: 12}, {Text: " More."}}},
		{"several in one", []string{"[p1, p3]"}, pieces{{Passage: 1}, {Passage: 3}}},
		{"without the p", []string{"[2]"}, pieces{{Passage: 2}}},
		{"a link is text", []string{"[page](https://x.example)"}, pieces{{Text: "[page](https://x.example)"}}},
		{"brackets with a number and words", []string{"[1 piece]"}, pieces{{Text: "[1 piece]"}}},
		{"never closed", []string{"See [p1"}, pieces{{Text: "See "}, {Text: "[p1"}}},
		{"opened twice", []string{"[[p1]"}, pieces{{Text: "["}, {Passage: 1}}},
	} {
		var got pieces
		m := markReader{emit: func(p Piece) { got = append(got, p) }}
		for _, bit := range c.bits {
			m.write(bit)
		}
		m.end()
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}
