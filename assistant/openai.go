package assistant

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"
	"github.com/sony/gobreaker/v2"
)

// patience is how long an endpoint may take. Together a round stays far below the 45 s after which a visitor is handed over: one whole answer, and
// the extractive one, which takes milliseconds.
type patience struct {
	first    time.Duration // until the first byte of the answer
	idle     time.Duration // between two bits of it
	whole    time.Duration // from the first request to the last bit, retries included
	retries  int           // after faults before the first word
	pause    time.Duration // before a retry, doubled for the next, where the endpoint names no time
	longest  time.Duration // the longest time named by the endpoint that is waited for
	coalesce time.Duration // how long words are collected before they are shown
	reopen   time.Duration // how long an endpoint that failed is left alone
}

var usualPatience = patience{
	first: 10 * time.Second, idle: 6 * time.Second, whole: 30 * time.Second, retries: 2, pause: 250 * time.Millisecond, longest: 4 * time.Second,
	coalesce: 25 * time.Millisecond, reopen: 15 * time.Second,
}

const (
	// tripAfter faults in a row open the breaker: visitors then get the extractive answer at once instead of waiting for the next fault.
	tripAfter = 5
	// maxAnswerBytes ends an answer that does not end. Ours are asked for in 80 words.
	maxAnswerBytes = 8 << 10
)

// OpenAIConfig describes an OpenAI-compatible endpoint for chat.
type OpenAIConfig struct {
	BaseURL string // such as https://api.openai.com/v1
	Key     string // empty for servers that want none
	Model   string
	Client  *http.Client // all traffic goes through it
	Log     *slog.Logger // hears when the endpoint is given up and taken back
}

// OpenAI writes answers with a model behind an OpenAI-compatible endpoint.
type OpenAI struct {
	client   *openai.Client
	model    string
	patience patience
	breaker  *gobreaker.TwoStepCircuitBreaker[struct{}]
}

// NewOpenAI returns the model; it makes no request.
func NewOpenAI(c OpenAIConfig) *OpenAI { return newOpenAI(c, usualPatience) }

func newOpenAI(c OpenAIConfig, p patience) *OpenAI {
	if c.Client == nil {
		c.Client = &http.Client{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	config := openai.DefaultConfig(c.Key)
	if c.BaseURL != "" {
		config.BaseURL = strings.TrimRight(c.BaseURL, "/")
	}
	config.HTTPClient = boundedClient{c.Client}
	return &OpenAI{
		client: openai.NewClientWithConfig(config), model: c.Model, patience: p,
		breaker: gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
			Name: "model endpoint", Timeout: p.reopen,
			ReadyToTrip:  func(n gobreaker.Counts) bool { return n.ConsecutiveFailures >= tripAfter },
			IsSuccessful: func(err error) bool { return err == nil || errors.Is(err, ErrNoAnswer) },
			// What the visitor, an agent or a stopping server ended says nothing about the endpoint.
			IsExcluded: func(err error) bool {
				return errors.Is(err, errStopped) || errors.Is(err, errVoid) || errors.Is(err, context.Canceled)
			},
			OnStateChange: func(_ string, from, to gobreaker.State) { c.Log.Warn("model endpoint", "from", from, "to", to) },
		}),
	}
}

// Stream asks the endpoint. Faults before the first word are tried again; after it, what was said cannot be taken back, so the caller decides.
func (m *OpenAI) Stream(ctx context.Context, q Question, emit func(Piece)) error {
	if len(q.Passages) == 0 {
		return ErrNoAnswer
	}
	ctx, cancel := context.WithTimeoutCause(ctx, m.patience.whole, &Fault{Kind: faultSlow})
	defer cancel()
	pause := m.patience.pause
	for attempt := 0; ; attempt++ {
		done, err := m.breaker.Allow()
		if err != nil {
			return &Fault{Kind: faultOpen}
		}
		a := attemptOf(m, emit)
		err = a.run(ctx, q)
		done(err)
		var fault *Fault
		if !errors.As(err, &fault) || a.spoke || !fault.again() || attempt >= m.patience.retries {
			return err
		}
		wait := max(pause, fault.After)
		pause *= 2
		if wait > m.patience.longest || !sleep(ctx, wait) {
			return err
		}
	}
}

