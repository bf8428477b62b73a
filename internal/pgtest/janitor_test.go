package pgtest

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/baton-chat/baton/internal/localpg"
)

// userEnvName makes this test program one more user of a throw-away cluster.
const userEnvName = "BATON_TEST_PGTEST_USER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(userEnvName); dir != "" {
		os.Exit(beUser(dir))
	}
	os.Exit(m.Run())
}

// beUser does what attachPrivate does, and then waits to be killed.
func beUser(dir string) int {
	_, err := localpg.OpenThrowaway(context.Background(), dir, slog.New(slog.DiscardHandler))
	if err == nil {
		err = ensureJanitor(dir)
	}
	if err != nil {
		_, _ = os.Stdout.WriteString(err.Error())
		return 1
	}
	_, _ = os.Stdout.WriteString("ready")
	select {}
}

// startUser starts such a user and waits until it is one.
func startUser(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), userEnvName+"="+dir)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kill(cmd) })
	said := make([]byte, 1000)
	n, _ := stdout.Read(said)
	if string(said[:n]) != "ready" {
		t.Fatalf("the other process said %q", said[:n])
	}
	return cmd
}

func kill(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// A test binary that is killed must not leave a server behind, and must not take
// the server away from the others.
func TestJanitorCleansUpAfterKilledTests(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("/tmp", "baton-janitor-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	first, second := startUser(t, dir), startUser(t, dir)
	pid := runningServer(t, dir)
	kill(first)
	if err := syscall.Kill(pid, 0); err != nil {
		t.Error("the server left with the first of two users")
	}
	kill(second)
	deadline := time.Now().Add(30 * time.Second)
	for {
		if _, err := os.Stat(filepath.Join(dir, "cluster")); os.IsNotExist(err) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nobody removed the cluster")
		}
		<-time.After(20 * time.Millisecond)
	}
	if left := workingIn(t, dir); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
}

func runningServer(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "cluster/postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// workingIn lists the processes whose directory is in dir: servers are.
func workingIn(t *testing.T, dir string) (found []string) {
	t.Helper()
	links, err := fs.Glob(os.DirFS("/proc"), "[0-9]*/cwd")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		if at, err := os.Readlink("/proc/" + link); err == nil && strings.HasPrefix(at, dir+"/cluster") {
			found = append(found, link)
		}
	}
	return found
}
