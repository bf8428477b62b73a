package widget

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

// retryAfter is how many seconds a client waits after slow_down: long enough that the rate allows several frames again.
const retryAfter = 2

// Codes of error frames.
const (
	codeBadFrame     = "bad_frame"
	codeEmpty        = "empty"
	codeTooLong      = "too_long"
	codeReused       = "cid_reused"
	codeGap          = "gap"
	codeUnknown      = "conversation_unknown"
	codeBadEmail     = "bad_email"
	codeUnavailable  = "unavailable"
	fixUnavailable   = "The database is away; try again, and wait longer each time."
	fixBadFrame      = "Send one JSON object as docs/protocol.md describes it."
	fixUnknownFrame  = "This server does not know the frame; leave it out."
	fixConversation  = "This conversation is not this session's; open a new session."
	fixIncompleteSay = "A say needs conv, cid and n from 1."
)

// refusals is the one table from errors to error frames.
var refusals = []struct {
	err  error
	code string
	fix  string
}{
	{conversation.ErrEmpty, codeEmpty, "Write something; a message of blanks is not sent."},
	{conversation.ErrTooLong, codeTooLong, "Messages hold up to 16,000 characters; send the text in parts."},
	{conversation.ErrCIDReused, codeReused, "Give every message a cid of its own."},
	{conversation.ErrUnknown, codeUnknown, fixConversation},
	{workspace.ErrEmail, codeBadEmail, "Write an address like name@example.com."},
}

// frame takes one frame of the visitor's. Its error ends the socket.
func (c *conn) frame(ctx context.Context, data []byte, allowed bool) error {
	var in incoming
	bad := c.h.Limits.Socket.Deep(data) != nil || json.Unmarshal(data, &in) != nil
	if in.T == frameSay && !bad {
		c.release(in.CID)
	}
	switch {
	case c.heldBack != nil && in.T == frameSay && !bad:
		c.send(c.heldBack(orNil(in.CID)))
		return nil
	case !allowed:
		c.slowDown(in, retryAfter)
		return nil
	case bad:
		c.refuse(refusal{Code: codeBadFrame, Fix: fixBadFrame, CID: orNil(in.CID)})
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.h.Limits.FramePatience)
	defer cancel()
	if in.T != framePing && in.T != frameHello && known(in.T) && in.Conv != c.session.Conversation {
		c.refuse(refusal{Code: codeUnknown, Fix: fixConversation, Conv: orNil(in.Conv), CID: orNil(in.CID)})
		return nil
	}
	if err := c.take(ctx, in); realtime.IsGone(err) {
		return err
	} else if err != nil {
		c.refuseFor(in, err)
	}
	return nil
}

// slowDown leaves a frame to be sent again.
func (c *conn) slowDown(in incoming, retry float64) {
	answer := func(cid *uuid.UUID) any { return slowDown{T: frameSlowDown, Retry: retry, CID: cid} }
	c.holdBack(in, answer)
	c.send(answer(orNil(in.CID)))
}

// holdBack has the messages behind one that was not taken get the same answer: in a call to its end, on a socket until the message comes again. The gap that it leaves is not enough: another tab
// of the device may fill it, and the next message would be stored before this one.
func (c *conn) holdBack(in incoming, answer func(cid *uuid.UUID) any) {
	if in.T == frameSay && in.CID != uuid.Nil {
		c.heldBack, c.heldFor, c.behind = answer, in.CID, nil
	}
}

// behindKept bounds what is remembered of the messages behind one: more than a client has under way at a time.
const behindKept = 32

// release ends that on a socket when the message comes again. A client sends in order, so where one of those behind it comes again without it, the client holds it no more: it was a copy that came late of one that
// is stored.
func (c *conn) release(cid uuid.UUID) {
	switch {
	case c.polled || c.heldBack == nil:
	case cid == c.heldFor, slices.Contains(c.behind, cid), len(c.behind) >= behindKept:
		c.heldBack, c.behind = nil, nil
	default:
		c.behind = append(c.behind, cid)
	}
}

// known reports whether a frame is one that names a conversation.
func known(name string) bool {
	switch name {
	case frameSay, frameTyping, frameRead, framePerson, frameStop, frameContact:
		return true
	}
	return false
}

