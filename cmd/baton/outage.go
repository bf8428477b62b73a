package main

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/baton-chat/baton/internal/outage"
)

// settled is how long no part of River must have met a dead connection before an outage is over: its parts notice at different times.
const settled = 4 * time.Second

const (
	queueAway = "the job queue cannot reach the database; jobs wait until it can"
	queueBack = "the job queue reaches the database again"
)

// heldBack keeps what River says in an outage out of the log: it has a dozen parts, each of which would tell it again and again. The outage is told in its
// own words.
type heldBack struct {
	slog.Handler
	away *outage.Outage
}

func (h heldBack) Handle(ctx context.Context, r slog.Record) error {
	if cause := errorOf(r); speaksOfAway(cause) {
		h.away.Begin(queueAway, cause)
		return nil
	}
	if h.away.Hold() {
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
