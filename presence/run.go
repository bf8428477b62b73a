package presence

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

const (
	// sweepEvery is how often ended leases are looked for; it is the error of Linger.
	sweepEvery = time.Second
	// watchEvery is how often silent nodes are looked for. With [Patience] it bounds how long a killed node's people are shown as being here: 28 s.
	watchEvery = 3 * time.Second
)

// Run beats, ends leases whose sockets are gone, and watches over the other nodes, until ctx ends. Then it gives up all leases of this node at once.
func (r *Registry) Run(ctx context.Context) error {
	sweep, beat, watch := time.NewTicker(sweepEvery), time.NewTicker(Beat), time.NewTicker(watchEvery)
	defer sweep.Stop()
	defer beat.Stop()
	defer watch.Stop()
	r.live(ctx, r.Beat)
	for {
		select {
		case <-ctx.Done():
			// The node goes in good order, so that nobody has to wait for its silence.
			r.quit(context.WithoutCancel(ctx))
			return nil
		case <-beat.C:
			r.live(ctx, r.Beat)
		case <-watch.C:
			r.live(ctx, r.watch)
		case <-sweep.C:
			r.Sweep(ctx)
		}
	}
}

// Sweep writes every lease that is not what it should be: ended ones, and those that the database did not take before.
func (r *Registry) Sweep(ctx context.Context) {
	type held struct {
		key Key
		l   *lease
	}
	var due []held
	r.mu.Lock()
	now := r.now()
	for key, l := range r.leases {
		if want := l.sockets > 0 || now.Sub(l.idle) < Linger; !want || !l.stored.Load() {
			due = append(due, held{key, l})
		}
	}
	r.mu.Unlock()
	for _, h := range due {
		if ctx.Err() != nil {
			return
		}
		if err := r.settle(ctx, h.key, h.l); unreachable(err) {
			return // Nor would it take the others, and beats must not wait for them.
		}
		r.forget(h.key, h.l)
	}
}

// forget drops a lease that nobody holds and no row stands for.
func (r *Registry) forget(key Key, l *lease) {
	l.write.Lock()
	defer l.write.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if l.sockets == 0 && !l.stored.Load() && r.now().Sub(l.idle) >= Linger && r.leases[key] == l {
		delete(r.leases, key)
	}
}

// live is one heartbeat, or one look at the other nodes.
func (r *Registry) live(ctx context.Context, do func(context.Context) error) {
	bounded, cancel := context.WithTimeout(ctx, writePatience)
	defer cancel()
	err := do(bounded)
	switch {
	case err == nil:
		r.away.Over()
	case ctx.Err() == nil:
		r.away.Begin("presence has no heartbeat; it is tried until it has", err)
	}
}

// Beat writes the heartbeat, enters leases again where this node was taken for dead, and tells watchers about nodes that fell silent or came back.
func (r *Registry) Beat(ctx context.Context) error {
	tag, err := r.pool.Exec(ctx, `UPDATE node SET beat_at = now() WHERE id = $1`, r.node)
	if err != nil {
		return fmt.Errorf("heartbeat: %w", err)
	}
	if tag.RowsAffected() == 0 {
		if err := r.beat(ctx); err != nil {
			return err
		}
		r.reenter(ctx)
	}
	return r.watch(ctx)
}

// reenter forgets what was stored, because the rows went with the node's, and stores it again.
func (r *Registry) reenter(ctx context.Context) {
	r.mu.Lock()
	all := make(map[Key]*lease, len(r.leases))
	for key, l := range r.leases {
		all[key] = l
	}
	r.mu.Unlock()
	for _, l := range all {
		l.write.Lock()
		l.stored.Store(false)
		l.write.Unlock()
	}
	for key, l := range all {
		if err := r.settle(ctx, key, l); unreachable(err) {
			return // Sweep stores the rest.
		}
	}
}

// watch finds nodes that fell silent since the last look, or came back. Whose leases they hold is behind the wall of each workspace, so every workspace is told.
func (r *Registry) watch(ctx context.Context) error {
	rows, err := r.pool.Query(ctx, `SELECT id FROM node WHERE beat_at < now() - make_interval(secs => $1)`, Patience.Seconds())
	if err != nil {
		return fmt.Errorf("find silent nodes: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("find silent nodes: %w", err)
	}
	if r.noteSilent(ids) {
		if err := r.announceAll(ctx); err != nil {
			return err
		}
	}
	// The leases go with the node's row, by the foreign key.
	if _, err := r.pool.Exec(ctx, `DELETE FROM node WHERE beat_at < now() - make_interval(secs => $1)`, buried.Seconds()); err != nil {
		return fmt.Errorf("bury nodes: %w", err)
	}
	return nil
}

// noteSilent keeps the list of silent nodes and reports whether one joined it or left it alive.
func (r *Registry) noteSilent(ids []uuid.UUID) (changed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := make(map[uuid.UUID]bool, len(ids))
	for _, id := range ids {
		found[id] = true
		changed = changed || !r.silent[id]
	}
	changed = changed || len(found) != len(r.silent)
	r.silent = found
	return changed
}

func (r *Registry) announceAll(ctx context.Context) error {
	rows, err := r.pool.Query(ctx, `SELECT id FROM workspace`)
	if err != nil {
		return fmt.Errorf("list workspaces: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("list workspaces: %w", err)
	}
	for _, id := range ids {
		r.tell(id, Change{})
	}
	return nil
}

// quit removes the node and with it all of its leases.
func (r *Registry) quit(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, writePatience)
	defer cancel()
	if _, err := r.pool.Exec(ctx, `DELETE FROM node WHERE id = $1`, r.node); err != nil {
		r.log.Warn("presence was not given up; it ends by itself", "after", Patience, "error", err)
		return
	}
	r.mu.Lock()
	told := map[uuid.UUID]bool{}
	for key := range r.leases {
		told[key.Workspace] = true
	}
	r.mu.Unlock()
	for id := range told {
		r.tell(id, Change{})
	}
}
