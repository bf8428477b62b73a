package agentconsole

import (
	"context"
	"time"

	"github.com/baton-chat/baton/internal/outage"
)

const (
	databaseAway = "the database is away; the console says so, and keeps what is written until it is back"
	databaseBack = "the console is served again"
	// settled is how long nothing must have failed before an outage is over: of a pool's connections some work again before the others.
	settled = 4 * time.Second
)

// failed logs what went wrong here. An outage of the database is told once, however many requests and frames meet it; every other failure for itself.
func (h *Handler) failed(ctx context.Context, what string, err error, about ...any) {
	if outage.Away(err) {
		h.away.Begin(databaseAway, err)
		return
	}
	h.Log.ErrorContext(ctx, what, append(about, "error", err)...)
}
