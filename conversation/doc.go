// Package conversation is the heart of the house: conversations, their messages and the people in them.
//
// A conversation is a row with a state machine (assistant → waiting → agent → resolved), and a gap-free sequence of messages. Every command
// (Say, Reply, HandOff, Claim, HandBack, Resolve, …) first locks the row, so the row is the arbiter of every race: of two claims one wins, and an
// assistant's reply is written only while the state is still "assistant" and no newer visitor message exists.
//
// It does not know sockets, models or job queues: what happened is told to a [workspace.Publisher] after the commit, and answer rounds are
// given to a [Scheduler] inside the transaction, so that a stored message without its job, or a job without its message, cannot exist.
//
// Failure story: a command either commits everything (message, state, job) or nothing. A client that did not hear back sends the same cid again and gets the
// stored sequence number. A lost event costs time, never a message: watchers compare sequence numbers and read the rest with [Store.After].
package conversation
