package widget

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

const (
	// pollBody is the largest call in bytes: five of the longest messages.
	pollBody = 512 << 10
	// pollFrames is how many frames a call may bring: the burst of a socket.
	pollFrames = 20
	// pollDepth is how much deeper a call nests than the frames in it.
	pollDepth = 2
	// pollWait is how long a call waits for news at most: proxies give up on silence after 30 s or more.
	pollWait = 25 * time.Second
	// together is for how long news is collected: a message and the state that it leads to are told one after the other.
	together = 20 * time.Millisecond
	// pieces is the same for an answer being written, which makes four calls a second of it.
	pieces = 250 * time.Millisecond
)

// poll serves one call of the long poll: a connection that lives for one answer. What a socket would remember the client says each time, so that nothing is kept here between two calls.
func (h *Handler) poll(g *gin.Context) {
	allowAnywhere(g)
	g.Header("Cache-Control", "no-store")
	request, p := h.readPoll(g)
	if p != nil {
		fail(g, p)
		return
	}
	response, err := h.pollOnce(g.Request, request)
	if err != nil {
		fail(g, h.pollProblem(err))
		return
	}
	g.JSON(http.StatusOK, response)
}

func (h *Handler) readPoll(g *gin.Context) (request pollRequest, p *problem) {
	data, err := io.ReadAll(http.MaxBytesReader(g.Writer, g.Request.Body, pollBody))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return request, &problem{status: http.StatusRequestEntityTooLarge, Code: "too_large", Error: "The call is over 512 KiB.", Fix: "Send fewer frames in one call."}
	}
	limits := h.Limits.Socket
	limits.Depth += pollDepth
	if err == nil {
		if err = limits.Deep(data); err == nil {
			err = json.Unmarshal(data, &request)
		}
	}
	if err != nil || request.V != protocolVersion || len(request.Frames) > pollFrames {
		return request, &problem{status: http.StatusBadRequest, Code: "bad_request", Error: "The body is no call of the poll.", Fix: "Send one JSON object as docs/protocol.md describes it, with v 1 and at most 20 frames."}
	}
	return request, nil
}

// pollProblems is the one table from what would close a socket to what answers a call.
var pollProblems = map[realtime.Code]problem{
	realtime.CloseToken:       {status: http.StatusUnauthorized, Code: "token_ended", Error: "The token is unknown or ended.", Fix: "Open a new session, then call again."},
	realtime.CloseForbidden:   {status: http.StatusForbidden, Code: "origin_refused", Error: "This page's origin is not allowed for the inbox.", Fix: "An operator adds the origin, with scheme and port, to the inbox's allowed origins."},
	realtime.CloseTooMany:     {status: http.StatusTooManyRequests, wait: time.Second, Code: "slow_down", Error: "Too many calls.", Fix: "Wait the seconds of Retry-After."},
	realtime.CloseUnavailable: {status: http.StatusServiceUnavailable, wait: time.Second, Code: "unavailable", Error: "This server cannot answer now.", Fix: "Try again; wait longer each time."},
}

func (h *Handler) pollProblem(err error) *problem {
	var closing *realtime.CloseError
	if errors.As(err, &closing) {
		if p, ok := pollProblems[closing.Code]; ok {
			return &p
		}
	}
	p := pollProblems[realtime.CloseUnavailable]
	return &p
}

// pollOnce is the life of a call.
func (h *Handler) pollOnce(r *http.Request, request pollRequest) (*pollResponse, error) {
	if !h.calls.begin(h.Limits.Calls) {
		return nil, realtime.Close(realtime.CloseUnavailable)
	}
	defer h.calls.end()
	if wait := h.paces.take(request.Token, time.Now()); wait > 0 {
		return nil, realtime.Close(realtime.CloseTooMany)
	}
	answer := newAnswer()
	c := &conn{h: h, peer: answer, filling: true, polled: true}
	ctx := context.WithoutCancel(r.Context()) // What was begun is finished, also where the client left.
	leave, ok := h.gate.enter()
	if !ok {
		return nil, realtime.Close(realtime.CloseUnavailable)
	}
	defer leave()
	if err := c.admit(ctx, request.Token, r.Header.Get("Origin"), r.Host); err != nil {
		return nil, err
	}
	defer c.gone()
	greeting := incoming{Caps: request.Caps, Store: request.Store, Cursors: request.Cursors}
	last := parseMark(request.Mark)
	c.holds(request)
	if err := c.greet(ctx, greeting, last, leave); err != nil {
		return nil, h.hung(c, "answer poll", err)
	}
	for _, data := range request.Frames {
		allowed := h.paces.take(request.Token, time.Now()) == 0
		if err := c.frame(ctx, data, allowed); err != nil {
			return nil, err
		}
	}
	if len(request.Frames) == 0 {
		c.await(r.Context(), answer, waitOf(request.Wait))
	}
	return c.finish(answer), nil
}

// holds notes which answer being written the client shows.
func (c *conn) holds(request pollRequest) {
	if request.Run != uuid.Nil && request.Offset > 0 {
		c.run, c.held = &delta{Run: request.Run, Offset: request.Offset}, request.Offset
	}
}

// waitOf is how long a call may wait.
func waitOf(seconds *float64) time.Duration {
	if seconds == nil {
		return pollWait
	}
	return min(pollWait, max(0, time.Duration(*seconds*float64(time.Second))))
}

// await returns when there is news, and when there was none for long enough. News comes from the bus; what the bus lost is found by look.
func (c *conn) await(ctx context.Context, a *answer, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-a.news:
	case <-timer.C:
		return
	case <-c.h.closing:
		c.send(slowDown{T: frameSlowDown, Retry: c.h.comeBack()})
		return
	case <-ctx.Done():
		return
	}
	// Pieces are collected longer, until something else comes.
	pause, urgent := together, (<-chan struct{})(nil)
	if a.onlyPieces() {
		pause, urgent = pieces, a.urgent
	}
	collect := time.NewTimer(pause)
	defer collect.Stop()
	select {
	case <-collect.C:
	case <-urgent:
	case <-ctx.Done():
	}
}

// finish ends the call with all that it collected. A call that has no news tells the head.
func (c *conn) finish(a *answer) *pollResponse {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.empty() {
		c.send(c.headFrame())
	}
	return &pollResponse{Mark: c.told.String(), Frames: a.close()}
}

// pace is a token bucket for each visitor's calls and frames on this node, with the limits of a socket.
type pace struct{ buckets[string] }

func newPace(limits realtime.Limits) *pace {
	return &pace{newBuckets[string](limits.Burst+1, limits.Rate)}
}

// take reports after how long the visitor may go on. It is asked before the database is, so an unknown token counts for itself.
func (p *pace) take(token string, now time.Time) time.Duration {
	parsed, err := workspace.ParseToken(token)
	if err != nil {
		return 0 // It is refused for that.
	}
	return p.buckets.take(string(parsed.Hash()), now)
}
