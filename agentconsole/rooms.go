package agentconsole

import (
	"sync"

	"github.com/google/uuid"
)

// rooms holds a room for every workspace that has a console open on this node.
type rooms struct {
	h    *Handler
	node uuid.UUID

	mu   sync.Mutex
	open map[uuid.UUID]*room
}

func newRooms(h *Handler) *rooms {
	return &rooms{h: h, node: uuid.Must(uuid.NewV7()), open: map[uuid.UUID]*room{}}
}

// join enters a socket and opens the room with the first one.
func (r *rooms) join(c *conn) *room {
	r.mu.Lock()
	defer r.mu.Unlock()
	rm := r.open[c.workspace()]
	if rm == nil {
		rm = newRoom(r.h, r.node, c.workspace())
		r.open[c.workspace()] = rm
	}
	rm.mu.Lock()
	defer rm.mu.Unlock()
	rm.conns[c] = struct{}{}
	return rm
}

// leave lets a socket go, closes the room behind the last one, and waits for its goroutine.
func (r *rooms) leave(c *conn) {
	r.mu.Lock()
	rm := c.room
	rm.mu.Lock()
	delete(rm.conns, c)
	last := len(rm.conns) == 0
	rm.mu.Unlock()
	if last {
		delete(r.open, rm.workspace)
	}
	r.mu.Unlock()
	if last {
		rm.close()
	}
}
