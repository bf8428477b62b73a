// Package migrations brings a database to the schema this binary needs.
//
// Files NNNN_name.sql run once each, in order, every file in one transaction with its entry in schema_migration. Whoever migrates holds an
// advisory lock; others wait by polling, because a blocked lock request holds a snapshot that CREATE INDEX CONCURRENTLY would wait for.
// Migrations go forward only. A database that knows a migration this binary does not is newer than the binary and is refused
// ([ErrNewer]); a file whose content differs from what ran is refused too ([ErrChanged]), because what ran cannot be run again.
//
// After our own files come River's (the job queue's) migrations and the grants on its tables. A crash in the middle leaves the
// database at the last complete file; starting again goes on from there.
package migrations
