package egress_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/baton-chat/baton/internal/egress"
)

func client(t *testing.T, options egress.Options) *http.Client {
	t.Helper()
	c, err := egress.Client(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func get(t *testing.T, c *http.Client, url string) (*http.Response, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := c.Do(request)
	if err == nil {
		t.Cleanup(func() { _ = response.Body.Close() })
	}
	return response, err
}

func TestInsideIsRefused(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request reached loopback") }))
	t.Cleanup(s.Close)
	port := s.URL[strings.LastIndexByte(s.URL, ':'):]
	c := client(t, egress.Options{})
	for _, url := range []string{
		s.URL, "http://localhost" + port, "http://[::1]" + port, "http://[::ffff:127.0.0.1]" + port, "http://0.0.0.0" + port, "http://2130706433" + port,
		"http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://192.168.1.1/", "http://100.64.0.1/", "http://[fd00::1]/", "http://[fe80::1]/", "http://[64:ff9b::7f00:1]/",
	} {
		response, err := get(t, c, url)
		if err == nil {
			t.Errorf("%s answered %s", url, response.Status)
		} else if !errors.Is(err, egress.ErrRefused) && !strings.Contains(err.Error(), "no such host") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestTrustedHostIsReached(t *testing.T) {
	t.Parallel()
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect reached loopback") }))
	t.Cleanup(inside.Close)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, inside.URL, http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/long":
			_, _ = w.Write([]byte(strings.Repeat("x", 1000)))
		}
	}))
	t.Cleanup(s.Close)
	c := client(t, egress.Options{Trusted: []string{s.URL + "/v1"}})
	response, err := get(t, c, s.URL+"/long")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := egress.ReadAll(response.Body, 999); !errors.Is(err, egress.ErrTooLarge) {
		t.Errorf("1,000 bytes within 999: %v", err)
	}
	if _, err := get(t, c, s.URL+"/away"); !errors.Is(err, egress.ErrRefused) {
		t.Errorf("redirect inside: %v", err)
	}
	if _, err := get(t, c, s.URL+"/loop"); !errors.Is(err, egress.ErrRedirects) {
		t.Errorf("endless redirects: %v", err)
	}
}

func TestSilentHostEnds(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-stop:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(stop) })
	c := client(t, egress.Options{Trusted: []string{s.URL}, HeaderPatience: 20 * time.Millisecond})
	if _, err := get(t, c, s.URL); err == nil {
		t.Error("a host that never answers answered")
	}
}

func TestTrustedMustBeURL(t *testing.T) {
	t.Parallel()
	if _, err := egress.Client(egress.Options{Trusted: []string{"localhost:9000"}}); err == nil {
		t.Error("a trusted host without a scheme was taken")
	}
}
