package migrations

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed *.sql
var files embed.FS

// Errors of Up that an operator has to act on.
var (
	ErrNewer   = errors.New("the database is newer than this binary: install the newer Baton again, or restore the backup made before the upgrade")
	ErrChanged = errors.New("a migration that already ran was changed afterwards: use the released binary")
	ErrRights  = errors.New("the database user may not create the application role")
)

// lockKey names the advisory lock of migrating. Any constant does; this one spells "baton".
const lockKey = 0x6261746f6e

// lockPoll is how often a waiting process asks for the lock again. Migrating takes well under a second on a new database.
const lockPoll = 100 * time.Millisecond

type file struct {
	name, hash, sql string
}

func read() ([]file, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	all := make([]file, 0, len(names))
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(text)
		all = append(all, file{name: strings.TrimSuffix(name, ".sql"), hash: hex.EncodeToString(sum[:]), sql: string(text)})
	}
	return all, nil
}

// Fingerprint identifies the schema that this binary makes; equal fingerprints make equal schemas.
func Fingerprint() string {
	all, err := read()
	if err != nil {
		panic(err) // The files are embedded: they cannot fail to read.
	}
	sum := sha256.New()
	for _, f := range all {
		fmt.Fprintln(sum, f.name, f.hash)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}

// Up brings the database to this binary's schema. pool connects as the owner. It is safe to call from many processes at once.
func Up(ctx context.Context, pool *pgxpool.Pool) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer conn.Release()
	if err := lock(ctx, conn.Conn(), lockKey); err != nil {
		return fmt.Errorf("migrate: wait for another process: %w", err)
	}
	defer unlock(conn.Conn(), lockKey)
	if err := upOurs(ctx, conn.Conn()); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := upRiver(ctx, pool); err != nil {
		return fmt.Errorf("migrate job queue: %w", err)
	}
	return nil
}

func lock(ctx context.Context, conn *pgx.Conn, key int64) error {
	tick := time.NewTicker(lockPoll)
	defer tick.Stop()
	for {
		var got bool
		if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, key).Scan(&got); err != nil || got {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// unlock gives the lock back even when the caller's context is over; a closed connection has given it back already.
func unlock(conn *pgx.Conn, key int64) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, _ = conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, key)
}

func upOurs(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `CREATE TABLE IF NOT EXISTS schema_migration (
		name text PRIMARY KEY, hash text NOT NULL, at timestamptz NOT NULL DEFAULT now())`)
	if err != nil {
		return err
	}
	all, err := read()
	if err != nil {
		return err
	}
	ran, err := applied(ctx, conn)
	if err != nil {
		return err
	}
	open, err := pending(all, ran)
	if err != nil {
		return err
	}
	for _, f := range open {
		if err := apply(ctx, conn, f); err != nil {
			return fmt.Errorf("%s: %w", f.name, explain(err))
		}
	}
	return nil
}

// pending returns the files still to run. It refuses before anything is applied, so that a newer database stays untouched.
func pending(all []file, ran map[string]string) ([]file, error) {
	known := map[string]bool{}
	var open []file
	for _, f := range all {
		known[f.name] = true
		hash, done := ran[f.name]
		if done && hash != f.hash {
			return nil, fmt.Errorf("%s: %w", f.name, ErrChanged)
		}
		if !done {
			open = append(open, f)
		}
	}
	for name := range ran {
		if !known[name] {
			return nil, fmt.Errorf("it has %s: %w", name, ErrNewer)
		}
	}
	return open, nil
}

// applied returns the hash of every migration that ran.
func applied(ctx context.Context, conn *pgx.Conn) (map[string]string, error) {
	rows, err := conn.Query(ctx, `SELECT name, hash FROM schema_migration`)
	if err != nil {
		return nil, err
	}
	ran := map[string]string{}
	var name, hash string
	_, err = pgx.ForEachRow(rows, []any{&name, &hash}, func() error {
		ran[name] = hash
		return nil
	})
	return ran, err
}

func apply(ctx context.Context, conn *pgx.Conn, f file) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, f.sql); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO schema_migration (name, hash) VALUES ($1, $2)`, f.name, f.hash)
		return err
	})
}

// explain adds the lines an operator has to run where the owner lacks the right to make the application role.
func explain(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "42501" && strings.Contains(pg.Message, "role") {
		return fmt.Errorf("%w (%s). Run as a superuser, then start again:\n  CREATE ROLE baton_app NOLOGIN;\n  GRANT baton_app TO <the user in DATABASE_URL>;", ErrRights, pg.Message)
	}
	return err
}

// upRiver runs River's own migrations and lets the application use its tables. They hold ids only and have no policy.
func upRiver(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return err
	}
	_, err = pool.Exec(ctx, `REVOKE INSERT, UPDATE, DELETE ON schema_migration, river_migration FROM baton_app`)
	return err
}
