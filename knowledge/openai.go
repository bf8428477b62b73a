package knowledge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// Limits of one request for embeddings.
const (
	embedBatch    = 32              // texts; small enough that progress is seen to move
	embedTimeout  = 2 * time.Minute // one batch on a slow machine without a GPU
	embedAttempts = 3
	embedBackoff  = 300 * time.Millisecond // doubled after each attempt
)

// OpenAIConfig describes an OpenAI-compatible endpoint for embeddings.
type OpenAIConfig struct {
	BaseURL string // such as https://api.openai.com/v1
	APIKey  string
	Model   string
	Client  *http.Client // all traffic goes through it
}

// OpenAI is an Embedder behind an OpenAI-compatible endpoint.
type OpenAI struct {
	client *openai.Client
	model  string
	// plain is set once the endpoint has refused input_type, which is no part of
	// OpenAI's own interface but what most other servers read the kind from.
	plain atomic.Bool
}

// NewOpenAI returns an embedder; it makes no request.
func NewOpenAI(c OpenAIConfig) *OpenAI {
	config := openai.DefaultConfig(c.APIKey)
	if c.BaseURL != "" {
		config.BaseURL = strings.TrimRight(c.BaseURL, "/")
	}
	if c.Client != nil {
		config.HTTPClient = c.Client
	}
	o := &OpenAI{client: openai.NewClientWithConfig(config), model: c.Model}
	// OpenAI's own models make no difference between kinds and refuse the field.
	o.plain.Store(strings.HasPrefix(c.Model, "text-embedding-"))
	return o
}

// Embed embeds texts in batches. Passages are tried up to three times, because
// nobody waits for them; a query once. Its errors are *EmbedError, except where
// ctx ended.
func (o *OpenAI) Embed(ctx context.Context, kind EmbedKind, texts []string) ([][]float32, error) {
	out := make([][]float32, 0, len(texts))
	for len(texts) > 0 {
		batch := texts[:min(embedBatch, len(texts))]
		texts = texts[len(batch):]
		vectors, err := o.halving(ctx, kind, batch)
		if err != nil {
			return nil, err
		}
		out = append(out, vectors...)
	}
	return out, nil
}

// halving embeds a batch, and where the endpoint takes too long for it, its two
// halves: a server on a busy machine without a GPU may need seconds for a text,
// and would otherwise never finish.
func (o *OpenAI) halving(ctx context.Context, kind EmbedKind, texts []string) ([][]float32, error) {
	vectors, err := o.try(ctx, kind, texts)
	if len(texts) == 1 || !tookTooLong(err) {
		return vectors, err
	}
	first, err := o.halving(ctx, kind, texts[:len(texts)/2])
	if err != nil {
		return nil, err
	}
	second, err := o.halving(ctx, kind, texts[len(texts)/2:])
	return append(first, second...), err
}

func tookTooLong(err error) bool {
	var failed *EmbedError
	return errors.As(err, &failed) && failed.Failure.Code == "embed_timeout"
}

func (o *OpenAI) try(ctx context.Context, kind EmbedKind, texts []string) ([][]float32, error) {
	pause := embedBackoff
	for attempt := 1; ; attempt++ {
		vectors, err := o.request(ctx, kind, texts)
		if err == nil {
			return vectors, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("embed: %w", ctx.Err())
		}
		failed := o.explain(err)
		halve := tookTooLong(failed) && len(texts) > 1
		if failed.Permanent || kind == EmbedQuery || halve || attempt == embedAttempts {
			return nil, failed
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, fmt.Errorf("embed: %w", ctx.Err())
		case <-timer.C:
		}
		pause *= 2
	}
}

