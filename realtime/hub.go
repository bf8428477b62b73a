package realtime

import (
	"sync"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/workspace"
)

// watchQueue is how many events may wait for one watcher while it is busy with an earlier one. A watcher that is this far behind reads PostgreSQL faster than the queue.
const watchQueue = 256

// Watch is what a watcher does with events. Calls of one watch never overlap, and come in the order of publishing. They are made by the publisher's own goroutine where
// nobody else is at it, so they must be quick and never wait for the network or the database.
type Watch struct {
	Event func(workspace.Event)
	// Lost is called when events may have been lost: what the watcher shows is to be read from PostgreSQL anew. It may be nil.
	Lost func()
}

// Subscription is one watch in force.
type Subscription struct {
	hub   *hub
	topic topic
	watch Watch

	mu     sync.Mutex
	queue  []workspace.Event
	lost   bool
	busy   bool
	closed bool
}

// topic is what is watched: one conversation, or with uuid.Nil everything in a workspace.
type topic struct{ workspace, conversation uuid.UUID }

// hub knows the watchers of this node.
type hub struct {
	mu     sync.RWMutex
	topics map[topic]map[*Subscription]struct{}
}

func newHub() *hub { return &hub{topics: map[topic]map[*Subscription]struct{}{}} }

func (h *hub) watch(t topic, w Watch) *Subscription {
	s := &Subscription{hub: h, topic: t, watch: w}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.topics[t] == nil {
		h.topics[t] = map[*Subscription]struct{}{}
	}
	h.topics[t][s] = struct{}{}
	return s
}

// Close ends the watch. A call that is being made may still finish; no new one begins.
func (s *Subscription) Close() {
	s.mu.Lock()
	s.closed, s.queue = true, nil
	s.mu.Unlock()
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.topics[s.topic], s)
	if len(h.topics[s.topic]) == 0 {
		delete(h.topics, s.topic)
	}
}

// deliver gives an event to the watchers of its conversation and of its workspace.
func (h *hub) deliver(e workspace.Event) {
	for _, s := range h.watchers(e) {
		s.offer(e)
	}
}

func (h *hub) watchers(e workspace.Event) []*Subscription {
	h.mu.RLock()
	defer h.mu.RUnlock()
	whole, one := h.topics[topic{e.Workspace, uuid.Nil}], h.topics[topic{e.Workspace, e.Conversation}]
	if e.Conversation == uuid.Nil {
		one = nil
	}
	if len(whole)+len(one) == 0 {
		return nil
	}
	found := make([]*Subscription, 0, len(whole)+len(one))
	for s := range one {
		found = append(found, s)
	}
	for s := range whole {
		found = append(found, s)
	}
	return found
}

// lose tells every watcher that events may be missing.
func (h *hub) lose() {
	h.mu.RLock()
	var all []*Subscription
	for _, watchers := range h.topics {
		for s := range watchers {
			all = append(all, s)
		}
	}
	h.mu.RUnlock()
	for _, s := range all {
		s.lose()
	}
}

// offer queues an event and works the queue off, unless somebody is at it.
func (s *Subscription) offer(e workspace.Event) {
	s.mu.Lock()
	switch {
	case s.closed || s.lost:
	case len(s.queue) >= watchQueue:
		s.queue, s.lost = nil, true
	default:
		s.queue = append(s.queue, e)
	}
	s.work()
}

func (s *Subscription) lose() {
	s.mu.Lock()
	if !s.closed {
		s.queue, s.lost = nil, true
	}
	s.work()
}

// work is entered with the lock held and leaves without it.
func (s *Subscription) work() {
	if s.busy {
		s.mu.Unlock()
		return
	}
	s.busy = true
	for !s.closed && (s.lost || len(s.queue) > 0) {
		s.next()
	}
	s.busy = false
	s.mu.Unlock()
}

// next makes one call with the lock released.
func (s *Subscription) next() {
	if s.lost {
		s.lost = false
		s.call(s.watch.Lost)
		return
	}
	e := s.queue[0]
	if s.queue = s.queue[1:]; len(s.queue) == 0 {
		s.queue = nil
	}
	s.call(func() { s.watch.Event(e) })
}

func (s *Subscription) call(fn func()) {
	if fn == nil {
		return
	}
	s.mu.Unlock()
	defer s.mu.Lock()
	fn()
}
