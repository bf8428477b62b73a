package pgtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/baton-chat/baton/internal/localpg"
)

const (
	// appRole is the role that migrations make for the application.
	appRole = "baton_app"

	// foreignOwner owns the databases on a server given by TEST_DATABASE_URL
	// whose role is a superuser.
	foreignOwner = "baton_test_owner"

	// startPatience covers creating a cluster on a busy machine; it takes 3 s.
	startPatience = 2 * time.Minute

	// adminConns bounds how many databases one process creates or drops at a time.
	adminConns = 4
)

// server is where this process's test databases are made.
type server struct {
	admin   *pgxpool.Pool // may create databases, and extensions where it is a superuser
	cluster *localpg.Cluster
	base    string // TEST_DATABASE_URL, if the server is not ours
	owner   string // role that owns the test databases

	// ownerParameter is set where the owner is reached by the run-time
	// parameter role, because no password for it is known.
	ownerParameter string
}

// attach is done once a process. The lock that it takes is never given back: the
// kernel does that when the process ends, which is when its last test has ended.
var attach = sync.OnceValues(func() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	if base := os.Getenv("TEST_DATABASE_URL"); base != "" {
		return attachForeign(ctx, base)
	}
	return attachPrivate(ctx)
})

func attached(t testing.TB) *server {
	t.Helper()
	s, err := attach()
	if err != nil {
		t.Fatalf("pgtest: no PostgreSQL to test on: %v", err)
	}
	return s
}

func attachPrivate(ctx context.Context) (*server, error) {
	// Not os.TempDir: root's may be closed to the user that the server runs as.
	dir := filepath.Join("/tmp", fmt.Sprintf("baton-pgtest-%d", os.Geteuid()))
	if err := ownDir(dir); err != nil {
		return nil, err
	}
	cluster, err := localpg.OpenThrowaway(ctx, dir, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	if err := ensureJanitor(dir); err != nil {
		return nil, errors.Join(err, cluster.Close())
	}
	admin, err := adminPool(ctx, cluster.URL("postgres", "postgres"))
	if err != nil {
		return nil, errors.Join(err, cluster.Close())
	}
	return &server{admin: admin, cluster: cluster, owner: localpg.OwnerRole}, nil
}

// ownDir makes the directory, or refuses one that another user put there.
func ownDir(dir string) error {
	if err := os.Mkdir(dir, 0o711); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || !info.IsDir() || int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to another user; remove it, or set TEST_DATABASE_URL", dir)
	}
	return os.Chmod(dir, 0o711)
}

func attachForeign(ctx context.Context, base string) (*server, error) {
	admin, err := adminPool(ctx, base)
	if err != nil {
		return nil, fmt.Errorf("TEST_DATABASE_URL: %w", err)
	}
	s := &server{admin: admin, base: base}
	var super, createDB, createRole bool
	err = admin.QueryRow(ctx, "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user").
		Scan(&s.owner, &super, &createDB, &createRole)
	switch {
	case err != nil:
		err = fmt.Errorf("TEST_DATABASE_URL: %w", err)
	case super:
		s.owner, s.ownerParameter = foreignOwner, foreignOwner
		err = s.makeOwner(ctx)
	case !createDB || !createRole:
		err = fmt.Errorf("TEST_DATABASE_URL: the role %q needs CREATEDB and CREATEROLE", s.owner)
	}
	if err != nil {
		admin.Close()
		return nil, err
	}
	return s, nil
}

func (s *server) makeOwner(ctx context.Context) error {
	return s.exclusively(ctx, func(conn *pgx.Conn) error {
		var known bool
		err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", foreignOwner).Scan(&known)
		if err == nil && !known {
			_, err = conn.Exec(ctx, "CREATE ROLE "+foreignOwner+" NOLOGIN CREATEROLE NOSUPERUSER NOBYPASSRLS")
		}
		return err
	})
}

func adminPool(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = adminConns
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// url is a database of the server, for the owner, or with the run-time
// parameter role if one is given.
func (s *server) url(database, role string) string {
	u := s.parsed(localpg.OwnerRole, database)
	if role != "" {
		query := u.Query()
		query.Set("role", role)
		u.RawQuery = query.Encode()
	}
	return u.String()
}

func (s *server) superURL(database string) string {
	return s.parsed("postgres", database).String()
}

func (s *server) parsed(role, database string) *url.URL {
	base := s.base
	if s.cluster != nil {
		base = s.cluster.URL(role, database)
	}
	u, err := url.Parse(base)
	if err != nil {
		panic("pgtest: TEST_DATABASE_URL must have the form postgres://…: " + err.Error())
	}
	u.Path = "/" + database
	return u
}
