package widget

import (
	"net/netip"
	"sync"
	"time"
)

const (
	// callersKept bounds the memory of the session limit. When it is full the whole is forgotten: a flood from so many addresses is not stopped by counting them.
	callersKept = 20_000
	// prefixV6 is how much of an IPv6 address names one customer's line.
	prefixV6 = 64
)

// callers limits how many sessions one address opens.
type callers struct {
	burst float64
	rate  float64

	mu    sync.Mutex
	known map[netip.Prefix]*caller
}

type caller struct {
	tokens float64
	filled time.Time
}

func newCallers(burst int, rate float64) *callers {
	return &callers{burst: float64(burst), rate: rate, known: map[netip.Prefix]*caller{}}
}

// take reports whether the address may open a session now, and if not after how long. This very machine is not counted: what calls from it is its owner, or a proxy whose
// visitors' addresses are not known, and one limit for all of them together would shut the door on everybody.
func (c *callers) take(address string, now time.Time) (wait time.Duration) {
	key := lineOf(address)
	if key.Addr().IsLoopback() {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	who := c.known[key]
	if who == nil {
		if len(c.known) >= callersKept {
			clear(c.known)
		}
		who = &caller{tokens: c.burst, filled: now}
		c.known[key] = who
	}
	who.tokens = min(c.burst, who.tokens+now.Sub(who.filled).Seconds()*c.rate)
	who.filled = now
	if who.tokens < 1 {
		return time.Duration((1 - who.tokens) / c.rate * float64(time.Second))
	}
	who.tokens--
	return 0
}

// lineOf is what is counted as one caller. What is no address is counted together.
func lineOf(address string) netip.Prefix {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return netip.Prefix{}
	}
	bits := 32
	if ip = ip.Unmap(); ip.Is6() {
		bits = prefixV6
	}
	prefix, _ := ip.WithZone("").Prefix(bits)
	return prefix
}
