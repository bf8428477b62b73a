// Package presence knows who is really here: which people of the team have a console open, and which visitors a chat.
//
// A person is here while at least one node holds a lease for them and that node's heartbeat is younger than [Patience]. One row is written when a device's first socket
// opens and one when its last one has been closed for [Linger]; a second tab, a reload and a socket's beats cost no write. It does not know sockets: whoever accepts them calls Enter and Leave.
// What an agent says of themselves (online, away, busy, offline) is kept by package workspace; whether they can be reached is both together, [Member.Status].
//
// Failure story: a node that is killed beats no more, and its leases count for nothing after 25 s; other nodes notice, tell the watchers, and later remove its
// rows. A node that could not write while the database was away writes what is missing with its next beats. A node that was taken for dead and comes back enters its leases again.
package presence
