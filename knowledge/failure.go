package knowledge

import (
	"context"
	"errors"
	"net"

	"github.com/baton-chat/baton/knowledge/source"
	"github.com/baton-chat/baton/knowledge/web"
)

// An EmbedError says why texts could not be embedded. Permanent means that
// trying again changes nothing until somebody changes the configuration.
type EmbedError struct {
	Failure   Failure
	Permanent bool
	Err       error
}

func (e *EmbedError) Error() string {
	if e.Err == nil {
		return e.Failure.Cause
	}
	return e.Failure.Cause + " (" + e.Err.Error() + ")"
}

func (e *EmbedError) Unwrap() error { return e.Err }

// failureOf turns an error into what the operator is shown. What is none of the
// known causes is said to be a fault of ours, without its details: those are
// for the log.
func failureOf(err error) Failure {
	var read *source.Error
	if errors.As(err, &read) {
		return Failure{read.Code, read.Cause, read.Fix}
	}
	var fetched *web.Error
	if errors.As(err, &fetched) {
		return Failure{fetched.Code, fetched.Cause, fetched.Fix}
	}
	var rejected *Rejected
	if errors.As(err, &rejected) {
		return rejected.Failure
	}
	var embed *EmbedError
	if errors.As(err, &embed) {
		return embed.Failure
	}
	if errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
		return Failure{"timeout", "Indexing took too long and was stopped.", "Try again; if it happens twice, split the document into smaller files."}
	}
	return Failure{"internal", "Something went wrong while this document was indexed.", "Try again; the server's log names the cause."}
}

// FailureOf is what people are told of an error of reading or fetching. known is
// false for errors that are nobody's file's fault.
func FailureOf(err error) (f Failure, known bool) {
	var fetched *web.Error
	if errors.As(err, &fetched) || permanent(err) {
		return failureOf(err), true
	}
	return Failure{}, false
}

// permanent tells the failures that trying again does not mend.
func permanent(err error) bool {
	var read *source.Error
	var rejected *Rejected
	var embed *EmbedError
	var fetched *web.Error
	switch {
	case errors.As(err, &fetched):
		return !fetched.Temporary
	case errors.As(err, &read), errors.As(err, &rejected):
		return true
	}
	return errors.As(err, &embed) && embed.Permanent
}

// failureStuck is for a document that was set going again as often as is good.
func failureStuck() Failure {
	return Failure{
		"stuck", "Indexing stood still and did not get on by itself, although it was started again several times.",
		"Try again; if it happens twice, the server's log names the cause.",
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
