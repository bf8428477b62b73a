// Package history is the record of a run, one JSON object a line, and the checker that judges it.
//
// A record holds what participants asked for and heard (invoke, ok, fail, unknown), what stood on their screens in the order in which it came there (shown, forget, tick, piece,
// state), what was done to the system (fault), and at the end what the database holds (row). It is written by clients, which know nothing of each other; only the checker sees the
// whole. Texts do not stand in it, but their digests.
//
// The checker knows neither the protocol nor the server. It knows the promises of docs/protocol.md, and says which one was broken, for whom and when.
package history
