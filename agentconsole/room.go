package agentconsole

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/presence"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

const (
	// coalesce is how long changes gather before they are read and told: below what a person sees, above what one command publishes.
	coalesce = 50 * time.Millisecond
	// again is the pause after the database did not answer.
	again = time.Second
)

// room is one workspace on this node: it hears every event, gathers what changed, reads it once, and tells every console.
type room struct {
	h         *Handler
	node      uuid.UUID
	workspace uuid.UUID
	sub       *realtime.Subscription
	stop      context.CancelFunc
	done      chan struct{}
	kick      chan struct{}

	mu    sync.Mutex
	conns map[*conn]struct{}
	due   due
	looks looks
}

// due is what changed since it was last told.
type due struct {
	rows      map[uuid.UUID]struct{} // conversations
	visitors  map[uuid.UUID]struct{} // who came or went
	everybody bool                   // any visitor may have
	counts    bool
	team      bool
	documents map[uuid.UUID]struct{}
	library   bool // any document may have changed
}

func newDue() due {
	return due{rows: map[uuid.UUID]struct{}{}, visitors: map[uuid.UUID]struct{}{}, documents: map[uuid.UUID]struct{}{}}
}

func newRoom(h *Handler, node, workspaceID uuid.UUID) *room {
	ctx, stop := context.WithCancel(context.Background())
	r := &room{
		h: h, node: node, workspace: workspaceID, stop: stop, done: make(chan struct{}), kick: make(chan struct{}, 1),
		conns: map[*conn]struct{}{}, due: newDue(), looks: newLooks(),
	}
	r.sub = h.Bus.Watch(workspaceID, uuid.Nil, realtime.Watch{Event: r.hear, Lost: r.lost})
	go func() {
		defer close(r.done)
		r.run(ctx)
	}()
	return r
}

func (r *room) close() {
	r.sub.Close()
	r.stop()
	<-r.done
}

// hear sorts an event into what is due. It is called by whoever published it and must be quick.
func (r *room) hear(e workspace.Event) {
	switch e.Kind {
	case workspace.EventDelta, workspace.EventMissing, workspace.EventTyping, workspace.EventCancel:
		return // For those who watch the conversation only.
	case workspace.EventSession:
		r.endSession(e.Data)
		return
	case workspace.EventViewers:
		r.hearLooks(e)
		return
	}
	r.mu.Lock()
	r.due.add(e)
	r.mu.Unlock()
	r.wake()
}

func (d *due) add(e workspace.Event) {
	switch e.Kind {
	case workspace.EventMessage, workspace.EventRead:
		d.rows[e.Conversation] = struct{}{}
	case workspace.EventState:
		d.rows[e.Conversation] = struct{}{}
		d.counts = true
	case workspace.EventQueue:
		d.counts = true
	case workspace.EventPresence:
		d.addPresence(e.Data)
	case workspace.EventDocument:
		var named struct {
			ID uuid.UUID `json:"id"`
		}
		if json.Unmarshal(e.Data, &named) == nil {
			d.documents[named.ID] = struct{}{}
		}
	}
}

func (d *due) addPresence(data json.RawMessage) {
	var change presence.Change
	_ = json.Unmarshal(data, &change) // An empty change is anybody's.
	switch change.Kind {
	case presence.Visitor:
		d.visitors[change.ID] = struct{}{}
	case presence.Agent:
		d.team = true
	default:
		d.team, d.everybody = true, true
	}
}

// lost makes everything due: any event may be among the missing ones.
func (r *room) lost() {
	r.mu.Lock()
	r.due.counts, r.due.team, r.due.everybody, r.due.library = true, true, true, true
	r.mu.Unlock()
	r.wake()
}

func (r *room) wake() {
	select {
	case r.kick <- struct{}{}:
	default:
	}
}

// run gathers and tells until ctx ends.
func (r *room) run(ctx context.Context) {
	renew := time.NewTicker(looksEvery)
	defer renew.Stop()
	pause := time.NewTimer(coalesce)
	pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-renew.C:
			r.renewLooks()
		case <-r.kick:
			// What comes from here on gathers until the pause is over.
			pause.Reset(coalesce)
			select {
			case <-ctx.Done():
				return
			case <-pause.C:
			}
			if err := r.flush(ctx); err != nil && ctx.Err() == nil {
				r.h.failed(ctx, "console changes could not be read; trying again", err)
				pause.Reset(again)
				select {
				case <-ctx.Done():
					return
				case <-pause.C:
				}
				r.wake()
			}
		}
	}
}

// flush tells what is due. What could not be read stays due.
func (r *room) flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, framePatience)
	defer cancel()
	r.mu.Lock()
	d := r.due
	r.due = newDue()
	r.mu.Unlock()
	err := r.tell(ctx, d)
	if err != nil {
		r.mu.Lock()
		r.due.merge(d)
		r.mu.Unlock()
	}
	return err
}

