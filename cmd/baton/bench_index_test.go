//go:build bench

package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/workspace"
)

const (
	// indexedDocuments are dropped at once, a third of each kind.
	indexedDocuments = 200
	// A round is so many chats with the queues of indexing stopped, and then so many with them running, so that whatever else the machine does meets both alike.
	chatsInRound = 20
	// leastRounds are measured at least; on a quick machine more, until all is indexed.
	leastRounds = 6
	// mostRounds bounds the whole.
	mostRounds = 12
	// indexedWithin bounds the wait for the last vector.
	indexedWithin = 15 * time.Minute
)

// Send → ack and send → first delta while 200 documents (PDF of 6 pages, Word, Markdown) are read in children, split and embedded by whatever embedder is
// configured, beside the same chats on the same server while indexing stands still. Both may be at most twice as long at p95.
func TestBenchIndexing(t *testing.T) {
	s := start(t, map[string]string{"DATABASE_URL": durable(t)})
	awaitIndexed(t, s)
	b := newIndexBench(t, s)
	b.await(func() bool {
		return b.progress().InProgress == 0 && strings.Contains(s.log.String(), "all vectors of the model are there")
	})
	chatsOf(t, s, 10) // Warm-up.
	before := b.progress()
	b.stand(true)
	plan, err := os.ReadFile(filepath.Join("..", "..", "knowledge", "source", "testdata", "care-plan.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range indexedDocuments {
		if _, err := b.documents.Add(t.Context(), b.workspace, benchUpload(t, plan, i)); err != nil {
			t.Fatal(err)
		}
	}
	var idleAck, idleDelta, busyAck, busyDelta timings
	var moving time.Duration
	for round := 0; round < mostRounds && b.progress().InProgress > 0; round++ {
		ack, delta := chatsOf(t, s, chatsInRound)
		idleAck, idleDelta = append(idleAck, ack...), append(idleDelta, delta...)
		b.stand(false)
		began := time.Now()
		ack, delta = chatsOf(t, s, chatsInRound)
		left := b.progress().InProgress
		b.stand(true)
		moving += time.Since(began)
		if left == 0 {
			break // Part of this round was idle.
		}
		busyAck, busyDelta = append(busyAck, ack...), append(busyDelta, delta...)
	}
	if len(busyAck) < leastRounds*chatsInRound {
		t.Errorf("only %d chats met indexing", len(busyAck))
	}
	done := b.progress()
	t.Logf("%d of %d documents were left, and %d passages found by words, when the chats ended after %.1f s of indexing", done.InProgress, indexedDocuments, done.Passages-before.Passages, moving.Seconds())
	report(t, "send → ack, idle", idleAck)
	report(t, "send → ack, while indexing", busyAck)
	report(t, "send → first delta, idle", idleDelta)
	report(t, "send → first delta, while indexing", busyDelta)
	for what, pair := range map[string][2]timings{"send → ack": {idleAck, busyAck}, "send → first delta": {idleDelta, busyDelta}} {
		if ratio := float64(pair[1].at(.95)) / float64(pair[0].at(.95)); ratio > 2 {
			t.Errorf("%s: p95 is %.2f times as long while documents are indexed, want at most 2", what, ratio)
		} else {
			t.Logf("%s: p95 ratio %.2f, p50 ratio %.2f", what, ratio, float64(pair[1].at(.5))/float64(pair[0].at(.5)))
		}
	}
	b.finish(before, done)
}

// indexBench is the knowledge base of a running server, and its queues.
type indexBench struct {
	t         *testing.T
	pool      *pgxpool.Pool
	jobs      *river.Client[pgx.Tx]
	documents *knowledge.Store
	workspace uuid.UUID
}

func newIndexBench(t *testing.T, s *server) *indexBench {
	pool, err := connect(t.Context(), s.env["DATABASE_URL"], appRole, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	w, err := workspace.NewStore(pool).ByName(t.Context(), demoWorkspace)
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := insertClient(pool, newLog(s.log, "bench"))
	if err != nil {
		t.Fatal(err)
	}
	return &indexBench{t: t, pool: pool, jobs: jobs, documents: knowledge.New(knowledge.Config{Pool: pool, Jobs: jobs}), workspace: w.ID}
}

func (b *indexBench) progress() knowledge.Counts {
	c, err := b.documents.Counts(b.t.Context(), b.workspace)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

// stand stops the queues of indexing, and waits until what they were at is done, or lets them go on.
func (b *indexBench) stand(still bool) {
	for queue := range knowledge.Queues() {
		err := b.jobs.QueueResume(b.t.Context(), queue, nil)
		if still {
			err = b.jobs.QueuePause(b.t.Context(), queue, nil)
		}
		if err != nil {
			b.t.Fatal(err)
		}
	}
	if still {
		eventually(b.t, "indexing to stand still", func() bool {
			return count(b.t, b.pool, `SELECT count(*) FROM river_job WHERE state = 'running' AND kind LIKE 'knowledge_%'`) == 0
		})
	}
}

// await waits for indexing, which on a busy machine takes long.
func (b *indexBench) await(holds func() bool) {
	for began := time.Now(); !holds(); <-time.After(time.Second) {
		if time.Since(began) > indexedWithin {
			b.t.Fatalf("after %s: %+v", indexedWithin, b.progress())
		}
	}
}

// finish lets what is left be indexed with nobody about, and tells how fast that was.
func (b *indexBench) finish(before, done knowledge.Counts) {
	began := time.Now()
	b.stand(false)
	b.await(func() bool { return b.progress().InProgress == 0 })
	after := b.progress()
	if after.Failed > before.Failed {
		b.t.Errorf("%d documents failed", after.Failed-before.Failed)
	}
	b.t.Logf("%d documents of %d passages were then indexed in %.1f s, with nobody about", done.InProgress, after.Passages-before.Passages, time.Since(began).Seconds())
}

// chatsOf has n visitors ask one question each, one after another.
func chatsOf(t *testing.T, s *server, n int) (acks, deltas timings) {
	questions := []string{"Do you ship to Bengaluru?", "What is your return policy for damaged items?", "How long does a refund take?", "Which cards have no-cost EMI?", "Can I pay cash on delivery?"}
	for i := range n {
		v := visit(t, s)
		began := time.Now()
		v.say(questions[i%len(questions)])
		acks = append(acks, time.Since(began))
		// It may have come already, before the receipt of the question.
		if first := func(f frame) bool { return f.T == "delta" && f.Text != "" }; !slices.ContainsFunc(v.frames, first) {
			v.await("a first delta", first)
		}
		deltas = append(deltas, time.Since(began))
		v.answer()
		_ = v.ws.Close()
	}
	return acks, deltas
}

// benchUpload makes the n-th document: three kinds in turn, no two alike.
func benchUpload(t *testing.T, plan []byte, n int) knowledge.Upload {
	words := fmt.Sprintf("Article %d. ", n) + strings.Repeat(fmt.Sprintf("The part number %d of the series fits the tablet and is sent within %d days. ", n, n%9+1), 12)
	switch n % 3 {
	case 0:
		return knowledge.Upload{FileName: fmt.Sprintf("plan-%d.pdf", n), Content: append(bytes.Clone(plan), fmt.Sprintf("\n%% copy %d\n%%%%EOF\n", n)...)}
	case 1:
		var body strings.Builder
		for part := range 6 {
			fmt.Fprintf(&body, `<p><pPr><outlineLvl val="1"/></pPr><r><t>Part %d of %d</t></r></p><p><r><t>%s</t></r></p>`, part, n, words)
		}
		var packed bytes.Buffer
		w := zip.NewWriter(&packed)
		out, err := w.Create("word/document.xml")
		if err == nil {
			_, err = fmt.Fprintf(out, "<document><body>%s</body></document>", body.String())
		}
		if err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		return knowledge.Upload{FileName: fmt.Sprintf("parts-%d.docx", n), Content: packed.Bytes()}
	}
	return knowledge.Upload{FileName: fmt.Sprintf("article-%d.md", n), Content: []byte(fmt.Sprintf("# Article %d\n\n## One\n\n%s\n\n## Two\n\n%s\n", n, words, words))}
}
