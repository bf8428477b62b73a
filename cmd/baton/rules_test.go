package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/baton-chat/baton/escalation"
	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/workspace"
)

func TestRulesShowPrintsWhatParseReads(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	rules := func(args ...string) (string, string, int) {
		var out, errs bytes.Buffer
		env := map[string]string{"DATABASE_URL": db.OwnerURL, "BATON_DATA": t.TempDir()}
		code := run(t.Context(), program{
			args: append([]string{"rules"}, args...), getenv: func(name string) string { return env[name] },
			stdin: strings.NewReader(""), stdout: &out, stderr: &errs,
		})
		return out.String(), errs.String(), code
	}
	want := escalation.Default()
	for _, saved := range []bool{false, true} {
		if saved {
			w, _, err := workspace.NewStore(db.App).Ensure(t.Context(), demoWorkspace)
			if err != nil {
				t.Fatal(err)
			}
			want.Failures = 3
			if want.Version, err = escalation.NewStore(db.App).SaveRules(t.Context(), w.ID, workspace.Actor{Kind: "operator"}, want); err != nil {
				t.Fatal(err)
			}
		}
		out, errs, code := rules("show")
		got, err := escalation.Parse([]byte(out))
		if code != 0 || err != nil {
			t.Fatalf("rules show: exit %d, %v\n%s", code, err, errs)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("saved %v (-want +got):\n%s", saved, diff)
		}
	}
	if _, errs, code := rules("show", "--workspace", "Nowhere"); code != exitFailed || !strings.Contains(errs, `no workspace "Nowhere"`) {
		t.Errorf("an unknown workspace: exit %d, %q", code, errs)
	}
	if _, errs, code := rules("replay"); code != exitUsage || !strings.Contains(errs, "rules show") {
		t.Errorf("an unknown word: exit %d, %q", code, errs)
	}
}
