package localpg

import (
	"context"
	"os"
	"syscall"
	"testing"
)

// prSetChildSubreaper is prctl's PR_SET_CHILD_SUBREAPER: orphans below become children of this process instead of process 1's.
const prSetChildSubreaper = 36

// adoptOrphans makes this process the parent of orphans, one that never collects their exits, as process 1 of many a container is.
func adoptOrphans(t *testing.T) {
	t.Helper()
	set := func(on uintptr) {
		if _, _, err := syscall.RawSyscall(syscall.SYS_PRCTL, prSetChildSubreaper, on, 0); err != 0 {
			t.Errorf("prctl: %v", err)
		}
	}
	set(1)
	t.Cleanup(func() { set(0) })
}

// The user that started the server is killed, the next one adopts the server, and then that is killed. It stays a zombie, so that its number in the
// locks is one of a living process to PostgreSQL.
func TestKilledAdoptedServerIsStartedAgain(t *testing.T) {
	t.Parallel()
	adoptOrphans(t)
	dir := dataDir(t, "data")
	other := startUser(t, dir)
	other.awaitReady(t)
	_ = other.cmd.Process.Kill()
	_ = other.cmd.Wait()
	c := open(t, dir)
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
	await(t, "a new server", func() bool {
		file, ok := c.place.readPIDFile()
		return ok && file.pid != pid && file.status == statusReady
	})
	if err := syscall.Kill(pid, 0); err != nil {
		t.Errorf("the killed server is no zombie, so this test tested nothing: %v", err)
	}
	if got := ask[int](t, c.OwnerURL(), "SELECT x FROM kept"); got != 42 {
		t.Errorf("kept %d", got)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	_, _ = syscall.Wait4(pid, nil, 0, nil)
}

// A lock that names a living process is stale when that process serves no such directory, and stays when it does.
func TestOnlyLocksOfNobodyAreStale(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	p := place{cluster: "/somewhere/cluster"}
	for _, test := range []struct {
		name, text string
		stale      bool
	}{
		{"of this cluster, with a number in use", itoa(os.Getpid()) + "\n/somewhere/cluster\n", true},
		{"of another cluster, with a number in use", itoa(os.Getpid()) + "\n/elsewhere\n", true},
		{"of another cluster that is running", itoa(os.Getpid()) + "\n" + here + "\n", false},
		{"cut off", "", true},
	} {
		name := t.TempDir() + "/lock"
		if err := os.WriteFile(name, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := p.isStale(name); got != test.stale {
			t.Errorf("%s: stale %v, want %v", test.name, got, test.stale)
		}
	}
}
