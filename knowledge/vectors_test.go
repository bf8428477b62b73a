package knowledge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// turnOf takes one turn with a workspace's vectors, of one batch, or of as many
// as there are where nothing is left to do, and returns what River would be told.
func (f fixture) turnOf(t *testing.T, workspaceID uuid.UUID) error {
	t.Helper()
	return (&embedder{store: f.Store, lasts: time.Nanosecond}).take(t.Context(), workspaceID, f.completed(t))
}

// completed does to the job what River does in the job's own transaction.
func (f fixture) completed(t *testing.T) func(pgx.Tx) error {
	return func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE river_job SET state = 'completed', finalized_at = now() WHERE kind = 'knowledge_embed'`)
		return err
	}
}

// turns takes turns until nothing is left, and returns how many.
func (f fixture) turns(t *testing.T) (n int) {
	t.Helper()
	for again := (*river.JobSnoozeError)(nil); ; n++ {
		err := f.turnOf(t, f.workspace)
		if err == nil {
			return n + 1
		}
		if !errors.As(err, &again) || again.Duration != 0 {
			t.Fatal(err)
		}
	}
}

// counting is an embedder that notes which passages it was given. Each batch
// waits for release, where there is one.
type counting struct {
	toyEmbedder
	mu      sync.Mutex
	batches [][]string
	release chan struct{}
}

func (c *counting) Embed(ctx context.Context, kind EmbedKind, texts []string) ([][]float32, error) {
	if kind == EmbedPassage {
		c.mu.Lock()
		c.batches = append(c.batches, texts)
		c.mu.Unlock()
		if c.release != nil {
			select {
			case <-c.release:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
	}
	return c.toyEmbedder.Embed(ctx, kind, texts)
}

func (c *counting) seen() (texts []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Concat(c.batches...)
}

func (f fixture) useCounting(t *testing.T, release chan struct{}) *counting {
	t.Helper()
	c := &counting{release: release}
	space, err := OpenSpace(t.Context(), "counting", c, f.prepare)
	if err != nil {
		t.Fatal(err)
	}
	f.UseSpace(space)
	return c
}

// manual is a document of n passages.
func manual(name string, n int) Upload {
	var text strings.Builder
	fmt.Fprintf(&text, "# Manual %s\n\n", name)
	for i := range n {
		fmt.Fprintf(&text, "## Part %d\n\nThe screw of %s number %d is turned left.\n\n", i, name, i)
	}
	return Upload{FileName: name + ".md", Content: []byte(text.String())}
}

// store adds a document and stores its words.
func (f fixture) store(t *testing.T, workspaceID uuid.UUID, up Upload) Document {
	t.Helper()
	d, err := f.Add(t.Context(), workspaceID, up)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.index(t.Context(), workspaceID, d.ID, 1, false); err != nil {
		t.Fatal(err)
	}
	return f.now(t, workspaceID, d.ID)
}

func (f fixture) now(t *testing.T, workspaceID, id uuid.UUID) Document {
	t.Helper()
	d, err := f.Get(t.Context(), workspaceID, id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// While a big document's vectors are made, by a slow embedder, the next one is
// read, split and found by its words.
func TestWordsDoNotWaitForVectors(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	release := make(chan struct{})
	defer close(release)
	f.useCounting(t, release)
	f.work(t)
	big, err := f.Add(t.Context(), f.workspace, manual("pump", 200))
	if err != nil {
		t.Fatal(err)
	}
	f.events.until(t, big.ID, StateEmbedding)
	small, err := f.Add(t.Context(), f.workspace, Upload{FileName: "returns.md", Content: []byte(returns)})
	if err != nil {
		t.Fatal(err)
	}
	heard := f.events.until(t, small.ID, StateEmbedding)
	if last := heard[len(heard)-1]; last.Done != 0 || last.Total != 2 || last.Passages != 2 {
		t.Errorf("%+v", last)
	}
	if diff := cmp.Diff([]string{"returns.md"}, f.find(t, f.workspace, "cracked screen")); diff != "" {
		t.Error("not found by its words:", diff)
	}
}

// A small document is not stuck behind a big one, and the big one gets on all the same.
func TestTurnsAreFairBetweenDocuments(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.useCounting(t, nil)
	big := f.store(t, f.workspace, manual("pump", 300))
	if err := f.turnOf(t, f.workspace); err == nil {
		t.Fatal("a document of 300 passages was done in one batch")
	}
	space := f.Space()
	var small []Document
	for i := range 30 {
		small = append(small, f.store(t, f.workspace, manual(fmt.Sprint("part", i), 4)))
	}
	before := f.now(t, f.workspace, big.ID)
	if _, err := f.turn(t.Context(), f.workspace, time.Nanosecond, nil); err != nil {
		t.Fatal(err)
	}
	if now := f.now(t, f.workspace, big.ID); now.Done == before.Done {
		t.Errorf("the document that waited longest got nothing: %+v", now)
	}
	for range 30 * 4 {
		batch, err := f.nextInTurn(t.Context(), space, f.workspace, false)
		if err == nil {
			err = f.embedEach(t.Context(), space, f.workspace, batch)
		}
		if err != nil {
			t.Fatal(err)
		}
		ready := 0
		for _, d := range small {
			if f.now(t, f.workspace, d.ID).State == StateReady {
				ready++
			}
		}
		if ready == len(small) {
			break
		}
	}
	for _, d := range append(small, big) {
		if got := f.now(t, f.workspace, d.ID); (got.State == StateReady) != (d.ID != big.ID) {
			t.Errorf("%s is %s with %d of %d", got.Title, got.State, got.Done, got.Total)
		}
	}
	f.turns(t)
	if got := f.now(t, f.workspace, big.ID); got.State != StateReady || got.Done != 300 {
		t.Errorf("in the end: %+v", got)
	}
}

// Workspaces take turns: a page of one is ready long before a manual of another.
func TestTurnsAreFairBetweenWorkspaces(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.useCounting(t, nil)
	other := f.newWorkspace(t, "Other")
	big := f.store(t, f.workspace, manual("pump", 400))
	small := f.store(t, other, Upload{FileName: "returns.md", Content: []byte(returns)})
	f.workWith(t, func(w *river.Workers) { river.AddWorker(w, &embedder{store: f.Store, lasts: time.Nanosecond}) })
	f.events.until(t, small.ID, StateReady)
	if d := f.now(t, f.workspace, big.ID); d.State == StateReady {
		t.Error("the page of one workspace waited for the manual of another")
	}
	f.events.until(t, big.ID, StateReady)
}

// What one process has made another does not make again, wherever it is cut off.
func TestTurnsGoOnAfterAKill(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	release := make(chan struct{}, 2)
	release <- struct{}{}
	release <- struct{}{}
	c := f.useCounting(t, release)
	d := f.store(t, f.workspace, manual("pump", 60))
	ctx, kill := context.WithCancel(t.Context())
	stopped := make(chan error)
	go func() {
		_, err := f.turn(ctx, f.workspace, time.Hour, nil)
		stopped <- err
	}()
	for len(c.seen()) <= 2*firstBatch { // The third batch is cut off.
		select {
		case heard := <-f.events.heard:
			if heard.ID == d.ID && heard.Done > firstBatch {
				kill()
			}
		case err := <-stopped:
			t.Fatal("it was not cut off:", err)
		}
	}
	kill()
	if err := <-stopped; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	kept := f.now(t, f.workspace, d.ID).Done
	f.Store = New(Config{Pool: f.db.App, Jobs: f.jobs, Publisher: f.events})
	again := f.useCounting(t, nil)
	f.turns(t)
	if n := len(again.seen()); kept == 0 || n != 60-kept {
		t.Errorf("%d passages were embedded after the kill, with %d there", n, kept)
	}
	if d := f.now(t, f.workspace, d.ID); d.State != StateReady || d.Done != 60 {
		t.Errorf("%+v", d)
	}
}

// Passages that are stored while the job makes sure that none is missing get a
// job of their own: it is never lost between the two.
func TestNoPassageIsMissedAtTheEnd(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.useCounting(t, nil)
	f.store(t, f.workspace, manual("pump", 2))
	late, err := f.Add(t.Context(), f.workspace, manual("late", 2))
	if err != nil {
		t.Fatal(err)
	}
	stored := make(chan error, 1)
	complete := func(tx pgx.Tx) error {
		// The other one has stored its passages by now, as far as it can.
		go func() { stored <- f.index(t.Context(), f.workspace, late.ID, 1, false) }()
		for waiting := false; !waiting; {
			err := f.db.Owner.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waiting)
			if err != nil {
				return err
			}
		}
		return f.completed(t)(tx)
	}
	for done := false; !done; {
		if done, err = f.turn(t.Context(), f.workspace, time.Nanosecond, complete); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-stored; err != nil {
		t.Fatal(err)
	}
	var waiting int
	if err := f.db.Owner.QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'knowledge_embed' AND state = 'available'`).Scan(&waiting); err != nil || waiting != 1 {
		t.Fatalf("%d jobs wait, %v; want 1", waiting, err)
	}
	f.turns(t)
	if d := f.now(t, f.workspace, late.ID); d.State != StateReady {
		t.Errorf("%+v", d)
	}
}

