// Package egress holds the one HTTP client that leaves the machine: for models, fetched pages and whatever comes later.
//
// Addresses are checked when the connection is made, after the name was resolved, so that neither a name that points inside nor a redirect reaches loopback, private networks or the
// metadata service of a cloud. Hosts that the operator configured by name (a model server on loopback) are exempt, and only they. Nothing may hang: connecting, TLS and the
// first byte of the answer have times of their own; how long an answer may stream is up to the caller's context.
//
// It is no general proxy and keeps no secrets: credentials are the caller's, and redirects to another host lose them.
//
// Failure story: a refused address is an error that wraps [ErrRefused] and names the host, never the answer of whatever stands there. An answer that is longer than the caller allows is [ErrTooLarge].
package egress
