package agentconsole

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/outage"
	"github.com/baton-chat/baton/presence"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

// subprotocol names the frames of docs/console-api.md.
const subprotocol = "baton.console.v1"

const (
	// framePatience is how long the work of one frame may take: the database answers in milliseconds, or it is away.
	framePatience = 10 * time.Second
	// recheck is how often a socket's session is looked up again: the event that ends it may be lost.
	recheck = time.Minute
	// typingLife is how long a typing sign stands without another one, in seconds.
	typingLife = 6
	// maxWatched is how many conversations one socket watches; a screen shows one.
	maxWatched = 50
)

// socketLimits are those of docs/protocol.md but for the rate: somebody who holds J down makes three frames a conversation, and is known by name.
func socketLimits() realtime.Limits {
	limits := realtime.DefaultLimits()
	limits.Burst, limits.Rate = 120, 30
	return limits
}

// endedSession is the data of a session event.
type endedSession struct {
	Session uuid.UUID `json:"session"`
}

// inFrame is every frame that a console sends.
type inFrame struct {
	T     string    `json:"t"`
	V     int       `json:"v"`
	Conv  uuid.UUID `json:"conv"`
	After int64     `json:"after"`
	Seq   int64     `json:"seq"`
	On    bool      `json:"on"`
}

// socket opens the console's socket. Browsers send cookies with a socket from any page, so the page's origin is judged before anything is opened.
func (h *Handler) socket(c *gin.Context, session workspace.Session) error {
	if !(realtime.Origins{Own: h.origin}).AllowsRequest(c.Request) {
		return errOrigin
	}
	// The cookie was read already; it has a form that parses.
	text, _ := c.Cookie(cookieName)
	token, err := workspace.ParseToken(text)
	if err != nil {
		return err
	}
	h.sockets.Serve(c.Writer, c.Request, func(ctx context.Context, s *realtime.Socket) error {
		return h.converse(ctx, newConn(h, s, session, token))
	})
	return nil
}

// converse is the life of one socket.
func (h *Handler) converse(ctx context.Context, c *conn) error {
	if err := c.socket.Next(c.hello); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	c.room = h.rooms.join(c)
	key := presence.Key{Workspace: c.workspace(), Kind: presence.Agent, Person: c.session.Agent.ID, Device: c.session.ID}
	h.Presence.Enter(ctx, key)
	pumped := make(chan struct{})
	go func() {
		defer close(pumped)
		c.pump(ctx)
	}()
	defer func() {
		cancel()
		c.unwatchAll()
		<-pumped
		h.Presence.Leave(key)
		h.rooms.leave(c)
	}()
	if err := c.welcome(ctx); err != nil {
		return err
	}
	for {
		if err := c.socket.Next(func(data []byte) error { return c.take(ctx, data) }); err != nil {
			if !realtime.IsGone(err) {
				h.Log.Info("console socket ended", "error", err)
			}
			return err
		}
	}
}

// conn is one console on this node.
type conn struct {
	h       *Handler
	socket  *realtime.Socket
	session workspace.Session
	token   workspace.Token
	room    *room
	checked time.Time // of the reading goroutine
	kick    chan struct{}

	watched
}

func newConn(h *Handler, s *realtime.Socket, session workspace.Session, token workspace.Token) *conn {
	return &conn{h: h, socket: s, session: session, token: token, checked: h.Now(), kick: make(chan struct{}, 1), watched: watched{watches: map[uuid.UUID]*watch{}}}
}

func (c *conn) workspace() uuid.UUID { return c.session.Agent.Workspace }

func (c *conn) hello(data []byte) error {
	var f inFrame
	if c.socket.Deep(data) != nil || json.Unmarshal(data, &f) != nil || f.T != "hello" || f.V < 1 {
		return realtime.Close(realtime.CloseProtocol)
	}
	return nil
}

func (c *conn) welcome(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, framePatience)
	defer cancel()
	store, err := c.h.Workspaces.Identity(ctx)
	if err != nil {
		return err
	}
	return c.send(struct {
		T     string    `json:"t"`
		V     int       `json:"v"`
		Store uuid.UUID `json:"store"`
	}{"welcome", 1, store})
}

// take does what one frame asks for. An error ends the socket; what is only wrong with the frame is answered.
func (c *conn) take(ctx context.Context, data []byte) error {
	ok, err := c.socket.Allow(time.Now())
	if err != nil {
		return err
	}
	if !ok {
		return c.send(struct {
			T     string `json:"t"`
			Retry int    `json:"retry"`
		}{"slow_down", 1})
	}
	var f inFrame
	if c.socket.Deep(data) != nil || json.Unmarshal(data, &f) != nil {
		return c.refuse("bad_frame", "Frames are JSON objects as docs/console-api.md describes them.", uuid.Nil)
	}
	ctx, cancel := context.WithTimeout(ctx, framePatience)
	defer cancel()
	switch f.T {
	case "ping":
		return c.ping(ctx)
	case "watch":
		return c.answer(c.watch(ctx, f.Conv, f.After), f.Conv)
	case "unwatch":
		c.unwatch(f.Conv)
		return nil
	case "typing":
		c.typing(f.Conv, f.On)
		return nil
	case "read":
		if err := c.h.watchable(ctx, c.session.Agent, f.Conv); err != nil {
			return c.answer(err, f.Conv)
		}
		return c.answer(c.h.Conversations.Receive(ctx, c.workspace(), f.Conv, conversation.ByAgent, f.Seq, f.Seq), f.Conv)
	}
	return c.refuse("bad_frame", "This server knows hello, watch, unwatch, typing, read and ping.", uuid.Nil)
}

// ping answers the heartbeat, and takes the occasion to look for what a lost event may have hidden.
func (c *conn) ping(ctx context.Context) error {
	if now := c.h.Now(); now.Sub(c.checked) >= recheck {
		c.checked = now
		if err := c.recheck(ctx); err != nil {
			return err
		}
	}
	c.fillAll()
	return c.send(struct {
		T   string `json:"t"`
		Seq int64  `json:"seq"`
	}{"head", 0})
}

// recheck ends a socket whose session ended. A database that is away is no reason to.
func (c *conn) recheck(ctx context.Context) error {
	_, err := c.h.Workspaces.Authenticate(ctx, c.token, c.h.Now())
	if err != nil && !outage.Away(err) {
		return realtime.Close(realtime.CloseToken)
	}
	return nil
}

// answer says an error as a frame.
func (c *conn) answer(err error, conv uuid.UUID) error {
	if err == nil {
		c.h.away.Over()
		return nil
	}
	p := c.h.problem(err)
	if p.Code == "not_found" {
		p.Code = "conversation_unknown"
	}
	if p.status >= 500 {
		c.h.failed(context.Background(), "console frame failed", err)
	}
	return c.refuse(p.Code, p.Fix, conv)
}

func (c *conn) refuse(code, fix string, conv uuid.UUID) error {
	return c.send(struct {
		T    string    `json:"t"`
		Code string    `json:"code"`
		Fix  string    `json:"fix"`
		Conv uuid.UUID `json:"conv,omitzero"`
	}{"error", code, fix, conv})
}

// send writes a frame. Its error means that the socket is closing.
func (c *conn) send(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.socket.Send(realtime.Text(data))
}
