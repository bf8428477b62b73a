package presence

import (
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// outage is the time in which the database takes nothing. It is told when it begins and when it is over: a line for each attempt between would bury
// what else the log has to say then.
type outage struct {
	mu    sync.Mutex
	since time.Time // zero: there is none
}

// failed notes a failure and tells the first one of an outage.
func (r *Registry) failed(what string, err error) {
	r.away.mu.Lock()
	defer r.away.mu.Unlock()
	if r.away.since.IsZero() {
		r.away.since = r.now()
		r.log.Warn(what, "error", err)
	}
}

// recovered notes a heartbeat that was stored; after an outage it is told.
func (r *Registry) recovered() {
	r.away.mu.Lock()
	defer r.away.mu.Unlock()
	if !r.away.since.IsZero() {
		r.log.Info("presence is stored again", "after", r.now().Sub(r.away.since).Round(time.Second))
		r.away.since = time.Time{}
	}
}

// unreachable reports whether an error came from no server, so that another statement would fail as well.
func unreachable(err error) bool {
	var answer *pgconn.PgError
	return err != nil && !errors.As(err, &answer)
}
