package realtime

import (
	"net/http"
	"net/url"
	"slices"
)

// AnyOrigin in a list of origins allows every origin but "null". It is for demos.
const AnyOrigin = "*"

// Origins judges from which pages a client may come. Origins are compared whole: scheme, host and port, exactly as browsers write them.
type Origins struct {
	// Own is this server's public origin; the address that the request was sent to counts as own besides.
	Own string
	// Allowed are the other sites.
	Allowed []string
	// AllowNone lets clients in that send no Origin header: apps and scripts. Browsers always send one where it matters.
	AllowNone bool
}

// Allows reports whether a page of this origin may talk to a server that it reached under host.
func (o Origins) Allows(origin, host string) bool {
	switch {
	case origin == "":
		return o.AllowNone
	case !wellFormed(origin):
		return false
	case origin == o.Own, origin == "http://"+host, origin == "https://"+host:
		return true
	}
	return slices.Contains(o.Allowed, origin) || slices.Contains(o.Allowed, AnyOrigin)
}

// AllowsRequest is Allows for a request.
func (o Origins) AllowsRequest(r *http.Request) bool { return o.Allows(r.Header.Get("Origin"), r.Host) }

// wellFormed reports whether the text is an origin of a page on the web, and nothing but one: "null", a user name or a path is none.
func wellFormed(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && origin == u.Scheme+"://"+u.Host
}
