// Package web fetches single addresses for the knowledge base: a help page, a
// PDF that a shop publishes.
//
// It is no crawler: it follows no link of a page. It honours robots.txt all the
// same, says who it is, asks with the ETag of what it has, and takes no more
// than source.MaxBytes. The client it is given decides where it may go at all;
// in the product that is internal/egress, which checks each address at the
// moment of connecting, redirects included.
//
// Failure story: whatever goes wrong is an *Error with a cause in plain words
// and its fix. Temporary ones (a server that is overloaded or silent) may be
// tried again; the others need somebody to change something.
package web
