package escalation

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/workspace"
)

func TestStoreKeepsEveryVersionOfARuleSet(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	store, spaces := NewStore(db.App), workspace.NewStore(db.App)
	ours, theirs := makeSpace(t, spaces, "Tarang"), makeSpace(t, spaces, "Other")
	got, err := store.Rules(t.Context(), ours)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Default(), got); diff != "" {
		t.Errorf("a workspace without rules of its own:\n%s", diff)
	}
	who := workspace.Actor{Kind: "operator"}
	got.Failures = 3
	if v, err := store.SaveRules(t.Context(), ours, who, got); err != nil || v != 1 {
		t.Fatalf("first save: version %d, %v", v, err)
	}
	if _, err := store.SaveRules(t.Context(), ours, who, got); !errors.Is(err, ErrStale) {
		t.Errorf("saving an edit of version 0 again: %v, want ErrStale", err)
	}
	got.Version = 5
	if _, err := store.SaveRules(t.Context(), ours, who, got); !errors.Is(err, ErrStale) {
		t.Errorf("saving an edit of a version that never was: %v, want ErrStale", err)
	}
	got.Version = 1
	again, err := store.Rules(t.Context(), ours)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, again); diff != "" {
		t.Errorf("read back (-saved +read):\n%s", diff)
	}
	if other, err := store.Rules(t.Context(), theirs); err != nil || other.Version != 0 {
		t.Errorf("another workspace has version %d, %v; want its own, the default", other.Version, err)
	}
	again.Rules[0].Phase = "during"
	if _, err := store.SaveRules(t.Context(), ours, who, again); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "blocked-crisis") {
		t.Errorf("saving a wrong rule: %v, want ErrInvalid naming the rule", err)
	}
}

func TestTwoSaversOfOneVersionHaveOneWinner(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	store := NewStore(db.App)
	ours := makeSpace(t, workspace.NewStore(db.App), "Tarang")
	const savers = 8
	results := make([]error, savers)
	var all sync.WaitGroup
	for k := range savers {
		all.Go(func() {
			_, results[k] = store.SaveRules(t.Context(), ours, workspace.Actor{Kind: "operator"}, Default())
		})
	}
	all.Wait()
	won := 0
	for _, err := range results {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, ErrStale):
			t.Errorf("a loser got %v, want ErrStale", err)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d savers won, want 1", won, savers)
	}
}

func makeSpace(t *testing.T, spaces *workspace.Store, name string) uuid.UUID {
	t.Helper()
	w, _, err := spaces.Ensure(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return w.ID
}
