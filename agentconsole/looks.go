package agentconsole

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

const (
	// looksEvery is how often a node repeats who looks at what on it: repeating is what makes a lost event, and a lost node, harmless.
	looksEvery = 20 * time.Second
	// looksLife is how long another node's word counts: two repetitions may be lost.
	looksLife = 50 * time.Second
)

// looks is who looks at which conversation: on this node by its sockets, elsewhere by what the other nodes say. It is shown, and never decided on, so it is kept in memory only.
type looks struct {
	local     map[uuid.UUID]map[*conn]struct{}
	elsewhere map[uuid.UUID]map[uuid.UUID]told
}

// told is what another node said last about one conversation.
type told struct {
	people []conversation.Person
	at     time.Time
}

// looksEvent is the data of a viewers event.
type looksEvent struct {
	Node  uuid.UUID             `json:"node"`
	Items []conversation.Person `json:"items"`
}

func newLooks() looks {
	return looks{local: map[uuid.UUID]map[*conn]struct{}{}, elsewhere: map[uuid.UUID]map[uuid.UUID]told{}}
}

// look notes that a console shows the conversation.
func (r *room) look(c *conn, conv uuid.UUID) {
	r.mu.Lock()
	if r.looks.local[conv] == nil {
		r.looks.local[conv] = map[*conn]struct{}{}
	}
	r.looks.local[conv][c] = struct{}{}
	r.mu.Unlock()
	r.tellLooks(conv)
}

// lookAway notes that it shows it no longer.
func (r *room) lookAway(c *conn, conv uuid.UUID) {
	r.mu.Lock()
	delete(r.looks.local[conv], c)
	if len(r.looks.local[conv]) == 0 {
		delete(r.looks.local, conv)
	}
	r.mu.Unlock()
	r.tellLooks(conv)
}

// tellLooks tells this node's consoles and the other nodes who looks at a conversation now.
func (r *room) tellLooks(conv uuid.UUID) {
	r.showLooks(conv)
	r.mu.Lock()
	mine := r.looks.here(conv)
	r.mu.Unlock()
	// Never under the lock: this node hears its own events at once.
	r.h.Bus.Publish(workspace.NewEvent(r.workspace, conv, workspace.EventViewers, looksEvent{Node: r.node, Items: mine}))
}

func (r *room) showLooks(conv uuid.UUID) {
	r.mu.Lock()
	text := realtime.Text(frameOf(viewersFrame{"viewers", conv, r.looks.people(conv, r.h.Now())}))
	var lookers []*conn
	for c := range r.looks.local[conv] {
		lookers = append(lookers, c)
	}
	r.mu.Unlock()
	for _, c := range lookers {
		_ = c.socket.Send(text)
	}
}

// hearLooks takes another node's word.
func (r *room) hearLooks(e workspace.Event) {
	var said looksEvent
	if json.Unmarshal(e.Data, &said) != nil || said.Node == r.node {
		return
	}
	r.mu.Lock()
	nodes := r.looks.elsewhere[e.Conversation]
	same := slices.Equal(nodes[said.Node].people, said.Items)
	if len(said.Items) == 0 {
		delete(nodes, said.Node)
	} else {
		if nodes == nil {
			nodes = map[uuid.UUID]told{}
			r.looks.elsewhere[e.Conversation] = nodes
		}
		nodes[said.Node] = told{people: said.Items, at: r.h.Now()}
	}
	if len(nodes) == 0 {
		delete(r.looks.elsewhere, e.Conversation)
	}
	r.mu.Unlock()
	if !same {
		r.showLooks(e.Conversation)
	}
}

// renewLooks repeats this node's word, and forgets that of nodes that have fallen silent.
func (r *room) renewLooks() {
	var mine, stale []uuid.UUID
	now := r.h.Now()
	r.mu.Lock()
	for conv := range r.looks.local {
		mine = append(mine, conv)
	}
	for conv, nodes := range r.looks.elsewhere {
		for node, said := range nodes {
			if now.Sub(said.at) > looksLife {
				delete(nodes, node)
				stale = append(stale, conv)
			}
		}
		if len(nodes) == 0 {
			delete(r.looks.elsewhere, conv)
		}
	}
	r.mu.Unlock()
	for _, conv := range stale {
		r.showLooks(conv)
	}
	for _, conv := range mine {
		r.tellLooks(conv)
	}
}

// here lists who looks at a conversation on this node, each once.
func (l looks) here(conv uuid.UUID) []conversation.Person {
	people := []conversation.Person{}
	for c := range l.local[conv] {
		agent := c.session.Agent
		people = add(people, conversation.NewPerson(agent.ID, agent.Name, ""))
	}
	return ordered(people)
}

// people lists who looks at a conversation anywhere, each once and by name.
func (l looks) people(conv uuid.UUID, now time.Time) []conversation.Person {
	people := l.here(conv)
	for _, said := range l.elsewhere[conv] {
		if now.Sub(said.at) > looksLife {
			continue
		}
		for _, p := range said.people {
			people = add(people, p)
		}
	}
	return ordered(people)
}

func add(people []conversation.Person, p conversation.Person) []conversation.Person {
	if slices.ContainsFunc(people, func(o conversation.Person) bool { return o.ID == p.ID }) {
		return people
	}
	return append(people, p)
}

func ordered(people []conversation.Person) []conversation.Person {
	slices.SortFunc(people, func(a, b conversation.Person) int {
		return strings.Compare(a.Name+a.ID.String(), b.Name+b.ID.String())
	})
	return people
}

// viewers lists who looks at a conversation, as far as this node knows.
func (r *rooms) viewers(workspaceID, conv uuid.UUID) []conversation.Person {
	r.mu.Lock()
	rm := r.open[workspaceID]
	r.mu.Unlock()
	if rm == nil {
		return []conversation.Person{}
	}
	rm.mu.Lock()
	defer rm.mu.Unlock()
	return rm.looks.people(conv, r.h.Now())
}
