package widget

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/presence"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

// teamFresh is how long the team is shown without being read again where no event tells of a change. A node that fell silent is known after presence.Patience.
const teamFresh = 10 * time.Second

// team is the people of a workspace, as presence tells.
type team []presence.Member

func (t team) online() int { return presence.OnlineCount(t) }

// room is what the sockets of one workspace share: the people of the team, read once for all of them.
type room struct {
	h         *Handler
	workspace uuid.UUID
	watch     *realtime.Subscription

	mu      sync.Mutex
	conns   map[*conn]struct{}
	devices map[uuid.UUID]int
	team    team
	read    time.Time // when the team was read; zero: it must be read
	due     bool      // Run is to read it
	version int       // counts changes of the team
}

// join adds a socket to its workspace's room, unless its device has too many.
func (h *Handler) join(c *conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[c.session.Workspace]
	if r == nil {
		r = &room{h: h, workspace: c.session.Workspace, conns: map[*conn]struct{}{}, devices: map[uuid.UUID]int{}}
		r.watch = h.Bus.Watch(r.workspace, uuid.Nil, realtime.Watch{Event: r.heard, Lost: r.stale})
		h.rooms[r.workspace] = r
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.devices[c.session.Device] >= h.Limits.Tabs {
		return false
	}
	r.devices[c.session.Device]++
	r.conns[c] = struct{}{}
	c.room = r
	return true
}

// leave takes a socket out; the last one ends the room.
func (h *Handler) leave(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := c.room
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, c)
	if r.devices[c.session.Device]--; r.devices[c.session.Device] == 0 {
		delete(r.devices, c.session.Device)
	}
	if len(r.conns) == 0 {
		r.watch.Close()
		delete(h.rooms, r.workspace)
	}
}

// heard takes what concerns the workspace as a whole.
func (r *room) heard(e workspace.Event) {
	if e.Kind != workspace.EventPresence {
		return
	}
	var change presence.Change
	if json.Unmarshal(e.Data, &change) == nil && change.Kind == presence.Visitor {
		return
	}
	r.stale()
}

// stale has Run read the team.
func (r *room) stale() {
	r.mu.Lock()
	r.due = true
	r.mu.Unlock()
	r.h.wake()
}

// members is the team as it was read last, and the number of that reading.
func (r *room) members() (team, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.team, r.version
}

// fresh reads the team, unless that was done a moment ago.
func (r *room) fresh(ctx context.Context) error {
	r.mu.Lock()
	known := !r.due && time.Since(r.read) < teamFresh
	r.mu.Unlock()
	if known {
		return nil
	}
	return r.refresh(ctx)
}

// refresh reads the team, and shows it to every socket where it changed.
func (r *room) refresh(ctx context.Context) error {
	r.mu.Lock()
	r.due = false
	r.mu.Unlock()
	now, err := r.h.Presence.Team(ctx, r.workspace)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.due = true
		return err
	}
	changed := !r.read.IsZero() && !slices.Equal(now, r.team)
	r.team, r.read = now, time.Now()
	if changed {
		r.version++
		for c := range r.conns {
			r.h.schedule(c)
		}
	}
	return nil
}

// showTeam shows the people where they changed since this socket saw them, and the state, because it tells of them too. The lock is held.
func (c *conn) showTeam() {
	team, version := c.room.members()
	if version == c.teamShown {
		return
	}
	c.teamShown = version
	c.sendPeople(team)
	c.sendState(c.shown, true)
}
