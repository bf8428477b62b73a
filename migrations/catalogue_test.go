package migrations_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/migrations"
)

// open are the tables without a policy, by intent: none holds a visitor's word. Whoever adds one here says why in its migration.
var open = []string{"account", "credential", "node", "personal_data", "schema_migration", "store", "workspace"}

// fill are values for columns whose CHECK refuses the plain value of their type.
var fill = map[string]string{
	"agent.role": "'agent'", "audit.actor_kind": "'system'", "document.state": "'queued'", "lease.person_kind": "'agent'", "message.kind": "'text'",
	"message.author_kind": "'visitor'", "rule_set.version": "1", "embedding_model.id": "1", "embedding_model.dimensions": "3", "embedding.model_id": "1",
	"embedding_1.model_id": "1", "embedding.v": "'[1,2,3]'", "embedding_1.v": "'[1,2,3]'", "chunk_term.tf": "1", "document.external_id": "gen_random_uuid()::text",
}

// also are columns that may be NULL, but not all of them at once.
var also = map[string][2]string{"conversation": {"kind, asked_by", "'preview', gen_random_uuid()"}}

// plain are values by type for columns that have no default and take no NULL.
var plain = map[string]string{
	"uuid": "gen_random_uuid()", "text": "gen_random_uuid()::text", "bytea": "'\\x00'", "jsonb": "'{}'", "timestamp with time zone": "now()", "bigint": "0",
	"integer": "0", "smallint": "0", "real": "0", "boolean": "false", "ARRAY": "'{}'",
}

type tenantTable struct{ name, insert string }

