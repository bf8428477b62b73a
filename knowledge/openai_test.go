package knowledge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"
)

// Vectors come back in the order of the texts, in batches, with the kind told.
func TestEmbedInBatchesAndOrder(t *testing.T) {
	t.Parallel()
	server := newToyServer(t)
	var texts []string
	var want [][]float32
	for i := range embedBatch*2 + 3 {
		texts = append(texts, fmt.Sprintf("text number %d", i))
		want = append(want, toyVector(texts[i]))
	}
	got, err := server.embedder(t).Embed(t.Context(), EmbedPassage, texts)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	seen := server.seen()
	if len(seen) != 3 {
		t.Errorf("%d requests, want 3", len(seen))
	}
	for _, r := range seen {
		if r["model"] != "toy" || r["input_type"] != "passage" {
			t.Errorf("request %v", r)
		}
	}
}

// A server that knows no input_type is asked again without, and from then on
// never with it.
func TestEmbedWithoutInputType(t *testing.T) {
	t.Parallel()
	server := newToyServer(t)
	server.fail(func(w http.ResponseWriter, r *http.Request) {
		server.fail(nil)
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":{"message":"Unrecognized request argument supplied: input_type","type":"invalid_request_error"}}`)
	})
	embedder := server.embedder(t)
	for range 2 {
		if _, err := embedder.Embed(t.Context(), EmbedQuery, []string{"a"}); err != nil {
			t.Fatal(err)
		}
	}
	var kinds []any
	for _, r := range server.seen() {
		kinds = append(kinds, r["input_type"])
	}
	if diff := cmp.Diff([]any{"query", nil, nil}, kinds); diff != "" {
		t.Error(diff)
	}
}

// A batch that takes too long is halved until it does not.
func TestEmbedHalvesWhatTakesTooLong(t *testing.T) {
	t.Parallel()
	server := newToyServer(t)
	release := make(chan struct{})
	defer close(release)
	server.fail(func(w http.ResponseWriter, r *http.Request) {
		all := server.seen()
		if texts, _ := all[len(all)-1]["input"].([]any); len(texts) > 2 {
			<-release
			return
		}
		server.answer(w, all[len(all)-1])
	})
	client := server.Client()
	client.Transport.(*http.Transport).ResponseHeaderTimeout = 500 * time.Millisecond
	o := NewOpenAI(OpenAIConfig{BaseURL: server.URL + "/v1", Model: "toy", Client: client})
	texts := []string{"a b", "c d", "e f", "g h", "i j", "k l", "m n", "o p"}
	got, err := o.Embed(t.Context(), EmbedPassage, texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		if diff := cmp.Diff(toyVector(text), got[i]); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

// Every way an endpoint fails has a name, a cause and a fix, and only what may
// pass is tried again.
func TestEmbedFailures(t *testing.T) {
	t.Parallel()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			fmt.Fprint(w, `{"error":{"message":"about: secret question"}}`)
		}
	}
	body := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
	}
	for _, c := range []struct {
		name, code string
		answer     http.HandlerFunc
		permanent  bool
		requests   int32
	}{
		{"wrong key", "embed_key", status(401), true, 1},
		{"unknown model", "embed_model", status(404), true, 1},
		{"refused", "embed_request", status(422), true, 1},
		{"busy", "embed_busy", status(429), false, embedAttempts},
		{"broken", "embed_server", status(503), false, embedAttempts},
		{"no vector", "embed_answer", body(`{"data":[]}`), true, 1},
		{"two for one", "embed_answer", body(`{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}`), true, 1},
		{"empty vector", "embed_answer", body(`{"data":[{"index":0,"embedding":[]}]}`), true, 1},
		{"not JSON", "embed_unreachable", body(`<html>`), false, embedAttempts},
		{"hangs up", "embed_unreachable", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false, embedAttempts},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				c.answer(w, r)
			}))
			defer server.Close()
			o := NewOpenAI(OpenAIConfig{BaseURL: server.URL, Model: "toy", Client: server.Client()})
			_, err := o.Embed(t.Context(), EmbedPassage, []string{"secret question"})
			var failed *EmbedError
			if !errors.As(err, &failed) {
				t.Fatalf("got %v, want *EmbedError", err)
			}
			if failed.Failure.Code != c.code || failed.Permanent != c.permanent || failed.Failure.Fix == "" {
				t.Errorf("%+v", failed)
			}
			if n := requests.Load(); n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error repeats the text: %v", err)
			}
		})
	}
}

