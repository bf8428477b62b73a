// Package workspace holds what everything else stands on: the workspace and its inboxes, the people who work in it, their sign-in and
// sessions, the audit log, the transaction that is scoped to one workspace, and the [Event] by which packages tell whoever watches.
//
// It is not the place for conversations, visitors or knowledge: those are features with packages of their own.
//
// Failure story: every read and write of a tenant's table happens inside [InTx], which sets baton.workspace_id for that
// transaction; a query outside of it sees no rows, by row-level security, rather than another tenant's. Tokens carry their workspace id, so
// that a look-up is scoped before anything is known about the caller; only hashes of tokens are stored.
package workspace
