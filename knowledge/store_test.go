package knowledge

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/knowledge/source"
)

const returns = "# Returns\n\nYou may send anything back within ten days.\n\n## Damaged items\n\nA cracked screen is replaced at no cost.\n"

// An upload goes through its states in a River job, and is found.
func TestUploadIsIndexedByItsJob(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.useToy(t)
	f.work(t)
	agent := uuid.Must(uuid.NewV7())
	d, err := f.Add(t.Context(), f.workspace, Upload{FileName: "returns.md", Content: []byte(returns), CreatedBy: agent})
	if err != nil {
		t.Fatal(err)
	}
	heard := f.events.until(t, d.ID, StateReady)
	// What happened is told by updated_at; two who publish may overtake each other.
	slices.SortStableFunc(heard, func(a, b Document) int { return a.UpdatedAt.Compare(b.UpdatedAt) })
	var states []State
	for _, d := range heard {
		if len(states) == 0 || states[len(states)-1] != d.State {
			states = append(states, d.State)
		}
	}
	if diff := cmp.Diff([]State{StateQueued, StateReading, StateSplitting, StateEmbedding, StateReady}, states); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	last := heard[len(heard)-1]
	if last.Title != "Returns" || last.Passages != 2 || last.Done != 2 || last.Total != 2 || last.CreatedBy != agent || last.Failure != nil {
		t.Errorf("ready document: %+v", last)
	}
	if diff := cmp.Diff([]string{"returns.md"}, f.find(t, f.workspace, "cracked screen")); diff != "" {
		t.Error(diff)
	}
	content, err := f.File(t.Context(), f.workspace, d.ID)
	if err != nil || string(content) != returns {
		t.Errorf("the file came back as %q, %v", content, err)
	}
}

// What reading finds wrong ends in a failure with cause and fix, and a better
// file under the same name mends it.
func TestUnreadableFileFailsAndIsMended(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	d, err := f.Add(t.Context(), f.workspace, Upload{FileName: "notes.txt", Content: []byte("Gr\xfc\xdfe")})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.index(t.Context(), f.workspace, d.ID, 1, false); err != nil {
		t.Fatal(err)
	}
	d, err = f.Get(t.Context(), f.workspace, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if d.State != StateFailed || d.Failure == nil || d.Failure.Code != source.CodeCharset || d.Failure.Fix == "" {
		t.Fatalf("%+v, failure %+v", d, d.Failure)
	}
	failed, err := f.List(t.Context(), f.workspace, Failed, uuid.Nil, 10)
	if err != nil || len(failed) != 1 {
		t.Errorf("failed documents: %v, %v", failed, err)
	}
	d, err = f.Add(t.Context(), f.workspace, Upload{FileName: "notes.txt", Content: []byte("Grüße aus Köln")})
	if err != nil || d.State != StateQueued {
		t.Fatalf("%+v, %v", d, err)
	}
	if err := f.index(t.Context(), f.workspace, d.ID, 2, false); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"notes.txt"}, f.find(t, f.workspace, "Köln")); diff != "" {
		t.Error(diff)
	}
}

func TestRefusedUploads(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	if _, err := f.Add(t.Context(), f.workspace, Upload{FileName: "returns.md", Content: []byte(returns)}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		code string
		up   Upload
	}{
		{source.CodeEmpty, Upload{FileName: "a.md"}},
		{source.CodeWrongType, Upload{FileName: "a.md", Content: []byte("\x89PNG")}},
		{source.CodeArchive, Upload{FileName: "a.zip", Content: []byte("PK\x05\x06")}},
		{source.CodeTooLarge, Upload{FileName: "a.md", Content: make([]byte, source.MaxBytes+1)}},
		{"duplicate", Upload{FileName: "copy.md", Content: []byte(returns)}},
		{"name", Upload{Content: []byte("x")}},
		{"name", Upload{FileName: "a\x00.md", Content: []byte("x")}},
	} {
		_, err := f.Add(t.Context(), f.workspace, c.up)
		var rejected *Rejected
		if !errors.As(err, &rejected) || rejected.Failure.Code != c.code || rejected.Failure.Fix == "" {
			t.Errorf("%s: got %v", c.code, err)
		}
	}
	counts, err := f.Counts(t.Context(), f.workspace)
	if err != nil || counts.Documents != 1 {
		t.Errorf("refused uploads left something: %+v, %v", counts, err)
	}
}

