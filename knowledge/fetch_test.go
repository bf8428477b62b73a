package knowledge

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/internal/egress"
)

// pages is a site that answers every address with a page about its path.
func pages(t *testing.T, before func(*http.Request)) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		before(r)
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<title>Page</title><main><p>About "+strings.TrimPrefix(r.URL.Path, "/")+".")
	}))
	t.Cleanup(s.Close)
	return s
}

func (f fixture) fetches(t *testing.T, sites ...*httptest.Server) {
	t.Helper()
	var trusted []string
	for _, s := range sites {
		trusted = append(trusted, s.URL)
	}
	client, err := egress.Client(egress.Options{Trusted: trusted})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	f.client = client
}

// While a site does not answer, files are read and the pages of other sites
// fetched, however many of its own pages wait.
func TestASlowSiteHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	slow := pages(t, func(r *http.Request) { <-r.Context().Done() })
	quick := pages(t, func(*http.Request) {})
	f.fetches(t, slow, quick)
	for _, page := range strings.Fields("a b c d e f g h i j k l") {
		if _, err := f.AddURL(t.Context(), f.workspace, slow.URL+"/"+page, "", uuid.Nil); err != nil {
			t.Fatal(err)
		}
	}
	f.work(t)
	file, err := f.Add(t.Context(), f.workspace, Upload{FileName: "returns.md", Content: []byte(returns)})
	if err != nil {
		t.Fatal(err)
	}
	f.events.until(t, file.ID, StateReady)
	page, err := f.AddURL(t.Context(), f.workspace, quick.URL+"/lanterns", "", uuid.Nil)
	if err != nil {
		t.Fatal(err)
	}
	f.events.until(t, page.ID, StateReady)
	if got := f.find(t, f.workspace, "lanterns"); len(got) != 1 {
		t.Errorf("found %v", got)
	}
	counts, err := f.Counts(t.Context(), f.workspace)
	if err != nil || counts.InProgress != 12 {
		t.Errorf("%+v, %v; want the 12 slow pages under way", counts, err)
	}
}

// A host is asked for a few pages at once, and the others wait without using up
// their attempts.
func TestAHostIsAskedForAFewPagesAtOnce(t *testing.T) {
	t.Parallel()
	v := newVisits()
	var ends []func()
	for range visitsPerHost {
		end, err := v.begin(t.Context(), "https://one.example/a")
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, end)
	}
	if _, err := v.begin(t.Context(), "https://one.example/b"); !errors.Is(err, errHostBusy) {
		t.Errorf("one too many: %v", err)
	}
	if _, err := v.begin(t.Context(), "https://two.example/b"); err != nil {
		t.Errorf("another host: %v", err)
	}
	ends[0]()
	if _, err := v.begin(t.Context(), "https://one.example/b"); err != nil {
		t.Errorf("after one is done: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.begin(ctx, "https://one.example/c"); err == nil {
		t.Error("a visit began after its job had ended")
	}
}

// An address that is added again while its content is being indexed is fetched
// again, and what is found in the end is the newer content, in whatever order
// the two jobs end.
func TestAddressAddedWhileItIsIndexed(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	text := atomic.Pointer[string]{}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=windows-1252")
		_, _ = io.WriteString(w, *text.Load())
	}))
	t.Cleanup(site.Close)
	f.fetches(t, site)
	hosts := newVisits()
	var revisions []int
	var id uuid.UUID
	for _, content := range []string{"old caf\xe9", "new caf\xe9"} {
		text.Store(&content)
		d, err := f.AddURL(t.Context(), f.workspace, site.URL+"/menu", "", uuid.Nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.fetch(t.Context(), hosts, f.workspace, d.ID, f.revision(t, d.ID), true); err != nil {
			t.Fatal(err)
		}
		id, revisions = d.ID, append(revisions, f.revision(t, d.ID))
	}
	for _, revision := range []int{revisions[1], revisions[0], revisions[1]} {
		if err := f.index(t.Context(), f.workspace, id, revision, true); err != nil {
			t.Fatal(err)
		}
	}
	if revisions[0] == revisions[1] || len(f.find(t, f.workspace, "new café")) != 1 || len(f.find(t, f.workspace, "old")) != 0 {
		t.Errorf("revisions %v: the newer content is not what is found", revisions)
	}
	if d := f.now(t, f.workspace, id); d.State != StateReady || d.ContentType != "text/plain" {
		t.Errorf("%+v", d)
	}
}
