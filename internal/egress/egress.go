package egress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// Errors that callers decide on.
var (
	ErrRefused   = errors.New("the address is not one that may be reached")
	ErrTooLarge  = errors.New("the answer is too large")
	ErrRedirects = errors.New("too many redirects")
)

const (
	// connectPatience is for reaching a host: three SYNs' time, after which it is not there.
	connectPatience = 5 * time.Second
	// tlsPatience is for the handshake.
	tlsPatience = 5 * time.Second
	// headerPatience is for the first byte of the answer. Models think before they speak; the callers' own deadlines are shorter where a visitor waits.
	headerPatience = 30 * time.Second
	// idlePatience keeps a connection for the next question of the same minute.
	idlePatience = 90 * time.Second
	// idlePerHost is how many of them are kept: as many as answers are written at once on a busy node.
	idlePerHost = 32
	// maxRedirects is what honest sites need: http to https, and to the name they prefer.
	maxRedirects = 5
	// maxHeader bounds the answer's header.
	maxHeader = 64 << 10
)

// Options say what the operator configured.
type Options struct {
	// Trusted are URLs whose very host and port may be reached wherever they are: OPENAI_BASE_URL on loopback, say.
	Trusted []string
	// HeaderPatience is how long the first byte of an answer may take; 0 means 30 s.
	HeaderPatience time.Duration
}

// Client returns the client. One is enough for a process: it keeps connections.
func Client(options Options) (*http.Client, error) {
	trusted := map[string]bool{}
	for _, text := range options.Trusted {
		hostport, err := hostPort(text)
		if err != nil {
			return nil, err
		}
		trusted[hostport] = true
	}
	patience := options.HeaderPatience
	if patience == 0 {
		patience = headerPatience
	}
	// Any port is allowed: pages and models live on many.
	public := ssrf.New(ssrf.WithAnyPort())
	guard := &guard{trusted: trusted, guarded: dialer(checked(public)), open: dialer(nil)}
	return &http.Client{
		Transport: &http.Transport{
			// No proxy from the environment: it would make the connections instead, unchecked.
			Proxy: nil, DialContext: guard.dial, TLSHandshakeTimeout: tlsPatience, ResponseHeaderTimeout: patience, IdleConnTimeout: idlePatience,
			MaxIdleConnsPerHost: idlePerHost, MaxResponseHeaderBytes: maxHeader, ForceAttemptHTTP2: true, ExpectContinueTimeout: time.Second,
		},
		CheckRedirect: redirect,
	}, nil
}

// guard dials trusted hosts freely and all others with a check of the address.
type guard struct {
	trusted       map[string]bool
	guarded, open *net.Dialer
}

func dialer(control func(network, address string, c syscall.RawConn) error) *net.Dialer {
	return &net.Dialer{Timeout: connectPatience, Control: control}
}

func (g *guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := g.guarded
	if g.trusted[strings.ToLower(address)] {
		d = g.open
	}
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("reach %s: %w", address, err)
	}
	return conn, nil
}

// checked returns what a dialer asks with the address that it is about to connect to. The guardian knows the special networks of the IANA registries.
func checked(guardian *ssrf.Guardian) func(network, address string, c syscall.RawConn) error {
	return func(network, address string, c syscall.RawConn) error {
		if err := guardian.Safe(network, address, c); err != nil {
			return fmt.Errorf("%w: %w", ErrRefused, err)
		}
		return nil
	}
}

// hostPort is what a dialer is asked for when a URL is fetched.
func hostPort(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return "", fmt.Errorf("egress: %q is not a URL with a host", text)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return strings.ToLower(net.JoinHostPort(u.Hostname(), port)), nil
}

// redirect follows a few redirects, and never from https down to http.
func redirect(request *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return ErrRedirects
	}
	if via[0].URL.Scheme == "https" && request.URL.Scheme != "https" {
		return fmt.Errorf("redirect from https to %s: %w", request.URL.Scheme, ErrRefused)
	}
	return nil
}

// ReadAll reads an answer of at most limit bytes. A longer one is ErrTooLarge; what was read is thrown away.
func ReadAll(body io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("read answer of over %d bytes: %w", limit, ErrTooLarge)
	}
	return data, nil
}
