// Package outage tells in the log when something begins to fail and when it is well again, instead of a line for each attempt between: those would bury what
// else the log has to say then.
//
// It decides nothing and retries nothing. What failed is retried by whoever tried it; an outage that nobody notices the end of is told once, and not again.
package outage
