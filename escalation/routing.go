package escalation

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/outage"
	"github.com/baton-chat/baton/presence"
	"github.com/baton-chat/baton/workspace"
)

const (
	// routeSweep is how often every line is looked at without a hint: hints may be lost, and a place that is wrong for longer is a promise broken.
	routeSweep = 15 * time.Second
	// routeGather is how long hints gather: a claim and the next call often come together.
	routeGather = 50 * time.Millisecond
	// waitsWithin and waitsKept bound which waits the estimate stands on: today's pace, and enough of it that one long lunch does not decide.
	waitsWithin = 24 * time.Hour
	waitsKept   = 20
	// routePatience bounds the work on one workspace, so that one that is stuck does not hold up the others.
	routePatience = 10 * time.Second
)

// RouterConfig holds what a Router needs.
type RouterConfig struct {
	Conversations *conversation.Store
	Workspaces    *workspace.Store
	Presence      *presence.Registry
	// Watch calls event for what happens in a workspace, and lost when some of it may be missing, until stop is called. Both must return quickly.
	Watch func(workspaceID uuid.UUID, event func(workspace.Event), lost func()) (stop func())
	Log   *slog.Logger
	// Sweep is how often to look without a hint; 0 means the default.
	Sweep time.Duration
	// Now is the clock; nil means the machine's.
	Now func() time.Time
}

// Router keeps the places in line true: each waiting conversation's number, and the minutes it will probably take. Every node may run one; what is right already is not written again.
type Router struct {
	RouterConfig
	kick chan struct{}
	away *outage.Outage

	mu    sync.Mutex
	due   map[uuid.UUID]struct{}
	stops map[uuid.UUID]func()
}

// NewRouter returns a router; it is at work while Run runs.
func NewRouter(c RouterConfig) *Router {
	if c.Sweep == 0 {
		c.Sweep = routeSweep
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Router{RouterConfig: c, kick: make(chan struct{}, 1), away: outage.New(c.Log, "places in line are brought up to date again", 0, c.Now), due: map[uuid.UUID]struct{}{}, stops: map[uuid.UUID]func(){}}
}

// Run routes until ctx ends.
func (r *Router) Run(ctx context.Context) error {
	sweep := time.NewTicker(r.Sweep)
	defer sweep.Stop()
	defer r.unwatch()
	r.sweep(ctx)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-sweep.C:
			r.sweep(ctx)
		case <-r.kick:
			gather := time.NewTimer(routeGather)
			select {
			case <-ctx.Done():
				gather.Stop()
				return nil
			case <-gather.C:
			}
			r.routeDue(ctx)
		}
	}
}

// sweep routes every workspace, and begins to watch those that are new.
func (r *Router) sweep(ctx context.Context) {
	all, err := r.Workspaces.All(ctx)
	if err != nil {
		r.complain(ctx, err)
		return
	}
	r.away.Over()
	for _, w := range all {
		r.watch(w.ID)
	}
	r.mu.Lock()
	for _, w := range all {
		r.due[w.ID] = struct{}{}
	}
	r.mu.Unlock()
	r.routeDue(ctx)
}

func (r *Router) watch(id uuid.UUID) {
	r.mu.Lock()
	_, known := r.stops[id]
	r.mu.Unlock()
	if known {
		return
	}
	stop := r.Watch(id, func(e workspace.Event) {
		if movesLine(e) {
			r.hint(id)
		}
	}, func() { r.hint(id) })
	r.mu.Lock()
	r.stops[id] = stop
	r.mu.Unlock()
}

func (r *Router) unwatch() {
	r.mu.Lock()
	stops := r.stops
	r.stops = map[uuid.UUID]func(){}
	r.mu.Unlock()
	for _, stop := range stops {
		stop()
	}
}

// movesLine reports whether an event can change places or minutes: somebody joined or left the line, or the team.
func movesLine(e workspace.Event) bool {
	switch e.Kind {
	case workspace.EventQueue:
		return true
	case workspace.EventPresence:
		var change presence.Change
		_ = json.Unmarshal(e.Data, &change) // An empty change may be anybody's.
		return change.Kind != presence.Visitor
	}
	return false
}

func (r *Router) hint(id uuid.UUID) {
	r.mu.Lock()
	r.due[id] = struct{}{}
	r.mu.Unlock()
	select {
	case r.kick <- struct{}{}:
	default:
	}
}

// routeDue routes what is due. What fails is due again with the next sweep.
func (r *Router) routeDue(ctx context.Context) {
	r.mu.Lock()
	due := r.due
	r.due = map[uuid.UUID]struct{}{}
	r.mu.Unlock()
	for id := range due {
		if ctx.Err() != nil {
			return
		}
		if err := r.Route(ctx, id); err != nil {
			r.complain(ctx, err)
		}
	}
}

// complain tells an outage once, and what else goes wrong each time.
func (r *Router) complain(ctx context.Context, err error) {
	const words = "places in line were not brought up to date; tried until they are"
	switch {
	case ctx.Err() != nil:
	case outage.Away(err):
		r.away.Begin(words, err)
	default:
		r.Log.Warn(words, "error", err)
	}
}

// Route brings the places of one workspace up to date.
func (r *Router) Route(ctx context.Context, workspaceID uuid.UUID) error {
	ctx, cancel := context.WithTimeout(ctx, routePatience)
	defer cancel()
	line, err := r.Conversations.Line(ctx, workspaceID)
	if err != nil || len(line) == 0 {
		return err
	}
	waits, err := r.Conversations.Waits(ctx, workspaceID, r.Now().Add(-waitsWithin), waitsKept)
	if err != nil {
		return err
	}
	team, err := r.Presence.Team(ctx, workspaceID)
	if err != nil {
		return fmt.Errorf("route: %w", err)
	}
	// Those who wait now have waited at least so long: one quick claim must not promise speed to a line that stands still.
	now := r.Now()
	standing := make([]time.Duration, len(line))
	for i, w := range line {
		standing[i] = now.Sub(w.Since)
	}
	places := make([]conversation.Place, len(line))
	for i, w := range line {
		places[i] = conversation.Place{ID: w.ID, Position: i + 1, Minutes: estimate(i+1, waits, standing, presence.OnlineCount(team))}
	}
	return r.Conversations.SetPlaces(ctx, workspaceID, places)
}

// estimate is how many minutes somebody at this place will probably wait: the usual wait, for each who comes before and themselves, shared by those who are online. It
// is nil where nobody is online, nobody was claimed lately, or the first in line has already waited longer than is usual: then nothing is known, and nothing is promised.
func estimate(position int, waits, standing []time.Duration, online int) *int {
	if len(waits) == 0 || online == 0 {
		return nil
	}
	usual, sample := median(waits), slices.Clone(waits)
	for _, stood := range standing {
		if stood > usual { // A wait that is not over says something only once it is longer than usual.
			sample = append(sample, stood)
		}
	}
	usual = median(sample)
	if len(standing) > 0 && standing[0] > usual {
		return nil
	}
	minutes := int(math.Ceil(float64(position) * usual.Minutes() / float64(online)))
	minutes = max(minutes, 1)
	return &minutes
}

func median(values []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}
