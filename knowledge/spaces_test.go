package knowledge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// A switching is a workspace whose model is being changed from "old" to "new".
type switching struct {
	fixture
	server   *toyServer
	old, new *Space
}

// switchedPassages is how many passages have to move; more than two batches.
const switchedPassages = 10 * firstBatch

// setUpSwitch returns a workspace that is complete in the old model, with the new
// one configured and nothing embedded in it yet.
func setUpSwitch(t *testing.T) switching {
	t.Helper()
	s := switching{fixture: setUp(t), server: newToyServer(t)}
	s.old = s.open(t, "old")
	s.UseSpace(s.old)
	entries := []Entry{{ID: "phone", Text: "How to choose a phone"}}
	for i := range switchedPassages - 1 {
		entries = append(entries, Entry{ID: fmt.Sprint(i), Text: fmt.Sprintf("pen number %d and its tips", i)})
	}
	s.ingest(t, s.workspace, entries...)
	s.new = s.open(t, "new")
	s.UseSpaces(Spaces{Target: s.new, Former: []*Space{s.old}})
	return s
}

func (s switching) open(t *testing.T, model string) *Space {
	t.Helper()
	space, err := OpenSpace(t.Context(), model, s.server.model(t, model), s.prepare)
	if err != nil {
		t.Fatal(err)
	}
	return space
}