// tenantTables reads from the catalogue every table and partition that has a workspace_id, and how to insert a row.
func tenantTables(ctx context.Context, t *testing.T, pool *pgxpool.Pool) []tenantTable {
	rows, err := pool.Query(ctx, `
		SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
		JOIN information_schema.tables b USING (table_schema, table_name)
		WHERE c.table_schema = 'public' AND b.table_type = 'BASE TABLE' AND c.column_default IS NULL AND c.is_nullable = 'NO' ORDER BY 1, c.ordinal_position`)
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string][][2]string{}
	var table, column, kind string
	_, err = pgx.ForEachRow(rows, []any{&table, &column, &kind}, func() error {
		columns[table] = append(columns[table], [2]string{column, kind})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var tables []tenantTable
	for name, list := range columns {
		if !slices.ContainsFunc(list, func(c [2]string) bool { return c[0] == "workspace_id" }) {
			continue
		}
		var names, values []string
		for _, c := range list {
			value := plain[c[1]]
			if v, ok := fill[name+"."+c[0]]; ok {
				value = v
			}
			if c[0] == "workspace_id" {
				value = "$1"
			}
			if value == "" {
				t.Fatalf("%s.%s: say in this test what to insert for the type %s", name, c[0], c[1])
			}
			names, values = append(names, c[0]), append(values, value)
		}
		if more, ok := also[name]; ok {
			names, values = append(names, more[0]), append(values, more[1])
		}
		tables = append(tables, tenantTable{name, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", name, strings.Join(names, ", "), strings.Join(values, ", "))})
	}
	slices.SortFunc(tables, func(a, b tenantTable) int { return strings.Compare(a.name, b.name) })
	return tables
}

// superuser returns one connection that row-level security does not bind and that skips foreign keys, to lay out rows of every table.
func superuser(ctx context.Context, t *testing.T, db *pgtest.DB) *pgx.Conn {
	conn, err := pgx.Connect(ctx, db.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(ctx)) })
	if _, err := conn.Exec(ctx, `SET session_replication_role = replica`); err != nil {
		t.Fatal(err)
	}
	return conn
}

func withModel(ctx context.Context, t *testing.T) *pgtest.DB {
	db := pgtest.New(t)
	if err := migrations.EnsureEmbeddingModel(ctx, db.Owner, 1, 3); err != nil {
		t.Fatal(err)
	}
	return db
}

// Every table of a tenant keeps its rows from everybody who has not said which workspace they are in, and from everybody in another.
func TestEveryTenantTableIsWalled(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := withModel(ctx, t)
	super := superuser(ctx, t, db)
	mine, other := uuid.New(), uuid.New()
	tables := tenantTables(ctx, t, db.Owner)
	if len(tables) < 20 {
		t.Fatalf("the catalogue shows %d tenant tables only: %v", len(tables), tables)
	}
	for _, table := range tables {
		if _, err := super.Exec(ctx, table.insert, mine); err != nil {
			t.Fatalf("%s: %v", table.name, err)
		}
		checkForced(ctx, t, db, table.name)
		if strings.HasPrefix(table.name, "embedding_") && table.name != "embedding_model" {
			if !denied(ctx, db.App, "SELECT FROM "+table.name) {
				t.Errorf("%s: the application can read a partition by its own name", table.name)
			}
			continue
		}
		checkReads(ctx, t, db, table, mine, other)
	}
}

func checkForced(ctx context.Context, t *testing.T, db *pgtest.DB, table string) {
	var on, forced bool
	var policies int
	err := db.Owner.QueryRow(ctx, `
		SELECT relrowsecurity, relforcerowsecurity, (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid) FROM pg_class c WHERE oid = $1::regclass`, table).
		Scan(&on, &forced, &policies)
	if err != nil || !on || !forced || policies != 1 {
		t.Errorf("%s: row security on %v, forced %v, policies %d, %v", table, on, forced, policies, err)
	}
}

func checkReads(ctx context.Context, t *testing.T, db *pgtest.DB, table tenantTable, mine, other uuid.UUID) {
	fresh, err := pgx.Connect(ctx, db.AppURL)
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close(ctx)
	count := func(q interface {
		QueryRow(context.Context, string, ...any) pgx.Row
	}) (n int,
	) {
		if err := q.QueryRow(ctx, "SELECT count(*) FROM "+table.name).Scan(&n); err != nil {
			t.Errorf("%s: %v", table.name, err)
		}
		return n
	}
	scoped := func(id uuid.UUID, fn func(pgx.Tx) error) error {
		tx, err := fresh.Begin(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback(ctx) }()
		if _, err := tx.Exec(ctx, `SELECT set_config('baton.workspace_id', $1, true)`, id.String()); err != nil {
			return err
		}
		return fn(tx)
	}
	if n := count(fresh); n != 0 {
		t.Errorf("%s: %d rows without the setting, on a fresh connection", table.name, n)
	}
	seen := map[uuid.UUID]int{}
	for _, id := range []uuid.UUID{mine, other} {
		if err := scoped(id, func(tx pgx.Tx) error { seen[id] = count(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if seen[mine] < 1 || seen[other] != 0 {
		t.Errorf("%s: %d rows in its own workspace, %d in another", table.name, seen[mine], seen[other])
	}
	if n := count(fresh); n != 0 {
		t.Errorf("%s: %d rows without the setting, on a reused connection", table.name, n)
	}
	err = scoped(mine, func(tx pgx.Tx) error { _, err := tx.Exec(ctx, table.insert, other); return err })
	if !isDenied(err) {
		t.Errorf("%s: a row of another workspace was not refused: %v", table.name, err)
	}
}

func denied(ctx context.Context, pool *pgxpool.Pool, sql string) bool {
	_, err := pool.Exec(ctx, sql)
	return isDenied(err)
}

func isDenied(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "42501"
}

// What has no policy is a short list that somebody thought about.
func TestOpenTablesAreListed(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := withModel(ctx, t)
	rows, err := db.Owner.Query(ctx, `
		SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relforcerowsecurity AND relname NOT LIKE 'river%' ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || !slices.Equal(got, open) {
		t.Fatalf("tables without forced row security: %v, want %v (%v)", got, open, err)
	}
}

// The registry names real columns, and no column that by its name holds something about a person is missing from it.
func TestPersonalDataIsRegistered(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := pgtest.New(t)
	var strangers, missing []string
	err := db.Owner.QueryRow(ctx, `
		SELECT coalesce(array_agg(p.table_name || '.' || p.column_name), '{}') FROM personal_data p
		LEFT JOIN information_schema.columns c ON c.table_schema = 'public' AND c.table_name = p.table_name AND c.column_name = p.column_name
		WHERE c.column_name IS NULL`).Scan(&strangers)
	if err != nil || len(strangers) > 0 {
		t.Errorf("the registry names columns that do not exist: %v (%v)", strangers, err)
	}
	err = db.Owner.QueryRow(ctx, `
		SELECT coalesce(array_agg(c.table_name || '.' || c.column_name), '{}') FROM information_schema.columns c
		LEFT JOIN personal_data p USING (table_name, column_name)
		WHERE c.table_schema = 'public' AND p.table_name IS NULL AND c.table_name NOT LIKE 'river%'
			AND c.column_name ~ '^(body|email|author_name|page_.*|timezone|packet|citations|matches|passages|signals|push|public_keys|file_name|created_by)$'
			AND (c.table_name, c.column_name) NOT IN (('term_stat', 'passages'), ('knowledge_stat', 'passages'), ('document', 'passages'))`).Scan(&missing)
	if err != nil || len(missing) > 0 {
		t.Errorf("columns that hold personal data and are not registered: %v (%v)", missing, err)
	}
}

// The audit log is added to and never changed.
func TestAuditIsAppendOnly(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for _, sql := range []string{"UPDATE audit SET action = 'x'", "DELETE FROM audit", "TRUNCATE audit"} {
		if !denied(t.Context(), db.App, sql) {
			t.Errorf("the application may: %s", sql)
		}
	}
}
