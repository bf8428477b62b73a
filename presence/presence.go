package presence

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/baton-chat/baton/internal/outage"
	"github.com/baton-chat/baton/workspace"
)

const (
	// Beat is how often a node says that it lives: one row for all of its sockets.
	Beat = 10 * time.Second
	// Patience is after how much silence a node counts for nothing: two beats may be late.
	Patience = 25 * time.Second
	// Linger is how long a person stays here after the last socket closed, so that a reload is no coming and going.
	Linger = 4 * time.Second
	// buried is when a silent node's rows are removed. It is long after Patience, so that a node that was only held up finds its row again.
	buried = 10 * time.Minute
	// writePatience bounds a write of this package: presence is worth no waiting.
	writePatience = 5 * time.Second
	// foreignKeyViolation is PostgreSQL's code for it.
	foreignKeyViolation = "23503"
)

// Kinds of persons.
const (
	Visitor = "visitor"
	Agent   = "agent"
)

// Key is one device of one person.
type Key struct {
	Workspace uuid.UUID
	Kind      string // Visitor or Agent
	Person    uuid.UUID
	Device    uuid.UUID // for an agent, the session
}

// lease is what this node holds for a key.
type lease struct {
	sockets int
	idle    time.Time // since when there is no socket

	write  sync.Mutex  // one writer at a time
	stored atomic.Bool // changed by the writer
	told   bool        // the writer's: that it cannot be stored has been logged
}

// Registry holds this node's leases.
type Registry struct {
	pool   *pgxpool.Pool
	events workspace.Publisher
	log    *slog.Logger
	now    func() time.Time
	node   uuid.UUID
	away   *outage.Outage

	mu     sync.Mutex
	leases map[Key]*lease
	silent map[uuid.UUID]bool // nodes that were found silent, and told about
}

// New returns a registry on an application pool. now is the clock for lingering; nil means the machine's. It is at work while Run runs.
func New(pool *pgxpool.Pool, events workspace.Publisher, log *slog.Logger, now func() time.Time) *Registry {
	if now == nil {
		now = time.Now
	}
	return &Registry{pool: pool, events: events, log: log, now: now, node: uuid.Must(uuid.NewV7()), leases: map[Key]*lease{}, silent: map[uuid.UUID]bool{}, away: outage.New(log, presenceBack, 0, now)}
}

// Node is the id of this node, under which its heartbeat stands in the table node.
func (r *Registry) Node() uuid.UUID { return r.node }

// Enter notes a socket of a device. The first one of a device writes the lease. It never fails: what the database does not take now is written with a later beat.
func (r *Registry) Enter(ctx context.Context, key Key) {
	r.mu.Lock()
	l := r.leases[key]
	if l == nil {
		l = &lease{}
		r.leases[key] = l
	}
	l.sockets++
	r.mu.Unlock()
	_ = r.settle(ctx, key, l)
}

// Leave notes that a socket closed. Where it was the device's last one, the lease ends after Linger, in Run.
func (r *Registry) Leave(key Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l := r.leases[key]; l != nil && l.sockets > 0 {
		if l.sockets--; l.sockets == 0 {
			l.idle = r.now()
		}
	}
}

// wanted reports whether the key's lease should stand now.
func (r *Registry) wanted(l *lease) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return l.sockets > 0 || r.now().Sub(l.idle) < Linger
}

// settle makes the row be what is wanted, and tells watchers when it was not.
func (r *Registry) settle(caller context.Context, key Key, l *lease) error {
	ctx, cancel := context.WithTimeout(caller, writePatience)
	defer cancel()
	l.write.Lock()
	defer l.write.Unlock()
	want := r.wanted(l)
	if want == l.stored.Load() {
		return nil
	}
	write := r.end
	if want {
		write = r.begin
	}
	if err := write(ctx, key); err != nil {
		// A caller who left takes the write along; that is no failure.
		if caller.Err() == nil && !l.told {
			r.away.Begin("presence was not stored; it is tried until it is", err)
			l.told = true
		}
		return err
	}
	l.told = false
	l.stored.Store(want)
	r.tell(key.Workspace, Change{Kind: key.Kind, ID: key.Person})
	return nil
}

func (r *Registry) begin(ctx context.Context, key Key) error {
	err := r.insert(ctx, key)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == foreignKeyViolation {
		// The node's row is missing: Run has not begun, or the node was taken for dead.
		if err := r.beat(ctx); err != nil {
			return err
		}
		return r.insert(ctx, key)
	}
	return err
}

func (r *Registry) insert(ctx context.Context, key Key) error {
	return workspace.InTx(ctx, r.pool, key.Workspace, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO lease (workspace_id, person_kind, person_id, device_id, node_id) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT DO NOTHING`, key.Workspace, key.Kind, key.Person, key.Device, r.node)
		return err
	})
}

func (r *Registry) end(ctx context.Context, key Key) error {
	return workspace.InTx(ctx, r.pool, key.Workspace, func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue(`DELETE FROM lease WHERE workspace_id = $1 AND person_kind = $2 AND person_id = $3 AND device_id = $4 AND node_id = $5`,
			key.Workspace, key.Kind, key.Person, key.Device, r.node)
		if key.Kind == Visitor {
			batch.Queue(`UPDATE visitor SET last_seen_at = greatest(last_seen_at, now()) WHERE workspace_id = $1 AND id = $2`, key.Workspace, key.Person)
		}
		return tx.SendBatch(ctx, batch).Close()
	})
}

// Change is the data of a presence event: who came, left or changed their word. It holds no state, because events may be lost or overtake each other: watchers read. An empty kind
// means that anybody may have.
type Change struct {
	Kind string    `json:"kind,omitempty"`
	ID   uuid.UUID `json:"id,omitzero"`
}

// AnnounceAgent tells watchers that an agent changed their status.
func (r *Registry) AnnounceAgent(workspaceID, agentID uuid.UUID) {
	r.tell(workspaceID, Change{Kind: Agent, ID: agentID})
}

func (r *Registry) tell(workspaceID uuid.UUID, change Change) {
	r.events.Publish(workspace.NewEvent(workspaceID, uuid.Nil, workspace.EventPresence, change))
}

// beat writes the node's heartbeat.
func (r *Registry) beat(ctx context.Context) error {
	_, err := r.pool.Exec(ctx, `INSERT INTO node (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET beat_at = now()`, r.node)
	if err != nil {
		return fmt.Errorf("heartbeat: %w", err)
	}
	return nil
}
