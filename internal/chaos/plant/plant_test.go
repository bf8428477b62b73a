//go:build chaos

package plant_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// root is the top of the tree.
const root = "../../.."

// defect is one file of testdata.
type defect struct {
	by    string // sim or live
	rules []string
	files map[string]string // changed sources by path from the top
}

func read(t *testing.T, name string) defect {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	d := defect{files: map[string]string{}}
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "found by":
			d.by = value
		case "rules":
			d.rules = strings.Split(value, ", ")
		}
	}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		path, was := strings.CutSuffix(archive.Files[i].Name, " old")
		if !was || archive.Files[i+1].Name != path+" new" {
			t.Fatalf("%s: %s is no pair of old and new", name, archive.Files[i].Name)
		}
		source, changed := d.files[path]
		if !changed {
			data, err := os.ReadFile(filepath.Join(root, path))
			if err != nil {
				t.Fatal(err)
			}
			source = string(data)
		}
		// The last line's end belongs to the format.
		old, fresh := strings.TrimSuffix(string(archive.Files[i].Data), "\n"), strings.TrimSuffix(string(archive.Files[i+1].Data), "\n")
		if n := strings.Count(source, old); n != 1 {
			t.Fatalf("%s: the piece to be changed stands %d times in %s; plant it anew", name, n, path)
		}
		d.files[path] = strings.Replace(source, old, fresh, 1)
	}
	return d
}

// overlay writes the changed sources beside the tree, and says so to the go command.
func (d defect) overlay(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	replace := map[string]string{}
	for path, source := range d.files {
		real, err := filepath.Abs(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		replace[real] = filepath.Join(dir, strings.ReplaceAll(path, "/", "_"))
		if err := os.WriteFile(replace[real], []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data, _ := json.Marshal(map[string]any{"Replace": replace})
	name := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// Every defect that is planted in the product is found, by the rule that it breaks.
func TestDefectsInTheProductAreFound(t *testing.T) { //nolint:paralleltest // each takes the whole machine
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d defects, %v", len(files), err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			d := read(t, name)
			run := d.simulate
			if d.by == "live" {
				run = d.live
			}
			out := run(t)
			if !slices.ContainsFunc(d.rules, func(rule string) bool { return strings.Contains(out, "BROKEN "+rule+":") }) {
				t.Errorf("none of %v was found:\n%s", d.rules, out)
			}
		})
	}
}

func (d defect) simulate(t *testing.T) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "test", "-overlay", d.overlay(t), "-count=1", "-run=TestSeedsKeepEveryPromise", "./internal/chaos/sim", "-seeds=500")
	cmd.Dir = root
	out, _ := cmd.CombinedOutput()
	return string(out)
}

func (d defect) live(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	build := func(args ...string) {
		cmd := exec.CommandContext(t.Context(), "go", append([]string{"build"}, args...)...)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	build("-overlay", d.overlay(t), "-o", filepath.Join(dir, "baton"), "./cmd/baton")
	build("-o", filepath.Join(dir, "chaos"), "./internal/chaos/cmd/chaos")
	place, err := os.MkdirTemp("/tmp", "baton-plant-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(place) })
	if err := os.Chmod(place, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(dir, "chaos"), "-baton", filepath.Join(dir, "baton"), "-dir", place,
		"-messages=1500", "-faults=8", "-visitors=30", "-agents=2", "-longest=3s", "-within=60s", "-settle=20s")
	out, _ := cmd.CombinedOutput()
	return string(out)
}