// A passage that the model cannot take costs its own document its vectors, and no other.
func TestARefusedPassageFailsItsDocumentOnly(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	server := f.useToy(t)
	server.fail(func(w http.ResponseWriter, _ *http.Request) {
		all := server.seen()
		last := all[len(all)-1]
		if strings.Contains(fmt.Sprint(last["input"]), "poison") {
			http.Error(w, `{"error":{"message":"too long"}}`, http.StatusBadRequest)
			return
		}
		server.answer(w, last)
	})
	bad := f.store(t, f.workspace, Upload{FileName: "bad.md", Content: []byte("# Bad\n\nSome poison.\n")})
	good := f.store(t, f.workspace, Upload{FileName: "good.md", Content: []byte("# Good\n\nSome honey.\n")})
	f.turns(t)
	if d := f.now(t, f.workspace, good.ID); d.State != StateReady {
		t.Errorf("%+v", d)
	}
	d := f.now(t, f.workspace, bad.ID)
	if d.State != StateFailed || d.Failure == nil || d.Failure.Code != "embed_request" {
		t.Errorf("%+v, %+v", d, d.Failure)
	}
	if diff := cmp.Diff([]string{"bad.md"}, f.find(t, f.workspace, "poison")); diff != "" {
		t.Error("not found by its words:", diff)
	}
	server.fail(nil)
	if err := f.Backfill(t.Context(), f.workspace); err != nil {
		t.Fatal(err)
	}
	f.turns(t)
	if d := f.now(t, f.workspace, bad.ID); d.State != StateReady || d.Failure != nil {
		t.Errorf("after the next start: %+v", d)
	}
}

