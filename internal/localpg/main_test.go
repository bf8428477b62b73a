package localpg

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// childEnvName makes this test program a user of the cluster in the directory
// that the variable names, so that tests have other processes to kill.
const childEnvName = "BATON_TEST_LOCALPG_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnvName); dir != "" {
		os.Exit(beUser(dir))
	}
	os.Exit(m.Run())
}

// beUser opens the cluster, says so, and closes it when its input ends.
func beUser(dir string) int {
	c, err := Open(context.Background(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Println("error:", err)
		return 1
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := c.Close(); err != nil {
		fmt.Println("error:", err)
		return 1
	}
	return 0
}

// otherUser is another process that uses a cluster.
type otherUser struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines *bufio.Scanner
}

func startUser(t *testing.T, dir string) *otherUser {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childEnvName+"="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return &otherUser{cmd, stdin, bufio.NewScanner(stdout)}
}

func (u *otherUser) awaitReady(t *testing.T) {
	t.Helper()
	if !u.lines.Scan() || u.lines.Text() != "ready" {
		t.Fatalf("the other process said %q instead of ready", u.lines.Text())
	}
}

// leave lets the process close its cluster and end.
func (u *otherUser) leave(t *testing.T) {
	t.Helper()
	u.stdin.Close()
	for u.lines.Scan() {
		t.Errorf("the other process said %q", u.lines.Text())
	}
	if err := u.cmd.Wait(); err != nil {
		t.Errorf("the other process ended with %v", err)
	}
}

// dataDir is a data directory whose cluster is gone when the test ends, also
// where root keeps it elsewhere.
func dataDir(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir() + "/" + name
	t.Cleanup(func() { removeCluster(t, dir) })
	return dir
}

func removeCluster(t *testing.T, dir string) {
	t.Helper()
	p, err := locate(dir)
	if err != nil {
		return // never came to be
	}
	if file, ok := p.readPIDFile(); ok && p.isServer(file.pid) {
		t.Errorf("a server is left behind in %s", p.cluster)
		_ = syscall.Kill(file.pid, syscall.SIGQUIT)
	}
	if strings.HasPrefix(p.base, rootBase+"/") {
		if err := os.RemoveAll(p.base); err != nil {
			t.Error(err)
		}
	}
}

func open(t *testing.T, dir string) *Cluster {
	t.Helper()
	c, err := Open(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func closeCluster(t *testing.T, c *Cluster) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func serverPID(t *testing.T, c *Cluster) int {
	t.Helper()
	file, ok := c.place.readPIDFile()
	if !ok || !c.place.isServer(file.pid) {
		t.Fatal("no server is running")
	}
	return file.pid
}

// ask runs a query for one value.
func ask[T any](t *testing.T, url, query string, args ...any) T {
	t.Helper()
	var value T
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(t.Context(), query, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

func run(t *testing.T, url, statement string) error {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), statement)
	return err
}

// logBuffer is a log that may be read while it is written.
type logBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func itoa(n int) string { return strconv.Itoa(n) }

// await waits for a condition that another process brings about.
func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !condition(); {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for: %s", what)
		}
		if err := pause(t.Context(), statePoll); err != nil {
			t.Fatal(err)
		}
	}
}
