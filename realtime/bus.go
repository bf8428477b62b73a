package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/baton-chat/baton/workspace"
)

const (
	// subject begins every subject; the workspace's id follows.
	subject = "baton."
	// natsStart is how long the embedded server may take to start; it takes 10 ms.
	natsStart = 5 * time.Second
	// natsPing is how often the connection is tried while nothing comes over it, and natsPings how many may have no answer: a line that was cut without a word is found within 6 s, and until then what it
	// loses is found by looks at the database.
	natsPing  = 2 * time.Second
	natsPings = 2
	// natsRetry is the pause between attempts to reach a NATS server that is away.
	natsRetry = time.Second
	// pendingBytes bounds what NATS holds for this node while it is busy. What is beyond is dropped, and all watchers are told.
	pendingBytes = 8 << 20
	// pendingEvents is the same bound counted in events.
	pendingEvents = 16_384
	// reconnectBytes bounds what is kept while NATS is away. Hints grow stale in seconds, and watchers read the database after the gap anyway.
	reconnectBytes = 1 << 20
)

// BusOptions say how nodes reach each other.
type BusOptions struct {
	// URL is a NATS server that all nodes share, or several of a cluster, separated by commas. Empty: one inside this process that listens on no port.
	URL string
	Log *slog.Logger
}

// Bus passes events to this node's watchers directly, and to other nodes over NATS, with one subscription per node. It implements [workspace.Publisher].
type Bus struct {
	log    *slog.Logger
	hub    *hub
	server *server.Server // nil with a URL
	conn   *nats.Conn
	late   atomic.Bool // there was nobody at the URL when the bus was opened
}

// OpenBus connects a node to the others. A server at the URL that is away is no error: events go to this node's watchers until it is there. Close with [Bus.Run].
func OpenBus(options BusOptions) (*Bus, error) {
	b := &Bus{log: options.Log, hub: newHub()}
	connect := []nats.Option{
		nats.Name("baton"), nats.NoEcho(), nats.MaxReconnects(-1), nats.PingInterval(natsPing), nats.MaxPingsOutstanding(natsPings), nats.ReconnectWait(natsRetry), nats.RetryOnFailedConnect(true), nats.ReconnectBufSize(reconnectBytes),
		nats.DisconnectErrHandler(b.disconnected), nats.ReconnectHandler(b.reconnected), nats.ConnectHandler(b.connected), nats.ErrorHandler(b.failed),
	}
	if options.URL == "" {
		s, err := startServer()
		if err != nil {
			return nil, err
		}
		b.server = s
		connect = append(connect, nats.InProcessServer(s))
	}
	if err := b.connect(options.URL, connect); err != nil {
		b.stop()
		return nil, err
	}
	return b, nil
}

func startServer() (*server.Server, error) {
	s, err := server.NewServer(&server.Options{ServerName: "baton", DontListen: true, NoSigs: true, NoLog: true})
	if err != nil {
		return nil, fmt.Errorf("make embedded NATS: %w", err)
	}
	s.Start()
	if !s.ReadyForConnections(natsStart) {
		s.Shutdown()
		return nil, fmt.Errorf("start embedded NATS: not ready after %s", natsStart)
	}
	return s, nil
}

func (b *Bus) connect(url string, options []nats.Option) error {
	conn, err := nats.Connect(url, options...)
	if err != nil {
		return fmt.Errorf("connect to NATS: %w", err)
	}
	b.conn = conn
	sub, err := conn.Subscribe(subject+">", b.receive)
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	if err := sub.SetPendingLimits(pendingEvents, pendingBytes); err != nil {
		return fmt.Errorf("limit subscription: %w", err)
	}
	// The subscription is in force at the server when the flush returns; while the server is away there is nothing to wait for.
	if conn.IsConnected() {
		if err := conn.FlushTimeout(natsStart); err != nil {
			return fmt.Errorf("subscribe: %w", err)
		}
		return nil
	}
	b.late.Store(true)
	b.log.Warn("NATS_URL does not answer; events reach this node only until it does", "error", conn.LastError())
	return nil
}

// Run keeps the bus until ctx ends, and closes it then.
func (b *Bus) Run(ctx context.Context) error {
	<-ctx.Done()
	b.stop()
	return nil
}

func (b *Bus) stop() {
	if b.conn != nil {
		b.conn.Close()
	}
	if b.server != nil {
		b.server.Shutdown()
		b.server.WaitForShutdown()
	}
}

// Watch calls w for the events of one conversation, or with uuid.Nil for all events of the workspace, until the subscription is closed.
func (b *Bus) Watch(workspaceID, conversationID uuid.UUID, w Watch) *Subscription {
	return b.hub.watch(topic{workspaceID, conversationID}, w)
}

// Publish gives the event to this node's watchers, and then to the other nodes.
func (b *Bus) Publish(e workspace.Event) {
	b.hub.deliver(e)
	data, err := json.Marshal(e)
	if err == nil {
		err = b.conn.Publish(subject+e.Workspace.String(), data)
	}
	if err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		b.log.Warn("event did not reach other nodes", "kind", e.Kind, "error", err)
	}
}

// Ready tells whether other nodes can be reached.
func (b *Bus) Ready() error {
	if !b.conn.IsConnected() {
		return fmt.Errorf("NATS: %w", nats.ErrDisconnected)
	}
	return nil
}

func (b *Bus) receive(m *nats.Msg) {
	var e workspace.Event
	if err := json.Unmarshal(m.Data, &e); err != nil {
		b.log.Warn("event from another node is unreadable", "subject", m.Subject, "error", err)
		return
	}
	b.hub.deliver(e)
}

func (b *Bus) disconnected(_ *nats.Conn, err error) {
	if err != nil {
		b.log.Warn("NATS is away; events reach this node only", "error", err)
	}
}

// connected is called at the first connection, be it at once or late.
func (b *Bus) connected(*nats.Conn) {
	if b.late.Load() {
		b.log.Info("NATS is there")
		b.hub.lose()
	}
}

func (b *Bus) reconnected(*nats.Conn) {
	b.log.Info("NATS is back")
	b.hub.lose()
}

// failed hears what goes wrong between calls, above all that this node was too slow for what came.
func (b *Bus) failed(_ *nats.Conn, _ *nats.Subscription, err error) {
	b.log.Warn("NATS", "error", err)
	if errors.Is(err, nats.ErrSlowConsumer) {
		b.hub.lose()
	}
}
