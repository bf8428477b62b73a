package assistant

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	openai "github.com/sashabaranov/go-openai"
	"github.com/sony/gobreaker/v2"
)

// OpenAIConfig describes an OpenAI-compatible endpoint for chat.
type OpenAIConfig struct {
	BaseURL string // such as https://api.openai.com/v1
	Key     string // empty for servers that want none
	Model   string
	Client  *http.Client // all traffic goes through it
	Log     *slog.Logger // hears of faults, and when the endpoint is given up and taken back
	// Patience is how long it may take; the zero value means the usual one.
	Patience Patience
}

// OpenAI writes answers with a model behind an OpenAI-compatible endpoint.
type OpenAI struct {
	client   *openai.Client
	model    string
	patience Patience
	breaker  *gobreaker.TwoStepCircuitBreaker[struct{}]
	faults   *faultLog
	// plain is set once the endpoint has refused stream_options, by which others are asked how many tokens an answer took.
	plain atomic.Bool
	// aloud is set once an answer ended a thought that it had not begun with a mark: those that follow begin the same way.
	aloud atomic.Bool
}

// NewOpenAI returns the model; it makes no request.
func NewOpenAI(c OpenAIConfig) *OpenAI {
	if c.Client == nil {
		c.Client = &http.Client{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Patience == (Patience{}) {
		c.Patience = usualPatience
	}
	config := openai.DefaultConfig(c.Key)
	if c.BaseURL != "" {
		config.BaseURL = strings.TrimRight(c.BaseURL, "/")
	}
	config.HTTPClient = boundedClient{c.Client}
	m := &OpenAI{client: openai.NewClientWithConfig(config), model: c.Model, patience: c.Patience, faults: &faultLog{log: c.Log, every: c.Patience.Reopen}}
	m.breaker = newBreaker(c.Patience.Reopen, m.faults)
	return m
}

// Stream asks the endpoint. What was refused before the first word is tried again; after it, what was said cannot be taken back, so the caller decides.
func (m *OpenAI) Stream(ctx context.Context, q Question, emit func(Piece)) error {
	if len(q.Passages) == 0 {
		return ErrNoAnswer
	}
	ctx, cancel := context.WithTimeoutCause(ctx, m.patience.Whole, &Fault{Kind: faultSlow})
	defer cancel()
	pause := m.patience.Pause
	for try := 0; ; try++ {
		a, err := m.try(ctx, q, emit)
		var fault *Fault
		if !errors.As(err, &fault) {
			return err
		}
		m.faults.tell(ctx, fault)
		if a.spoke || !fault.again() || try >= m.patience.Retries {
			return err
		}
		wait := max(pause, fault.After)
		pause *= 2
		if wait > m.patience.Longest || !sleep(ctx, wait) {
			return err
		}
	}
}

// try makes one attempt, unless the endpoint is being left alone.
func (m *OpenAI) try(ctx context.Context, q Question, emit func(Piece)) (*attempt, error) {
	a := attemptOf(m, emit)
	done, err := m.breaker.Allow()
	if err != nil {
		return a, &Fault{Kind: faultOpen}
	}
	err = a.run(ctx, q)
	var fault *Fault
	if errors.As(err, &fault) && (fault.Status == http.StatusBadRequest || fault.Status == http.StatusUnprocessableEntity) && m.plain.CompareAndSwap(false, true) {
		err = a.run(ctx, q)
	}
	done(err)
	return a, err
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
	thoughts thoughtReader
	writer   *answerWriter
	emit     func(Piece)
	spoke    bool // words were emitted
	// unanswered: behind other words it said that there is no answer. It is heard to the end, because all of that may turn out to be a thought.
	unanswered bool
}

func attemptOf(m *OpenAI, emit func(Piece)) *attempt {
	a := &attempt{OpenAI: m, emit: emit}
	a.thoughts.inside = m.aloud.Load()
	a.thoughts.aloud = a.thoughts.inside
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
	usage  *openai.Usage
	err    error
}

// run makes the request and reads it to its end. The reader is a goroutine of its own, because reading cannot be given a time limit; it ends with the request's context.
func (a *attempt) run(ctx context.Context, q Question) error {
	ctx, cancel := context.WithCancelCause(ctx)
	chunks, notes := make(chan chunk), &notes{}
	go a.read(context.WithValue(ctx, notesKey{}, notes), q, chunks, notes)
	defer func() {
		cancel(nil)
		for range chunks { // Until the reader is gone.
		}
	}()
	idle := time.NewTimer(a.patience.First)
	defer idle.Stop()
	flush := time.NewTicker(coalesce)
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
				if finish == "" && notes.done.Load() {
					finish = finishDone
				}
				return a.ended(ctx, c.err, finish)
			}
			idle.Reset(a.patience.Idle)
			if err := a.take(c); err != nil {
				return err
			}
			if c.finish != "" {
				finish = c.finish
			}
		}
	}
}

