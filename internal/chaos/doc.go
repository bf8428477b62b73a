// Package chaos holds what proves the delivery promise of Baton: that no acknowledged message is lost, nothing is shown twice, and everybody sees one order, whatever dies meanwhile.
//
// It is a harness and no part of the product; nothing imports it. Its rooms, from the inside out:
//
//   - history is what a run writes down, and the checker that judges it. Every other room only makes histories.
//   - model is a small store in memory that keeps the promises of package conversation; a property test holds it to the real one on PostgreSQL.
//   - sim is the seeded simulation: clients, links, nodes and the model on one goroutine and one source of chance, so that a seed that fails fails again.
//   - live drives real processes: PostgreSQL, three NATS servers and several nodes of Baton, with proxies between them, while it kills, cuts and slows them.
//   - plant breaks the product's sources on purpose, one defect at a time, to see that the checker finds each.
//
// The failure story of the harness itself is the one that matters: a run that hurt nothing proves nothing. So a history in which too few faults had an effect, or too few operations
// ended without a known outcome, is invalid, and an invalid run fails like a broken promise does.
package chaos
