package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/baton-chat/baton/"

// mayImport is the direction of the house: for each package, the packages of ours that it may import. Layer 0 (workspace, migrations, internal) is open to all.
var mayImport = map[string][]string{
	"cmd/baton":    {"widget", "agentconsole", "assistant", "knowledge", "escalation", "realtime", "conversation", "presence"},
	"widget":       {"conversation", "presence", "realtime"},
	"agentconsole": {"conversation", "presence", "realtime", "knowledge", "escalation"},
	"assistant":    {"conversation", "knowledge", "escalation"},
	"knowledge":    {},
	"escalation":   {"conversation", "presence"},
	"realtime":     {},
	"conversation": {},
	"presence":     {},
	"workspace":    {},
	"migrations":   {},
	"internal":     {},
	// The harness drives the product from outside; nothing may import it.
	"internal/chaos": {"conversation", "realtime"},
}

// outside are libraries that only the named packages may import.
var outside = map[string][]string{
	"github.com/gin-gonic/gin":          {"widget", "agentconsole", "realtime", "cmd/baton"},
	"github.com/gorilla/websocket":      {"widget", "agentconsole", "realtime", "cmd/baton", "internal/chaos"},
	"github.com/sashabaranov/go-openai": {"assistant", "knowledge", "internal"},
	"github.com/riverqueue/river":       {"assistant", "knowledge", "migrations", "cmd/baton"},
	"github.com/nats-io":                {"realtime", "internal/chaos"},
}

// A program that is only a client of a running server may use a socket: `baton chat`, which is in cmd/baton.
const goOpenAIFiles = 2

func TestImportsGoDownwardsOnly(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	openAI := []string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains([]string{"node_modules", ".git", "tools", "bench", "dist"}, entry.Name()) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		rel, _ := filepath.Rel(root, path)
		for _, imported := range imports(t, path) {
			check(t, rel, imported)
			if imported == "github.com/sashabaranov/go-openai" && !strings.HasPrefix(rel, "internal") {
				openAI = append(openAI, rel)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(openAI) != goOpenAIFiles {
		t.Errorf("go-openai is imported by %v, want %d files: one that embeds and one that answers", openAI, goOpenAIFiles)
	}
}

func imports(t *testing.T, path string) (paths []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range file.Imports {
		text, _ := strconv.Unquote(spec.Path.Value)
		paths = append(paths, text)
	}
	return paths
}

// packageOf is the room of the house that a path belongs to.
func packageOf(path string) string {
	parts := strings.Split(filepath.ToSlash(path), "/")
	if len(parts) > 1 && (parts[0] == "cmd" || parts[0] == "internal" && parts[1] == "chaos") {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}

func check(t *testing.T, file, imported string) {
	t.Helper()
	from := packageOf(file)
	for library, rooms := range outside {
		if (imported == library || strings.HasPrefix(imported, library+"/")) && !slices.Contains(rooms, from) {
			t.Errorf("%s imports %s, which belongs to %v", file, library, rooms)
		}
	}
	rest, ours := strings.CutPrefix(imported, module)
	if !ours {
		return
	}
	allowed, known := mayImport[from]
	if !known {
		t.Errorf("%s: the house has no room %q; name it in architecture and here", file, from)
		return
	}
	to := packageOf(rest)
	if to == from || slices.Contains([]string{"workspace", "migrations", "internal"}, to) || slices.Contains(allowed, to) {
		return
	}
	t.Errorf("%s imports %s: %s may import %v and layer 0 only", file, rest, from, allowed)
}
