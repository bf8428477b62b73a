package widget

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/outage"
	"github.com/baton-chat/baton/presence"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

// subprotocol is the name of the visitor protocol's version on the wire.
const subprotocol = "baton.v1"

// defaultAccent is the colour of a workspace that has chosen none.
const defaultAccent = "#4F46E5"

// Limits bound what visitors may ask for. Begin with [DefaultLimits].
type Limits struct {
	Socket        realtime.Limits
	FramePatience time.Duration // for what one frame asks of the database
	Tick          time.Duration // how often receipts, expired typing and gaps are looked at
	Typing        time.Duration // how long the visitor's typing sign stands without being renewed
	SessionBurst  int           // sessions in a row from one address
	SessionRate   float64       // sessions a second from one address after that
	Tabs          int           // sockets and calls of one device
	Calls         int           // calls of the poll on this node that are under way
	Notice        time.Duration // without a visible sign of an answer, until a notice is shown
	HandOver      time.Duration // without an answer, until a person is called
	Greets        int           // clients that are being greeted at a time
	GreetWait     time.Duration // how long one waits for its turn
	Look          time.Duration // how often the database is asked for what the bus may have lost
	LookSoon      time.Duration // the same for calls of the poll, and while other nodes cannot be reached
}

// DefaultLimits are those of docs/protocol.md, and what it leaves open.
func DefaultLimits() Limits {
	return Limits{
		Socket:        realtime.DefaultLimits(),
		FramePatience: 10 * time.Second, // a commit takes milliseconds; after ten seconds the visitor should hear that the database is away
		Tick:          250 * time.Millisecond,
		Typing:        6 * time.Second, // clients renew it every 3
		SessionBurst:  120,             // an office, or a school class, behind one address opens the page at once
		SessionRate:   5,
		Tabs:          30,
		Calls:         5_000,
		Greets:        24, // more would only wait for each other's database connections, and hold up what others say
		GreetWait:     4 * time.Second,
		Notice:        10 * time.Second,
		HandOver:      45 * time.Second,
		Look:          5 * time.Second,
		LookSoon:      1500 * time.Millisecond, // with the look itself, news that the bus lost is there within 2 s
	}
}

// Deps are what the visitor's side is built on.
type Deps struct {
	Workspaces    *workspace.Store
	Conversations *conversation.Store
	Presence      *presence.Registry
	Bus           *realtime.Bus
	Log           *slog.Logger
	Limits        Limits
	// Now is the clock by which silence is measured; nil means the machine's.
	Now func() time.Time
	// Origin is this server's public origin, as browsers write it; pages of it may always embed the widget.
	Origin string
	// Mark is the company's picture, a path on this server. Accent is its colour; empty means Baton's own.
	Mark, Accent string
}

// Handler serves visitors. It is at work while Run runs.
type Handler struct {
	Deps
	sockets *realtime.Server
	assets  *assets
	callers *callers
	away    *outage.Outage

	paces *pace
	calls calls
	gate  *gate

	kick    chan struct{} // wakes Run before its tick
	closing chan struct{} // closed when Run ends: calls that wait are answered

	mu    sync.Mutex
	rooms map[uuid.UUID]*room

	dueMu sync.Mutex
	due   map[*conn]struct{} // connections for which Run has something to do
}

// New returns the handler. The error is about the embedded files.
func New(deps Deps) (*Handler, error) {
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.Accent == "" {
		deps.Accent = defaultAccent
	}
	files, err := loadAssets()
	if err != nil {
		return nil, fmt.Errorf("widget files: %w", err)
	}
	return &Handler{
		Deps: deps, sockets: realtime.NewServer(deps.Log, subprotocol, deps.Limits.Socket), assets: files,
		callers: newCallers(deps.Limits.SessionBurst, deps.Limits.SessionRate), away: outage.New(deps.Log, databaseBack, settled, nil),
		paces: newPace(deps.Limits.Socket), gate: newGate(deps.Limits.Greets, deps.Limits.GreetWait), kick: make(chan struct{}, 1), closing: make(chan struct{}), rooms: map[uuid.UUID]*room{}, due: map[*conn]struct{}{},
	}, nil
}

// Routes adds the visitor's routes. The address that the session limit counts by is the peer's: behind proxies, whoever serves has put the visitor's in its place.
func (h *Handler) Routes(r gin.IRouter) {
	r.POST("/api/visitor/session", h.session)
	r.OPTIONS("/api/visitor/session", preflight)
	r.GET("/api/visitor/socket", h.socket)
	r.POST("/api/visitor/poll", h.poll)
	r.OPTIONS("/api/visitor/poll", preflight)
	h.assets.routes(r)
}

// Run does what waits for no frame, until ctx ends: it fills gaps, stores receipts, lets typing expire and tells who came and went. Then it closes every socket so that clients come back
// elsewhere, and returns when all have ended.
func (h *Handler) Run(ctx context.Context) error {
	tick := time.NewTicker(h.Limits.Tick)
	defer tick.Stop()
	var looking sync.WaitGroup
	looking.Go(func() { h.lookOn(ctx) })
	defer looking.Wait()
	for {
		select {
		case <-ctx.Done():
			close(h.closing)
			h.sockets.DrainWith(func() realtime.Frame { return encode(slowDown{T: frameSlowDown, Retry: h.comeBack()}) })
			return nil
		case <-tick.C:
		case <-h.kick:
		}
		h.sweep(ctx)
	}
}