func (d *due) merge(old due) {
	for id := range old.rows {
		d.rows[id] = struct{}{}
	}
	for id := range old.visitors {
		d.visitors[id] = struct{}{}
	}
	for id := range old.documents {
		d.documents[id] = struct{}{}
	}
	d.everybody, d.counts, d.team, d.library = d.everybody || old.everybody, d.counts || old.counts, d.team || old.team, d.library || old.library
}

func (r *room) tell(ctx context.Context, d due) error {
	if err := r.tellRows(ctx, d); err != nil {
		return err
	}
	if d.counts || d.team {
		if err := r.tellNumbers(ctx); err != nil {
			return err
		}
	}
	return r.tellDocuments(ctx, d)
}

func (r *room) tellRows(ctx context.Context, d due) error {
	ids, err := r.rowsDue(ctx, d)
	if err != nil || len(ids) == 0 {
		return err
	}
	rows, err := r.h.Conversations.Rows(ctx, r.workspace, ids)
	if err != nil {
		return err
	}
	here, err := r.h.here(ctx, r.workspace, rows)
	if err != nil {
		return err
	}
	for _, found := range rows {
		r.each(func(agent uuid.UUID) any { return rowFrame{"row", newRow(found, agent, here)} }, func(agent uuid.UUID) uuid.UUID {
			// One line serves all but the one whose own words it shows.
			if found.PreviewID != nil && *found.PreviewID == agent {
				return agent
			}
			return uuid.Nil
		})
	}
	return nil
}

func (r *room) rowsDue(ctx context.Context, d due) ([]uuid.UUID, error) {
	all := d.rows
	if d.everybody || len(d.visitors) > 0 {
		var visitors []uuid.UUID
		for id := range d.visitors {
			visitors = append(visitors, id)
		}
		if d.everybody {
			visitors = nil
		}
		found, err := r.h.Conversations.OfVisitors(ctx, r.workspace, visitors)
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			all[id] = struct{}{}
		}
	}
	ids := make([]uuid.UUID, 0, len(all))
	for id := range all {
		ids = append(ids, id)
	}
	return ids, nil
}

// tellNumbers tells counts and team together: both come from the same tally, and how many conversations a colleague has is part of the team.
func (r *room) tellNumbers(ctx context.Context) error {
	tally, err := r.h.Conversations.Tally(ctx, r.workspace)
	if err != nil {
		return err
	}
	team, err := r.h.team(ctx, r.workspace, tally)
	if err != nil {
		return err
	}
	own := func(agent uuid.UUID) uuid.UUID { return agent }
	r.each(func(agent uuid.UUID) any { return countsFrame{"counts", tally.For(agent)} }, own)
	r.each(func(agent uuid.UUID) any { return teamFrame{"team", asSeenBy(team, agent)} }, own)
	return nil
}

// tellDocuments reads the documents that events named, as they are now. What an event says of them is not passed on: whoever stored a file publishes after the commit, and
// may be overtaken there by the job that has made it ready meanwhile; taken at its word, the last event of a document could then be its first state, and the page would wait for ever.
func (r *room) tellDocuments(ctx context.Context, d due) error {
	if len(d.documents) == 0 && !d.library {
		return nil
	}
	cited, err := r.h.cited.of(ctx, r.h, r.workspace)
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, 0, len(d.documents))
	for id := range d.documents {
		ids = append(ids, id)
	}
	now, err := r.h.Knowledge.Documents(ctx, r.workspace, ids)
	if err != nil {
		return err
	}
	if d.library {
		list, err := r.h.Knowledge.List(ctx, r.workspace, knowledge.All, uuid.Nil, maxPage)
		if err != nil {
			return err
		}
		now = append(now, list...)
	}
	told := map[uuid.UUID]bool{}
	for _, found := range now {
		if !told[found.ID] {
			shown := newDocument(found, cited)
			r.all(documentFrame{T: "document", Document: &shown})
		}
		told[found.ID] = true
	}
	for _, id := range ids {
		if !told[id] {
			r.all(documentFrame{T: "document", ID: id, Deleted: true})
		}
	}
	return nil
}

// each sends every console its frame. Those with the same key share one, so that a busy workspace writes JSON once and not once a person.
func (r *room) each(make func(agent uuid.UUID) any, key func(agent uuid.UUID) uuid.UUID) {
	made := map[uuid.UUID]realtime.Frame{}
	for _, c := range r.consoles() {
		k := key(c.session.Agent.ID)
		if made[k] == nil {
			made[k] = realtime.Text(frameOf(make(k)))
		}
		_ = c.socket.Send(made[k]) // A socket that cannot is closing.
	}
}

func (r *room) all(frame any) {
	text := realtime.Text(frameOf(frame))
	for _, c := range r.consoles() {
		_ = c.socket.Send(text)
	}
}

func (r *room) consoles() []*conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]*conn, 0, len(r.conns))
	for c := range r.conns {
		list = append(list, c)
	}
	return list
}

// endSession closes the sockets of a session that was signed out.
func (r *room) endSession(data json.RawMessage) {
	var ended endedSession
	if json.Unmarshal(data, &ended) != nil {
		return
	}
	for _, c := range r.consoles() {
		if c.session.ID == ended.Session {
			c.socket.Close(realtime.CloseToken)
		}
	}
}
