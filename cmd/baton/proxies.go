package main

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// readProxies reads BATON_TRUSTED_PROXIES: addresses and networks in CIDR form, separated by commas.
func readProxies(text string) ([]netip.Prefix, error) {
	var list []netip.Prefix
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			address, single := netip.ParseAddr(part)
			if single != nil {
				return nil, fmt.Errorf("BATON_TRUSTED_PROXIES has %q; it is a list of networks like 10.0.0.0/8 or addresses like 127.0.0.1, separated by commas", part)
			}
			address = address.Unmap().WithZone("")
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		if prefix.Bits() == 0 {
			return nil, fmt.Errorf("BATON_TRUSTED_PROXIES has %q, which trusts everybody, and then anybody may pretend to be anybody; name the networks of your own proxies", part)
		}
		list = append(list, prefix.Masked())
	}
	return list, nil
}

func listed(list []netip.Prefix) string {
	var words []string
	for _, prefix := range list {
		words = append(words, prefix.String())
	}
	return strings.Join(words, ",")
}

// behindProxies gives a request the address of who sent it, where it came through proxies that the operator trusts. Everything behind it, above all the limit
// of sessions for an address, then looks at the peer's address as it would without a proxy.
//
// A proxy appends the address that it was called from, so what stands to the left of the first hop that is not trusted was written by that hop, and may be
// invented. Where nothing in the headers can be believed the address is left empty, which counts as one caller for all such requests: a forger gains nothing.
func behindProxies(trusted []netip.Prefix, next http.Handler) http.Handler {
	if len(trusted) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && trusts(trusted, peer.Addr()) {
			r.RemoteAddr = sender(trusted, r)
		}
		next.ServeHTTP(w, r)
	})
}

func trusts(trusted []netip.Prefix, address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	for _, prefix := range trusted {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}

// sender is who called the outermost trusted proxy, as an address with port 0, or "". Without a header it is the proxy itself that asks.
//
// A proxy writes one of the two headers and hands on the other as it came, so where both are there one of them may be forged. They count only where they agree.
func sender(trusted []netip.Prefix, r *http.Request) string {
	var found []netip.Addr
	for name, hops := range map[string]func(string) []string{"X-Forwarded-For": commas, "Forwarded": forwardedFor} {
		if values := r.Header.Values(name); len(values) > 0 {
			found = append(found, outermost(trusted, hops(strings.Join(values, ","))))
		}
	}
	switch {
	case len(found) == 0:
		return r.RemoteAddr
	case len(found) == 2 && found[0] != found[1] || !found[0].IsValid():
		return ""
	}
	return netip.AddrPortFrom(found[0], 0).String()
}

// outermost goes from the nearest hop outwards to the first that is not trusted. A hop that is no address ends the way: it is not trusted, and hides who it is.
func outermost(trusted []netip.Prefix, hops []string) (last netip.Addr) {
	for i := len(hops) - 1; i >= 0; i-- {
		if last = hop(hops[i]); !last.IsValid() || !trusts(trusted, last) {
			return last
		}
	}
	return last
}

// hop reads an address with or without port, brackets and quotes; the zero Addr for what is none, like "unknown".
func hop(text string) netip.Addr {
	text = strings.TrimSpace(text)
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	if err != nil {
		return netip.Addr{}
	}
	return address.Unmap().WithZone("")
}

func commas(list string) []string { return strings.Split(list, ",") }

// forwardedFor reads the hops of RFC 7239. Neither addresses nor obfuscated names hold a comma or a semicolon, so quotes need not be followed: a text that
// hides one in quotes falls into parts that are no addresses. An element without "for" is a hop that does not say who it is.
func forwardedFor(list string) (hops []string) {
	for element := range strings.SplitSeq(list, ",") {
		from := ""
		for pair := range strings.SplitSeq(element, ";") {
			if name, value, ok := strings.Cut(pair, "="); ok && strings.EqualFold(strings.TrimSpace(name), "for") {
				from = value
			}
		}
		hops = append(hops, from)
	}
	return hops
}
