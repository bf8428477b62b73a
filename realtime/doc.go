// Package realtime carries what happened to whoever watches: a [Bus] that passes events between packages and nodes, and a [Socket] that carries frames to a
// browser.
//
// It knows neither conversations nor visitors: what a frame means is decided by the packages that accept sockets, widget and agentconsole. It keeps no truth: an event is
// a hint, PostgreSQL holds what happened.
//
// Failure story: events may be lost, between nodes when NATS is away and on a node when a watcher falls behind. Whoever may have lost some is told so ([Watch.Lost]) and reads PostgreSQL.
// A peer that reads slowly never blocks a sender: what its network does not take at once waits in a bounded queue, and beyond the bound the
// socket is closed with [CloseSlow], after which the client resumes from its own cursor. A peer that falls silent is found within [Limits.Silence]. On a restart every socket is
// closed with [CloseRestart], and every goroutine has ended when [Server.Drain] returns.
package realtime
