package jsonl

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type row struct{ Text string }

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.jsonl")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRead(t *testing.T) {
	t.Parallel()
	got, err := Read[row](write(t, "{\"text\":\"one\"}\n\n{\"text\":\"two\"}"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]row{{"one"}, {"two"}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadNamesTheRow(t *testing.T) {
	t.Parallel()
	_, err := Read[row](write(t, "{\"text\":\"one\"}\nnot JSON\n"))
	if err == nil || !strings.Contains(err.Error(), "row 2") {
		t.Errorf("error %v, want one that names row 2", err)
	}
}
