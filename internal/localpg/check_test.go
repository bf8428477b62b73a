package localpg

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A private cluster stands in for the server that somebody else runs.
func TestCheck(t *testing.T) {
	t.Parallel()
	c := open(t, dataDir(t, "data"))
	defer closeCluster(t, c)
	for _, statement := range []string{
		"CREATE ROLE plain LOGIN",
		"CREATE ROLE bypasser LOGIN CREATEROLE BYPASSRLS",
		"CREATE DATABASE bare OWNER " + OwnerRole,
	} {
		if err := run(t, c.SuperURL(), statement); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name, url string
		err       error
		says      []string // in the error or in a warning
	}{
		{name: "good", url: c.OwnerURL()},
		{name: "no extension", url: c.URL(OwnerRole, "bare"), err: ErrNoVector, says: []string{"\n    CREATE EXTENSION vector;\n", "a superuser", `"bare"`}},
		{name: "no extension, superuser", url: c.URL(superRole, "bare"), err: ErrNoVector, says: []string{`the role "postgres" may add it`}},
		{name: "superuser", url: c.SuperURL(), says: []string{"a superuser, whom row-level security does not bind"}},
		{name: "bypasses", url: c.URL("bypasser", Database), says: []string{`ALTER ROLE "bypasser" NOBYPASSRLS;`, `ALTER DATABASE "baton" OWNER TO "bypasser";`}},
		{name: "may not create roles", url: c.URL("plain", Database), says: []string{`CREATE ROLE baton_app NOLOGIN;  GRANT baton_app TO "plain";`}},
	} {
		report, err := Check(t.Context(), test.url)
		if !errors.Is(err, test.err) {
			t.Errorf("%s: error %v, want %v", test.name, err, test.err)
		}
		said := strings.Join(report.Warnings, "\n")
		if err != nil {
			said += err.Error()
		}
		for _, want := range test.says {
			if !strings.Contains(said, want) {
				t.Errorf("%s: said %q, which lacks %q", test.name, said, want)
			}
		}
		if len(test.says) == 0 && said != "" {
			t.Errorf("%s: said %q", test.name, said)
		}
	}
}

func TestCheckOfNoServer(t *testing.T) {
	t.Parallel()
	if _, err := Check(t.Context(), "postgres://127.0.0.1:1/baton?connect_timeout=1"); err == nil || !strings.Contains(err.Error(), "DATABASE_URL") {
		t.Errorf("error %v", err)
	}
}

func TestVerdictOnOldServers(t *testing.T) {
	t.Parallel()
	old, good := "0.6.0", "0.8.0"
	for _, test := range []struct {
		name string
		f    found
		err  error
		says string
	}{
		{"PostgreSQL 14", found{Number: 140011, ServerVersion: "14.11", Installed: &good, Available: &good}, ErrOtherVersion, "PostgreSQL 14.11"},
		{"no pgvector", found{Number: 160002}, ErrNoVector, "postgresql-16-pgvector"},
		{"old pgvector", found{Number: 160002, Available: &old, Installed: &old}, ErrNoVector, "has pgvector 0.6.0"},
		{"old in the database only", found{Number: 160002, Available: &good, Installed: &old}, ErrNoVector, "ALTER EXTENSION vector UPDATE;"},
	} {
		err := test.f.verdict()
		if !errors.Is(err, test.err) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestAtLeast(t *testing.T) {
	t.Parallel()
	ordered := []string{"0.6.2", "0.7", "0.8.0", "0.8.1", "0.10.0", "1.0"}
	for i, a := range ordered {
		for j, b := range ordered {
			if atLeast(a, b) != (i >= j) {
				t.Errorf("atLeast(%s, %s) = %v", a, b, i < j)
			}
		}
	}
	if !atLeast("0.8", "0.8.0") {
		t.Error("0.8 is 0.8.0")
	}
}

func TestChooseNew(t *testing.T) {
	t.Parallel()
	if _, err := chooseNew([]programs{{"/usr/lib/postgresql/14/bin", 14}}); !errors.Is(err, ErrNoServer) {
		t.Errorf("PostgreSQL 14: error %v", err)
	}
	servers := []programs{{"/nowhere/98/bin", 98}, {"/nowhere/99/bin", 99}}
	for range 2 {
		if best, err := chooseNew(servers); err != nil || best.major != 99 {
			t.Errorf("chose %v, error %v", best, err)
		}
		slices.Reverse(servers)
	}
}

// Processes that start together write the same file at the same time.
func TestFileIsReplacedByManyAtOnce(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "LOCATION")
	errs := make(chan error)
	const writers = 64
	for range writers {
		go func() { errs <- replaceFile(name, "/var/lib/baton/x\n") }()
	}
	for range writers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	left, err := filepath.Glob(name + "*")
	if text, e := os.ReadFile(name); e != nil || err != nil || string(text) != "/var/lib/baton/x\n" || len(left) != 1 {
		t.Errorf("%q, %v, %v, files %v", text, e, err, left)
	}
}
