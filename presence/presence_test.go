package presence_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/presence"
	"github.com/baton-chat/baton/workspace"
)

// told records presence events.
type told struct {
	mu      sync.Mutex
	changes []presence.Change
}

func (r *told) Publish(e workspace.Event) {
	if e.Kind != workspace.EventPresence {
		return
	}
	var c presence.Change
	if err := json.Unmarshal(e.Data, &c); err != nil {
		panic(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changes = append(r.changes, c)
}

// take returns what was told since the last call.
func (r *told) take() []presence.Change {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.changes
	r.changes = nil
	return out
}

// fixture is a workspace with two agents and a visitor, and two nodes over it.
type fixture struct {
	t     *testing.T
	db    *pgtest.DB
	ws    uuid.UUID
	asha  workspace.Agent
	priya workspace.Agent
	who   conversation.VisitorSession
	a, b  *presence.Registry
	told  *told // by node A
	now   time.Time
}

func setup(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, db: pgtest.New(t), told: &told{}, now: time.Now()}
	store := workspace.NewStore(f.db.App)
	w, _, err := store.Ensure(t.Context(), "Tarang")
	f.ok(err)
	f.ws = w.ID
	inbox, err := store.AddInbox(t.Context(), workspace.Inbox{Workspace: w.ID, Name: "Tarang", AllowedOrigins: []string{}})
	f.ok(err)
	f.asha, err = store.AddAgent(t.Context(), w.ID, "Asha Kulkarni", "asha@tarang.example", workspace.RoleAgent)
	f.ok(err)
	f.priya, err = store.AddAgent(t.Context(), w.ID, "Priya Nair", "priya@tarang.example", workspace.RoleAgent)
	f.ok(err)
	_, f.who, err = conversation.NewStore(f.db.App, f.told, nil, nil).OpenSession(t.Context(), inbox, "", conversation.Page{})
	f.ok(err)
	clock := func() time.Time { return f.now }
	f.a = presence.New(f.db.App, f.told, slog.New(slog.DiscardHandler), clock)
	f.b = presence.New(f.db.App, &told{}, slog.New(slog.DiscardHandler), clock)
	return f
}

func (f *fixture) ok(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) key(agent workspace.Agent, device byte) presence.Key {
	return presence.Key{Workspace: f.ws, Kind: presence.Agent, Person: agent.ID, Device: uuid.UUID{15: device}}
}

func (f *fixture) leases() (n int) {
	f.t.Helper()
	f.ok(workspace.InTx(f.t.Context(), f.db.App, f.ws, func(tx pgx.Tx) error {
		return tx.QueryRow(f.t.Context(), `SELECT count(*) FROM lease WHERE workspace_id = $1`, f.ws).Scan(&n)
	}))
	return n
}

// here is whom node B sees, with their status.
func (f *fixture) here() map[string]string {
	f.t.Helper()
	team, err := f.b.Team(f.t.Context(), f.ws)
	f.ok(err)
	seen := map[string]string{}
	for _, m := range team {
		seen[m.Name] = string(m.Status())
	}
	return seen
}

func (f *fixture) want(asha, priya string) {
	f.t.Helper()
	if diff := cmp.Diff(map[string]string{"Asha Kulkarni": asha, "Priya Nair": priya}, f.here()); diff != "" {
		f.t.Errorf("here (-want +got):\n%s", diff)
	}
}

func TestComingAndGoing(t *testing.T) {
	t.Parallel()
	f := setup(t)
	ctx := t.Context()
	f.want("offline", "offline")
	f.a.Enter(ctx, f.key(f.priya, 1))
	f.want("offline", "online")
	if diff := cmp.Diff([]presence.Change{{Kind: presence.Agent, ID: f.priya.ID}}, f.told.take()); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	// A second tab, and a reload, change nothing and write nothing.
	f.a.Enter(ctx, f.key(f.priya, 1))
	f.a.Leave(f.key(f.priya, 1))
	f.a.Leave(f.key(f.priya, 1))
	f.a.Sweep(ctx)
	f.a.Enter(ctx, f.key(f.priya, 1))
	f.now = f.now.Add(time.Hour)
	f.a.Sweep(ctx)
	if told := f.told.take(); len(told) != 0 || f.leases() != 1 {
		t.Errorf("a reload told %v; %d leases", told, f.leases())
	}
	f.a.Leave(f.key(f.priya, 1))
	f.now = f.now.Add(presence.Linger)
	f.a.Sweep(ctx)
	f.want("offline", "offline")
	if told := f.told.take(); len(told) != 1 || f.leases() != 0 {
		t.Errorf("going told %v; %d leases", told, f.leases())
	}
}

func TestChosenStatusCountsWhileHere(t *testing.T) {
	t.Parallel()
	f := setup(t)
	ctx := t.Context()
	store := workspace.NewStore(f.db.App)
	f.a.Enter(ctx, f.key(f.priya, 1))
	f.b.Enter(ctx, f.key(f.asha, 2))
	for _, status := range []workspace.Status{workspace.Busy, workspace.Away, workspace.Offline, workspace.Online} {
		f.ok(store.SetStatus(ctx, f.priya, status))
		f.want("online", string(status))
	}
	team, err := f.a.Team(ctx, f.ws)
	f.ok(err)
	if n := presence.OnlineCount(team); n != 2 {
		t.Errorf("%d online, want 2", n)
	}
}

func TestTwoDevicesOnTwoNodes(t *testing.T) {
	t.Parallel()
	f := setup(t)
	ctx := t.Context()
	f.a.Enter(ctx, f.key(f.priya, 1))
	f.b.Enter(ctx, f.key(f.priya, 2))
	f.a.Leave(f.key(f.priya, 1))
	f.now = f.now.Add(presence.Linger)
	f.a.Sweep(ctx)
	f.want("offline", "online")
}

// A node that is killed never takes its leases back; its silence does.
func TestSilentNodeCountsForNothing(t *testing.T) {
	t.Parallel()
	f := setup(t)
	ctx := t.Context()
	f.b.Enter(ctx, f.key(f.priya, 1))
	f.ok(f.a.Beat(ctx))
	f.told.take()
	f.age(presence.Patience + time.Second)
	f.want("offline", "offline")
	f.ok(f.a.Beat(ctx))
	if told := f.told.take(); len(told) != 1 {
		t.Errorf("the silence was told as %v", told)
	}
	f.ok(f.a.Beat(ctx))
	if told := f.told.take(); len(told) != 0 {
		t.Errorf("the same silence was told again: %v", told)
	}
	// It was only held up.
	f.ok(f.b.Beat(ctx))
	f.want("offline", "online")
	f.ok(f.a.Beat(ctx))
	if told := f.told.take(); len(told) != 1 {
		t.Errorf("coming back was told as %v", told)
	}
	// Held up for so long that its rows were removed.
	f.age(time.Hour)
	f.ok(f.a.Beat(ctx))
	if n := f.leases(); n != 0 {
		t.Errorf("%d leases of a dead node are left", n)
	}
	f.ok(f.b.Beat(ctx))
	f.want("offline", "online")
}

// age makes every heartbeat older.
func (f *fixture) age(by time.Duration) {
	f.t.Helper()
	_, err := f.db.App.Exec(f.t.Context(), `UPDATE node SET beat_at = beat_at - make_interval(secs => $1)`, by.Seconds())
	f.ok(err)
}

func TestRunGivesUpItsLeases(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.a.Enter(t.Context(), f.key(f.priya, 1))
	f.told.take()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f.ok(f.a.Run(ctx))
	f.want("offline", "offline")
	if told := f.told.take(); len(told) != 1 || f.leases() != 0 {
		t.Errorf("the end told %v; %d leases", told, f.leases())
	}
}

func TestVisitorsAreSeen(t *testing.T) {
	t.Parallel()
	f := setup(t)
	ctx := t.Context()
	key := presence.Key{Workspace: f.ws, Kind: presence.Visitor, Person: f.who.Visitor, Device: f.who.Device}
	seen := func() presence.Seen {
		all, err := f.b.Visitors(ctx, f.ws, []uuid.UUID{f.who.Visitor, uuid.New()})
		f.ok(err)
		if len(all) != 1 {
			t.Fatalf("%d visitors, want the known one", len(all))
		}
		return all[f.who.Visitor]
	}
	before := seen()
	f.a.Enter(ctx, key)
	if s := seen(); !s.Here {
		t.Error("a visitor with a socket is not here")
	}
	f.a.Leave(key)
	f.now = f.now.Add(presence.Linger)
	f.a.Sweep(ctx)
	if after := seen(); after.Here || !after.Last.After(before.Last) {
		t.Errorf("after leaving: %+v, before: %+v", after, before)
	}
}

// What the database did not take is written later.
func TestEnterWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	f := setup(t)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	f.a.Enter(gone, f.key(f.priya, 1))
	f.want("offline", "offline")
	f.a.Sweep(t.Context())
	f.want("offline", "online")
}

