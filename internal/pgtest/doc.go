// Package pgtest gives every test a PostgreSQL database of its own:
//
//	db := pgtest.New(t)          // migrated; db.App is what the application sees
//	db := pgtest.Empty(t)        // with the extension vector and nothing else
//
// A database is cloned from a migrated template, which takes about 30 ms, and
// dropped when the test ends. Tests may run in parallel, in any number of test
// binaries at once: all of them share one server.
//
// The server is a private cluster in /tmp that the first test starts. Nothing in
// it is flushed to disk. Every process holds a lock for as long as it lives, and
// a small shell process, the janitor, waits for the moment when nobody holds one
// any more: some seconds later it stops the server and removes its files. Thus a
// test binary that panics, times out or is killed leaves nothing behind, while
// the binaries of one `go test ./...` meet the same server.
//
// With TEST_DATABASE_URL the databases are made on that server instead. Its role
// is a superuser, or one with CREATEDB and CREATEROLE on a server whose template1
// holds the extension vector; databases of killed tests stay there.
//
// The owner of a test database is the same kind of role as an operator's: with
// CREATEROLE, neither superuser nor BYPASSRLS, so that tests meet what operators
// have. Templates are named after the owner and the migrations' fingerprint: a
// changed migration makes a new template.
package pgtest