// take gives on what a chunk brings.
func (a *attempt) take(c chunk) error {
	if c.usage != nil {
		a.emit(Piece{Usage: &Usage{Prompt: c.usage.PromptTokens, Completion: c.usage.CompletionTokens}})
	}
	words, stray := a.thoughts.read(c.text)
	if stray {
		a.aloud.Store(true)
		return &Fault{Kind: faultAloud}
	}
	if a.unanswered {
		return nil
	}
	err := a.writer.write(words)
	if a.unanswered = errors.Is(err, ErrNoAnswer) && !a.writer.alone(); a.unanswered {
		return nil
	}
	return err
}

// close ends a whole answer.
func (a *attempt) close() error {
	if a.unanswered {
		return ErrNoAnswer
	}
	if err := a.writer.write(a.thoughts.end()); err != nil {
		return err
	}
	return a.writer.close()
}

// finishDone stands for a stream that ended with its last line and named no reason, as some servers do.
const finishDone = "done"

// ended says what the end of a stream means: complete only with a reason to finish or the last line of a stream, whatever else it sent.
func (a *attempt) ended(ctx context.Context, err error, finish string) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	switch openai.FinishReason(finish) {
	case openai.FinishReasonStop, finishDone:
		if errors.Is(err, io.EOF) {
			return a.close()
		}
		return faultOf(err)
	case openai.FinishReasonLength:
		// Also where nothing but thoughts came: the limit is what to raise.
		var empty *Fault
		if err := a.close(); err != nil && !errors.As(err, &empty) {
			return err
		}
		return &Fault{Kind: faultLength}
	case "":
		if errors.Is(err, io.EOF) {
			return &Fault{Kind: faultBroken}
		}
		return faultOf(err)
	}
	return &Fault{Kind: faultStopped}
}

// read sends the answer's bits until it ends. It closes chunks when it is done with the connection.
func (a *attempt) read(ctx context.Context, q Question, chunks chan<- chunk, notes *notes) {
	defer close(chunks)
	send := func(c chunk) bool {
		select {
		case chunks <- c:
			return true
		case <-ctx.Done():
			return false
		}
	}
	stream, err := a.client.CreateChatCompletionStream(ctx, a.request(q))
	if err != nil {
		send(chunk{err: notes.withTime(faultOf(err))})
		return
	}
	defer stream.Close()
	for {
		response, err := stream.Recv()
		if err != nil {
			send(chunk{err: err})
			return
		}
		c := chunk{usage: response.Usage}
		if len(response.Choices) > 0 {
			c.text, c.finish = readable(response.Choices[0].Delta.Content), string(response.Choices[0].FinishReason)
		}
		if !send(c) {
			return
		}
	}
}

// request is what the endpoint is sent.
func (a *attempt) request(q Question) openai.ChatCompletionRequest {
	r := openai.ChatCompletionRequest{Model: a.model, Stream: true}
	if !a.plain.Load() {
		r.StreamOptions = &openai.StreamOptions{IncludeUsage: true}
	}
	for _, p := range prompt(q, newFence()) {
		r.Messages = append(r.Messages, openai.ChatCompletionMessage{Role: p.role, Content: p.text})
	}
	return r
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
