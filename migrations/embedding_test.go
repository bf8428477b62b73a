package migrations_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/migrations"
)

// Several starts at once make one partition with one valid index, walled and
// without a grant; a build that was interrupted is built again.
func TestEnsureEmbeddingModel(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	const model, dim = 7, 384
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			if err := migrations.EnsureEmbeddingModel(t.Context(), db.Owner, model, dim); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	check := func() {
		t.Helper()
		var walled, valid, granted bool
		var definition string
		err := db.Owner.QueryRow(t.Context(), `
			SELECT c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid),
			       i.indisvalid, pg_get_indexdef(i.indexrelid),
			       has_table_privilege('baton_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
			FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indexrelid = 'embedding_7_hnsw'::regclass
			JOIN pg_inherits h ON h.inhrelid = c.oid AND h.inhparent = 'embedding'::regclass
			WHERE c.relname = 'embedding_7'`).Scan(&walled, &valid, &definition, &granted)
		if err != nil {
			t.Fatal(err)
		}
		if !walled || !valid || granted || !strings.Contains(definition, fmt.Sprintf("((v)::halfvec(%d)) halfvec_cosine_ops", dim)) {
			t.Errorf("walled %v, valid %v, granted %v, %s", walled, valid, granted, definition)
		}
	}
	check()
	super, err := pgx.Connect(t.Context(), db.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close(t.Context())
	// This is what a build that was interrupted leaves.
	tag, err := super.Exec(t.Context(), `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'embedding_7_hnsw'::regclass`)
	if err != nil || tag.RowsAffected() != 1 {
		t.Fatal(tag, err)
	}
	if err := migrations.EnsureEmbeddingModel(t.Context(), db.Owner, model, dim); err != nil {
		t.Fatal(err)
	}
	check()
	for _, bad := range [][2]int{{0, 3}, {1, 0}, {1, migrations.MaxDimensions + 1}} {
		if err := migrations.EnsureEmbeddingModel(t.Context(), db.Owner, bad[0], bad[1]); err == nil {
			t.Errorf("model %d with %d dimensions was accepted", bad[0], bad[1])
		}
	}
}
