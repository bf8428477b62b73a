package pgtest

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// ownerConns and appConns bound what one test takes of the shared server's
	// connections; a test that needs more opens a pool of its own on a URL.
	ownerConns = 4
	appConns   = 8

	// cleanupPatience is how long the end of a test waits for connections that
	// the test still holds, before it says so.
	cleanupPatience = 10 * time.Second
)

// DB is one test's database.
type DB struct {
	// Owner connects as the owner, as migrations do.
	Owner *pgxpool.Pool
	// App connects as the application does: with the run-time parameter
	// role=baton_app. It is nil in an empty database, which has no such role.
	App *pgxpool.Pool

	// OwnerURL and AppURL are what Owner and App connect to, for programs and
	// pools of the test's own. AppURL is empty in an empty database.
	OwnerURL string
	AppURL   string
	// SuperURL connects as a superuser, for what row-level security would hide
	// and for backups.
	SuperURL string
}

// New returns a migrated database.
func New(t testing.TB) *DB {
	t.Helper()
	s := attached(t)
	template, err := s.migratedTemplate(t.Context())
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	db := s.clone(t, template)
	db.AppURL = s.url(db.name, appRole)
	db.App = open(t, db.AppURL, appConns)
	return db.DB
}

// Empty returns a database that was not migrated: it holds the extension vector.
func Empty(t testing.TB) *DB {
	t.Helper()
	s := attached(t)
	template, err := s.emptyTemplate(t.Context())
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return s.clone(t, template).DB
}

// named is a DB with its name, which only this package needs.
type named struct {
	*DB
	name string
}

// clones numbers the databases of this process.
var clones atomic.Int64

// clone copies a template and drops the copy when the test ends. Pools opened
// after it are closed before, since clean-ups run last in, first out.
func (s *server) clone(t testing.TB, template string) named {
	t.Helper()
	name := fmt.Sprintf("baton_test_%d_%d", os.Getpid(), clones.Add(1))
	_, err := s.admin.Exec(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+quote(template)+" OWNER "+quote(s.owner))
	if err != nil {
		t.Fatalf("pgtest: cannot clone the template: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), cleanupPatience)
		defer cancel()
		if _, err := s.admin.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("pgtest: cannot drop the test's database: %v", err)
		}
	})
	url := s.url(name, s.ownerParameter)
	return named{&DB{Owner: open(t, url, ownerConns), OwnerURL: url, SuperURL: s.superURL(name)}, name}
}

// open makes a pool that is closed when the test ends. A connection that the
// test never gave back would block that for ever, so it is reported.
func open(t testing.TB, url string, conns int32) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	config.MaxConns = conns
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		closed := make(chan struct{})
		go func() { defer close(closed); pool.Close() }()
		select {
		case <-closed:
		case <-time.After(cleanupPatience):
			t.Errorf("pgtest: %d connections were not released at the end of the test", pool.Stat().AcquiredConns())
		}
	})
	return pool
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