// The same content under the same name is not indexed twice.
func TestUnchangedContentIsLeftAlone(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	entry := Entry{ID: "a", Title: "Returns", Text: "Ten days."}
	f.ingest(t, f.workspace, entry)
	before := f.chunks(t)
	p, err := f.Ingest(t.Context(), f.workspace, func(yield func(Entry, error) bool) { yield(entry, nil) }, IngestOptions{})
	if err != nil || p.Unchanged != 1 || p.Passages != 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	if diff := cmp.Diff(before, f.chunks(t)); diff != "" {
		t.Error("passages were written anew:", diff)
	}
	up := Upload{FileName: "b.md", Content: []byte(returns)}
	first, err := f.Add(t.Context(), f.workspace, up)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.index(t.Context(), f.workspace, first.ID, 1, false); err != nil {
		t.Fatal(err)
	}
	if again, err := f.Add(t.Context(), f.workspace, up); err != nil || again.State != StateReady || again.ID != first.ID {
		t.Errorf("%+v, %v", again, err)
	}
	var jobs int
	if err := f.db.Owner.QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'knowledge_index'`).Scan(&jobs); err != nil || jobs != 1 {
		t.Errorf("%d jobs, %v; want 1", jobs, err)
	}
}

func (f fixture) chunks(t *testing.T) (ids []uuid.UUID) {
	t.Helper()
	f.scoped(t, func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id FROM chunk WHERE workspace_id = $1 ORDER BY id`, f.workspace)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	return ids
}

