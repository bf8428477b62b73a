package main

import (
	"archive/zip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The whole way: a folder with a PDF, an archive and what cannot be read, and an address, each read in a child of this program; what was left out is named,
// and the rest is found.
func TestDocumentsOfEveryKind(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/lamps" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<title>Lamps</title><nav>Home</nav><main><h1>Lamps</h1><p>A lantern glows for eleven hours.</p></main>")
	}))
	t.Cleanup(site.Close)
	dir := t.TempDir()
	for _, name := range []string{"care-plan.pdf", "scanned.pdf", "service-centres.docx"} {
		content, err := os.ReadFile(filepath.Join("..", "..", "knowledge", "source", "testdata", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Create(filepath.Join(dir, "more.zip"))
	if err != nil {
		t.Fatal(err)
	}
	archive := zip.NewWriter(file)
	for name, text := range map[string]string{"kites/strings.md": "# Strings\n\nKite strings are waxed.", "kites/photo.jpg": "\xff\xd8\xff"} {
		out, err := archive.Create(name)
		if err == nil {
			_, err = io.WriteString(out, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	s := start(t, map[string]string{"BATON_FETCH_HOSTS": site.URL})
	if _, code := s.command("", "ingest", "--words-only", dir, site.URL+"/lamps", site.URL+"/gone"); code != exitFailed {
		t.Errorf("exit code %d, want %d: some were left out", code, exitFailed)
	}
	for _, want := range []string{"left out scanned.pdf: All 2 pages are pictures", "left out kites/photo.jpg: This is a", "left out " + site.URL + "/gone: There is no page"} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("%q was not said:\n%s", want, s.log)
		}
	}
	for query, want := range map[string]string{
		"spilled tea monsoon water": "Spilled tea, rain and monsoon water are covered", "12 MG Road": "Bengaluru | 12 MG Road", "waxed kite strings": "Kite strings are waxed", "lantern glows": "eleven hours",
	} {
		if out, code := s.command("", "search", query); code != 0 || !strings.Contains(out, want) {
			t.Errorf("search %q: code %d\n%s", query, code, out)
		}
	}
}
