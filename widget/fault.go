package widget

import (
	"time"

	"github.com/baton-chat/baton/internal/outage"
)

const (
	databaseAway = "the database is away; visitors are told so, and keep what they write until it is back"
	databaseBack = "visitors are served again"
	// settled is how long nothing must have failed before an outage is over: of a pool's connections some work again before the others.
	settled = 4 * time.Second
)

// failed logs what went wrong with the database. An outage is told once, however many visitors meet it; every other failure for itself.
func (h *Handler) failed(what string, err error, about ...any) {
	if outage.Away(err) {
		h.away.Begin(databaseAway, err)
		return
	}
	h.Log.Error(what, append(about, "error", err)...)
}
