package localpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	// statePoll is how often a starting or stopping server is looked at; one
	// look reads one small file.
	statePoll = 5 * time.Millisecond

	// orphanPatience is how long children of a killed server may take to end.
	// Idle ones end at once, a busy one at its next pause.
	orphanPatience = 10 * time.Second

	// stopPatience is how long a fast shutdown may take: it writes a checkpoint.
	// After it the server is made to stop at once and recovers at the next start.
	stopPatience = 30 * time.Second

	// maxLog is the size at which the server's log is set aside at a start, so
	// that at most two such files exist.
	maxLog = 16 << 20

	// logTail is how much of the log an error quotes.
	logTail = 1500
)

// attachOrStart leaves a server running that accepts connections.
func (c *Cluster) attachOrStart(ctx context.Context) error {
	for c.place.running() {
		file, ok := c.place.readPIDFile()
		if ok && file.status == statusReady && file.socket != "" {
			c.host = file.socket
			c.log.DebugContext(ctx, "using the database server that is running", "pid", file.pid)
			return nil
		}
		// It is starting, or stopping: either ends soon.
		if err := pause(ctx, statePoll); err != nil {
			return fmt.Errorf("the database server (process %d) is neither ready nor gone: %w; its log is %s", file.pid, err, c.place.logFile())
		}
	}
	host, err := c.place.socketDir()
	if err != nil {
		return err
	}
	c.host = host
	if err := c.startAt(ctx, host); err != nil {
		_ = os.Remove(host) // empty, unless the server does run
		return err
	}
	return nil
}

// startAt creates the cluster if it does not exist and starts its server with
// its socket in host.
func (c *Cluster) startAt(ctx context.Context, host string) error {
	begin := time.Now()
	server, err := c.place.ensureCreated(ctx, c.profile, c.log)
	if err != nil {
		return err
	}
	if err := c.clearStale(ctx, host); err != nil {
		return err
	}
	output, err := c.place.openLog()
	if err != nil {
		return err
	}
	defer output.Close()
	if c.child, err = c.place.spawn(server, c.profile.arguments(host), output); err != nil {
		return err
	}
	if err := c.awaitReady(ctx); err != nil {
		return err
	}
	c.log.InfoContext(ctx, "database server started", "pid", c.child, "version", server.major, "ms", time.Since(begin).Milliseconds())
	return nil
}

// clearStale waits for the children of a killed server and removes its lock
// files, the one in the data directory and the one beside its socket. PostgreSQL
// takes the number in them for a running server as long as any process has it:
// another program by now, or the killed server itself, which stays a zombie
// until its adoptive parent looks, and in some containers for good.
func (c *Cluster) clearStale(ctx context.Context, host string) error {
	deadline := time.Now().Add(orphanPatience)
	for {
		left := c.place.orphans()
		if len(left) == 0 {
			break
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("processes %v of a killed database server are still running: end them with 'kill' and start again", left)
		}
		if err := pause(ctx, statePoll); err != nil {
			return err
		}
	}
	stale := []string{c.place.pidFile()}
	if lock := filepath.Join(host, socketLock); c.place.isStale(lock) {
		stale = append(stale, lock)
	}
	for _, name := range stale {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cannot remove the lock of a server that is gone: %w", err)
		}
	}
	return nil
}

// spawn starts the server as a child. It is not waited for by a goroutine: it
// may outlive this process, and stop reaps it otherwise.
func (p place) spawn(server programs, arguments []string, output *os.File) (pid int, err error) {
	cmd := exec.Command(filepath.Join(server.dir, "postgres"), append([]string{"-D", p.cluster}, arguments...)...) //nolint:gosec // an installed server, chosen by chooseNew or chooseFor
	cmd.Dir = "/"
	cmd.Env = childEnv()
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = p.attr()
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("cannot start PostgreSQL: %w", err)
	}
	pid = cmd.Process.Pid
	return pid, cmd.Process.Release()
}

// childEnv keeps settings such as PGDATA or a missing locale of the caller away
// from PostgreSQL's programs.
func childEnv() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
}

// awaitReady waits until the child accepts connections, or quotes its log if it
// ended instead.
func (c *Cluster) awaitReady(ctx context.Context) error {
	for {
		if file, ok := c.place.readPIDFile(); ok && file.pid == c.child && file.status == statusReady {
			return nil
		}
		if c.reap() {
			return fmt.Errorf("PostgreSQL ended at its start; its log (%s) says:\n%s", c.place.logFile(), c.place.lastLog())
		}
		if err := pause(ctx, statePoll); err != nil {
			return fmt.Errorf("PostgreSQL did not become ready: %w; its log is %s", err, c.place.logFile())
		}
	}
}

// reap collects the child's exit if there is one to collect.
func (c *Cluster) reap() bool {
	if c.child == 0 {
		return false
	}
	pid, err := syscall.Wait4(c.child, nil, syscall.WNOHANG, nil)
	if pid == c.child || errors.Is(err, syscall.ECHILD) {
		c.child = 0
		return true
	}
	return false
}

// stop ends the server: fast, which finishes what is committed and writes a
// checkpoint, and at once if that takes too long.
func (c *Cluster) stop() error {
	c.reap()
	// A child that was started a moment ago may not have written its file yet.
	pid := c.child
	if file, ok := c.place.readPIDFile(); ok && c.place.isServer(file.pid) {
		pid = file.pid
	}
	if pid == 0 {
		return nil
	}
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("cannot stop the database server (process %d): %w", pid, err)
		}
		if c.awaitGone(pid) {
			_ = os.Remove(c.host) // an empty directory of ours; harmless if it stays
			c.log.Debug("database server stopped", "pid", pid)
			return nil
		}
	}
	return fmt.Errorf("the database server (process %d) does not stop; its log is %s", pid, c.place.logFile())
}

func (c *Cluster) awaitGone(pid int) bool {
	for deadline := time.Now().Add(stopPatience); time.Now().Before(deadline); time.Sleep(statePoll) {
		if pid == c.child {
			c.reap()
			continue
		}
		if c.child == 0 && !c.place.isServer(pid) {
			return true
		}
		// Nobody may be there to collect the exit of a server that we adopted,
		// so its file, which goes last, decides.
		if now, ok := c.place.readPIDFile(); !ok || now.pid != pid {
			return true
		}
	}
	return false
}

// openLog opens the server's log for appending, setting a long one aside.
func (p place) openLog() (*os.File, error) {
	name := p.logFile()
	if info, err := os.Stat(name); err == nil && info.Size() > maxLog {
		if err := os.Rename(name, name+".1"); err != nil {
			return nil, fmt.Errorf("cannot set the long server log aside: %w", err)
		}
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot open the server log: %w", err)
	}
	if p.drop {
		if err := file.Chown(p.uid, p.gid); err != nil {
			file.Close()
			return nil, fmt.Errorf("cannot hand the server log over: %w", err)
		}
	}
	return file, nil
}

// lastLog returns the end of the server's log, for an error message.
func (p place) lastLog() string {
	file, err := os.Open(p.logFile())
	if err != nil {
		return err.Error()
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > logTail {
		_, _ = file.Seek(-logTail, io.SeekEnd)
	}
	text, _ := io.ReadAll(file)
	return strings.TrimSpace(string(text))
}
