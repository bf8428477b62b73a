// Package model is a small store of conversations in memory, with the promises of package conversation and none of its machinery: unique cids, sequences without gaps, the order of a device's
// counter, one answer for a turn, one winner of a claim.
//
// The simulation runs on it, because two thousand seeds on PostgreSQL would take hours and would not repeat. That is worth something only if the model does what the real store does: the test of
// this package gives both of them the same random commands, and compares every result and every transcript.
package model
