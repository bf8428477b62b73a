package localpg

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// codeNoDatabase is the SQLSTATE of a connection to a database that is missing.
const codeNoDatabase = "3D000"

// prepare makes sure that role, database and extension are there, and that the
// settings which protect messages are on. On a second start it is one
// connection and one query.
func (c *Cluster) prepare(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.SuperURL())
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == codeNoDatabase {
		if err := c.createDatabase(ctx); err != nil {
			return err
		}
		conn, err = pgx.Connect(ctx, c.SuperURL())
	}
	if err != nil {
		return fmt.Errorf("cannot connect to the database server: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if c.profile.durable {
		if err := assertDurable(ctx, conn); err != nil {
			return err
		}
	}
	return ensureVector(ctx, conn)
}

func (c *Cluster) createDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.URL(superRole, "postgres"))
	if err != nil {
		return fmt.Errorf("cannot connect to the database server: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var known bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", OwnerRole).Scan(&known)
	if err == nil && !known {
		_, err = conn.Exec(ctx, "CREATE ROLE "+OwnerRole+" LOGIN CREATEROLE NOSUPERUSER NOCREATEDB NOBYPASSRLS")
	}
	if err == nil {
		_, err = conn.Exec(ctx, "CREATE DATABASE "+Database+" OWNER "+OwnerRole)
	}
	if err != nil {
		return fmt.Errorf("cannot create the database: %w", err)
	}
	return nil
}

// assertDurable refuses a server that could lose an acknowledged message. The
// settings are fixed at the start; a role or database may still override one.
func assertDurable(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `
		SELECT name || ' = ' || setting FROM pg_settings
		WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting <> 'on'
		UNION ALL
		SELECT 'ALTER DATABASE or ROLE … SET ' || item FROM pg_db_role_setting, unnest(setconfig) AS item
		WHERE item ~ '^synchronous_commit=' AND item <> 'synchronous_commit=on'`)
	if err != nil {
		return fmt.Errorf("cannot read the server's settings: %w", err)
	}
	off, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("cannot read the server's settings: %w", err)
	}
	if len(off) > 0 {
		return fmt.Errorf("%w: %v: remove it, because an acknowledged message must survive a power cut", ErrUnsafe, off)
	}
	return nil
}

// ensureVector creates the extension, or updates it when the files on disk are
// newer than what the database holds.
func ensureVector(ctx context.Context, conn *pgx.Conn) error {
	var available, have *string
	var database string
	err := conn.QueryRow(ctx, `
		SELECT current_database(),
		       (SELECT default_version FROM pg_available_extensions WHERE name = 'vector'),
		       (SELECT extversion FROM pg_extension WHERE extname = 'vector')`).Scan(&database, &available, &have)
	if err != nil {
		return fmt.Errorf("cannot look for pgvector: %w", err)
	}
	switch {
	case available == nil:
		return fmt.Errorf("%w: pgvector is not installed for this PostgreSQL server: run 'make setup'", ErrNoVector)
	case !atLeast(*available, minVector):
		return fmt.Errorf("%w: pgvector is %s and Baton needs %s or newer: run 'make setup'", ErrNoVector, *available, minVector)
	case have == nil:
		_, err = conn.Exec(ctx, "CREATE EXTENSION vector")
	case *have != *available && !atLeast(*have, *available):
		_, err = conn.Exec(ctx, "ALTER EXTENSION vector UPDATE")
	}
	if err != nil {
		return fmt.Errorf("cannot create the extension vector in the database %s: %w", database, err)
	}
	return nil
}
