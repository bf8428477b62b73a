package widget

import (
	"net/netip"
	"sync"
	"time"
)

const (
	// bucketsKept bounds the memory of a limit. When it is full the whole is forgotten: a flood from so many is not stopped by counting them.
	bucketsKept = 20_000
	// prefixV6 is how much of an IPv6 address names one customer's line.
	prefixV6 = 64
)

// buckets are token buckets by key.
type buckets[K comparable] struct {
	burst float64
	rate  float64

	mu    *sync.Mutex
	known map[K]*bucket
}

type bucket struct {
	tokens float64
	filled time.Time
}

func newBuckets[K comparable](burst int, rate float64) buckets[K] {
	return buckets[K]{burst: float64(burst), rate: rate, mu: &sync.Mutex{}, known: map[K]*bucket{}}
}

// take reports whether the key may go on now, and if not after how long.
func (b *buckets[K]) take(key K, now time.Time) (wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	who := b.known[key]
	if who == nil {
		if len(b.known) >= bucketsKept {
			clear(b.known)
		}
		who = &bucket{tokens: b.burst, filled: now}
		b.known[key] = who
	}
	who.tokens = min(b.burst, who.tokens+now.Sub(who.filled).Seconds()*b.rate)
	who.filled = now
	if who.tokens < 1 {
		return time.Duration((1 - who.tokens) / b.rate * float64(time.Second))
	}
	who.tokens--
	return 0
}

// callers limits how many sessions one address opens.
type callers struct{ buckets[netip.Prefix] }

func newCallers(burst int, rate float64) *callers {
	return &callers{newBuckets[netip.Prefix](burst, rate)}
}

// take reports whether the address may open a session now, and if not after how long. This very machine is not counted: what calls from it is its owner, or a proxy whose
// visitors' addresses are not known, and one limit for all of them together would shut the door on everybody.
func (c *callers) take(address string, now time.Time) (wait time.Duration) {
	key := lineOf(address)
	if key.Addr().IsLoopback() {
		return 0
	}
	return c.buckets.take(key, now)
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