// sleep waits, or returns false when ctx ends before.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// attempt is one request and what came of it.
type attempt struct {
	*OpenAI
	writer *answerWriter
	spoke  bool // something was emitted
}

func attemptOf(m *OpenAI, emit func(Piece)) *attempt {
	a := &attempt{OpenAI: m}
	a.writer = newAnswerWriter(func(p Piece) {
		a.spoke = true
		emit(p)
	})
	return a
}

// chunk is a bit of the answer, or how it ended.
type chunk struct {
	text   string
	finish string
	err    error
}

// run makes the request and reads it to its end. The reader is a goroutine of its own, because reading cannot be given a time limit; it ends with the request's context.
func (a *attempt) run(ctx context.Context, q Question) error {
	ctx, cancel := context.WithCancelCause(ctx)
	chunks := make(chan chunk)
	go a.read(ctx, q, chunks)
	defer func() {
		cancel(nil)
		for range chunks { // Until the reader is gone.
		}
	}()
	idle := time.NewTimer(a.patience.first)
	defer idle.Stop()
	flush := time.NewTicker(a.patience.coalesce)
	defer flush.Stop()
	finish := ""
	for {
		select {
		case <-idle.C:
			return &Fault{Kind: faultStalled}
		case <-flush.C:
			a.writer.flush()
		case c, open := <-chunks:
			if !open { // The reader saw the end of the context first.
				return a.ended(ctx, io.ErrUnexpectedEOF, "")
			}
			if c.err != nil {
				return a.ended(ctx, c.err, finish)
			}
			idle.Reset(a.patience.idle)
			if c.finish != "" {
				finish = c.finish
			}
			if err := a.writer.write(c.text); err != nil {
				return err
			}
		}
	}
}

// ended says what the end of a stream means: complete only with a reason to finish, whatever else it sent.
func (a *attempt) ended(ctx context.Context, err error, finish string) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	switch {
	case finish == "stop":
		return a.writer.close()
	case finish != "":
		return &Fault{Kind: faultCut}
	case errors.Is(err, io.EOF):
		return &Fault{Kind: faultBroken}
	}
	return faultOf(err)
}

// read sends the answer's bits until it ends. It closes chunks when it is done with the connection.
func (a *attempt) read(ctx context.Context, q Question, chunks chan<- chunk) {
	defer close(chunks)
	send := func(c chunk) bool {
		select {
		case chunks <- c:
			return true
		case <-ctx.Done():
			return false
		}
	}
	request := openai.ChatCompletionRequest{Model: a.model, Stream: true}
	for _, p := range prompt(q) {
		request.Messages = append(request.Messages, openai.ChatCompletionMessage{Role: p.role, Content: p.text})
	}
	hint := &retryHint{}
	stream, err := a.client.CreateChatCompletionStream(context.WithValue(ctx, hintKey{}, hint), request)
	if err != nil {
		send(chunk{err: hint.withTime(faultOf(err))})
		return
	}
	defer stream.Close()
	for {
		response, err := stream.Recv()
		if err != nil {
			send(chunk{err: err})
			return
		}
		c := chunk{}
		if len(response.Choices) > 0 {
			c.text, c.finish = response.Choices[0].Delta.Content, string(response.Choices[0].FinishReason)
		}
		if !send(c) {
			return
		}
	}
}

// statusOf is the HTTP status of a refusal, or 0.
func statusOf(err error) int {
	var api *openai.APIError
	var request *openai.RequestError
	switch {
	case errors.As(err, &api):
		return api.HTTPStatusCode
	case errors.As(err, &request):
		return request.HTTPStatusCode
	}
	return 0
}
