package knowledge

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/internal/egress"
	"github.com/baton-chat/baton/knowledge/source"
	"github.com/baton-chat/baton/knowledge/web"
)

// readsPDF gives the store a reader with pdftotext, in this process.
func (f fixture) readsPDF(t *testing.T) {
	t.Helper()
	name, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Fatal("pdftotext is missing; run `make setup`")
	}
	f.readFile = func(ctx context.Context, file source.File, progress func(done, total int)) (source.Source, error) {
		return source.Read(ctx, file, source.Options{PDFToText: name, Progress: progress})
	}
}

// A PDF is found by its words, and a find knows its page.
func TestPDFIsFoundWithItsPage(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.readsPDF(t)
	content, err := os.ReadFile(filepath.Join("source", "testdata", "care-plan.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := f.Add(t.Context(), f.workspace, Upload{FileName: "care-plan.pdf", Content: content})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.index(t.Context(), f.workspace, d.ID, 1, false); err != nil {
		t.Fatal(err)
	}
	if d, err = f.Get(t.Context(), f.workspace, d.ID); err != nil || d.State != StateReady || d.Pages != 6 || d.Title != "Tarang Care plan" {
		t.Fatalf("%+v, %v", d, err)
	}
	found, err := f.Search(t.Context(), Query{Workspace: f.workspace, Text: "What does two years cost for the Tab 11?", K: 1})
	if err != nil || len(found.Passages) != 1 || found.Passages[0].Page != 4 {
		t.Errorf("found %+v, %v", found.Passages, err)
	}
	kept, err := f.File(t.Context(), f.workspace, d.ID)
	if err != nil || !bytes.Equal(kept, content) {
		t.Errorf("the file has %d bytes, %v", len(kept), err)
	}
}

func TestArchiveBecomesDocuments(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for _, m := range [][2]string{{"help/payments/upi.md", "# UPI\n\nPay by UPI."}, {"help/copy.md", "# UPI\n\nPay by UPI."}, {"photo.png", "\x89PNG"}, {"../x.md", "x"}} {
		out, err := w.Create(m[0])
		if err == nil {
			_, err = out.Write([]byte(m[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	added, err := f.AddAll(t.Context(), f.workspace, Upload{FileName: "help.zip", Content: packed.Bytes()})
	if err != nil || len(added.Documents) != 1 || added.Documents[0].ExternalID != "help/payments/upi.md" || added.Documents[0].Section != "payments" {
		t.Fatalf("%+v, %v", added.Documents, err)
	}
	var codes []string
	for _, r := range added.Refused {
		codes = append(codes, r.ID+" "+r.Failure.Code)
	}
	if len(codes) != 3 || codes[0] != "help/copy.md duplicate" || codes[1] != "photo.png wrong_type" || codes[2] != "../x.md archive_name" {
		t.Errorf("refused %q", codes)
	}
	var rejected *Rejected
	if _, err := f.AddAll(t.Context(), f.workspace, Upload{FileName: "copy.md", Content: []byte("# UPI\n\nPay by UPI.")}); !errors.As(err, &rejected) || rejected.Other != added.Documents[0].ID {
		t.Errorf("a copy: %v", err)
	}
	if found, err := f.Find(t.Context(), f.workspace, Filter{Words: "UPI.M"}); err != nil || len(found) != 1 {
		t.Errorf("found %d, %v", len(found), err)
	}
	if found, err := f.Find(t.Context(), f.workspace, Filter{Words: "100%"}); err != nil || len(found) != 0 {
		t.Errorf("found %d, %v", len(found), err)
	}
}

// An address is fetched by its job; the same content again is not indexed
// again, a changed one replaces it, and what cannot be fetched says why.
func TestAddress(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	text, status := atomic.Pointer[string]{}, atomic.Int64{}
	page := "<html><title>Returns</title><main><p>Within ten days."
	text.Store(&page)
	status.Store(http.StatusOK)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(int(status.Load()))
		_, _ = w.Write([]byte(*text.Load()))
	}))
	t.Cleanup(site.Close)
	client, err := egress.Client(egress.Options{Trusted: []string{site.URL}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	f.client = client
	hosts := newVisits()
	go1 := func(want State) Document {
		t.Helper()
		d, err := f.AddURL(t.Context(), f.workspace, site.URL+"/returns#top", "", uuid.Nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.fetch(t.Context(), hosts, f.workspace, d.ID, f.revision(t, d.ID), true); err != nil {
			t.Fatal(err)
		}
		if err := f.index(t.Context(), f.workspace, d.ID, f.revision(t, d.ID), true); err != nil {
			t.Fatal(err)
		}
		if d, err = f.Get(t.Context(), f.workspace, d.ID); err != nil || d.State != want {
			t.Fatalf("%+v (%+v), %v", d, d.Failure, err)
		}
		return d
	}
	first := go1(StateReady)
	if first.URL != site.URL+"/returns" || first.Title != "Returns" || first.Origin != OriginURL || first.FetchedAt.IsZero() {
		t.Errorf("%+v", first)
	}
	before := f.chunkIDs(t, first.ID)
	go1(StateReady)
	if after := f.chunkIDs(t, first.ID); len(before) == 0 || after[0] != before[0] {
		t.Error("an unchanged page was indexed again")
	}
	page2 := "<html><title>Returns</title><main><p>Within fourteen days."
	text.Store(&page2)
	go1(StateReady)
	if len(f.find(t, f.workspace, "fourteen")) != 1 || len(f.find(t, f.workspace, "ten")) != 0 {
		t.Error("a changed page was not replaced")
	}
	status.Store(http.StatusNotFound)
	if d := go1(StateFailed); d.Failure.Code != web.CodeMissing {
		t.Errorf("%+v", d.Failure)
	}
	var rejected *Rejected
	if _, err := f.AddURL(t.Context(), f.workspace, "returns", "", uuid.Nil); !errors.As(err, &rejected) || rejected.Failure.Code != web.CodeAddress {
		t.Errorf("no address: %v", err)
	}
}

// revision is the number of a document's content.
func (f fixture) revision(t *testing.T, document uuid.UUID) (n int) {
	t.Helper()
	f.scoped(t, func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT revision FROM document WHERE workspace_id = $1 AND id = $2`, f.workspace, document).Scan(&n)
	})
	return n
}

func (f fixture) chunkIDs(t *testing.T, document uuid.UUID) []uuid.UUID {
	t.Helper()
	passages, err := f.Passages(t.Context(), f.workspace, document, -1, 0)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]uuid.UUID, len(passages))
	for i, p := range passages {
		ids[i] = p.ChunkID
	}
	return ids
}

// What stands still for a minute is stuck, is set going again three times, and
// has then failed; what only waits for its turn is left alone.
func TestStuckIsRestarted(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	d, err := f.Add(t.Context(), f.workspace, Upload{FileName: "returns.md", Content: []byte(returns)})
	if err != nil {
		t.Fatal(err)
	}
	still := func(state State) {
		t.Helper()
		f.scoped(t, func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE document SET state = $2, updated_at = now() - interval '2 minutes', stuck_at = stuck_at - interval '61 seconds' WHERE id = $1`, d.ID, string(state))
			return err
		})
	}
	jobs := func(set string) {
		t.Helper()
		if _, err := f.db.Owner.Exec(t.Context(), `UPDATE river_job SET `+set+` WHERE kind = 'knowledge_index'`); err != nil {
			t.Fatal(err)
		}
	}
	still(StateQueued)
	if n, err := f.Unstick(t.Context(), f.workspace); err != nil || n != 0 {
		t.Fatalf("a document whose job waits: %d, %v", n, err)
	}
	for round := range maxRestarts {
		jobs(`state = 'running', attempt = 1, attempted_at = now(), attempted_by = '{gone}'`)
		still(StateReading)
		if n, err := f.Unstick(t.Context(), f.workspace); err != nil || n != 1 {
			t.Fatalf("round %d: %d, %v", round, n, err)
		}
		if now, err := f.Get(t.Context(), f.workspace, d.ID); err != nil || !now.Stuck || now.State != StateReading {
			t.Fatalf("round %d: %+v, %v", round, now, err)
		}
		if c, err := f.Counts(t.Context(), f.workspace); err != nil || c.Stuck != 1 {
			t.Errorf("counts %+v, %v", c, err)
		}
	}
	jobs(`state = 'running', attempt = 1, attempted_at = now(), attempted_by = '{gone}'`)
	still(StateReading)
	if _, err := f.Unstick(t.Context(), f.workspace); err != nil {
		t.Fatal(err)
	}
	now, err := f.Get(t.Context(), f.workspace, d.ID)
	if err != nil || now.State != StateFailed || now.Failure.Code != "stuck" || now.Stuck {
		t.Fatalf("%+v, %v", now, err)
	}
	if n, err := f.RetryAll(t.Context(), f.workspace); err != nil || n != 1 {
		t.Errorf("retry all: %d, %v", n, err)
	}
	if err := f.index(t.Context(), f.workspace, d.ID, 1, false); err != nil {
		t.Fatal(err)
	}
	if now, err := f.Get(t.Context(), f.workspace, d.ID); err != nil || now.State != StateReady {
		t.Errorf("%+v, %v", now, err)
	}
}
