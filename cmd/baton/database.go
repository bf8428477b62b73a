package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/baton-chat/baton/internal/localpg"
	"github.com/baton-chat/baton/migrations"
	"github.com/baton-chat/baton/workspace"
)

const (
	// appRole is what every application connection becomes before its first statement.
	appRole = "baton_app"
	// appConns is enough to keep two cores and a disk busy; more connections make commits slower, not faster.
	appConns = 16
	// connectTimeout is for a server that is starting or far away. Beyond it an operator wants to read why.
	connectTimeout = 15 * time.Second
)

// database is an open, migrated database.
type database struct {
	cluster *localpg.Cluster // nil for an existing server
	owner   *pgxpool.Pool    // migrations only
	app     *pgxpool.Pool    // everything else
}

// openDatabase attaches to the private cluster of the data directory, or to the server of DATABASE_URL, and brings the schema up to date.
func (p *program) openDatabase(ctx context.Context) (_ *database, err error) {
	db := &database{}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.close())
		}
	}()
	url, appURL := p.config.DatabaseURL, p.config.AppURL
	if url == "" {
		if db.cluster, err = localpg.Open(ctx, p.config.Data, p.log); err != nil {
			return db, err
		}
		url = db.cluster.OwnerURL()
	} else if err := p.checkServer(ctx); err != nil {
		return db, err
	}
	if appURL == "" {
		appURL = url
	}
	if db.owner, err = connect(ctx, url, "", 2); err != nil {
		return db, err
	}
	if err := migrations.Up(ctx, db.owner); err != nil {
		return db, err
	}
	db.app, err = connect(ctx, appURL, appRole, appConns)
	return db, err
}

func (p *program) checkServer(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	report, err := localpg.Check(ctx, p.config.DatabaseURL)
	for _, warning := range report.Warnings {
		p.log.Warn(warning)
	}
	return err
}

// connect opens a pool. With a role, every connection begins with it: as a start-up parameter it survives RESET ROLE and DISCARD ALL.
func connect(ctx context.Context, url, role string, conns int32) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read database address: %w", err)
	}
	config.MaxConns = conns
	config.ConnConfig.ConnectTimeout = connectTimeout
	config.ConnConfig.RuntimeParams["application_name"] = "baton"
	if role != "" {
		config.ConnConfig.RuntimeParams["role"] = role
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code == "42501" && role != "" {
			user := config.ConnConfig.User
			return nil, fmt.Errorf("the database user %s may not act as %s; as the owner run: GRANT %s TO %s", user, role, role, pgx.Identifier{user}.Sanitize())
		}
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	return pool, nil
}

// close gives back the connections and leaves the private cluster, which stops when its last user has left.
func (db *database) close() error {
	if db.app != nil {
		db.app.Close()
	}
	if db.owner != nil {
		db.owner.Close()
	}
	if db.cluster != nil {
		return db.cluster.Close()
	}
	return nil
}

// demoWorkspace is the name of the workspace that the first start fills, and that commands use where none is named.
const demoWorkspace = "Tarang"

// workspaceNamed returns the workspace that a command is about.
func workspaceNamed(ctx context.Context, store *workspace.Store, name string) (workspace.Workspace, error) {
	if name == "" {
		name = demoWorkspace
	}
	w, err := store.ByName(ctx, name)
	if errors.Is(err, workspace.ErrUnknown) {
		return w, fmt.Errorf("there is no workspace %q yet; `baton serve` makes the demo workspace, `baton ingest --workspace %q` one of that name", name, name)
	}
	return w, err
}

func migrate(ctx context.Context, p *program) error {
	db, err := p.openDatabase(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "the database has schema %s\n", migrations.Fingerprint())
	return db.close()
}
