package web

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/baton-chat/baton/internal/egress"
	"github.com/baton-chat/baton/knowledge/source"
)

// A site of every kind of answer.
func site(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	say := func(path, contentType, body string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			_, _ = io.WriteString(w, body)
		})
	}
	say("/robots.txt", "text/plain", "User-agent: *\nDisallow: /closed\n\nUser-agent: baton\nDisallow: /closed\nDisallow: /private/\n")
	say("/index.php", "text/html; charset=utf-8", "<h1>Returns</h1><p>Within 10 days.")
	say("/unknown", "application/octet-stream", "<!doctype html><h1>Returns</h1><p>Within 10 days.")
	say("/closed", "text/html", "no")
	say("/large", "text/html", strings.Repeat("x", source.MaxBytes+1))
	for path, status := range map[string]int{"/401": 401, "/404": 404, "/410": 410, "/418": 418, "/429": 429, "/503": 503} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	}
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/index.php", http.StatusMovedPermanently)
	})
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	mux.HandleFunc("/inside", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
	})
	mux.HandleFunc("/to-closed", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/closed", http.StatusFound) })
	mux.HandleFunc("/etag", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		if r.Header.Get("If-None-Match") == `"v1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = io.WriteString(w, "<h1>Same</h1><p>text")
	})
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	s := httptest.NewUnstartedServer(mux)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	return s
}

func client(t *testing.T, trusted ...string) *http.Client {
	t.Helper()
	c, err := egress.Client(egress.Options{Trusted: trusted})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func TestFetch(t *testing.T) {
	t.Parallel()
	s := site(t)
	s.Start()
	t.Cleanup(s.Close)
	c := client(t, s.URL)
	for _, path := range []string{"/index.php", "/unknown", "/moved"} {
		page, err := Fetch(t.Context(), c, s.URL+path+"#part", "")
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		read, err := source.Read(t.Context(), source.File{Name: page.Name, ContentType: page.ContentType, Content: page.Content}, source.Options{})
		if err != nil || read.Title != "Returns" {
			t.Errorf("%s: %q, %v (%s, %s)", path, read.Title, err, page.Name, page.ContentType)
		}
	}
	page, err := Fetch(t.Context(), c, s.URL+"/etag", "")
	if err != nil || page.ETag != `"v1"` || page.Unchanged {
		t.Fatalf("%+v, %v", page, err)
	}
	if page, err = Fetch(t.Context(), c, s.URL+"/etag", page.ETag); err != nil || !page.Unchanged {
		t.Errorf("the same page again: %+v, %v", page, err)
	}
}

func TestFetchFailures(t *testing.T) {
	t.Parallel()
	s := site(t)
	s.Start()
	t.Cleanup(s.Close)
	secure := site(t)
	secure.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	secure.StartTLS()
	t.Cleanup(secure.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	c := client(t, s.URL, secure.URL, gone.URL)
	for _, test := range []struct{ address, code string }{
		{s.URL + "/401", CodeSignIn},
		{s.URL + "/404", CodeMissing},
		{s.URL + "/410", CodeMissing},
		{s.URL + "/418", CodeRefused},
		{s.URL + "/429", CodeBusy},
		{s.URL + "/503", CodeServer},
		{s.URL + "/closed", CodeRobots},
		{s.URL + "/private/x", CodeRobots},
		{s.URL + "/to-closed", CodeRobots},
		{s.URL + "/round", CodeRedirects},
		{s.URL + "/inside", CodePrivate},
		{"http://127.0.0.1:1/", CodePrivate},
		{"http://10.1.2.3/", CodePrivate},
		{"http://[::ffff:127.0.0.1]/", CodePrivate},
		{secure.URL + "/index.php", CodeTLS},
		{gone.URL, CodeUnreachable},
		{"ftp://example.com/", CodeAddress},
		{"https://user:secret@example.com/", CodeAddress},
		{"shop.example/help", CodeAddress},
	} {
		_, err := Fetch(t.Context(), c, test.address, "")
		var failure *Error
		if !errors.As(err, &failure) || failure.Code != test.code || !strings.HasSuffix(failure.Cause, ".") || !strings.HasSuffix(failure.Fix, ".") {
			t.Errorf("%s: got %v, want %s", test.address, err, test.code)
		}
	}
	var large *source.Error
	if _, err := Fetch(t.Context(), c, s.URL+"/large", ""); !errors.As(err, &large) || large.Code != source.CodeTooLarge {
		t.Errorf("a large page: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var slow *Error
	if _, err := Fetch(ctx, c, s.URL+"/slow", ""); !errors.As(err, &slow) || slow.Code != CodeTimeout || !slow.Temporary {
		t.Errorf("a slow page: %v", err)
	}
	var off *Error
	if _, err := Fetch(t.Context(), nil, s.URL, ""); !errors.As(err, &off) || off.Code != CodeOff {
		t.Errorf("without a client: %v", err)
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"HTTPS://Shop.Example:443": "https://shop.example/", " http://a.example/x?y=1#z ": "http://a.example/x?y=1", "http://[2001:db8::1]:80/": "http://[2001:db8::1]/",
	} {
		if got, err := Address(text); err != nil || got != want {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "shop.example", "ftp://shop.example/", "https://", "https://user:secret@shop.example/", "http://shop.example:99999/", "http://shop.example:0/", "http://shop.example:http/", "http://[fe80::1/"} {
		var fault *Error
		if got, err := Address(text); !errors.As(err, &fault) || fault.Code != CodeAddress {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
}

// Every way of writing an address inside is refused by the same cause.
func TestInsideIsPrivate(t *testing.T) {
	t.Parallel()
	c := client(t)
	for _, text := range []string{
		"http://127.0.0.1/", "http://[::1]/", "http://[::]/", "http://[::ffff:7f00:1]/", "http://[fe80::1]/", "http://[fe80::1%25lo]/", "http://[fe80::1%25eth0]:8080/x", "http://[::1%25lo]/",
		"http://１２７.0.0.1/", "http://10.1.2.3:99/", "http://[64:ff9b::7f00:1]/", "http://169.254.169.254/latest/meta-data/",
	} {
		var fault *Error
		if _, err := Fetch(t.Context(), c, text, ""); !errors.As(err, &fault) || fault.Code != CodePrivate {
			t.Errorf("%s: %v", text, err)
		}
	}
}
