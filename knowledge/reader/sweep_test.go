package reader

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestSweep(t *testing.T) {
	t.Parallel()
	temp, elsewhere := t.TempDir(), t.TempDir()
	now := time.Now()
	make := func(name string, age time.Duration) {
		t.Helper()
		path := filepath.Join(temp, name)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(path, "document.pdf"), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	make("baton-read-1", time.Hour)
	make("baton-read-2", time.Minute) // somebody may be reading
	make("baton-pgtest-3", time.Hour)
	make("baton-read-stranger", time.Hour)
	if os.Getuid() == 0 { // Only root can make what belongs to somebody else.
		if err := os.Chown(filepath.Join(temp, "baton-read-stranger"), 12345, 12345); err != nil {
			t.Fatal(err)
		}
	} else if err := os.RemoveAll(filepath.Join(temp, "baton-read-stranger")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(temp, "baton-read-link")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(temp, "baton-read-file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if n := sweep(temp, now); n != 1 {
		t.Errorf("%d were removed, want 1", n)
	}
	entries, err := os.ReadDir(temp)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	for _, want := range []string{"baton-read-2", "baton-pgtest-3", "baton-read-link", "baton-read-file"} {
		if !slices.Contains(left, want) {
			t.Errorf("%s is gone; left are %v", want, left)
		}
	}
	if slices.Contains(left, "baton-read-1") || os.Getuid() == 0 && !slices.Contains(left, "baton-read-stranger") {
		t.Errorf("left are %v", left)
	}
	if n := sweep(filepath.Join(temp, "no such place"), now); n != 0 {
		t.Errorf("%d were removed from nowhere", n)
	}
}
