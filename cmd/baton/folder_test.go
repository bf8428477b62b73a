package main

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/baton-chat/baton/knowledge"
)

// A folder gives its files, and says of everything else why it does not: links
// are not followed out of it, and neither a pipe nor a device is waited for.
func TestFolderGivesItsFilesOnly(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	write := func(name string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("# Text of "+filepath.Base(name)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(dir, "returns.md"))
	write(filepath.Join(dir, "pay-ments", "upi.md"))
	write(filepath.Join(dir, ".git", "secret.md"))
	write(filepath.Join(dir, "in\u202evoice.md"))
	write(filepath.Join(outside, "secret.md"))
	write(filepath.Join(outside, "more", "secret.md"))
	for link, target := range map[string]string{
		"out.md": filepath.Join(outside, "secret.md"), "up.md": "../" + filepath.Base(outside) + "/secret.md", "round.md": "round.md",
		"inside.md": "returns.md", "folder": filepath.Join(outside, "more"), "device.txt": "/dev/zero",
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.md"), 0o600); err != nil {
		t.Fatal(err)
	}
	given, left := given(t, dir)
	if diff := cmp.Diff([]string{"invoice.md", "pay-ments/upi.md", "returns.md"}, given); diff != "" {
		t.Errorf("given (-want +got):\n%s", diff)
	}
	want := []string{"device.txt wrong_type", "inside.md wrong_type", "out.md wrong_type", "pipe.md wrong_type", "round.md wrong_type", "up.md wrong_type"}
	if diff := cmp.Diff(want, left); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
}

// What is named itself may be a link to a file or a folder, and is refused where it is neither.
func TestNamedPaths(t *testing.T) {
	t.Parallel()
	dir, links := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.md"), []byte("# A"), 0o600); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(links, "pipe.md")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	file, folder := filepath.Join(links, "file.md"), filepath.Join(links, "folder")
	if err := os.Symlink(filepath.Join(dir, "a.md"), file); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, folder); err != nil {
		t.Fatal(err)
	}
	given, left := given(t, file, folder, pipe, "/dev/zero")
	if diff := cmp.Diff([]string{"a.md", "file.md"}, given); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"pipe.md wrong_type", "zero wrong_type"}, left); diff != "" {
		t.Error(diff)
	}
}

// given are the ids of what paths give, and what is left out with its code, both sorted.
func given(t *testing.T, paths ...string) (ids, left []string) {
	t.Helper()
	h := &house{}
	for entry, err := range h.entriesAt(t.Context(), paths, func(id string, err error) error {
		failure, known := knowledge.FailureOf(err)
		if !known {
			return err
		}
		left = append(left, id+" "+failure.Code)
		return nil
	}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, entry.ID)
	}
	slices.Sort(ids)
	slices.Sort(left)
	return ids, left
}
