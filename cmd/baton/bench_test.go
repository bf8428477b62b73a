//go:build bench

package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/internal/localpg"
)

// Benchmarks that stand side by side: every figure comes with its reference from the same run, because the machine's speed drifts.
const (
	repetitions = 7
	perRound    = 100
	think       = 3 * time.Millisecond
	// perVisitor stays below the limit on one visitor's frames.
	perVisitor = 12
	benchText  = "Is anybody there? I wrote about the broken screen an hour ago and would like to know how it goes on from here."
)

type timings []time.Duration

func (t timings) at(p float64) time.Duration {
	sorted := slices.Sorted(slices.Values(t))
	return sorted[min(len(sorted)-1, int(p*float64(len(sorted))))]
}

func report(t *testing.T, name string, ours timings) {
	t.Logf("%-36s p50 %8.2f ms   p95 %8.2f ms   n %d", name, ms(ours.at(.5)), ms(ours.at(.95)), len(ours))
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Send → ack over the real socket, beside the same rows written by bare pgx on one connection: message, conversation, device, in one
// transaction with the workspace set. The conversation waits for a person, so no job is part of it.
func TestBenchAck(t *testing.T) {
	s := start(t, map[string]string{"DATABASE_URL": durable(t)})
	awaitIndexed(t, s)
	crowd := waiting(t, s, (repetitions+1)*perRound/perVisitor+1)
	bare := newBare(t, s, crowd[0].conv)
	var ratios50, ratios95 []float64
	var allOurs, allBare timings
	said := 0
	for rep := range repetitions + 1 {
		ours, theirs := make(timings, perRound), make(timings, perRound)
		for i := range perRound {
			v := crowd[said/perVisitor]
			ours[i] = timed(func() { v.say(benchText) })
			said++
			pause()
		}
		for i := range perRound {
			theirs[i] = timed(bare.write)
			pause()
		}
		if rep == 0 {
			continue // Warm-up: plans, caches, connections.
		}
		allOurs, allBare = append(allOurs, ours...), append(allBare, theirs...)
		ratios50 = append(ratios50, float64(ours.at(.5))/float64(theirs.at(.5)))
		ratios95 = append(ratios95, float64(ours.at(.95))/float64(theirs.at(.95)))
	}
	report(t, "send → ack", allOurs)
	report(t, "the same rows from bare pgx", allBare)
	slices.Sort(ratios50)
	slices.Sort(ratios95)
	t.Logf("ratio p50 %.2f (%.2f–%.2f)   ratio p95 %.2f (%.2f–%.2f)", ratios50[repetitions/2], ratios50[0], ratios50[repetitions-1], ratios95[repetitions/2], ratios95[0], ratios95[repetitions-1])
}

// durable is a private cluster as `make run` has it, with fsync on: test databases do without.
func durable(t *testing.T) string {
	data := dataDir(t)
	cluster, err := localpg.Open(t.Context(), data, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	return cluster.OwnerURL()
}

// dataDir is a data directory that leaves nothing behind: called by root, the cluster lives elsewhere, where LOCATION says.
func dataDir(t *testing.T) string {
	data := t.TempDir()
	t.Cleanup(func() {
		place, err := os.ReadFile(filepath.Join(data, "postgres", "LOCATION"))
		if first, _, _ := strings.Cut(string(place), "\n"); err == nil && strings.HasPrefix(first, "/var/lib/baton/") {
			_ = os.RemoveAll(first)
		}
	})
	return data
}

// waiting opens as many visitors as the limit on one visitor's messages asks for. Each waits for a person.
func waiting(t *testing.T, s *server, n int) []*visitor {
	crowd := make([]*visitor, n)
	for i := range crowd {
		v := visit(t, s)
		v.send(map[string]any{"t": "person", "conv": v.conv, "on": true})
		v.state("waiting")
		crowd[i] = v
	}
	return crowd
}

func timed(fn func()) time.Duration {
	began := time.Now()
	fn()
	return time.Since(began)
}

// pause is a visitor's think time, much shortened; without it the closed loop measures wake-ups.
func pause() { <-time.After(think) }

type bare struct {
	t                             *testing.T
	conn                          *pgx.Conn
	workspace, conversation, devi uuid.UUID
	seq                           int64
}

// newBare prepares a second conversation that only the bare writer touches.
func newBare(t *testing.T, s *server, conv string) *bare {
	ctx := t.Context()
	pool, err := connect(ctx, s.env["DATABASE_URL"], appRole, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	acquired, err := pool.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(acquired.Release)
	b := &bare{t: t, conn: acquired.Conn(), conversation: uuid.Must(uuid.NewV7())}
	if err := b.conn.QueryRow(ctx, `SELECT id FROM workspace WHERE name = $1`, demoWorkspace).Scan(&b.workspace); err != nil {
		t.Fatal(err)
	}
	err = pgx.BeginFunc(ctx, b.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT set_config('baton.workspace_id', $1, true)`, b.workspace.String()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO conversation (workspace_id, id, inbox_id, visitor_id) SELECT workspace_id, $2, inbox_id, visitor_id FROM conversation WHERE workspace_id = $1 AND id = $3`,
			b.workspace, b.conversation, conv); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT d.id FROM device d JOIN conversation c ON c.workspace_id = d.workspace_id AND c.visitor_id = d.visitor_id WHERE d.workspace_id = $1 AND c.id = $2`,
			b.workspace, b.conversation).Scan(&b.devi)
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bare) write() {
	ctx := b.t.Context()
	b.seq++
	batch := &pgx.Batch{}
	batch.Queue(`BEGIN`)
	batch.Queue(`SELECT set_config('baton.workspace_id', $1, true)`, b.workspace.String())
	batch.Queue(`UPDATE conversation SET head = $3, last_visitor_seq = $3, preview_seq = $3, last_visitor_at = now(), updated_at = now() WHERE workspace_id = $1 AND id = $2`, b.workspace, b.conversation, b.seq)
	batch.Queue(`INSERT INTO message (workspace_id, conversation_id, seq, cid, kind, author_kind, body, body_hash) VALUES ($1, $2, $3, $4, 'text', 'visitor', $5, sha256(convert_to($5, 'UTF8')))`,
		b.workspace, b.conversation, b.seq, uuid.Must(uuid.NewV7()), benchText)
	batch.Queue(`UPDATE device SET counter = counter WHERE workspace_id = $1 AND id = $2`, b.workspace, b.devi)
	batch.Queue(`COMMIT`)
	if err := b.conn.SendBatch(ctx, batch).Close(); err != nil {
		b.t.Fatal(err)
	}
}

// Send → first delta and → answer committed, with the extractive model, whose own time is near zero: what is left is ours.
func TestBenchAnswer(t *testing.T) {
	s := start(t, map[string]string{"DATABASE_URL": durable(t)})
	awaitIndexed(t, s)
	questions := []string{"Do you ship to Bengaluru?", "What is your return policy for damaged items?", "How long does a refund take?", "Which cards have no-cost EMI?", "Can I pay cash on delivery?"}
	var acks, deltas, answers timings
	for i := range 120 {
		v := visit(t, s)
		began := time.Now()
		v.say(questions[i%len(questions)])
		ack := time.Since(began)
		v.await("a first delta", func(f frame) bool { return f.T == "delta" && f.Text != "" })
		delta := time.Since(began)
		v.answer()
		if i >= 20 {
			acks, deltas, answers = append(acks, ack), append(deltas, delta), append(answers, time.Since(began))
		}
		_ = v.ws.Close()
	}
	report(t, "send → ack, with the answer's job", acks)
	report(t, "send → first delta", deltas)
	report(t, "send → answer committed and shown", answers)
}

// First and second start of the built binary with a private cluster, its resident memory when idle, and the binary's size.
func TestBenchStart(t *testing.T) {
	binary, err := filepath.Abs("../../bin/baton")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatalf("run `make build` first: %v", err)
	}
	t.Logf("binary %.1f MB", float64(info.Size())/1e6)
	data := dataDir(t)
	for _, name := range []string{"first start → ready", "second start → ready", "third start → ready"} {
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		cmd := exec.CommandContext(ctx, binary, "serve")
		cmd.Env = append(os.Environ(), "BATON_DATA="+data, "BATON_ADDR=127.0.0.1:0", "DATABASE_URL=")
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for lines.Scan() && !strings.HasPrefix(lines.Text(), "knowledge=") {
			continue
		}
		t.Logf("%-24s %.2f s", name, time.Since(began).Seconds())
		if name != "first start → ready" {
			<-time.After(3 * time.Second) // Memory of a server that has settled.
			t.Logf("resident when idle: %s", resident(t, cmd.Process.Pid))
		}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
		cancel()
	}
}

func resident(t *testing.T, pid int) string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}