// A node that follows a dead one on the same machine ends its leases at once and is itself alive.
func TestSucceed(t *testing.T) {
	t.Parallel()
	f := setup(t)
	ctx := t.Context()
	f.a.Enter(ctx, f.key(f.priya, 1))
	f.want("offline", "online")
	f.ok(f.b.Succeed(ctx, f.a.Node()))
	f.want("offline", "offline")
	rows, err := f.db.App.Query(ctx, `SELECT id FROM node`)
	f.ok(err)
	nodes, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	f.ok(err)
	if diff := cmp.Diff([]uuid.UUID{f.b.Node()}, nodes); diff != "" {
		t.Errorf("nodes (-want +got):\n%s", diff)
	}
	// It was alive after all, as on a copied disk.
	f.ok(f.a.Beat(ctx))
	f.want("offline", "online")
}

// However many leases an outage keeps from being stored, it is told once, and once that it is over.
func TestOutageIsToldOnce(t *testing.T) {
	t.Parallel()
	f := setup(t)
	var said strings.Builder
	pool, err := pgxpool.New(t.Context(), f.db.AppURL)
	f.ok(err)
	node := presence.New(pool, &told{}, slog.New(slog.NewTextHandler(&said, nil)), func() time.Time { return f.now })
	f.ok(node.Succeed(t.Context(), uuid.Nil))
	if _, err := f.db.Owner.Exec(t.Context(), `ALTER TABLE node RENAME TO elsewhere`); err != nil {
		t.Fatal(err)
	}
	if _, err := f.db.Owner.Exec(t.Context(), `ALTER TABLE lease RENAME TO away`); err != nil {
		t.Fatal(err)
	}
	for device := range byte(10) {
		node.Enter(t.Context(), f.key(f.priya, device))
	}
	for range 5 {
		node.Sweep(t.Context())
	}
	if n := strings.Count(said.String(), "level=WARN"); n != 1 {
		t.Errorf("the outage was told %d times:\n%s", n, said.String())
	}
	for table, name := range map[string]string{"elsewhere": "node", "away": "lease"} {
		_, err := f.db.Owner.Exec(t.Context(), `ALTER TABLE `+table+` RENAME TO `+name)
		f.ok(err)
	}
	// Run begins with a heartbeat.
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- node.Run(ctx) }()
	for deadline := time.After(20 * time.Second); f.leases() < 10; {
		select {
		case <-deadline:
			t.Fatal("the leases were not stored after the outage")
		case <-time.After(20 * time.Millisecond):
		}
	}
	cancel()
	f.ok(<-done)
	pool.Close()
	if n := strings.Count(said.String(), "stored again"); n != 1 || strings.Count(said.String(), "\n") != 2 {
		t.Errorf("the end was told %d times:\n%s", n, said.String())
	}
}

func TestManyTabsAtOnce(t *testing.T) {
	t.Parallel()
	f := setup(t)
	var tabs sync.WaitGroup
	for i := range 40 {
		tabs.Go(func() {
			key := f.key(f.priya, byte(i%3))
			f.a.Enter(t.Context(), key)
			f.a.Leave(key)
			if i%2 == 0 {
				f.a.Enter(t.Context(), key)
			}
		})
	}
	tabs.Wait()
	f.a.Sweep(t.Context())
	if n := f.leases(); n != 3 {
		t.Errorf("%d leases for three devices", n)
	}
}
