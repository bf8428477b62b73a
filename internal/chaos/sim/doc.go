// Package sim runs clients, links, nodes and a store in one goroutine, with one source of chance and a clock of its own: the same seed is the same run, to the byte.
//
// What is real in it is the client, realtime/core, with its sockets, polls, timers and back-off. The store is package model's, which a property test holds to PostgreSQL. Nodes and links are written
// here, small, from docs/protocol.md; what they prove is that the protocol keeps its promises whatever a network, a node or a database does, and that the checker sees it when it does not.
//
// Every seed draws its own weather: how much is lost, doubled, swapped and delayed, how often nodes die and connections are cut, how often a commit's outcome stays unknown. Then it becomes calm, and
// everybody must be served.
package sim
