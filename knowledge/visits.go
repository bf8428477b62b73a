package knowledge

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"time"
)

const (
	// visitsPerHost is how many pages one host is asked for at once. It is polite,
	// and it leaves fetchers to other hosts when one is slow.
	visitsPerHost = 3
	// visitPatience is how long a fetcher waits for its turn at a host: long enough
	// that a quick host is kept busy, short enough that the pages of a slow one
	// soon make room for those of others.
	visitPatience = 250 * time.Millisecond
	// hostPause is how long a page of a busy host then waits in the queue.
	hostPause = 3 * time.Second
)

// errHostBusy means that a host is being asked for enough pages already.
var errHostBusy = errors.New("the host is being asked for other pages")

// visits counts the pages that hosts are being asked for.
type visits struct {
	mu    sync.Mutex
	hosts map[string]chan struct{}
}

func newVisits() *visits { return &visits{hosts: map[string]chan struct{}{}} }

// begin takes a turn at the host of an address, and returns what ends it, or
// errHostBusy.
func (v *visits) begin(ctx context.Context, address string) (end func(), err error) {
	turns := v.turns(address)
	patience := time.NewTimer(visitPatience)
	defer patience.Stop()
	select {
	case turns <- struct{}{}:
		return func() { <-turns }, nil
	case <-patience.C:
		return nil, errHostBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// turns are those of one host. Hosts are never forgotten: there are as many as
// a team has added addresses of, and each costs some hundred bytes.
func (v *visits) turns(address string) chan struct{} {
	host := address
	if u, err := url.Parse(address); err == nil {
		host = u.Host
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.hosts[host] == nil {
		v.hosts[host] = make(chan struct{}, visitsPerHost)
	}
	return v.hosts[host]
}
