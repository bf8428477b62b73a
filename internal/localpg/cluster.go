package localpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"syscall"
	"time"
)

// Reasons why a cluster cannot be used; each error that wraps one says the fix.
var (
	// ErrNoServer means that no PostgreSQL server new enough is installed.
	ErrNoServer = errors.New("no PostgreSQL server")
	// ErrOtherVersion means that the cluster belongs to another major version.
	ErrOtherVersion = errors.New("another PostgreSQL version")
	// ErrNoVector means that pgvector is missing, or older than 0.8.0.
	ErrNoVector = errors.New("no usable pgvector")
	// ErrUnsafe means that a setting which protects messages is off.
	ErrUnsafe = errors.New("unsafe PostgreSQL settings")
)

const (
	// OwnerRole owns the database; migrations and every application connection
	// begin as it.
	OwnerRole = "baton_owner"
	// Database is the name of Baton's database in the private cluster.
	Database = "baton"

	superRole = "postgres"

	// startTimeout covers crash recovery after a long run without a checkpoint:
	// PostgreSQL replays at most a few gigabytes, which slow disks do in minutes.
	startTimeout = 5 * time.Minute

	// leaveTimeout is how long Close waits for another command that is starting
	// or stopping the server at this moment.
	leaveTimeout = time.Minute
)

// Cluster is the private PostgreSQL cluster of one data directory, running for
// as long as somebody uses it.
type Cluster struct {
	place   place
	profile profile
	log     *slog.Logger
	user    *lock // held, shared, while this value is open
	child   int   // process number, if this process started the server
	host    string
}

// Open attaches to the cluster of dataDir, creating and starting it if need be.
// It returns when the server accepts connections and the database is ready. The
// caller closes the cluster, after its own connections.
func Open(ctx context.Context, dataDir string, log *slog.Logger) (*Cluster, error) {
	p, err := locate(dataDir)
	if err != nil {
		return nil, fmt.Errorf("private database: %w", err)
	}
	return enter(ctx, p, durable, log)
}

// OpenThrowaway is Open for tests: the cluster lies in dir, and nothing is
// flushed to disk, so that it is fast and does not survive a power cut.
func OpenThrowaway(ctx context.Context, dir string, log *slog.Logger) (*Cluster, error) {
	p, err := locateThrowaway(dir)
	if err != nil {
		return nil, fmt.Errorf("throw-away database: %w", err)
	}
	return enter(ctx, p, throwaway, log)
}

func enter(ctx context.Context, p place, prof profile, log *slog.Logger) (*Cluster, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	gate, err := takeLock(ctx, p.startLock(), syscall.LOCK_EX)
	if err != nil {
		return nil, fmt.Errorf("private database: %w", err)
	}
	defer gate.release()
	user, err := takeLock(ctx, p.usersLock(), syscall.LOCK_SH)
	if err != nil {
		return nil, fmt.Errorf("private database: %w", err)
	}
	c := &Cluster{place: p, profile: prof, log: log, user: user}
	if err = c.attachOrStart(ctx); err == nil {
		err = c.prepare(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("private database: %w", err), c.leave())
	}
	return c, nil
}

// OwnerURL connects as the owner of the database.
func (c *Cluster) OwnerURL() string { return c.URL(OwnerRole, Database) }

// SuperURL connects as the superuser, for the extension and for backups only.
func (c *Cluster) SuperURL() string { return c.URL(superRole, Database) }

// URL connects to a database of the cluster as one of its roles.
func (c *Cluster) URL(role, database string) string {
	query := url.Values{"host": {c.host}, "port": {port}}
	return "postgres://" + url.PathEscape(role) + "@/" + url.PathEscape(database) + "?" + query.Encode()
}

// Close ends this process's use of the cluster and stops the server if nobody
// else uses it.
func (c *Cluster) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	gate, err := takeLock(ctx, c.place.startLock(), syscall.LOCK_EX)
	if err != nil {
		c.user.release()
		return fmt.Errorf("stop the private database: %w", err)
	}
	defer gate.release()
	return c.leave()
}

// leave is Close with the start lock held. Nobody can arrive meanwhile, so
// whoever gets the users' lock alone is the last one.
func (c *Cluster) leave() error {
	c.user.release()
	alone, err := tryLock(c.place.usersLock(), syscall.LOCK_EX)
	if errors.Is(err, errHeld) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("stop the private database: %w", err)
	}
	defer alone.release()
	return c.stop()
}

// watchEvery is how often Run looks whether the server is still there: a glance
// at two small files, while clients retry for longer than that.
const watchEvery = 500 * time.Millisecond

// retryMost bounds the pause between attempts to start a killed server again:
// what keeps it from starting, a full disk above all, is mended by people, and
// they should not have to wait for long then.
const retryMost = 5 * time.Second

// Run starts the server again whenever it was killed, until the context ends. It
// must have returned before Close is called.
// PostgreSQL itself replaces what it loses of its own children; only the death
// of its first process ends it. A start that fails is tried again, at a slowing
// pace, and is no reason to end: who stops serving helps nobody.
func (c *Cluster) Run(ctx context.Context) error {
	wait, failed := watchEvery, false
	for pause(ctx, wait) == nil {
		if c.place.running() {
			wait, failed = watchEvery, false
			continue
		}
		err := c.restart(ctx, !failed)
		if err == nil || ctx.Err() != nil {
			wait, failed = watchEvery, false
			continue
		}
		if !failed {
			c.log.ErrorContext(ctx, "the database server cannot be started again; it is tried until it can", "error", err)
		}
		wait, failed = min(2*wait, retryMost), true
	}
	return nil // the context's end is how Run is told to stop
}

// restart is one attempt; the first one of an outage is told.
func (c *Cluster) restart(ctx context.Context, first bool) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	gate, err := takeLock(ctx, c.place.startLock(), syscall.LOCK_EX)
	if err != nil {
		return err
	}
	defer gate.release()
	c.reap()
	if c.place.running() {
		return nil // another process that uses it was quicker
	}
	if first {
		c.log.WarnContext(ctx, "the database server is gone; starting it again")
	}
	// The address stays, because connection pools hold it; whoever cleaned up
	// after the server may have removed the directory.
	if !c.place.ownDir(c.host) {
		return fmt.Errorf("cannot create the socket's directory %s again", c.host)
	}
	return c.startAt(ctx, c.host)
}
