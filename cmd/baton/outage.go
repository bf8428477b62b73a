package main

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// settled is how long no part of River must have met a dead connection before an outage is over: its parts notice at different times.
const settled = 4 * time.Second

// outage is the time in which the job queue cannot reach the database. It is told when it begins and when it is over; River has a dozen parts, each of which
// would tell it again and again.
type outage struct {
	log *slog.Logger

	mu    sync.Mutex
	since time.Time // zero: there is none
	last  time.Time
	held  int
}

// begin notes a sign of the database being away.
func (o *outage) begin(cause string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.last = time.Now(); o.since.IsZero() {
		o.since = o.last
		o.log.Warn("the job queue cannot reach the database; jobs wait until it can", "error", cause)
	}
}

// over notes that the database answers.
func (o *outage) over() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.since.IsZero() || time.Since(o.last) < settled {
		return
	}
	o.log.Info("the job queue reaches the database again", "after", o.last.Sub(o.since).Round(time.Second), "held_back", o.held)
	o.since, o.held = time.Time{}, 0
}

// hold reports whether a record belongs to an outage, which tells it in its own words.
func (o *outage) hold(cause string, away bool) bool {
	if away {
		o.begin(cause)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.since.IsZero() {
		return false
	}
	o.held++
	return true
}

// heldBack keeps what River says in an outage out of the log.
type heldBack struct {
	slog.Handler
	away *outage
}

func (h heldBack) Handle(ctx context.Context, r slog.Record) error {
	cause := errorOf(r)
	if h.away.hold(cause, speaksOfAway(cause)) {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

func (h heldBack) WithAttrs(attrs []slog.Attr) slog.Handler {
	return heldBack{h.Handler.WithAttrs(attrs), h.away}
}

func (h heldBack) WithGroup(name string) slog.Handler {
	return heldBack{h.Handler.WithGroup(name), h.away}
}

// errorOf is the error in a record of River's, which has it as a value here and as text there.
func errorOf(r slog.Record) (text string) {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "err" || a.Key == "error" {
			text = a.Value.String()
		}
		return text == ""
	})
	return text
}

// speaksOfAway tells an error of a connection from an error of a statement. River hands on texts, so the text has to do.
func speaksOfAway(cause string) bool {
	for _, sign := range []string{
		"failed to connect", "connection refused", "connection reset", "broken pipe", "unexpected EOF", "conn closed", "closed network connection",
		"SQLSTATE 57P0", "SQLSTATE 08", "context deadline exceeded", "i/o timeout",
	} {
		if strings.Contains(cause, sign) {
			return true
		}
	}
	return false
}
