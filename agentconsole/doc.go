// Package agentconsole is the staff side of Baton: sign-in, the HTTP API of docs/console-api.md, the console's one socket, and the built
// console itself under /console/.
//
// It decides who may do what and says it in the API's words; what happens is decided by packages conversation and knowledge. Who asks, and in
// which workspace, always comes from the session: an id of another workspace is looked up in one's own, and is not found.
//
// Failure story: nothing is kept in memory that PostgreSQL does not have, but who looks at which conversation, which is shown and never decided on. A
// lost event costs a watcher at most the time until the next one or its own ping: the sequence of a watched conversation is compared with the database and filled
// in order. A console that was away reads its lists again.
package agentconsole
