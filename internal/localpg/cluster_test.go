package localpg

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestFreshClusterIsWhatOperatorsHave(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	c := open(t, dataDir(t, "data"))
	t.Cleanup(func() { closeCluster(t, c) })
	t.Logf("fresh cluster ready after %v", time.Since(begin))
	for query, want := range map[string]string{
		"SELECT current_user": OwnerRole,
		"SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()":                         OwnerRole,
		"SELECT concat(rolsuper, rolbypassrls, rolcreaterole, rolcreatedb) FROM pg_roles WHERE rolname=current_user": "fftf",
		"SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()":                   "UTF8",
		"SHOW listen_addresses":   "",
		"SHOW fsync":              "on",
		"SHOW full_page_writes":   "on",
		"SHOW synchronous_commit": "on",
		"SHOW TimeZone":           "UTC",
		"SELECT ('[1,2,3]'::vector <-> '[1,2,3]'::vector)::text": "0",
	} {
		if got := ask[string](t, c.OwnerURL(), query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	if super := ask[bool](t, c.SuperURL(), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"); !super {
		t.Error("SuperURL does not connect as a superuser")
	}
	assertServerProcess(t, serverPID(t, c))
}

// assertServerProcess: never root, and out of reach of the terminal's Ctrl-C.
func assertServerProcess(t *testing.T, pid int) {
	t.Helper()
	var stat syscall.Stat_t
	if err := syscall.Stat("/proc/self", &stat); err != nil {
		return // no /proc here; the session is tested through the other calls
	}
	info, err := os.Stat(filepath.Join("/proc", itoa(pid)))
	if err != nil {
		t.Fatal(err)
	}
	if owner := info.Sys().(*syscall.Stat_t).Uid; owner == 0 {
		t.Error("the server runs as root")
	}
	group, err := syscall.Getpgid(pid)
	if err != nil {
		t.Fatal(err)
	}
	if group != pid || group == syscall.Getpgrp() {
		t.Errorf("the server is in process group %d, ours is %d", group, syscall.Getpgrp())
	}
}

func TestSecondStartKeepsTheData(t *testing.T) {
	t.Parallel()
	dir := dataDir(t, "data")
	c := open(t, dir)
	if err := run(t, c.OwnerURL(), "CREATE TABLE kept AS SELECT 42 AS x"); err != nil {
		t.Fatal(err)
	}
	closeCluster(t, c)
	begin := time.Now()
	c = open(t, dir)
	t.Logf("second start took %v", time.Since(begin))
	defer closeCluster(t, c)
	if got := ask[int](t, c.OwnerURL(), "SELECT x FROM kept"); got != 42 {
		t.Errorf("kept %d", got)
	}
}

func TestLastUserStopsTheServer(t *testing.T) {
	t.Parallel()
	dir := dataDir(t, "data")
	other := startUser(t, dir)
	other.awaitReady(t)
	c := open(t, dir)
	pid := serverPID(t, c)
	other.leave(t)
	if serverPID(t, c) != pid || ask[int](t, c.OwnerURL(), "SELECT 1") != 1 {
		t.Error("the server did not outlive the user that started it")
	}
	closeCluster(t, c)
	if c.place.running() {
		t.Error("the last user left and the server runs on")
	}
	if _, err := os.Stat(c.host); err == nil {
		t.Errorf("the socket's directory %s is left behind", c.host)
	}
}

func TestKilledUserIsSurvivedAndAdopted(t *testing.T) {
	t.Parallel()
	dir := dataDir(t, "data")
	other := startUser(t, dir)
	other.awaitReady(t)
	if err := other.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.cmd.Wait()
	p, err := locate(dir)
	if err != nil {
		t.Fatal(err)
	}
	before, ok := p.readPIDFile()
	if !ok || !p.isServer(before.pid) {
		t.Fatal("the server died with its user")
	}
	begin := time.Now()
	c := open(t, dir)
	t.Logf("adopted after %v", time.Since(begin))
	if got := serverPID(t, c); got != before.pid {
		t.Errorf("process %d instead of the running %d", got, before.pid)
	}
	closeCluster(t, c)
	if p.running() {
		t.Error("an adopted server was not stopped")
	}
}

func TestManyAtOnceShareOneServer(t *testing.T) {
	t.Parallel()
	dir := dataDir(t, "data")
	var others []*otherUser
	for range 4 {
		others = append(others, startUser(t, dir))
	}
	for _, other := range others {
		other.awaitReady(t)
	}
	c := open(t, dir)
	for _, other := range others {
		other.leave(t)
	}
	if ask[int](t, c.OwnerURL(), "SELECT 1") != 1 {
		t.Error("no server")
	}
	closeCluster(t, c)
}

func TestKilledServerIsStartedAgain(t *testing.T) {
	t.Parallel()
	c := open(t, dataDir(t, "data"))
	defer closeCluster(t, c)
	if err := run(t, c.OwnerURL(), "CREATE TABLE kept AS SELECT 42 AS x"); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	pid := serverPID(t, c)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	await(t, "a new server", func() bool {
		file, ok := c.place.readPIDFile()
		return ok && file.pid != pid && file.status == statusReady
	})
	t.Logf("ready again %v after kill -9", time.Since(begin))
	if got := ask[int](t, c.OwnerURL(), "SELECT x FROM kept"); got != 42 {
		t.Errorf("kept %d", got)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// While the server cannot be started, Run tries on and says so once; it starts when it can.
func TestFailingRestartIsTriedAgain(t *testing.T) {
	t.Parallel()
	dir := dataDir(t, "data")
	var said logBuffer
	c, err := Open(t.Context(), dir, slog.New(slog.NewTextHandler(&said, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer closeCluster(t, c)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	pid := serverPID(t, c)
	// A directory that others can enter is refused for the socket.
	if err := os.Chmod(c.host, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	await(t, "a failure to be told", func() bool { return strings.Contains(said.String(), "cannot be started again") })
	// Two more attempts take 1 and 2 s.
	if err := pause(t.Context(), 4*time.Second); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(c.host, 0o700); err != nil {
		t.Fatal(err)
	}
	await(t, "a new server", func() bool {
		file, ok := c.place.readPIDFile()
		return ok && file.pid != pid && file.status == statusReady
	})
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	for _, line := range []string{"is gone", "cannot be started again"} {
		if n := strings.Count(said.String(), line); n != 1 {
			t.Errorf("%q was said %d times:\n%s", line, n, said.String())
		}
	}
}

// A process number in postmaster.pid may belong to any program by now; ours is
// alive and is no server.
func TestStalePIDFileOfAReusedNumber(t *testing.T) {
	t.Parallel()
	dir := dataDir(t, "data")
	c := open(t, dir)
	closeCluster(t, c)
	stale := itoa(os.Getpid()) + "\n" + c.place.cluster + "\n0\n5432\n/tmp/nowhere\n\n0 0\nready\n"
	if err := os.WriteFile(c.place.pidFile(), []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	c = open(t, dir)
	if serverPID(t, c) == os.Getpid() {
		t.Error("took itself for the server")
	}
	closeCluster(t, c)
}

func TestAwkwardPaths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"with spaces in it", `quo"te's $HOME %41 ü`, strings.Repeat("long/", 30) + "path"} {
		t.Run(name[:8], func(t *testing.T) {
			t.Parallel()
			dir := dataDir(t, name)
			c := open(t, dir)
			closeCluster(t, c)
			c = open(t, dir)
			if ask[int](t, c.OwnerURL(), "SELECT 1") != 1 {
				t.Error("no server")
			}
			closeCluster(t, c)
		})
	}
}

func TestTwoDataDirectoriesSideBySide(t *testing.T) {
	t.Parallel()
	one, two := open(t, dataDir(t, "one")), open(t, dataDir(t, "two"))
	if serverPID(t, one) == serverPID(t, two) || one.OwnerURL() == two.OwnerURL() {
		t.Error("two data directories share a server")
	}
	closeCluster(t, one)
	if ask[int](t, two.OwnerURL(), "SELECT 1") != 1 {
		t.Error("closing one stopped the other")
	}
	closeCluster(t, two)
}

func TestCutOffCreationIsThrownAway(t *testing.T) {
	t.Parallel()
	dir := dataDir(t, "data")
	p, err := locate(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(p.cluster+".new", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	closeCluster(t, open(t, dir))
	if _, err := os.Stat(p.cluster + ".new"); err == nil {
		t.Error("the half-made cluster is still there")
	}
}

func TestOtherMajorVersionIsNamed(t *testing.T) {
	t.Parallel()
	dir := dataDir(t, "data")
	c := open(t, dir)
	closeCluster(t, c)
	if err := os.WriteFile(filepath.Join(c.place.cluster, "PG_VERSION"), []byte("99\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), dir, slog.New(slog.DiscardHandler))
	if !errors.Is(err, ErrOtherVersion) || !strings.Contains(err.Error(), "postgresql-99") {
		t.Errorf("error %v", err)
	}
}

func TestUnsafeSettingsAreRefused(t *testing.T) {
	t.Parallel()
	dir := dataDir(t, "data")
	c := open(t, dir)
	// What the command line fixes, ALTER SYSTEM does not change; a database's
	// own setting would.
	for _, statement := range []string{"ALTER SYSTEM SET fsync = off", "ALTER DATABASE baton SET synchronous_commit = off"} {
		if err := run(t, c.SuperURL(), statement); err != nil {
			t.Fatal(err)
		}
	}
	closeCluster(t, c)
	_, err := Open(t.Context(), dir, slog.New(slog.DiscardHandler))
	if !errors.Is(err, ErrUnsafe) || !strings.Contains(err.Error(), "synchronous_commit") || strings.Contains(err.Error(), "fsync") {
		t.Errorf("error %v", err)
	}
	if c.place.running() {
		t.Error("a refused server runs on")
	}
}

func TestCancelledStartLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dir := dataDir(t, "data")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, dir, slog.New(slog.DiscardHandler)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	closeCluster(t, open(t, dir))
}

// Wherever the context ends between the start of the server's process and its
// first connection, the process must go too.
func TestStartCancelledHalfway(t *testing.T) {
	t.Parallel()
	dir := dataDir(t, "data")
	c := open(t, dir)
	closeCluster(t, c)
	for patience := time.Millisecond; patience < 100*time.Millisecond; patience = patience * 3 / 2 {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		got, err := Open(ctx, dir, slog.New(slog.DiscardHandler))
		cancel()
		if err == nil {
			closeCluster(t, got)
		}
		if left := c.place.orphans(); len(left) > 0 {
			t.Fatalf("after %v: processes %v are left (error %v)", patience, left, err)
		}
	}
}

// An error quotes its statement and the whole row; neither may reach the log.
func TestServerLogHoldsNoRows(t *testing.T) {
	t.Parallel()
	c := open(t, dataDir(t, "data"))
	defer closeCluster(t, c)
	if err := run(t, c.OwnerURL(), "CREATE TABLE message (body text, CHECK (body <> 'a secret of Ananya'))"); err != nil {
		t.Fatal(err)
	}
	if err := run(t, c.OwnerURL(), "INSERT INTO message VALUES ('a secret of Ananya')"); err == nil {
		t.Fatal("the constraint did not hold")
	}
	text, err := os.ReadFile(c.place.logFile())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "violates check constraint") {
		t.Error("the error is not in the log")
	}
	if strings.Contains(string(text), "Ananya") {
		t.Error("the row is in the log")
	}
}