func (o *OpenAI) request(ctx context.Context, kind EmbedKind, texts []string) ([][]float32, error) {
	ctx, cancel := context.WithTimeout(ctx, embedTimeout)
	defer cancel()
	request := openai.EmbeddingRequest{Input: texts, Model: openai.EmbeddingModel(o.model), EncodingFormat: openai.EmbeddingEncodingFormatFloat}
	plain := o.plain.Load()
	if !plain {
		request.ExtraBody = map[string]any{"input_type": string(kind)}
	}
	response, err := o.client.CreateEmbeddings(ctx, request)
	if err != nil && !plain && refusesInputType(err) {
		o.plain.Store(true)
		request.ExtraBody = nil
		response, err = o.client.CreateEmbeddings(ctx, request)
	}
	if err != nil {
		return nil, err
	}
	return inOrder(response.Data, len(texts))
}

func refusesInputType(err error) bool {
	var api *openai.APIError
	return errors.As(err, &api) && api.HTTPStatusCode/100 == 4 && strings.Contains(api.Message, "input_type")
}

// errMalformed is an answer that is no list of vectors for the texts sent.
var errMalformed = errors.New("the answer does not hold one vector for each text")

// inOrder puts the vectors into the order of the texts: the index decides, not
// the place in the list.
func inOrder(data []openai.Embedding, n int) ([][]float32, error) {
	out := make([][]float32, n)
	for _, d := range data {
		if d.Index < 0 || d.Index >= n || len(d.Embedding) == 0 || out[d.Index] != nil {
			return nil, errMalformed
		}
		out[d.Index] = d.Embedding
	}
	for _, v := range out {
		if v == nil || len(v) != len(out[0]) {
			return nil, errMalformed
		}
	}
	return out, nil
}

// explain names the cause in the operator's words. The endpoint's own message
// is kept for the log only: it may repeat the text that was sent.
func (o *OpenAI) explain(err error) *EmbedError {
	status := 0
	var api *openai.APIError
	var request *openai.RequestError
	switch {
	case errors.As(err, &api):
		status = api.HTTPStatusCode
	case errors.As(err, &request):
		status = request.HTTPStatusCode
	}
	fail := func(permanent bool, code, cause, fix string) *EmbedError {
		// Only the status goes with it, so that no text reaches a log.
		var inner error
		if status != 0 {
			inner = fmt.Errorf("HTTP status %d", status)
		} else if api == nil && request == nil {
			inner = err
		}
		return &EmbedError{Failure{code, cause, fix}, permanent, inner}
	}
	switch {
	case errors.Is(err, errMalformed):
		return fail(true, "embed_answer", "The embedding endpoint answered with something that is no vector.", "Check that OPENAI_BASE_URL points at an OpenAI-compatible server and BATON_EMBED_MODEL at an embedding model.")
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fail(true, "embed_key", "The embedding endpoint refused the key.", "Set OPENAI_API_KEY to a key that may use the model, then try again.")
	case status == http.StatusNotFound:
		return fail(true, "embed_model", fmt.Sprintf("The embedding endpoint does not know the model %q.", o.model), "Set BATON_EMBED_MODEL to a model that the endpoint offers, and check OPENAI_BASE_URL.")
	case status == http.StatusTooManyRequests:
		return fail(false, "embed_busy", "The embedding endpoint takes no more requests at present.", "Wait; it is tried again by itself. If it goes on, check the account's limits.")
	case status >= 400 && status < 500:
		return fail(true, "embed_request", "The embedding endpoint refused the request.", "Check BATON_EMBED_MODEL; a passage may also be longer than the model takes.")
	case status >= 500:
		return fail(false, "embed_server", "The embedding endpoint reported a fault of its own.", "Wait; it is tried again by itself. If it goes on, look into that server's log.")
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		return fail(false, "embed_timeout", "The embedding endpoint did not answer in time.", "Check that the server behind OPENAI_BASE_URL is up and not overloaded.")
	default:
		return fail(false, "embed_unreachable", "The embedding endpoint could not be reached.", "Check OPENAI_BASE_URL and that the server behind it is up.")
	}
}
