package widget

import (
	"context"
	"errors"
	"time"

	"github.com/baton-chat/baton/conversation"
)

// silence watches over a visitor's message that has no answer yet. It lives in the gateway and asks nothing of the workers, because their death is what it is for.
type silence struct {
	seq    int64     // of the message; 0: none waits
	since  time.Time // when it was first seen to wait
	sign   time.Time // until when something of the answer could be seen
	words  time.Time // when words of it last came
	retry  time.Time // when the handoff is tried again
	handed bool
}

// expect follows the conversation: it waits for an answer while the visitor's message is the last of it and the assistant has it. The lock is held.
func (c *conn) expect(now conversation.Conversation) {
	if now.State != conversation.Assistant || now.Head == 0 || now.Head != now.LastVisitorSeq {
		c.silence = silence{}
		return
	}
	if c.silence.seq == now.Head {
		return
	}
	since := c.h.Now()
	// A call of the poll is too short to have seen it come. The clock of the node that took it may be another, which makes a notice too early or too late and no harm.
	if at := now.LastVisitorAt; c.polled && at != nil && at.Before(since) {
		since = *at
	}
	c.silence = silence{seq: now.Head, since: since, sign: since}
	c.h.later(c)
}

// shows notes that the visitor sees something of an answer until a time. The lock is held.
func (c *conn) shows(until time.Time) {
	if until.After(c.silence.sign) {
		c.silence.sign = until
	}
}

// breakSilence shows a notice after some seconds without a sign, and calls a person after some more without a word. It keeps the connection due while a message waits.
func (c *conn) breakSilence(ctx context.Context) {
	now := c.h.Now()
	c.mu.Lock()
	s := &c.silence
	if s.seq == 0 || s.handed {
		c.mu.Unlock()
		return
	}
	c.h.later(c)
	if now.Sub(s.sign) >= c.h.Limits.Notice && c.told.notice != s.seq {
		if c.peer.Send(encode(notice{T: frameNotice, Conv: c.session.Conversation, Code: noticeSlow, Seq: s.seq})) == nil {
			c.told.notice = s.seq
		}
	}
	due := !c.polled && now.Sub(s.since) >= c.h.Limits.HandOver && now.Sub(s.words) >= c.h.Limits.Notice && now.After(s.retry)
	seq := s.seq
	s.retry = now.Add(handOverRetry)
	if !due {
		s.retry = time.Time{}
	}
	c.mu.Unlock()
	if due {
		c.handOver(ctx, seq)
	}
}

// handOverRetry is the pause after a handoff that the database did not take.
const handOverRetry = 2 * time.Second

func (c *conn) handOver(ctx context.Context, seq int64) {
	_, err := c.h.Conversations.HandOver(ctx, c.session.Workspace, c.session.Conversation, seq)
	stale := errors.Is(err, conversation.ErrStale) || errors.Is(err, conversation.ErrUnknown)
	if err != nil && !stale {
		c.h.failed("hand over after silence; it is tried again", err, "conversation", c.session.Conversation)
		return
	}
	c.mu.Lock()
	if c.silence.seq == seq {
		c.silence.handed = true
	}
	if stale {
		c.stale = true // What ended the silence was not heard.
	}
	c.mu.Unlock()
	if stale {
		c.h.later(c)
	}
}
