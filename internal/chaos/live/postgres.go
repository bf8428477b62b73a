package live

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgres is a server of the run's own. It is not package localpg's, because it listens on a port, so that proxies can stand before it, and because the run decides when it
// starts again.
type postgres struct {
	bin, data, wal, log string
	port                int
	owner               *syscall.Credential // root may not run PostgreSQL
	faketime            string              // libfaketime, or ""
	clock               string              // the file that libfaketime reads

	mu  sync.Mutex
	cmd *exec.Cmd
	end chan struct{} // closed when cmd has ended
}

// findPostgres looks for the newest server.
func findPostgres() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if path, err := exec.LookPath("initdb"); err == nil && len(found) == 0 {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			found = append(found, path)
		}
	}
	if len(found) == 0 {
		return "", errors.New("no PostgreSQL server is installed: run `make setup`")
	}
	return filepath.Dir(slices.Max(found)), nil
}

// newPostgres creates a cluster in dir. wal is where its log of writes goes, on another disk maybe; "": beside it.
func newPostgres(ctx context.Context, dir, wal, faketime string) (*postgres, error) {
	bin, err := findPostgres()
	if err != nil {
		return nil, err
	}
	p := &postgres{bin: bin, data: filepath.Join(dir, "pg"), wal: wal, log: filepath.Join(dir, "postgres.log"), port: freePort(), faketime: faketime, clock: filepath.Join(dir, "clock")}
	if os.Geteuid() == 0 {
		if p.owner, err = postgresUser(); err != nil {
			return nil, err
		}
	}
	args := []string{"-D", p.data, "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-instructions", "--wal-segsize=1"}
	if wal != "" {
		args = append(args, "--waldir="+filepath.Join(wal, "wal"))
	}
	for _, place := range []string{p.data, wal} {
		if err := p.give(place); err != nil {
			return nil, err
		}
	}
	if err := p.setClock("+0"); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), args...) //nolint:gosec // an installed server
	cmd.Dir, cmd.SysProcAttr = "/", p.attr()
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	return p, nil
}

func postgresUser() (*syscall.Credential, error) {
	found, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("root needs a user to run PostgreSQL as: %w", err)
	}
	uid, _ := strconv.ParseUint(found.Uid, 10, 32)
	gid, _ := strconv.ParseUint(found.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// give makes a directory that the server's user owns.
func (p *postgres) give(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if p.owner == nil {
		return nil
	}
	return os.Chown(dir, int(p.owner.Uid), int(p.owner.Gid))
}

func (p *postgres) attr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: p.owner, Setsid: true}
}

// prepare starts the server and makes the database as an operator would.
func (p *postgres) prepare(ctx context.Context) error {
	if err := p.start(ctx); err != nil {
		return err
	}
	for _, step := range []struct{ database, statement string }{
		{"postgres", "CREATE ROLE baton_owner LOGIN CREATEROLE NOSUPERUSER NOCREATEDB NOBYPASSRLS"},
		{"postgres", "CREATE DATABASE baton OWNER baton_owner"},
		{"baton", "CREATE EXTENSION vector"},
	} {
		conn, err := pgx.Connect(ctx, p.url("postgres", step.database, p.port))
		if err == nil {
			_, err = conn.Exec(ctx, step.statement)
			conn.Close(ctx)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", step.statement, err)
		}
	}
	return nil
}

func (p *postgres) url(role, database string, port int) string {
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s?sslmode=disable", role, port, database)
}

// super connects as the superuser and past all proxies.
func (p *postgres) super() string { return p.url("postgres", "baton", p.port) }

// start runs the server until it accepts connections. What a killed one left is in the way for a moment: PostgreSQL refuses to start while its children live.
func (p *postgres) start(ctx context.Context) error {
	deadline := time.Now().Add(startWithin)
	for {
		err := p.launch(ctx)
		if err == nil || time.Now().After(deadline) || ctx.Err() != nil {
			return err
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

func (p *postgres) launch(ctx context.Context) error {
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.Command(filepath.Join(p.bin, "postgres"), "-D", p.data, //nolint:gosec,noctx // an installed server, which outlives what is going on when it starts
		"-c", "listen_addresses=127.0.0.1", "-c", "port="+strconv.Itoa(p.port), "-c", "unix_socket_directories=", "-c", "fsync=on", "-c", "full_page_writes=on",
		"-c", "synchronous_commit=on", "-c", "max_connections=200", "-c", "shared_buffers=128MB", "-c", "jit=off", "-c", "wal_compression=on", "-c", "max_wal_size=64MB", "-c", "min_wal_size=2MB", "-c", "wal_recycle=off",
		"-c", "log_min_error_statement=panic", "-c", "log_error_verbosity=terse", "-c", "log_line_prefix=%m [%p] ")
	cmd.Dir, cmd.SysProcAttr, cmd.Stdout, cmd.Stderr = "/", p.attr(), out, out
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	if p.faketime != "" {
		cmd.Env = append(cmd.Env, "LD_PRELOAD="+p.faketime, "FAKETIME_TIMESTAMP_FILE="+p.clock, "FAKETIME_CACHE_DURATION=1", "DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_FAKE_MONOTONIC=1")
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	end := make(chan struct{})
	go func() { _ = cmd.Wait(); close(end) }()
	p.mu.Lock()
	p.cmd, p.end = cmd, end
	p.mu.Unlock()
	return p.ready(ctx, end)
}

// ready waits until the server accepts connections, or has ended.
func (p *postgres) ready(ctx context.Context, end chan struct{}) error {
	for {
		conn, err := pgx.Connect(ctx, p.url("postgres", "postgres", p.port))
		if err == nil {
			conn.Close(ctx)
			return nil
		}
		select {
		case <-end:
			return fmt.Errorf("PostgreSQL ended at its start; see %s", p.log)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// signal sends a signal to the first process.
func (p *postgres) signal(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		_ = p.cmd.Process.Signal(s)
	}
}

// ended waits until the first process has ended.
func (p *postgres) ended() {
	p.mu.Lock()
	end := p.end
	p.mu.Unlock()
	if end != nil {
		<-end
	}
}

// alive reports whether the first process runs.
func (p *postgres) alive() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.end:
		return false
	default:
		return true
	}
}

// kill is kill -9 of the first process, whose children end by themselves.
func (p *postgres) kill() {
	p.signal(syscall.SIGKILL)
	p.ended()
}

func (p *postgres) stop() {
	p.signal(syscall.SIGINT)
	select {
	case <-p.end:
	case <-time.After(startWithin):
		p.kill()
	}
}

// setClock moves what the server takes for now.
func (p *postgres) setClock(offset string) error {
	if p.faketime == "" {
		return nil
	}
	return os.WriteFile(p.clock, []byte(offset+"\n"), 0o644) //nolint:gosec // The server's user reads it.
}

// freePort is a port that nothing listens on at this moment.
func freePort() int {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		return 0
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
