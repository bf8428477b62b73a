package agentconsole

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/outage"
	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/workspace"
)

// Errors of this package's own making.
var (
	errOrigin = errors.New("the request comes from another site")
	errRole   = errors.New("this role may not do that")
	errUpload = errors.New("the upload is not a form with files")
	errLink   = errors.New("the sign-in link is not one of ours")
	// errPreview: there is none of that id, or it is somebody else's; errTurn: it has no answer of that number.
	errPreview = errors.New("no such preview of this agent")
	errTurn    = errors.New("no such turn of the preview")
	errRoute   = errors.New("the address names nothing")
)

// badRequest is a body or a query that is not what docs/console-api.md describes. fix names the field.
type badRequest struct{ fix string }

func (e *badRequest) Error() string { return "bad request: " + e.fix }

func bad(format string, args ...any) error { return &badRequest{fix: fmt.Sprintf(format, args...)} }

// conflict is an error together with the state in which the thing is now.
type conflict struct {
	error
	current any
}

func (e *conflict) Unwrap() error { return e.error }

// problem is how an error is said: the one shape of docs/console-api.md.
type problem struct {
	status int
	Code   string `json:"code"`
	// Cause says why a file or an address cannot be used; clients word it in their own language.
	Cause   string `json:"cause,omitempty"`
	Text    string `json:"error"`
	Fix     string `json:"fix"`
	Current any    `json:"current,omitempty"`
}

// problems is the one table from errors to answers. The first that matches is said.
var problems = []struct {
	err error
	problem
}{
	{errOrigin, problem{status: http.StatusForbidden, Code: "forbidden", Text: "This request comes from another site.", Fix: "Use the console at its own address."}},
	{errRole, problem{status: http.StatusForbidden, Code: "forbidden", Text: "Only admins may change the knowledge base.", Fix: "Ask an admin of this workspace."}},
	{errUpload, problem{status: http.StatusBadRequest, Code: "bad_request", Text: "This is not an upload.", Fix: "Send multipart/form-data with one or more files in the field “file”."}},
	{workspace.ErrLinkUsed, problem{status: http.StatusUnauthorized, Code: "link_used", Text: "This sign-in link was used already.", Fix: "Ask for a new one: baton agent link."}},
	{workspace.ErrLinkOld, problem{status: http.StatusUnauthorized, Code: "link_expired", Text: "This sign-in link is too old.", Fix: "Ask for a new one: baton agent link."}},
	{errLink, problem{status: http.StatusUnauthorized, Code: "link_unknown", Text: "This sign-in link is not known here.", Fix: "It may have been cut off when it was copied. Ask for a new one: baton agent link."}},
	{workspace.ErrToken, problem{status: http.StatusUnauthorized, Code: "signed_out", Text: "You are signed out.", Fix: "Open a sign-in link."}},
	{errPreview, problem{status: http.StatusNotFound, Code: "not_found", Text: "There is no such trial of yours on the test bench.", Fix: "Trials are kept for a day: ask again without “preview”."}},
	{errTurn, problem{status: http.StatusNotFound, Code: "not_found", Text: "This trial has no answer to that question yet.", Fix: "seq: as the question was acknowledged with; the answer comes over the socket."}},
	{errRoute, problem{status: http.StatusNotFound, Code: "not_found", Text: "The address names nothing in this workspace.", Fix: "The id in it is a UUID, as lists and answers give it."}},
	{conversation.ErrUnknown, problem{status: http.StatusNotFound, Code: "not_found", Text: "There is no such conversation in this workspace.", Fix: "Go back to the inbox."}},
	{knowledge.ErrUnknown, problem{status: http.StatusNotFound, Code: "not_found", Text: "There is no such document in this workspace.", Fix: "It may have been deleted: read the list again."}},
	{conversation.ErrEmpty, problem{status: http.StatusBadRequest, Code: "bad_request", Text: "The message is empty.", Fix: "body: write something first."}},
	{conversation.ErrTooLong, problem{status: http.StatusRequestEntityTooLarge, Code: "too_large", Text: "The message is too long.", Fix: "Messages hold up to 16,000 characters; send the text in parts."}},
	{conversation.ErrCIDReused, problem{status: http.StatusConflict, Code: "duplicate", Text: "This message id was used for another text.", Fix: "cid: make a new one for each message."}},
	{conversation.ErrClaimed, problem{status: http.StatusConflict, Code: "claimed", Text: "Somebody else has this conversation.", Fix: "Open it to read along, or ask them to hand it over."}},
	{conversation.ErrStale, problem{status: http.StatusConflict, Code: "stale", Text: "The conversation has moved on.", Fix: "Look at it as it is now."}},
	{conversation.ErrState, problem{status: http.StatusConflict, Code: "stale", Text: "The conversation has moved on.", Fix: "Look at it as it is now."}},
	{conversation.ErrView, problem{status: http.StatusBadRequest, Code: "bad_request", Text: "There is no such view.", Fix: "view: inbox, mine, unassigned, assistant or resolved; cursor: as the last page gave it."}},
}

// fail says an error, and logs it where it is ours. Bodies are never in errors, so none are in the log.
func (h *Handler) fail(c *gin.Context, err error) {
	if c.Request.Context().Err() != nil {
		c.Abort() // Whoever asked has left, and that is why it failed.
		return
	}
	p := h.problem(err)
	if p.status >= http.StatusInternalServerError {
		h.failed(c.Request.Context(), "staff request failed", err, "method", c.Request.Method, "route", c.FullPath())
	}
	if !c.Writer.Written() {
		c.AbortWithStatusJSON(p.status, p)
	}
}

func (h *Handler) problem(err error) problem {
	var request *badRequest
	var size *http.MaxBytesError
	var file *knowledge.Rejected
	var pace *tooFast
	switch {
	case errors.As(err, &pace):
		return problem{status: http.StatusTooManyRequests, Code: "slow_down", Text: "That was too many questions at once.", Fix: fmt.Sprintf("Ask again in %d s.", pace.seconds())}
	case errors.As(err, &request):
		return problem{status: http.StatusBadRequest, Code: "bad_request", Text: "The request is not what this call expects.", Fix: request.fix}
	case errors.As(err, &size):
		return problem{status: http.StatusRequestEntityTooLarge, Code: "too_large", Text: "The request is too large.", Fix: "Messages hold up to 16,000 characters, files up to 20 MiB."}
	case errors.As(err, &file):
		return problem{status: http.StatusUnprocessableEntity, Code: "unreadable", Cause: file.Failure.Code, Text: file.Failure.Cause, Fix: file.Failure.Fix}
	}
	for _, known := range problems {
		if errors.Is(err, known.err) {
			return known.with(err)
		}
	}
	if outage.Away(err) {
		return problem{status: http.StatusServiceUnavailable, Code: "unavailable", Text: "The database is away.", Fix: "Try again in a moment; nothing was lost."}
	}
	return problem{status: http.StatusInternalServerError, Code: "internal", Text: "Something went wrong here.", Fix: "Try again; the server's log says more."}
}

// with adds the present state, and the name of who was first.
func (p problem) with(err error) problem {
	var now *conflict
	if !errors.As(err, &now) {
		return p
	}
	p.Current = now.current
	if row, ok := now.current.(row); ok && p.Code == "claimed" && row.Agent != nil {
		p.Text = row.Agent.Name + " has this conversation."
	}
	return p
}
