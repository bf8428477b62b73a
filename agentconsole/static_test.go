package agentconsole_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

// fetch gets a path without the transport's own decompression.
func (o *office) fetch(path string, header map[string]string) *http.Response {
	o.t.Helper()
	request, err := http.NewRequestWithContext(o.ctx, "GET", o.url+path, nil)
	o.ok(err)
	for k, v := range header {
		request.Header.Set(k, v)
	}
	response, err := (&http.Transport{DisableCompression: true}).RoundTrip(request)
	o.ok(err)
	o.t.Cleanup(func() { response.Body.Close() })
	return response
}

func body(t *testing.T, r io.Reader) string {
	t.Helper()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestConsoleIsServedUnderAStrictPolicy(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, path := range []string{"/console/", "/console/inbox/0190f3c2-7a12-7e20-8b00-3c6f5a1b2c3d", "/console/knowledge"} {
		page := o.fetch(path, nil)
		text := body(t, page.Body)
		if page.StatusCode != http.StatusOK || !strings.Contains(text, `<div id="app">`) || strings.Contains(text, "__V__") {
			t.Fatalf("%s: %d %s", path, page.StatusCode, text)
		}
		csp := page.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'", "frame-ancestors 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("the policy lacks %s: %s", want, csp)
			}
		}
		if strings.Contains(csp, "unsafe") || page.Header.Get("X-Content-Type-Options") != "nosniff" || page.Header.Get("Referrer-Policy") != "no-referrer" || page.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("the headers are %v", page.Header)
		}
	}
	if r := o.fetch("/console", nil); r.StatusCode != http.StatusMovedPermanently || r.Header.Get("Location") != "/console/" {
		t.Errorf("/console answers %d %s", r.StatusCode, r.Header.Get("Location"))
	}
	if r := o.fetch("/console/assets/none.js", nil); r.StatusCode != http.StatusNotFound {
		t.Errorf("a missing file answers %d", r.StatusCode)
	}
}

func TestAssetsAreCachedByVersionAndPacked(t *testing.T) {
	t.Parallel()
	o := open(t)
	found := regexp.MustCompile(`src="(/console/assets/[^"?]+)(\?v=[0-9a-f]+)"`).FindStringSubmatch(body(t, o.fetch("/console/", nil).Body))
	if found == nil {
		t.Fatal("the page has no versioned script")
	}
	path, version := found[1], found[2]
	plain := o.fetch(path+version, nil)
	text := body(t, plain.Body)
	if plain.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || plain.Header.Get("Content-Type") != "text/javascript; charset=utf-8" || plain.Header.Get("Content-Encoding") != "" {
		t.Errorf("the script's headers are %v", plain.Header)
	}
	zipped := o.fetch(path+version, map[string]string{"Accept-Encoding": "gzip"})
	reader, err := gzip.NewReader(zipped.Body)
	o.ok(err)
	if body(t, reader) != text {
		t.Error("gzip holds another script")
	}
	small := o.fetch(path+version, map[string]string{"Accept-Encoding": "gzip, deflate, br"})
	if small.Header.Get("Content-Encoding") != "br" || body(t, brotli.NewReader(small.Body)) != text {
		t.Error("brotli holds another script")
	}
	for _, query := range []string{"", "?v=old"} {
		asked := o.fetch(path+query, nil)
		if asked.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s%s is cached by %q", path, query, asked.Header.Get("Cache-Control"))
		}
		if again := o.fetch(path+query, map[string]string{"If-None-Match": asked.Header.Get("ETag")}); again.StatusCode != http.StatusNotModified {
			t.Errorf("asking again answers %d", again.StatusCode)
		}
	}
}