// vectors counts the workspace's vectors in a space.
func (s switching) vectors(t *testing.T, space *Space) (n int) {
	t.Helper()
	s.scoped(t, func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM embedding WHERE workspace_id = $1 AND model_id = $2`, s.workspace, space.ID).Scan(&n)
	})
	return n
}

// served fails the test unless meaning finds the phone by another word, with the
// question embedded by this model.
func (s switching) served(t *testing.T, when, model string) {
	t.Helper()
	before := len(s.server.seen())
	if got := s.find(t, s.workspace, "blower"); len(got) == 0 || got[0] != "phone" {
		t.Errorf("%s: found %v, want the phone first", when, got)
	}
	var asked []any
	for _, r := range s.server.seen()[before:] {
		asked = append(asked, r["model"])
	}
	if diff := cmp.Diff([]any{model}, asked); diff != "" {
		t.Errorf("%s: models asked: %s", when, diff)
	}
}

// dieAfter makes the server answer n more requests and then fail as fail says,
// for one model only.
func (s switching) dieAfter(model string, n int, fail http.HandlerFunc) {
	start := len(s.server.seen())
	s.server.fail(func(w http.ResponseWriter, r *http.Request) {
		mine := 0
		all := s.server.seen()
		for _, request := range all[start:] {
			if request["model"] == model {
				mine++
			}
		}
		last := all[len(all)-1]
		if last["model"] == model && mine > n {
			fail(w, r)
			return
		}
		s.server.answer(w, last)
	})
}

// An endpoint that dies on the way leaves the old vectors in use; when it is back,
// the switch goes on where it stopped, and only then do the old vectors go.
func TestSwitchEndpointDiesHalfWay(t *testing.T) {
	t.Parallel()
	s := setUpSwitch(t)
	s.served(t, "before the first new vector", "old")
	s.dieAfter("new", 1, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "{}", http.StatusServiceUnavailable) })
	if err := s.EmbedMissing(t.Context(), s.workspace, nil); err == nil {
		t.Fatal("a dead endpoint made no error")
	}
	if n := s.vectors(t, s.new); n != firstBatch {
		t.Fatalf("%d new vectors, want one batch", n)
	}
	s.served(t, "half-way", "old")
	s.server.fail(nil)
	if err := s.EmbedMissing(t.Context(), s.workspace, nil); err != nil {
		t.Fatal(err)
	}
	s.served(t, "at the end", "new")
	if a, b := s.vectors(t, s.old), s.vectors(t, s.new); a != 0 || b != switchedPassages {
		t.Errorf("%d old and %d new vectors, want 0 and %d", a, b, switchedPassages)
	}
}

// A model whose vectors change their length half-way is noticed, and nothing of it is searched.
func TestSwitchWrongDimension(t *testing.T) {
	t.Parallel()
	s := setUpSwitch(t)
	s.dieAfter("new", 1, func(w http.ResponseWriter, r *http.Request) {
		all := s.server.seen()
		texts, _ := all[len(all)-1]["input"].([]any)
		fmt.Fprint(w, `{"data":[`)
		for i := range texts {
			if i > 0 {
				fmt.Fprint(w, ",")
			}
			fmt.Fprintf(w, `{"index":%d,"embedding":[1,2,3]}`, i)
		}
		fmt.Fprint(w, `]}`)
	})
	err := s.EmbedMissing(t.Context(), s.workspace, nil)
	var failed *EmbedError
	if !errors.As(err, &failed) || failed.Failure.Code != "embed_dimension" || !failed.Permanent {
		t.Fatalf("got %v, want embed_dimension", err)
	}
	s.served(t, "after the wrong dimension", "old")
}

// A process that is killed during the switch leaves a state from which the next
// one goes on, without embedding anything twice.
func TestSwitchProcessKilled(t *testing.T) {
	t.Parallel()
	s := setUpSwitch(t)
	ctx, kill := context.WithCancel(t.Context())
	err := s.EmbedMissing(ctx, s.workspace, func(int) { kill() })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want the kill", err)
	}
	// The next process knows nothing but the database and its configuration.
	s.Store = New(Config{Pool: s.db.App, Log: s.Store.log})
	s.UseSpaces(Spaces{Target: s.open(t, "new"), Former: []*Space{s.open(t, "old")}})
	s.served(t, "after the kill", "old")
	before := len(s.server.seen())
	if err := s.EmbedMissing(t.Context(), s.workspace, nil); err != nil {
		t.Fatal(err)
	}
	again := 0
	for _, r := range s.server.seen()[before:] {
		texts, _ := r["input"].([]any)
		again += len(texts)
	}
	if again != switchedPassages-firstBatch {
		t.Errorf("%d passages embedded after the kill, want %d", again, switchedPassages-firstBatch)
	}
	s.served(t, "at the end", "new")
}

// A configuration that is set back before the switch is done finds the old vectors
// whole, and clears away what was made of the new ones.
func TestSwitchSetBack(t *testing.T) {
	t.Parallel()
	s := setUpSwitch(t)
	s.dieAfter("new", 1, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "{}", http.StatusUnauthorized) })
	if err := s.EmbedMissing(t.Context(), s.workspace, nil); err == nil {
		t.Fatal("a refused key made no error")
	}
	s.UseSpaces(Spaces{Target: s.old, Former: []*Space{s.new}})
	s.served(t, "set back", "old")
	if err := s.EmbedMissing(t.Context(), s.workspace, nil); err != nil {
		t.Fatal(err)
	}
	if a, b := s.vectors(t, s.old), s.vectors(t, s.new); a != switchedPassages || b != 0 {
		t.Errorf("%d old and %d new vectors, want %d and 0", a, b, switchedPassages)
	}
	s.served(t, "in the end", "old")
}

// The built-in embedder's vectors stay when an endpoint takes over, and answer
// when that endpoint is down.
func TestBuiltinServesWhileTheEndpointIsDown(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	builtin, err := OpenSpace(t.Context(), "built in", toyEmbedder{}, f.prepare)
	if err != nil {
		t.Fatal(err)
	}
	f.UseSpaces(Spaces{Target: builtin, Builtin: builtin})
	f.ingest(t, f.workspace, Entry{ID: "phone", Text: "How to choose a phone"}, Entry{ID: "pen", Text: "The pen"})
	s := switching{fixture: f, server: newToyServer(t)}
	s.new = s.open(t, "new")
	s.UseSpaces(Spaces{Target: s.new, Builtin: builtin})
	if err := s.EmbedMissing(t.Context(), s.workspace, nil); err != nil {
		t.Fatal(err)
	}
	s.served(t, "with the endpoint", "new")
	if n := s.vectors(t, builtin); n != 2 {
		t.Errorf("%d built-in vectors are left, want 2", n)
	}
	s.server.fail(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "{}", http.StatusBadGateway) })
	for range 2 { // The second finds the endpoint resting.
		if got := s.find(t, s.workspace, "blower"); len(got) == 0 || got[0] != "phone" {
			t.Errorf("found %v without the endpoint, want the phone first", got)
		}
	}
}

// Where the endpoint does not answer at the start, the built-in embedder serves,
// and the endpoint is asked again.
func TestKeepSpacesUsesWhatOpens(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	builtin, err := OpenSpace(t.Context(), "built in", toyEmbedder{}, f.prepare)
	if err != nil {
		t.Fatal(err)
	}
	f.UseSpaces(Spaces{Target: builtin, Builtin: builtin})
	f.ingest(t, f.workspace, Entry{ID: "phone", Text: "How to choose a phone"}, Entry{ID: "pen", Text: "The pen"})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	asked := make(chan struct{}, 10)
	done := make(chan error, 1)
	go func() {
		done <- f.KeepSpaces(ctx, func(context.Context) (Spaces, error) {
			defer func() { asked <- struct{}{} }()
			return Spaces{Builtin: builtin}, errors.New("the endpoint does not answer")
		}, func(context.Context) error { return errors.New("not to be called") })
	}()
	<-asked
	if got := f.find(t, f.workspace, "blower"); len(got) == 0 || got[0] != "phone" {
		t.Errorf("found %v while the endpoint is silent, want the phone first", got)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Embed gives the built-in embedder's vectors, which a query can bring along.
func TestEmbedAndQueryVector(t *testing.T) {
	t.Parallel()
	s := setUpSwitch(t)
	if _, err := New(Config{Pool: s.db.App}).Embed(t.Context(), EmbedQuery, []string{"a"}); !errors.Is(err, ErrNoEmbedder) {
		t.Errorf("got %v, want ErrNoEmbedder", err)
	}
	s.UseSpace(s.old)
	vectors, err := s.Embed(t.Context(), EmbedQuery, []string{"blower"})
	if err != nil {
		t.Fatal(err)
	}
	before := len(s.server.seen())
	found, err := s.Search(t.Context(), Query{Workspace: s.workspace, Text: "blower", Vector: vectors[0]})
	if err != nil || len(found.Passages) == 0 || found.Passages[0].ExternalID != "phone" {
		t.Errorf("%+v, %v", found.Passages, err)
	}
	if n := len(s.server.seen()) - before; n != 0 {
		t.Errorf("%d requests for a vector that came with the question", n)
	}
	if len(found.Refused) != maxRefused {
		t.Errorf("%d refused passages are told, want %d", len(found.Refused), maxRefused)
	}
}
