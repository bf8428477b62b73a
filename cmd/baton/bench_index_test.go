//go:build bench

package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/workspace"
)

const (
	// indexedDocuments are dropped at once, a third of each kind.
	indexedDocuments = 200
	// idleChats are measured before, and at least so many while documents are indexed.
	idleChats = 60
	// indexedWithin bounds the wait for the last vector.
	indexedWithin = 15 * time.Minute
)

// Send → ack and send → first delta while 200 documents (PDF of 6 pages, Word, Markdown) are read in children, split and embedded by whatever embedder is
// configured, beside the same chats on the same server before it. Both may be at most twice as long at p95.
func TestBenchIndexing(t *testing.T) {
	s := start(t, map[string]string{"DATABASE_URL": durable(t)})
	awaitIndexed(t, s)
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
	documents := knowledge.New(knowledge.Config{Pool: pool, Jobs: jobs})
	progress := func() knowledge.Counts {
		c, err := documents.Counts(t.Context(), w.ID)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	eventually(t, "vectors of the help pages", func() bool { return progress().InProgress == 0 })
	chatsOf(t, s, 10) // Warm-up.
	idleAck, idleDelta := chatsOf(t, s, idleChats)

	plan, err := os.ReadFile(filepath.Join("..", "..", "knowledge", "source", "testdata", "care-plan.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	before := progress()
	began := time.Now()
	for i := range indexedDocuments {
		if _, err := documents.Add(t.Context(), w.ID, benchUpload(t, plan, i)); err != nil {
			t.Fatal(err)
		}
	}
	var busyAck, busyDelta timings
	for progress().InProgress > 0 && len(busyAck) < 5*idleChats {
		ack, delta := chatsOf(t, s, 10)
		busyAck, busyDelta = append(busyAck, ack...), append(busyDelta, delta...)
	}
	t.Logf("%d of %d documents were left when the chats ended", progress().InProgress, indexedDocuments)
	report(t, "send → ack, idle", idleAck)
	report(t, "send → ack, while indexing", busyAck)
	report(t, "send → first delta, idle", idleDelta)
	report(t, "send → first delta, while indexing", busyDelta)
	for what, pair := range map[string][2]timings{"send → ack": {idleAck, busyAck}, "send → first delta": {idleDelta, busyDelta}} {
		if ratio := float64(pair[1].at(.95)) / float64(pair[0].at(.95)); ratio > 2 {
			t.Errorf("%s: p95 is %.2f times as long while documents are indexed, want at most 2", what, ratio)
		} else {
			t.Logf("%s: p95 ratio %.2f", what, ratio)
		}
	}
	for progress().InProgress > 0 {
		if time.Since(began) > indexedWithin {
			t.Fatalf("after %s: %+v", indexedWithin, progress())
		}
		<-time.After(time.Second)
	}
	took, after := time.Since(began), progress()
	if after.Failed > before.Failed {
		t.Errorf("%d documents failed", after.Failed-before.Failed)
	}
	t.Logf("%d documents, %d passages in %.1f s beside the chats: %.1f documents/s, %.1f passages/s", indexedDocuments, after.Passages-before.Passages, took.Seconds(),
		indexedDocuments/took.Seconds(), float64(after.Passages-before.Passages)/took.Seconds())
}

// chatsOf has n visitors ask one question each, one after another.
func chatsOf(t *testing.T, s *server, n int) (acks, deltas timings) {
	questions := []string{"Do you ship to Bengaluru?", "What is your return policy for damaged items?", "How long does a refund take?", "Which cards have no-cost EMI?", "Can I pay cash on delivery?"}
	for i := range n {
		v := visit(t, s)
		began := time.Now()
		v.say(questions[i%len(questions)])
		acks = append(acks, time.Since(began))
		v.await("a first delta", func(f frame) bool { return f.T == "delta" && f.Text != "" })
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
