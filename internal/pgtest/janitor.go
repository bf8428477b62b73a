package pgtest

import (
	_ "embed" // the janitor's script
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

//go:embed janitor.sh
var janitorScript string

// ensureJanitor starts the process that cleans up after the last test, unless
// one is waiting already. The caller holds the users' lock, so a janitor that
// is there has not begun to clean up, and will not before the caller is gone.
func ensureJanitor(dir string) error {
	name := filepath.Join(dir, "janitor.lock")
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("cannot open the janitor's lock: %w", err)
	}
	defer file.Close()
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot look for the janitor: %w", err)
	}
	if _, err := exec.LookPath("flock"); err != nil {
		return errors.New("the program flock is missing (Debian: util-linux, Homebrew: flock); install it, or set TEST_DATABASE_URL")
	}
	// It outlives this process, hence no context, a session of its own and no
	// shared output, for whose end `go test` would wait.
	cmd := exec.Command("sh", "-c", janitorScript, "baton-pgtest-janitor", dir) //nolint:gosec,noctx // our own script
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("cannot start the janitor: %w", err)
	}
	return cmd.Process.Release()
}
