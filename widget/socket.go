package widget

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/presence"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

// protocolVersion is the v of hello and welcome.
const protocolVersion = 1

// socket accepts a visitor's socket. Which origins may come is a matter of the inbox, which is known with hello; what no inbox can allow is refused here.
func (h *Handler) socket(c *gin.Context) {
	if origin := c.GetHeader("Origin"); origin != "" && !(realtime.Origins{Allowed: []string{realtime.AnyOrigin}}).Allows(origin, c.Request.Host) {
		fail(c, &problem{status: http.StatusForbidden, Code: "origin_refused", Error: "This page has no origin that could be allowed.", Fix: "Open the page over http or https."})
		return
	}
	h.sockets.Serve(c.Writer, c.Request, h.loop)
}

// loop is the life of a socket: hello, then frames until the end.
func (h *Handler) loop(ctx context.Context, s *realtime.Socket) error {
	c, err := h.begin(ctx, s)
	if err == nil {
		take := func(data []byte) error {
			allowed, err := s.Allow(time.Now())
			if err != nil {
				return err
			}
			return c.frame(ctx, data, allowed)
		}
		for err == nil {
			err = s.Next(take)
		}
	}
	if c != nil {
		c.gone()
	}
	return err
}

// begin reads hello and answers it. The connection is nil where it never joined.
func (h *Handler) begin(ctx context.Context, s *realtime.Socket) (*conn, error) {
	c := &conn{h: h, peer: s, filling: true}
	var greeting incoming
	if err := s.Next(func(data []byte) error { return readHello(s, data, &greeting) }); err != nil {
		return nil, err
	}
	leave, ok := h.gate.enter()
	if !ok {
		c.send(slowDown{T: frameSlowDown, Retry: h.gate.comeBack()})
		return nil, realtime.Close(realtime.CloseUnavailable)
	}
	defer leave()
	if err := c.admit(ctx, greeting.Token, s.Origin, s.Host); err != nil {
		return nil, err
	}
	if err := c.greet(ctx, greeting, nil, leave); err != nil {
		return c, h.hung(c, "greet visitor", err)
	}
	return c, nil
}

func readHello(s *realtime.Socket, data []byte, greeting *incoming) error {
	if s.Deep(data) != nil || json.Unmarshal(data, greeting) != nil || greeting.T != frameHello || greeting.V != protocolVersion {
		return realtime.Close(realtime.CloseProtocol)
	}
	_, err := s.Allow(time.Now())
	return err
}

// admit finds out who it is, and whether they may come from this page.
func (c *conn) admit(ctx context.Context, text, origin, host string) error {
	ctx, cancel := context.WithTimeout(ctx, c.h.Limits.FramePatience)
	defer cancel()
	token, err := workspace.ParseToken(text)
	if err != nil {
		return realtime.Close(realtime.CloseToken)
	}
	c.session, err = c.h.Conversations.VisitorByToken(ctx, token)
	if errors.Is(err, conversation.ErrSession) {
		return realtime.Close(realtime.CloseToken)
	}
	if err != nil {
		return c.h.hung(c, "find visitor", err)
	}
	inbox, err := c.h.inbox(ctx, c.session)
	if err != nil {
		return c.h.hung(c, "find inbox", err)
	}
	if !c.h.origins(inbox).Allows(origin, host) {
		return realtime.Close(realtime.CloseForbidden)
	}
	if !c.h.join(c) {
		return realtime.Close(realtime.CloseTooMany)
	}
	return nil
}

// inbox is the one that the session began in.
func (h *Handler) inbox(ctx context.Context, session conversation.VisitorSession) (workspace.Inbox, error) {
	inbox, err := h.Workspaces.Inbox(ctx, session.Workspace, session.Inbox)
	if errors.Is(err, workspace.ErrInbox) {
		return inbox, realtime.Close(realtime.CloseForbidden)
	}
	return inbox, err
}

// greet answers hello: welcome, state, everything after the cursor, then what is live. With the mark of a call before it tells only what differs from that. The watch begins before PostgreSQL is read,
// so that nothing falls between.
func (c *conn) greet(ctx context.Context, greeting incoming, last *mark, leave func()) error {
	ctx, cancel := context.WithTimeout(ctx, c.h.Limits.FramePatience)
	defer cancel()
	c.deltas = slices.Contains(greeting.Caps, frameDelta)
	c.watch = c.h.Bus.Watch(c.session.Workspace, c.session.Conversation, c.watchFor())
	c.h.Presence.Enter(ctx, c.key())
	if err := c.room.fresh(ctx); err != nil {
		return err
	}
	store, err := c.h.Workspaces.Identity(ctx)
	if err != nil {
		return err
	}
	now, err := c.h.conversation(ctx, c.session)
	if err != nil {
		return err
	}
	complete, told := c.welcome(now, store, greeting, last)
	leave() // How long the client takes to read the rest holds nobody up.
	if !complete {
		if err := c.pour(ctx, true); err != nil {
			return err
		}
	}
	if told {
		if now, err = c.readState(ctx); err != nil {
			return err
		}
	}
	c.catchUp(now)
	return nil
}

