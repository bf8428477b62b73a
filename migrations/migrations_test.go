package migrations_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/migrations"
)

func TestManyMigrateAtOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.Empty(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := migrations.Up(t.Context(), db.Owner); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var ran, roles int
	err := db.Owner.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM schema_migration), (SELECT count(*) FROM pg_roles WHERE rolname = 'baton_app' AND NOT rolcanlogin)`).Scan(&ran, &roles)
	if err != nil || ran < 3 || roles != 1 {
		t.Fatalf("%d migrations ran, %d application roles, %v", ran, roles, err)
	}
}

func TestNewerAndChangedDatabasesAreRefused(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := pgtest.New(t)
	exec := func(sql string) {
		t.Helper()
		if _, err := db.Owner.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO schema_migration (name, hash) VALUES ('9999_from_the_future', 'x')`)
	if err := migrations.Up(ctx, db.Owner); !errors.Is(err, migrations.ErrNewer) {
		t.Errorf("a newer database: got %v, want ErrNewer", err)
	}
	exec(`DELETE FROM schema_migration WHERE name LIKE '9999%'; UPDATE schema_migration SET hash = 'y' WHERE name LIKE '0001%'`)
	if err := migrations.Up(ctx, db.Owner); !errors.Is(err, migrations.ErrChanged) {
		t.Errorf("a changed migration: got %v, want ErrChanged", err)
	}
}
