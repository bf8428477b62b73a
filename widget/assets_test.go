package widget_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

// fetch gets a file as a browser of another origin does.
func (s *site) fetch(t *testing.T, path string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", "https://shop.example")
	request.Header.Set("Accept-Encoding", "identity")
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func TestFilesOfTheWidget(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	response, loader := s.fetch(t, "/w.js")
	if got := response.Header.Get("Cache-Control"); got != "public, max-age=300, stale-while-revalidate=86400" {
		t.Errorf("the loader is cached as %q", got)
	}
	if strings.Contains(loader, "__V__") {
		t.Error("the loader has no version")
	}
	version := regexp.MustCompile("[`\"']([0-9a-f]{12})[`\"']").FindStringSubmatch(loader)
	if version == nil {
		t.Fatalf("no version in the loader: %.200s", loader)
	}
	for path, kind := range map[string]string{
		"/w.js": "text/javascript; charset=utf-8", "/widget.js": "text/javascript; charset=utf-8", "/widget-locale/hi.js": "text/javascript; charset=utf-8",
		"/widget-locale/ar.js": "text/javascript; charset=utf-8", "/w.d.ts": "text/plain; charset=utf-8",
	} {
		response, plain := s.fetch(t, path+"?v="+version[1])
		h := response.Header
		if response.StatusCode != 200 || plain == "" || h.Get("Content-Type") != kind || h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Cross-Origin-Resource-Policy") != "cross-origin" || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %d %v", path, response.StatusCode, h)
		}
		if forever := strings.Contains(h.Get("Cache-Control"), "immutable"); forever != (path != "/w.js") {
			t.Errorf("%s with its version is cached as %q", path, h.Get("Cache-Control"))
		}
		unpack := map[string]func(string) (string, error){"gzip": gunzip, "br": unbrotli}
		for coding, open := range unpack {
			response, packed := s.fetch(t, path, "Accept-Encoding", coding+", identity;q=0.5")
			got, err := open(packed)
			if err != nil || got != plain || response.Header.Get("Content-Encoding") != coding || len(packed) >= len(plain) {
				t.Errorf("%s as %s: %d bytes of %d (error %v) %v", path, coding, len(packed), len(plain), err, response.Header)
			}
			again, _ := s.fetch(t, path, "Accept-Encoding", coding, "If-None-Match", response.Header.Get("ETag"))
			if again.StatusCode != http.StatusNotModified {
				t.Errorf("%s as %s asked again: %d", path, coding, again.StatusCode)
			}
		}
	}
	if response, _ := s.fetch(t, "/widget.js?v=000000000000"); strings.Contains(response.Header.Get("Cache-Control"), "immutable") {
		t.Error("another version's address is cached for ever with this content")
	}
	if response, _ := s.fetch(t, "/widget.js", "Accept-Encoding", "br;q=0, gzip; q=0"); response.Header.Get("Content-Encoding") != "" {
		t.Error("a refused coding was sent")
	}
	for _, path := range []string{"/widget-locale/xx.js", "/widget-locale/..%2fw.js", "/widget-locale/%2e%2e", "/widget-locale/.gitattributes"} {
		if response, _ := s.fetch(t, path); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
	}
}

func gunzip(packed string) (string, error) {
	r, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(r)
	return string(data), err
}

func unbrotli(packed string) (string, error) {
	data, err := io.ReadAll(brotli.NewReader(strings.NewReader(packed)))
	return string(data), err
}