func (c *conn) take(ctx context.Context, in incoming) error {
	switch in.T {
	case frameSay:
		return c.say(ctx, in)
	case frameTyping:
		c.typed(in.On, time.Now())
	case frameRead:
		c.read(in.Seq)
	case framePerson:
		command := c.h.Conversations.LeaveLine
		if in.On {
			command = c.h.Conversations.AskPerson
		}
		return c.command(func() (conversation.Conversation, error) { return command(ctx, c.session, in.Conv) })
	case frameStop:
		c.mu.Lock()
		c.void = in.Run
		c.mu.Unlock()
		c.h.Bus.Publish(workspace.NewEvent(c.session.Workspace, in.Conv, workspace.EventCancel, map[string]uuid.UUID{"run": in.Run}))
	case frameContact:
		return c.command(func() (conversation.Conversation, error) {
			return c.h.Conversations.LeaveContact(ctx, c.session, in.Conv, in.Email)
		})
	case framePing:
		return c.ping(ctx)
	default:
		c.refuse(refusal{Code: codeBadFrame, Fix: fixUnknownFrame})
	}
	return nil
}

// say stores a message. The ack goes out after the commit.
func (c *conn) say(ctx context.Context, in incoming) error {
	if in.CID == uuid.Nil || in.N < 1 {
		c.refuse(refusal{Code: codeBadFrame, Fix: fixIncompleteSay, Conv: orNil(in.Conv), CID: orNil(in.CID)})
		return nil
	}
	stored, err := c.h.Conversations.Say(ctx, conversation.SayInput{Session: c.session, Conversation: in.Conv, CID: in.CID, N: in.N, Body: in.Body})
	if errors.Is(err, conversation.ErrBusy) {
		c.slowDown(in, retryAfter*(0.5+rand.Float64())) // Not all at the same time.
		return nil
	}
	if err != nil {
		return err
	}
	c.h.away.Over()
	c.send(ack{T: frameAck, Conv: in.Conv, CID: in.CID, Seq: stored.Seq, At: millis(stored.At)})
	c.mu.Lock()
	c.typing = time.Time{} // The message itself ends the sign.
	c.mu.Unlock()
	return nil
}

// typed relays that the visitor types, and has it expire.
func (c *conn) typed(on bool, now time.Time) {
	c.mu.Lock()
	c.typing = time.Time{}
	if on {
		c.typing = now.Add(c.h.Limits.Typing)
	}
	c.mu.Unlock()
	c.publishTyping(on)
	if on {
		c.h.later(c)
	}
}

// read notes how far the visitor has seen; it is stored with the next tick.
func (c *conn) read(seq int64) {
	c.mu.Lock()
	c.receipts.seen = max(c.receipts.seen, min(seq, c.cursor))
	news := c.receipts.news()
	c.mu.Unlock()
	if news {
		c.h.later(c)
	}
}

// command runs what is answered by a state frame, and sees to it that there is one.
func (c *conn) command(run func() (conversation.Conversation, error)) error {
	c.mu.Lock()
	before := c.states
	c.mu.Unlock()
	now, err := run()
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sendState(now, c.states == before)
	return nil
}

// ping answers with the head, and brings what is above the client's. The database was asked by look a moment ago; where that was not so, it is asked now.
func (c *conn) ping(ctx context.Context) error {
	if err := c.room.fresh(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	known := time.Since(c.looked) < lookTrusted
	c.mu.Unlock()
	if !known {
		if _, err := c.readState(ctx); err != nil {
			return err
		}
		c.h.away.Over()
	}
	c.mu.Lock()
	f := c.headFrame()
	behind := f.Seq > c.cursor
	c.send(f)
	c.mu.Unlock()
	if behind {
		return c.fill(ctx, true)
	}
	return nil
}

func (c *conn) refuse(r refusal) {
	r.T = frameError
	c.send(r)
}

// refuseFor answers a frame that could not be taken.
func (c *conn) refuseFor(in incoming, err error) {
	r := refusal{Code: codeUnavailable, Fix: fixUnavailable, Conv: orNil(in.Conv), CID: orNil(in.CID)}
	var gap *conversation.GapError
	if errors.As(err, &gap) {
		r.Code, r.Fix, r.N = codeGap, "Number what you hold from n on, in order, and send it again.", gap.Next
		c.refuseAll(in, r)
		return
	}
	for _, known := range refusals {
		if errors.Is(err, known.err) {
			r.Code, r.Fix = known.code, known.fix
			c.refuse(r)
			return
		}
	}
	c.h.failed("visitor frame", err, "frame", in.T, "conversation", in.Conv)
	c.refuseAll(in, r)
}

// refuseAll refuses a frame that may be taken later, and what comes behind it.
func (c *conn) refuseAll(in incoming, r refusal) {
	c.holdBack(in, func(cid *uuid.UUID) any {
		again := r
		again.T, again.CID = frameError, cid
		return again
	})
	c.refuse(r)
}
