package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/temoto/robotstxt"

	"github.com/baton-chat/baton/internal/egress"
	"github.com/baton-chat/baton/knowledge/source"
)

const (
	// Agent is the name under which sites may allow or refuse us.
	Agent = "Baton"
	// userAgent is what they see.
	userAgent = "Baton/1.0 (support chat; fetches single pages that its owner named)"
	// accepted prefers what reads best.
	accepted = "text/html, text/markdown;q=0.9, application/pdf;q=0.9, text/plain;q=0.8, */*;q=0.1"
	// fetchPatience bounds one fetch with its redirects. It is below the minute
	// after which a document counts as stuck.
	fetchPatience = 40 * time.Second
	// robotsBytes is how much of a robots.txt is read; RFC 9309 asks for 500 KiB.
	robotsBytes = 500 << 10
	// maxRedirects is what honest sites need; internal/egress has the same bound.
	maxRedirects = 5
	// maxAddress is the longest address in bytes, as for the external id it becomes.
	maxAddress = 512
)

// A Page is what an address gave.
type Page struct {
	URL         string // where it was in the end, after redirects
	Name        string // a file name that fits its content type
	ContentType string
	ETag        string // ETag, or Last-Modified where there is none; may be empty
	Content     []byte
	Modified    time.Time // zero where the server does not say
	// Unchanged means that the server still has what ETag names. Content is empty.
	Unchanged bool
}

// Address returns the one form of an address, by which it is known when it comes
// again. What is no address of a page is an *Error.
func Address(text string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return "", errAddress()
	}
	if n, err := strconv.ParseUint(u.Port(), 10, 16); u.Port() != "" && (err != nil || n == 0) {
		return "", errAddress()
	}
	u.Scheme, u.Host, u.Fragment, u.RawFragment = strings.ToLower(u.Scheme), strings.ToLower(u.Host), "", ""
	if host, port, err := net.SplitHostPort(u.Host); err == nil && (port == "80" && u.Scheme == "http" || port == "443" && u.Scheme == "https") {
		u.Host = host
		if strings.Contains(host, ":") {
			u.Host = "[" + host + "]"
		}
	}
	if u.Path == "" {
		u.Path = "/"
	}
	if address := u.String(); len(address) <= maxAddress {
		return address, nil
	}
	return "", errAddress()
}

