// Package assistant answers visitors, and writes what an agent reads when the baton is passed.
//
// An [Answerer] turns a message into words: it reads the signals, asks the rules whether a person should come, searches the knowledge base, lets a
// [Model] write the answer, checks that every claim stands on a passage, and asks the rules again. A [ReplyWorker] runs it for a
// conversation, as a River job: it reads the transcript, streams the answer to whoever watches, and stores it. [Queue] is how conversations
// ask for such a round. A [PacketWorker] writes the summary of a handoff.
//
// There are two models. [Extractive] needs no key and quotes: its answers are sentences that stand verbatim in the passages. [OpenAI]
// speaks to any OpenAI-compatible endpoint. Whatever a model says, an answer that cites no passage is not shown as one.
//
// The package is not the arbiter of anything: it does not know sockets, and whether an answer may still be written is decided by the conversation's row.
//
// Failure story: a job may run twice, late, or after a person took over; the conversation refuses the reply and the round ends without a trace. No transaction is
// open while a model writes. An endpoint that refuses, stalls, breaks off or talks nonsense costs its answer, never the visitor's: the extractive model
// answers in its place, and where that finds nothing the visitor is told so and offered a person. A database that is away makes the job
// fail and run again; when the last attempt fails too, a person is called.
package assistant