// welcome sends the first frames, and from here on others may follow. It reports whether the client has every message already, and whether the bus told
// anything while PostgreSQL was read: then it must be read once more.
func (c *conn) welcome(now conversation.Conversation, store uuid.UUID, greeting incoming, last *mark) (complete, told bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	conv := c.session.Conversation
	c.cursor = greeting.Cursors[conv]
	other := greeting.Store != "" && greeting.Store != store.String()
	if _, knows := greeting.Cursors[conv]; last == nil || other || !knows {
		last = &mark{}
		c.send(welcome{T: frameWelcome, V: protocolVersion, Store: store, Conv: conv, N: c.session.Counter, Heads: map[uuid.UUID]int64{conv: now.Head}})
	}
	c.told = *last
	// Another history of the database, or a client that claims to hold what was never written: it begins again.
	if other || c.cursor > now.Head || c.cursor < 0 {
		c.cursor = 0
		c.send(resync{T: frameResync, Conv: conv, From: 0})
	}
	c.from = c.cursor
	var team team
	if team, c.teamShown = c.room.members(); c.told.state == 0 || c.told.state != markOfState(now, team) {
		c.sendState(now, true)
	}
	c.shown, c.floor, c.looked = now, max(c.floor, now.Epoch), time.Now()
	c.expect(now)
	c.states++
	told = c.stale
	c.greeted, c.stale = true, false
	complete = c.cursor == now.Head && !c.again
	c.filling = !complete
	return complete, told
}

// catchUp shows what no message tells: how far the team has read, and who is here.
func (c *conn) catchUp(now conversation.Conversation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sendReceipt(receiptOf(now))
	c.receipts = receipts{
		delivered: max(c.receipts.delivered, now.VisitorDelivered), toldDelivered: now.VisitorDelivered, seen: now.VisitorSeen, toldSeen: now.VisitorSeen,
	}
	if c.polled && now.Epoch > 0 {
		// Somebody of the team has been here, so what the client holds may be theirs.
		c.receipts.delivered = max(c.receipts.delivered, c.from)
	}
	team, version := c.room.members()
	c.teamShown = version
	if c.told.people == 0 || c.told.people != markOf(people{T: framePresence, People: peopleOf(team)}) {
		c.sendPeople(team)
	}
	if c.receipts.news() {
		c.h.schedule(c)
	}
	c.catchAnswer(now)
}

// receiptOf is how far the team is.
func receiptOf(c conversation.Conversation) conversation.Receipt {
	return conversation.Receipt{By: conversation.ByAgent, Delivered: c.AgentDelivered, Seen: c.AgentSeen, At: millis(c.UpdatedAt)}
}

// conversation reads the session's conversation; one that nobody has begun is empty and with the assistant.
func (h *Handler) conversation(ctx context.Context, session conversation.VisitorSession) (conversation.Conversation, error) {
	now, err := h.Conversations.Get(ctx, session.Workspace, session.Conversation)
	if errors.Is(err, conversation.ErrUnknown) {
		return conversation.Conversation{Workspace: session.Workspace, ID: session.Conversation, Visitor: session.Visitor, State: conversation.Assistant}, nil
	}
	return now, err
}

// gone takes the socket out of everything.
func (c *conn) gone() {
	if c.watch != nil {
		c.watch.Close()
		c.h.Presence.Leave(c.key())
	}
	c.h.leave(c)
	c.h.dueMu.Lock()
	delete(c.h.due, c)
	c.h.dueMu.Unlock()
	c.mu.Lock()
	// A sign that came with a call outlives it; whoever shows it ends it by its time.
	typing := !c.typing.IsZero() && !c.polled
	c.mu.Unlock()
	if typing {
		c.publishTyping(false)
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.h.Limits.FramePatience)
	defer cancel()
	if err := c.tellReceipts(ctx); err != nil {
		// They are told again with the next socket's reads.
		c.h.failed("receipts were not stored", err)
	}
}

func (c *conn) key() presence.Key {
	return presence.Key{Workspace: c.session.Workspace, Kind: presence.Visitor, Person: c.session.Visitor, Device: c.session.Device}
}

// hung tells the visitor, and the log, that the database did not answer, and ends the socket; the client comes back.
func (h *Handler) hung(c *conn, what string, err error) error {
	if realtime.IsGone(err) {
		return err
	}
	h.failed(what, err)
	c.send(refusal{T: frameError, Code: codeUnavailable, Fix: "The database is away; try again, and wait longer each time."})
	return realtime.Close(realtime.CloseUnavailable)
}