func TestEmbedUnreachableAndStalled(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	_, err := NewOpenAI(OpenAIConfig{BaseURL: gone.URL, Model: "toy"}).Embed(t.Context(), EmbedQuery, []string{"a"})
	var failed *EmbedError
	if !errors.As(err, &failed) || failed.Failure.Code != "embed_unreachable" {
		t.Errorf("got %v", err)
	}
	release := make(chan struct{})
	stalled := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer stalled.Close()
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = NewOpenAI(OpenAIConfig{BaseURL: stalled.URL, Model: "toy", Client: stalled.Client()}).Embed(ctx, EmbedQuery, []string{"a"})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the caller's deadline", err)
	}
}

// While an endpoint is down documents are found by words; a passing fault is
// shown and tried again, a lasting one is a failure with a fix, and Retry goes
// on from there.
func TestIndexingWithABrokenEmbedder(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	server := f.useToy(t)
	d, err := f.Add(t.Context(), f.workspace, Upload{FileName: "returns.md", Content: []byte(returns)})
	if err != nil {
		t.Fatal(err)
	}
	server.fail(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "{}", http.StatusServiceUnavailable) })
	if err := f.index(t.Context(), f.workspace, d.ID, 1, false); err != nil {
		t.Fatal(err)
	}
	var later *river.JobSnoozeError
	if err := f.turnOf(t, f.workspace); !errors.As(err, &later) || later.Duration != embedPause {
		t.Fatalf("got %v; a passing fault must make River try again in a while", err)
	}
	d, err = f.Get(t.Context(), f.workspace, d.ID)
	if err != nil || d.State != StateEmbedding || d.Failure == nil || d.Failure.Code != "embed_server" {
		t.Fatalf("%+v, %+v, %v", d, d.Failure, err)
	}
	if diff := cmp.Diff([]string{"returns.md"}, f.find(t, f.workspace, "cracked screen")); diff != "" {
		t.Error("not found by words:", diff)
	}
	server.fail(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "{}", http.StatusUnauthorized) })
	f.turns(t) // A lasting fault is no reason to try again.
	d, err = f.Get(t.Context(), f.workspace, d.ID)
	if err != nil || d.State != StateFailed || d.Failure.Code != "embed_key" {
		t.Fatalf("%+v, %+v, %v", d, d.Failure, err)
	}
	server.fail(nil)
	if d, err = f.Retry(t.Context(), f.workspace, d.ID); err != nil || d.State != StateEmbedding {
		t.Fatalf("%+v, %v", d, err)
	}
	f.turns(t)
	if d, err = f.Get(t.Context(), f.workspace, d.ID); err != nil || d.State != StateReady || d.Failure != nil || d.Done != 2 {
		t.Errorf("%+v, %v", d, err)
	}
}

// An embedder that comes later gives vectors to what was indexed without it.
func TestEmbedderComesLater(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.ingest(t, f.workspace, Entry{ID: "phone", Text: "How to choose a phone"}, Entry{ID: "pen", Text: "The pen"})
	if got := f.find(t, f.workspace, "blower"); len(got) != 0 {
		t.Fatalf("found %v by words", got)
	}
	server := newToyServer(t)
	space, err := OpenSpace(t.Context(), "toy", server.embedder(t), f.prepare)
	if err != nil {
		t.Fatal(err)
	}
	opened := make(chan struct{})
	err = f.KeepSpaces(t.Context(), func(context.Context) (Spaces, error) { return Spaces{Target: space}, nil }, func(ctx context.Context) error {
		defer close(opened)
		return f.EmbedMissing(ctx, f.workspace, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	<-opened
	if got := f.find(t, f.workspace, "blower"); len(got) == 0 || got[0] != "phone" {
		t.Errorf("found %v, want the phone first", got)
	}
	list, err := f.List(t.Context(), f.workspace, All, [16]byte{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		if d.State != StateReady || d.Done != d.Total {
			t.Errorf("%+v", d)
		}
	}
}

// A model that changes its dimension under the same name is noticed.
func TestDimensionChanges(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	server := f.useToy(t)
	server.fail(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"data":[{"index":0,"embedding":[1,2,3]}]}`)
	})
	d, err := f.Add(t.Context(), f.workspace, Upload{FileName: "a.md", Content: []byte("some text")})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.index(t.Context(), f.workspace, d.ID, 1, false); err != nil {
		t.Fatal(err)
	}
	f.turns(t)
	if d, err = f.Get(t.Context(), f.workspace, d.ID); err != nil || d.Failure == nil || d.Failure.Code != "embed_dimension" {
		t.Errorf("%+v, %v", d, err)
	}
	if diff := cmp.Diff([]string{"a.md"}, f.find(t, f.workspace, "text")); diff != "" {
		t.Error(diff)
	}
}