// Fetch fetches one address. etag is what Page.ETag said the last time, or "".
// What goes wrong is an *Error, or a *source.Error where the page is too large.
func Fetch(ctx context.Context, client *http.Client, address, etag string) (Page, error) {
	if client == nil {
		return Page{}, Off()
	}
	address, err := Address(address)
	if err != nil {
		return Page{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, fetchPatience)
	defer cancel()
	visit := visit{client: client, asked: map[string]*robotstxt.RobotsData{}}
	response, err := visit.get(ctx, address, etag)
	if err != nil {
		return Page{}, err
	}
	defer response.Body.Close()
	host := response.Request.URL.Hostname()
	switch {
	case response.StatusCode == http.StatusNotModified && etag != "":
		return Page{URL: address, ETag: etag, Unchanged: true}, nil
	case response.StatusCode != http.StatusOK:
		return Page{}, ofStatus(response.StatusCode, host)
	case response.ContentLength > source.MaxBytes:
		return Page{}, source.TooLarge(response.ContentLength)
	}
	content, err := egress.ReadAll(response.Body, source.MaxBytes)
	if errors.Is(err, egress.ErrTooLarge) {
		return Page{}, source.TooLarge(source.MaxBytes + 1)
	}
	if err != nil {
		return Page{}, ofTransport(err, host)
	}
	return pageOf(response, content), nil
}

func pageOf(response *http.Response, content []byte) Page {
	p := Page{URL: response.Request.URL.String(), ETag: response.Header.Get("ETag"), ContentType: response.Header.Get("Content-Type"), Content: content}
	if modified, err := http.ParseTime(response.Header.Get("Last-Modified")); err == nil {
		p.Modified = modified
		if p.ETag == "" {
			p.ETag = response.Header.Get("Last-Modified")
		}
	}
	said, _, _ := strings.Cut(strings.ToLower(p.ContentType), ";")
	switch strings.TrimSpace(said) {
	case "", "application/octet-stream", "binary/octet-stream", "text/plain":
		// Servers that do not know say this; the first bytes know better.
		if sniffed := http.DetectContentType(content); strings.HasPrefix(sniffed, "text/html") {
			p.ContentType = sniffed
		}
	}
	p.Name = nameOf(response.Request.URL, p.ContentType)
	return p
}

// endings are what a file of a content type is called. The address's own ending
// says nothing: a page may be called index.php.
var endings = map[string]string{
	"text/html": ".html", "application/xhtml+xml": ".html", "text/markdown": ".md", "text/plain": ".txt", "text/csv": ".csv", "application/pdf": ".pdf",
	string(source.DOCX): ".docx",
}

func nameOf(u *url.URL, contentType string) string {
	name := path.Base(u.Path)
	if name == "/" || name == "." {
		name = u.Hostname()
	}
	said, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	ending, known := endings[strings.TrimSpace(said)]
	if own := strings.ToLower(path.Ext(name)); known && own != ending && (ending != ".txt" || own != ".md" && own != ".csv") {
		name = strings.TrimSuffix(name, path.Ext(name)) + ending
	}
	return strings.ToValidUTF8(name, "")
}

// A visit is one fetch with its redirects. It knows the rules of the hosts it met.
type visit struct {
	client *http.Client
	asked  map[string]*robotstxt.RobotsData
}

func (v *visit) get(ctx context.Context, address, etag string) (*http.Response, error) {
	client := *v.client
	// Redirects are followed by hand, because each may lead to a host with rules
	// of its own.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for hops := 0; ; hops++ {
		u, err := url.Parse(address)
		if err != nil {
			return nil, errAddress()
		}
		if err := v.allowed(ctx, &client, u); err != nil {
			return nil, err
		}
		response, err := request(ctx, &client, address, etag)
		if err != nil {
			return nil, ofTransport(err, u.Hostname())
		}
		location := response.Header.Get("Location")
		if response.StatusCode < 300 || response.StatusCode > 399 || response.StatusCode == http.StatusNotModified || location == "" {
			return response, nil
		}
		_ = response.Body.Close()
		if hops == maxRedirects {
			return nil, ofTransport(egress.ErrRedirects, u.Hostname())
		}
		next, err := u.Parse(location)
		if err != nil || next.Scheme != "https" && (next.Scheme != "http" || u.Scheme == "https") {
			return nil, fault(CodeRedirects, "The page leads to an address that cannot be followed.", "Open it in a browser, and use the address it ends at.")
		}
		address = next.String()
	}
}

func request(ctx context.Context, client *http.Client, address, etag string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	r.Header.Set("User-Agent", userAgent)
	r.Header.Set("Accept", accepted)
	if _, err := http.ParseTime(etag); err == nil {
		r.Header.Set("If-Modified-Since", etag)
	} else if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	return client.Do(r)
}

// allowed asks the host's robots.txt. A host without one allows everything; one
// whose rules cannot be read allows nothing for now (RFC 9309, 2.3.1).
func (v *visit) allowed(ctx context.Context, client *http.Client, u *url.URL) error {
	if strings.Contains(u.Hostname(), "%") {
		return errPrivate(u.Hostname()) // An address with a zone means a neighbour on one wire.
	}
	root := u.Scheme + "://" + u.Host
	rules, known := v.asked[root]
	if !known {
		response, err := request(ctx, client, root+"/robots.txt", "")
		if err != nil {
			return ofTransport(err, u.Hostname())
		}
		defer response.Body.Close()
		if response.StatusCode >= http.StatusInternalServerError {
			return errRobotsSilent(u.Hostname())
		}
		if response.StatusCode == http.StatusOK {
			text, err := egress.ReadAll(response.Body, robotsBytes)
			if err == nil {
				rules, _ = robotstxt.FromBytes(text) // Rules that are none forbid nothing.
			}
		}
		v.asked[root] = rules
	}
	if rules != nil && !rules.TestAgent(u.RequestURI(), Agent) {
		return errRobots(u.Hostname())
	}
	return nil
}