// A job for a content that was replaced meanwhile changes nothing.
func TestStaleJobStops(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	d, err := f.Add(t.Context(), f.workspace, Upload{FileName: "a.md", Content: []byte("old words")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Add(t.Context(), f.workspace, Upload{FileName: "a.md", Content: []byte("new words")}); err != nil {
		t.Fatal(err)
	}
	for _, revision := range []int{2, 1} {
		if err := f.index(t.Context(), f.workspace, d.ID, revision, false); err != nil {
			t.Fatal(err)
		}
	}
	if got := f.find(t, f.workspace, "old"); len(got) != 0 {
		t.Errorf("the replaced content is found: %v", got)
	}
	if diff := cmp.Diff([]string{"a.md"}, f.find(t, f.workspace, "new")); diff != "" {
		t.Error(diff)
	}
	if err := f.index(t.Context(), f.workspace, uuid.New(), 1, false); err != nil {
		t.Errorf("a job for a deleted document must end quietly: %v", err)
	}
}

// Words and numbers stay true whatever is added, replaced and deleted.
func TestStatisticsStayTrue(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	chance := rand.New(rand.NewPCG(3, 4))
	vocabulary := strings.Fields("order refund screen battery courier charge pen keyboard warranty coupon tablet invoice")
	sentence := func() string {
		var b strings.Builder
		for range 3 + chance.IntN(600) {
			b.WriteString(vocabulary[chance.IntN(len(vocabulary))] + ". ")
		}
		return b.String()
	}
	documents := map[string]uuid.UUID{}
	for range 25 {
		var batch []Entry
		for range 1 + chance.IntN(4) {
			batch = append(batch, Entry{ID: fmt.Sprint(chance.IntN(8)), Title: sentence()[:10], Text: sentence()})
		}
		f.ingest(t, f.workspace, batch...)
		list, err := f.List(t.Context(), f.workspace, All, uuid.Nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			documents[d.ExternalID] = d.ID
		}
		if id := fmt.Sprint(chance.IntN(8)); documents[id] != uuid.Nil {
			if err := f.Delete(t.Context(), f.workspace, documents[id]); err != nil {
				t.Fatal(err)
			}
			delete(documents, id)
		}
		f.checkStatistics(t)
	}
	for _, id := range documents {
		if err := f.Delete(t.Context(), f.workspace, id); err != nil {
			t.Fatal(err)
		}
	}
	f.checkStatistics(t)
	f.scoped(t, func(ctx context.Context, tx pgx.Tx) error {
		var left int
		err := tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM term_stat WHERE workspace_id = $1) + (SELECT count(*) FROM chunk_term WHERE workspace_id = $1)`, f.workspace).Scan(&left)
		if left != 0 {
			t.Errorf("%d words are left of an empty knowledge base", left)
		}
		return err
	})
}

// checkStatistics counts everything anew and compares.
func (f fixture) checkStatistics(t *testing.T) {
	t.Helper()
	for name, query := range map[string]string{
		"postings": `
			SELECT count(*) FROM (
			    SELECT w.term, c.id, w.tf, c.length FROM chunk c, unnest(c.terms, c.tfs) AS w (term, tf) WHERE c.workspace_id = $1
			) a FULL JOIN (SELECT * FROM chunk_term WHERE workspace_id = $1) b
			  ON a.term = b.term AND a.id = b.chunk_id AND a.tf = b.tf AND a.length = b.length
			WHERE a.id IS NULL OR b.chunk_id IS NULL`,
		"passages of a word": `
			SELECT count(*) FROM (SELECT term, count(*) AS n FROM chunk_term WHERE workspace_id = $1 GROUP BY term) a
			FULL JOIN (SELECT term, passages FROM term_stat WHERE workspace_id = $1) b ON a.term = b.term AND a.n = b.passages
			WHERE a.term IS NULL OR b.term IS NULL`,
		"totals": `
			SELECT count(*) FROM knowledge_stat s, (SELECT count(*) AS n, coalesce(sum(length), 0) AS l FROM chunk WHERE workspace_id = $1) c
			WHERE s.workspace_id = $1 AND (s.passages <> c.n OR s.terms <> c.l)`,
		"lengths": `SELECT count(*) FROM chunk WHERE workspace_id = $1 AND length <> (SELECT sum(n) FROM unnest(tfs) AS n)`,
	} {
		f.scoped(t, func(ctx context.Context, tx pgx.Tx) error {
			var wrong int
			err := tx.QueryRow(ctx, query, f.workspace).Scan(&wrong)
			if wrong != 0 {
				t.Errorf("%s: %d rows are wrong", name, wrong)
			}
			return err
		})
	}
}

func TestListGetPassagesDelete(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	for i := range 5 {
		f.ingest(t, f.workspace, Entry{ID: fmt.Sprint(i), Title: fmt.Sprintf("Page %d", i), Heading: "Part", Text: "Some text.", URL: "/p", Locale: "en"})
	}
	var seen []string
	before := uuid.Nil
	for {
		page, err := f.List(t.Context(), f.workspace, All, before, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, d := range page {
			seen = append(seen, d.ExternalID)
		}
		before = page[len(page)-1].ID
	}
	if diff := cmp.Diff([]string{"4", "3", "2", "1", "0"}, seen); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	passages, err := f.Passages(t.Context(), f.workspace, before, -1, 0)
	if err != nil || len(passages) != 1 || !slices.Equal(passages[0].Heading, []string{"Part"}) || passages[0].Text != "Some text." {
		t.Errorf("%+v, %v", passages, err)
	}
	counts, err := f.Counts(t.Context(), f.workspace)
	if diff := cmp.Diff(Counts{Documents: 5, Passages: 5}, counts); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if err := f.Delete(t.Context(), f.workspace, before); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Get(t.Context(), f.workspace, before); !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v, want ErrUnknown", err)
	}
	if err := f.Delete(t.Context(), f.workspace, before); !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v, want ErrUnknown", err)
	}
}

// Imports refuse single entries with a reason and take the rest; the later of
// two with one id wins.
func TestIngestRefusesSingleEntries(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	entries := []Entry{
		{ID: "a", Text: "first words"},
		{ID: "", Text: "x"},
		{ID: "empty"},
		{ID: "a", Text: "second words\x00"},
		{ID: "f.md", FileName: "f.md", Content: []byte("# File\n\nfrom disk")},
		{ID: "p.pdf", FileName: "p.pdf", Content: []byte("%PDF-")},
	}
	p, err := f.Ingest(t.Context(), f.workspace, func(yield func(Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}, IngestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var refused []string
	for _, r := range p.Refused {
		refused = append(refused, r.ID+":"+r.Failure.Code)
	}
	if diff := cmp.Diff([]string{":name", "empty:empty", "p.pdf:missing_pdftotext"}, refused); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a"}, f.find(t, f.workspace, "second")); diff != "" {
		t.Error(diff)
	}
	if got := f.find(t, f.workspace, "first"); len(got) != 0 {
		t.Errorf("the earlier entry is found: %v", got)
	}
	if diff := cmp.Diff([]string{"f.md"}, f.find(t, f.workspace, "disk")); diff != "" {
		t.Error(diff)
	}
	broken := errors.New("line 7")
	_, err = f.Ingest(t.Context(), f.workspace, func(yield func(Entry, error) bool) { yield(Entry{}, broken) }, IngestOptions{})
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want the sequence's error", err)
	}
}
