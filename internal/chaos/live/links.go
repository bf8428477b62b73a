package live

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// links makes the lines between processes.
type links struct {
	server *toxiproxy.ApiServer
	all    []*line
}

func newLinks() *links {
	return &links{server: toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())}
}

// line is a way from one process to another, which can be cut and spoilt.
type line struct {
	server *toxiproxy.ApiServer
	addr   string

	mu    sync.Mutex
	proxy *toxiproxy.Proxy
}

// Directions of a spoilt line.
const (
	upstream   = "upstream"   // from the caller to the called
	downstream = "downstream" // and back
)

func (l *links) to(name string, port int) (*line, error) {
	proxy := toxiproxy.NewProxy(l.server, name, "127.0.0.1:0", fmt.Sprintf("127.0.0.1:%d", port))
	if err := proxy.Start(); err != nil {
		return nil, fmt.Errorf("proxy %s: %w", name, err)
	}
	made := &line{server: l.server, proxy: proxy, addr: proxy.Listen}
	l.all = append(l.all, made)
	return made, nil
}

// cut breaks every connection, and refuses new ones.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.proxy.Stop()
}

// unspoilWithin is how long a line may take to become good again with its connections: what a slow line has swallowed must come out first. Then they are broken.
const unspoilWithin = 2 * time.Second

// mend takes back everything that was done to the line. A proxy that cannot get rid of what spoils it, which happens when a connection of it stands still at that moment, is given up for a new one at the same address.
func (l *line) mend(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	done := make(chan struct{})
	old := l.proxy
	go func() {
		defer close(done)
		old.Toxics.ResetToxics(ctx)
	}()
	select {
	case <-done:
	case <-time.After(unspoilWithin):
		old.Stop()
		l.proxy = toxiproxy.NewProxy(l.server, old.Name, l.addr, old.Upstream)
	}
	l.proxy.Lock()
	enabled := l.proxy.Enabled
	l.proxy.Unlock()
	if enabled {
		return nil
	}
	return l.proxy.Start()
}

// spoil adds a toxic of toxiproxy to one direction.
func (l *line) spoil(kind, direction string, attributes map[string]int) error {
	data, _ := json.Marshal(map[string]any{"name": kind + "-" + direction, "type": kind, "stream": direction, "attributes": attributes})
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.proxy.Toxics.AddToxicJson(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%s on %s: %w", kind, l.proxy.Name, err)
	}
	return nil
}

// swallow lets nothing through in one direction, and tells nobody: the line looks as if it stood.
func (l *line) swallow(direction string) error {
	return l.spoil("timeout", direction, map[string]int{"timeout": 0})
}

// slow delays each direction by some milliseconds, and lets few kilobytes a second through.
func (l *line) slow(milliseconds, kilobytes int) error {
	for _, direction := range []string{upstream, downstream} {
		if err := l.spoil("latency", direction, map[string]int{"latency": milliseconds, "jitter": milliseconds / 2}); err != nil {
			return err
		}
		if err := l.spoil("bandwidth", direction, map[string]int{"rate": kilobytes}); err != nil {
			return err
		}
	}
	return nil
}

func (l *links) mendAll(ctx context.Context) error {
	for _, one := range l.all {
		if err := one.mend(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (l *links) close() {
	for _, one := range l.all {
		one.cut()
	}
}
