package escalation_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/escalation"
	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/presence"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

// noRounds takes answer rounds: no assistant is at work here.
type noRounds struct{}

func (noRounds) Schedule(context.Context, pgx.Tx, ...conversation.Round) error { return nil }

// queueDesk is a workspace with an agent, a router and a clock of its own.
type queueDesk struct {
	*testing.T
	convs  *conversation.Store
	router *escalation.Router
	bus    *realtime.Bus
	here   *presence.Registry
	inbox  workspace.Inbox
	agent  workspace.Agent
	mu     sync.Mutex
	clock  time.Time
	hints  bool
}

func newDesk(t *testing.T, sweep time.Duration, hints bool) *queueDesk {
	t.Helper()
	db := pgtest.New(t)
	log := slog.New(slog.DiscardHandler)
	d := &queueDesk{T: t, clock: time.Now().UTC().Add(-time.Hour), hints: hints}
	bus, err := realtime.OpenBus(realtime.BusOptions{Log: log})
	d.ok(err)
	d.bus = bus
	d.service(bus.Run)
	people := workspace.NewStore(db.App)
	w, _, err := people.Ensure(t.Context(), "Tarang")
	d.ok(err)
	d.inbox, err = people.AddInbox(t.Context(), workspace.Inbox{Workspace: w.ID, Name: "Shop"})
	d.ok(err)
	d.agent, err = people.AddAgent(t.Context(), w.ID, "Priya Nair", "priya@tarang.example", workspace.RoleAgent)
	d.ok(err)
	d.convs = conversation.NewStore(db.App, bus, noRounds{}, d.now)
	d.here = presence.New(db.App, bus, log, nil)
	d.router = escalation.NewRouter(escalation.RouterConfig{
		Conversations: d.convs, Workspaces: people, Presence: d.here, Watch: d.watch, Log: log, Sweep: sweep, Now: d.now,
	})
	return d
}

func (d *queueDesk) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.clock
}

func (d *queueDesk) pass(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clock = d.clock.Add(by)
}

func (d *queueDesk) watch(id uuid.UUID, event func(workspace.Event), lost func()) func() {
	if !d.hints {
		return func() {}
	}
	return d.bus.Watch(id, uuid.Nil, realtime.Watch{Event: event, Lost: lost}).Close
}

func (d *queueDesk) ok(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *queueDesk) service(run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := run(ctx); err != nil {
			d.Errorf("a service ended with %v", err)
		}
	}()
	d.Cleanup(func() { cancel(); <-done })
}

// joins lets a new visitor ask for a person, a minute after the one before.
func (d *queueDesk) joins() uuid.UUID {
	d.Helper()
	d.pass(time.Minute)
	_, session, err := d.convs.OpenSession(d.Context(), d.inbox, "", conversation.Page{})
	d.ok(err)
	_, err = d.convs.AskPerson(d.Context(), session, session.Conversation)
	d.ok(err)
	return session.Conversation
}

func (d *queueDesk) claims(id uuid.UUID) {
	d.Helper()
	_, err := d.convs.Claim(d.Context(), d.agent, id)
	d.ok(err)
}

// comesOnline opens a console for the agent.
func (d *queueDesk) comesOnline() {
	d.here.Enter(d.Context(), presence.Key{Workspace: d.inbox.Workspace, Kind: presence.Agent, Person: d.agent.ID, Device: uuid.Must(uuid.NewV7())})
}

func (d *queueDesk) route() {
	d.Helper()
	d.ok(d.router.Route(d.Context(), d.inbox.Workspace))
}

// stands checks a place in line; minutes 0 means unknown.
func (d *queueDesk) stands(id uuid.UUID, position, minutes int) {
	d.Helper()
	c, err := d.convs.Get(d.Context(), d.inbox.Workspace, id)
	d.ok(err)
	got := 0
	if c.QueueMinutes != nil {
		got = *c.QueueMinutes
	}
	if c.QueuePosition == nil || *c.QueuePosition != position || got != minutes {
		d.Errorf("the place is %v with %v minutes, want %d with %d", c.QueuePosition, c.QueueMinutes, position, minutes)
	}
}

func TestPlacesFollowTheLine(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 0, false)
	first, second, third := d.joins(), d.joins(), d.joins()
	d.route()
	d.stands(first, 1, 0)
	d.stands(third, 3, 0)
	d.claims(first)
	d.route()
	d.stands(second, 1, 0) // Somebody was claimed, but nobody is online: nothing is promised.
	d.stands(third, 2, 0)
}

func TestMinutesAreTheUsualWaitSharedByThoseOnline(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 0, false)
	d.comesOnline()
	one := d.joins()
	d.pass(3 * time.Minute)
	d.claims(one) // waited 3 minutes
	two, three := d.joins(), d.joins()
	d.route()
	d.stands(two, 1, 3)
	d.stands(three, 2, 6)
	d.pass(2 * time.Minute)
	d.claims(two) // waited 2 minutes: the median of both is 2.5, and whoever waits now has not yet waited longer
	d.route()
	d.stands(three, 1, 3)
	d.pass(time.Hour)
	d.route()
	d.stands(three, 1, 0) // An hour is longer than usual: nothing is promised any more.
}

func TestOnlyWhatChangedIsTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 0, false)
	first, second := d.joins(), d.joins()
	d.route()
	told := make(chan uuid.UUID, 16)
	sub := d.bus.Watch(d.inbox.Workspace, uuid.Nil, realtime.Watch{Event: func(e workspace.Event) {
		if e.Kind == workspace.EventState {
			told <- e.Conversation
		}
	}})
	defer sub.Close()
	d.route() // The bus calls watchers of this node before Publish returns.
	if len(told) != 0 {
		t.Fatalf("%d states were told although nothing moved", len(told))
	}
	d.claims(first)
	<-told
	d.route()
	if len(told) != 1 || <-told != second {
		t.Error("the one who moved up was not told, or somebody else was")
	}
}

// moves waits until the conversation is told to stand at a place.
func (d *queueDesk) moves(id uuid.UUID, position int) (wait func()) {
	there := make(chan struct{}, 1)
	sub := d.bus.Watch(d.inbox.Workspace, id, realtime.Watch{Event: func(e workspace.Event) {
		c, err := d.convs.Get(context.Background(), d.inbox.Workspace, id)
		if err == nil && e.Kind == workspace.EventState && c.QueuePosition != nil && *c.QueuePosition == position {
			select {
			case there <- struct{}{}:
			default:
			}
		}
	}})
	return func() {
		d.Helper()
		defer sub.Close()
		select {
		case <-there:
		case <-time.After(20 * time.Second):
			d.Fatal("nobody moved up")
		}
	}
}

func TestAHintMovesTheLine(t *testing.T) {
	t.Parallel()
	d := newDesk(t, time.Hour, true)
	first, second := d.joins(), d.joins()
	// A wrong place shows when the first sweep is over; the next one is an hour away.
	d.ok(d.convs.SetPlaces(t.Context(), d.inbox.Workspace, []conversation.Place{{ID: second, Position: 9}}))
	swept := d.moves(second, 2)
	d.service(d.router.Run)
	swept()
	hinted := d.moves(second, 1)
	d.claims(first)
	hinted()
}

func TestALostHintIsMadeGoodByTheSweep(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 20*time.Millisecond, false)
	first, second := d.joins(), d.joins()
	wait := d.moves(second, 1)
	d.service(d.router.Run)
	d.claims(first)
	wait()
}
