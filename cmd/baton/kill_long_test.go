//go:build long

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	nats "github.com/nats-io/nats-server/v2/server"

	"github.com/baton-chat/baton/internal/localpg"
	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/presence"
)

// A node dies and does not come back: another one on the same database notices its silence and writes the answer, wherever the visitor is by then.
func TestAnotherNodeTakesTheAnswer(t *testing.T) {
	t.Parallel()
	endpoint, env := stalling(t)
	env["DATABASE_URL"], env["NATS_URL"] = pgtest.Empty(t).OwnerURL, natsServer(t)
	first := launch(t, env)
	awaitIndexed(t, first.server)
	env["BATON_DATA"] = t.TempDir()
	other := launch(t, env)
	v := askAndSeeItBegin(t, first)
	app := pool(t, env["DATABASE_URL"], appRole)
	// Either of the two may have taken the round.
	nodes := workedBy(t, app)
	worker, survivor := first, other
	if len(nodes) == 1 && nodes[0] == nodeOf(t, other) {
		worker, survivor = other, first
	}
	if len(nodes) != 1 || nodes[0] != nodeOf(t, worker) {
		t.Fatalf("the round is worked by %v", nodes)
	}
	worker.kill()
	endpoint.Script(wholeAnswer())
	began := time.Now()
	v.dial(survivor.server)
	if answer := v.answer(); answer.Outcome != "answered" || !strings.Contains(answer.Body, "free on orders") {
		t.Errorf("from the other node: %s", answer.Raw)
	}
	took := time.Since(began)
	t.Logf("node killed → answer by another node %v", took.Round(time.Millisecond))
	if took > 45*time.Second {
		t.Errorf("the visitor waited %v:\n%s", took, survivor.log)
	}
	if by := workedBy(t, app); len(by) != 2 || by[1] != nodeOf(t, survivor) {
		t.Errorf("the round was worked by %v", by)
	}
}

// natsServer is a NATS server for the nodes of a test. Without one they would not hear of each other, and a visitor on one node would see nothing of an
// answer that another one writes until it is stored.
func natsServer(t testing.TB) string {
	t.Helper()
	s, err := nats.NewServer(&nats.Options{Host: "127.0.0.1", Port: nats.RANDOM_PORT, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(patience) {
		t.Fatal("the NATS server does not start")
	}
	return s.ClientURL()
}

// workedBy are the nodes that were at a test's one answer, one after another.
func workedBy(t testing.TB, app *pgxpool.Pool) (nodes []string) {
	t.Helper()
	if err := app.QueryRow(t.Context(), `SELECT attempted_by FROM river_job WHERE kind = 'assistant_reply'`).Scan(&nodes); err != nil {
		t.Fatal(err)
	}
	return nodes
}

// nodeOf is the id under which a process is known.
func nodeOf(t testing.TB, p *process) string {
	t.Helper()
	node, err := readNode(filepath.Join(p.env["BATON_DATA"], nodeFile))
	if err != nil {
		t.Fatal(err)
	}
	return node.String()
}

// The database is away for longer than a node's silence may last, and cannot be started. The process stays, says so in few lines, and goes on afterwards.
func TestLongOutage(t *testing.T) {
	t.Parallel()
	env := map[string]string{"BATON_DATA": privateData(t)}
	p := launch(t, env)
	cluster := attach(t, p)
	awaitIndexed(t, p.server)
	v := visit(t, p.server)
	socket := socketDir(t, cluster)
	// A directory that others can enter is refused for the socket.
	if err := os.Chmod(socket, 0o755); err != nil {
		t.Fatal(err)
	}
	killPostmaster(t, cluster)
	outage := time.NewTimer(presence.Patience + 10*time.Second)
	for over := false; !over; {
		select {
		case <-outage.C:
			over = true
		case <-time.After(time.Second):
			if status, _ := p.get("/healthz"); status != 200 {
				t.Errorf("status %d while the database is away", status)
			}
		}
	}
	if err := os.Chmod(socket, 0o700); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	eventually(t, "the server to be ready", func() bool {
		status, _ := p.get("/readyz")
		return status == 200
	})
	v.dial(p.server)
	v.sayUntilStored(question)
	t.Logf("database can start again → ack %v", time.Since(began).Round(time.Millisecond))
	v.answer()
	eventually(t, "the end of the outage to be told", func() bool {
		log := p.log.String()
		return strings.Contains(log, "reaches the database again") && strings.Contains(log, "presence is stored again") && strings.Contains(log, "visitors are served again")
	})
	assertCalm(t, p)
	t.Logf("the log:\n%s", p.log)
}

func socketDir(t *testing.T, cluster *localpg.Cluster) string {
	t.Helper()
	var dir string
	if err := pool(t, cluster.SuperURL(), "").QueryRow(t.Context(), `SELECT current_setting('unix_socket_directories')`).Scan(&dir); err != nil {
		t.Fatal(err)
	}
	dir = strings.Trim(dir, `"`)
	if info, err := os.Stat(dir); err != nil || info.Sys().(*syscall.Stat_t).Mode&0o777 != 0o700 {
		t.Fatalf("the socket's directory is %q", dir)
	}
	return dir
}
