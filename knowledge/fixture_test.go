package knowledge

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/migrations"
	"github.com/baton-chat/baton/workspace"
)

// A base of the tests: a store on a database of its own, with one workspace.
type fixture struct {
	*Store
	db        *pgtest.DB
	workspace uuid.UUID
	events    *recorder
	log       *strings.Builder
}

func setUp(t *testing.T) fixture {
	t.Helper()
	db := pgtest.New(t)
	jobs, err := river.NewClient(riverpgxv5.New(db.App), &river.Config{})
	if err != nil {
		t.Fatal(err)
	}
	f := fixture{db: db, events: &recorder{heard: make(chan Document, 1000)}, log: &strings.Builder{}}
	f.Store = New(Config{Pool: db.App, Jobs: jobs, Publisher: f.events, Log: slog.New(slog.NewTextHandler(f.log, nil))})
	f.workspace = f.newWorkspace(t, "Tarang")
	return f
}

// work starts a worker of all queues, as a server does.
func (f fixture) work(t *testing.T) {
	t.Helper()
	f.workWith(t, func(workers *river.Workers) { Register(workers, f.Store) })
}

// workWith starts a worker of all queues that knows these jobs.
func (f fixture) workWith(t *testing.T, register func(*river.Workers)) {
	t.Helper()
	workers := river.NewWorkers()
	register(workers)
	client, err := river.NewClient(riverpgxv5.New(f.db.App), &river.Config{
		Queues: Queues(), Workers: workers, ReindexerSchedule: river.NeverSchedule(), FetchCooldown: 20 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.StopAndCancel(context.WithoutCancel(t.Context())) })
}

func (f fixture) newWorkspace(t *testing.T, name string) uuid.UUID {
	t.Helper()
	w, _, err := workspace.NewStore(f.db.App).Ensure(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return w.ID
}

// ingest imports entries and fails the test where one is refused.
func (f fixture) ingest(t *testing.T, workspaceID uuid.UUID, entries ...Entry) {
	t.Helper()
	p, err := f.Ingest(t.Context(), workspaceID, func(yield func(Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}, IngestOptions{})
	if err != nil || len(p.Refused) > 0 {
		t.Fatalf("ingest: %v, refused %v", err, p.Refused)
	}
}

// find returns the external ids that a search finds, best first.
func (f fixture) find(t *testing.T, workspaceID uuid.UUID, text string) []string {
	t.Helper()
	found, err := f.Search(t.Context(), Query{Workspace: workspaceID, Text: text, OnePerDocument: true})
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, p := range found.Passages {
		ids = append(ids, p.ExternalID)
	}
	return ids
}

// scoped runs fn as the application, in the workspace.
func (f fixture) scoped(t *testing.T, fn func(ctx context.Context, tx pgx.Tx) error) {
	t.Helper()
	if err := workspace.InTx(t.Context(), f.db.App, f.workspace, func(tx pgx.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// recorder is a publisher that keeps what it hears.
type recorder struct{ heard chan Document }

func (r *recorder) Publish(e workspace.Event) {
	var d Document
	if e.Kind != workspace.EventDocument || json.Unmarshal(e.Data, &d) != nil {
		return
	}
	select {
	case r.heard <- d:
	default:
	}
}

// until returns the states heard of a document up to the wanted one.
func (r *recorder) until(t *testing.T, id uuid.UUID, last State) []Document {
	t.Helper()
	var all []Document
	for {
		select {
		case d := <-r.heard:
			if d.ID != id {
				continue
			}
			if all = append(all, d); d.State == last {
				return all
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("the document did not become %s; heard %v", last, all)
		}
	}
}

// toyDimensions is the length of the toy embedder's vectors.
const toyDimensions = 64

// toyVector is a bag of words by hash, where some words mean the same.
func toyVector(text string) []float32 {
	v := make([]float32, toyDimensions)
	same := strings.NewReplacer("blower", "phone", "mobile", "phone", "money back", "refund")
	for _, w := range terms(same.Replace(strings.ToLower(text))) {
		h := fnv.New32a()
		_, _ = h.Write([]byte(w))
		v[h.Sum32()%toyDimensions]++
	}
	sum := 1e-9
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(sum))
	}
	return v
}

// toyEmbedder makes toy vectors in this process, as the embedder in the binary does.
type toyEmbedder struct{}

func (toyEmbedder) Embed(_ context.Context, _ EmbedKind, texts []string) ([][]float32, error) {
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		vectors[i] = toyVector(text)
	}
	return vectors, nil
}

// toyServer is an OpenAI-compatible embedding server over real HTTP. broken
// replaces its answers while it is set.
type toyServer struct {
	*httptest.Server
	mu       sync.Mutex
	requests []map[string]any
	broken   http.HandlerFunc
}

func newToyServer(t *testing.T) *toyServer {
	t.Helper()
	s := &toyServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *toyServer) fail(h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = h
}

func (s *toyServer) seen() []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]map[string]any(nil), s.requests...)
}

func (s *toyServer) serve(w http.ResponseWriter, r *http.Request) {
	var request map[string]any
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil || r.URL.Path != "/v1/embeddings" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.requests = append(s.requests, request)
	broken := s.broken
	s.mu.Unlock()
	if broken != nil {
		broken(w, r)
		return
	}
	s.answer(w, request)
}

func (s *toyServer) answer(w http.ResponseWriter, request map[string]any) {
	texts, _ := request["input"].([]any)
	data := make([]map[string]any, 0, len(texts))
	// Last first: the index must decide.
	for i := len(texts) - 1; i >= 0; i-- {
		text, _ := texts[i].(string)
		data = append(data, map[string]any{"object": "embedding", "index": i, "embedding": toyVector(text)})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": data, "model": request["model"]})
}

func (s *toyServer) embedder(t *testing.T) *OpenAI {
	t.Helper()
	return s.model(t, "toy")
}

// model is one of the models that the server offers, all of which make the same vectors.
func (s *toyServer) model(t *testing.T, name string) *OpenAI {
	t.Helper()
	return NewOpenAI(OpenAIConfig{BaseURL: s.URL + "/v1", APIKey: "key", Model: name, Client: s.Client()})
}

// useToy gives the store a vector space on the toy server.
func (f fixture) useToy(t *testing.T) *toyServer {
	t.Helper()
	server := newToyServer(t)
	space, err := OpenSpace(t.Context(), "toy", server.embedder(t), f.prepare)
	if err != nil {
		t.Fatal(err)
	}
	f.UseSpace(space)
	return server
}

func (f fixture) prepare(ctx context.Context, id, dimensions int) error {
	return migrations.EnsureEmbeddingModel(ctx, f.db.Owner, id, dimensions)
}
