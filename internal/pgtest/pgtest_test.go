package pgtest_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/baton-chat/baton/internal/pgtest"
)

func TestNewIsMigratedAndItsOwn(t *testing.T) {
	t.Parallel()
	one, two := pgtest.New(t), pgtest.New(t)
	var tables int
	err := one.App.QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&tables)
	if err != nil {
		t.Fatal(err)
	}
	if tables == 0 {
		t.Error("a new database has no tables")
	}
	if _, err := one.Owner.Exec(t.Context(), "CREATE TABLE only_here (x int)"); err != nil {
		t.Fatal(err)
	}
	if _, err := two.Owner.Exec(t.Context(), "SELECT FROM only_here"); err == nil {
		t.Error("two tests share a database")
	}
}

func TestRolesAreAnOperators(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for name, c := range map[string]struct {
		pool       *pgxpool.Pool
		createRole bool
	}{"owner": {db.Owner, true}, "app": {db.App, false}} {
		var super, bypass, createRole bool
		err := c.pool.QueryRow(t.Context(), "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user").
			Scan(&super, &bypass, &createRole)
		if err != nil {
			t.Fatal(err)
		}
		if super || bypass || createRole != c.createRole {
			t.Errorf("%s: superuser %v, bypasses RLS %v, may create roles %v", name, super, bypass, createRole)
		}
	}
}

func TestApplicationRoleSurvivesReset(t *testing.T) {
	t.Parallel()
	config, err := pgx.ParseConfig(pgtest.New(t).AppURL)
	if err != nil {
		t.Fatal(err)
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec // DISCARD ALL also forgets prepared statements
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	for _, statement := range []string{"RESET ROLE", "DISCARD ALL"} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		var role string
		if err := conn.QueryRow(t.Context(), "SELECT current_user").Scan(&role); err != nil {
			t.Fatal(err)
		}
		if role != "baton_app" {
			t.Errorf("after %s the application is %s", statement, role)
		}
	}
}

func TestEmptyHasOnlyTheExtension(t *testing.T) {
	t.Parallel()
	db := pgtest.Empty(t)
	var tables int
	err := db.Owner.QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&tables)
	if err != nil || tables != 0 {
		t.Errorf("an empty database has %d tables (error %v)", tables, err)
	}
	var distance float64
	if err := db.Owner.QueryRow(t.Context(), "SELECT '[1,0]'::vector <=> '[0,1]'::vector").Scan(&distance); err != nil || distance != 1 {
		t.Errorf("pgvector: distance %v, error %v", distance, err)
	}
	if db.App != nil {
		t.Error("an empty database has an application pool")
	}
}