// A document that waits for vectors is stuck where nobody makes any, and not
// where others get theirs or the job waits for its turn.
func TestStuckVectors(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.useCounting(t, nil)
	waits, moves := f.store(t, f.workspace, manual("pump", 2)), f.store(t, f.workspace, manual("fan", 2))
	set := func(statement string, args ...any) {
		t.Helper()
		f.scoped(t, func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, statement, args...)
			return err
		})
	}
	unstick := func(when string, want int) {
		t.Helper()
		if n, err := f.Unstick(t.Context(), f.workspace); err != nil || n != want {
			t.Errorf("%s: %d, %v; want %d", when, n, err, want)
		}
	}
	set(`UPDATE document SET updated_at = now() - interval '2 minutes'`)
	unstick("the job waits for its turn", 0)
	set(`UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now() - interval '2 minutes', attempted_by = '{gone}' WHERE kind = 'knowledge_embed'`)
	set(`UPDATE document SET updated_at = now() WHERE id = $1`, moves.ID)
	unstick("another document gets on", 0)
	set(`UPDATE document SET updated_at = now() - interval '2 minutes'`)
	unstick("the job hangs", 2)
	set(`UPDATE document SET stuck_at = now() - interval '61 seconds'`)
	set(`UPDATE river_job SET state = 'discarded', finalized_at = now() WHERE kind = 'knowledge_embed'`)
	unstick("there is no job", 2)
	f.turns(t)
	if d := f.now(t, f.workspace, waits.ID); d.State != StateReady || d.Stuck {
		t.Errorf("%+v", d)
	}
}
