// Package localpg keeps Baton's private PostgreSQL cluster: it creates it under
// the data directory, starts it, hands out connection strings and stops it when
// the last user leaves. For a server that somebody else runs (DATABASE_URL) it
// only offers [Check].
//
// It is not a store: it knows no table of Baton's. What it makes is the database
// "baton", its owner "baton_owner" (CREATEROLE, neither superuser nor BYPASSRLS,
// as an operator's owner would be) and the extension vector. The superuser,
// "postgres", serves only for that and for backups.
//
// A server belongs to the data directory, not to a process. Two lock files say
// who is there:
//
//   - start.lock is held for the moment in which a server is started or stopped;
//   - users.lock is held, shared, by every process for as long as it uses the
//     server. The kernel drops it when the process ends, however it ends.
//
// Whoever closes last, that is, can take users.lock alone, stops the server.
//
// The failure story. When a Baton process is killed with -9 the server runs on
// without users; the next process finds it through postmaster.pid, adopts it and
// stops it when it leaves. When the machine lost power, postmaster.pid is stale;
// PostgreSQL recovers from its log at the next start, because fsync,
// full_page_writes and synchronous_commit are on, which every start asserts. When
// the server itself was killed, [Cluster.Run] starts it again, and goes on trying
// where that fails. A creation that was cut off leaves only a directory that the
// next attempt throws away.
//
// The server listens on a Unix socket only, in a short directory of its own with
// mode 0700, because a socket path may not exceed 107 bytes. It never runs as
// root: a caller that is root drops to the user postgres, and the cluster then
// lives under /var/lib/baton, because that user could not enter a data directory
// under a closed parent such as /root. The server leads a session of its own, so
// that Ctrl-C reaches Baton, which drains, and not the server it drains into.
//
// The data directory must not be shared between containers: their process
// numbers mean nothing to each other.
package localpg
