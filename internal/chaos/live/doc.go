// Package live runs Baton as real processes and breaks them: a PostgreSQL server of its own with fsync on, three NATS servers in a cluster, and nodes with split roles, with toxiproxy on
// every line between them. Visitors are the product's own protocol core over real sockets and polls; agents use the console's HTTP and socket.
//
// A run follows one seed: which faults come, in which order, where and for how long. The processes themselves are not deterministic, so a seed makes a run like another one, not the same one; what
// is exactly repeatable is the simulation's affair, in package sim.
//
// A run has four parts: build everything and let people talk; break things while they go on; mend all and wait until everybody is served; read everything anew and write the
// database down. The history of it is judged by package history.
//
// Nothing is asked of the machine but PostgreSQL with pgvector. What only root can do, a small disk that fills, and what needs libfaketime, the clock of PostgreSQL, is left out where it cannot
// be, and the report says so. Everything listens on 127.0.0.1 alone.
package live
