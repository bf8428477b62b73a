// Package widget serves visitors: the loader and the widget's files, the session, and the socket of docs/protocol.md.
//
// It does not know that a model exists, nor who answers: it stores what a visitor says through package conversation, and shows what the bus and PostgreSQL tell. Who speaks, in which
// workspace and in which conversation comes from the session, never from a frame.
//
// Failure story: events are hints. Every socket keeps a cursor, the highest seq it has written without a gap; an event that does not follow it makes the socket read PostgreSQL from
// the cursor on, and so does a ping whose head is higher. A message is acknowledged after its commit and not before; what a client did not see acknowledged it sends again under the same cid. A socket that breaks, on this
// node or by its end, resumes on any other with the client's cursor. Nothing about a socket needs to be remembered.
package widget
