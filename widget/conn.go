package widget

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/realtime"
)

// peer is where the frames of a connection go: a socket, or the answer of a poll.
type peer interface {
	// Send takes a frame and never waits.
	Send(f realtime.Frame) error
	// Behind reports whether frames wait for the client, so that what is not worth waiting for can be left out.
	Behind() bool
	// Flushed waits until none does. It is for the goroutine that reads the client's frames.
	Flushed()
}

// conn is one visitor's socket, or one call of the poll. Its frames are read by one goroutine; what the bus tells comes from any. The lock is held only for moments: a send never waits.
type conn struct {
	h       *Handler
	peer    peer
	session conversation.VisitorSession
	room    *room
	watch   *realtime.Subscription
	deltas  bool // the client shows answers while they are written
	polled  bool // it is a call of the poll

	mu      sync.Mutex
	greeted bool  // welcome is out: frames may follow
	from    int64 // what the client held when it came
	cursor  int64 // everything up to it is written, without a gap
	filling bool  // somebody reads PostgreSQL from the cursor on; others leave messages to them
	again   bool  // something came while they read
	stale   bool  // the state may have changed unseen

	told   mark                      // what the client was told last apart from messages
	shown  conversation.Conversation // as of the last state frame
	states int                       // how many state frames went out
	floor  int64                     // deltas of epochs below are void
	void   uuid.UUID                 // the run that was cancelled last
	run    *delta                    // the answer that is being shown, without its text
	held   int                       // how many code points of it were sent; adrift: the client's text is not its beginning
	lacks  bool                      // the beginning of an answer is to be asked for

	teamShown int // which reading of the team
	receipts  receipts
	typing    time.Time // until when the visitor's typing stands; zero: they do not type
	silence   silence
	looked    time.Time // when the database was last asked whether there is something new
	// heldBack answers the messages behind one that was not taken, heldFor; nil: none was. behind are those that came since.
	heldBack func(cid *uuid.UUID) any
	heldFor  uuid.UUID
	behind   []uuid.UUID
}

// receipts are how far the visitor has received and seen, and how much of it is stored.
type receipts struct{ delivered, seen, toldDelivered, toldSeen int64 }

func (r *receipts) news() bool { return r.delivered > r.toldDelivered || r.seen > r.toldSeen }

// send writes a frame. The error is the socket's affair: whoever reads it learns of the end there.
func (c *conn) send(v any) { _ = c.peer.Send(encode(v)) }

// write sends a message that follows the cursor. The lock is held.
func (c *conn) write(f realtime.Frame, seq int64, byAgent bool) error {
	c.cursor = seq
	err := c.peer.Send(f)
	// What a call brings is delivered when the next one has it under its cursor.
	if err == nil && byAgent && !c.polled {
		c.receipts.delivered = seq
	}
	return err
}

// sendState shows the conversation as it is, unless a later state was shown. Forced: also when nothing changed. The lock is held.
func (c *conn) sendState(now conversation.Conversation, forced bool) {
	old := c.shown
	// PostgreSQL keeps microseconds, an event has more of the same moment.
	if now.Head < old.Head || (now.Head == old.Head && now.UpdatedAt.Truncate(time.Microsecond).Before(old.UpdatedAt.Truncate(time.Microsecond))) {
		return
	}
	c.expect(now)
	if !forced && c.states > 0 && same(now, old) {
		c.shown = now
		return
	}
	if now.Epoch > old.Epoch || now.State != conversation.Assistant {
		c.endRun()
	}
	c.shown, c.floor = now, max(c.floor, now.Epoch)
	c.states++
	team, _ := c.room.members()
	if c.peer.Send(encode(stateOf(now, team))) == nil && c.polled {
		c.told.state = markOfState(now, team)
	}
}

// sendReceipt shows how far the team is, where that is news. The lock is held.
func (c *conn) sendReceipt(r conversation.Receipt) {
	if r.Delivered <= c.told.delivered && r.Seen <= c.told.seen {
		return
	}
	if c.peer.Send(encode(receipt{T: frameRead, Conv: c.session.Conversation, Receipt: r})) == nil {
		c.told.delivered, c.told.seen = max(c.told.delivered, r.Delivered), max(c.told.seen, r.Seen)
	}
}

// sendPeople shows the team. The lock is held.
func (c *conn) sendPeople(team team) {
	f := people{T: framePresence, People: peopleOf(team)}
	if c.peer.Send(encode(f)) == nil && c.polled {
		c.told.people = markOf(f)
	}
}

// headFrame tells how far the conversation is. The lock is held.
func (c *conn) headFrame() head {
	return head{T: frameHead, Conv: c.session.Conversation, Seq: max(c.cursor, c.shown.Head), Epoch: c.shown.Epoch}
}

// same reports whether two versions of a conversation look alike to the visitor, apart from the head, which every message tells.
func same(a, b conversation.Conversation) bool {
	return a.State == b.State && a.Epoch == b.Epoch && a.Contact == b.Contact && a.AgentName == b.AgentName &&
		equal(a.QueuePosition, b.QueuePosition) && equal(a.QueueMinutes, b.QueueMinutes)
}

func equal(a, b *int) bool { return a == b || (a != nil && b != nil && *a == *b) }

// endRun takes an answer that will not be finished off the screen. The lock is held.
func (c *conn) endRun() {
	if c.run == nil {
		return
	}
	c.send(delta{T: frameDelta, Conv: c.session.Conversation, Run: c.run.Run, Epoch: c.run.Epoch, Offset: c.run.Offset, End: true})
	c.void, c.run = c.run.Run, nil
}

// readState reads the conversation and shows it. A conversation that nobody has begun yet is shown as an empty one.
func (c *conn) readState(ctx context.Context) (conversation.Conversation, error) {
	now, err := c.h.conversation(ctx, c.session)
	if err != nil {
		return now, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sendState(now, false)
	return now, nil
}

// fill writes what is missing after the cursor, page by page, until nothing is. With patience it lets the peer's network keep up, however much there is;
// only the reading goroutine may have so much of it.
func (c *conn) fill(ctx context.Context, patient bool) error {
	c.mu.Lock()
	if c.filling {
		c.again = true
		c.mu.Unlock()
		return nil
	}
	c.filling = true
	c.mu.Unlock()
	return c.pour(ctx, patient)
}

// pour is fill for whoever has set filling.
func (c *conn) pour(ctx context.Context, patient bool) error {
	for {
		c.mu.Lock()
		from := c.cursor
		c.again = false
		c.mu.Unlock()
		page, err := c.page(ctx, from, patient)
		left := false
		if err == nil {
			left, err = c.writeAll(page, patient)
		}
		c.mu.Lock()
		if left {
			c.again = true
			c.h.later(c)
		}
		if err != nil || left || len(page) < conversation.PageSize && !c.again {
			c.filling = false
			c.mu.Unlock()
			return err
		}
		c.mu.Unlock()
	}
}

// page reads the next messages. A patient reader's time is for each page: how long the network takes for the one before is not the database's fault.
func (c *conn) page(ctx context.Context, from int64, patient bool) ([]conversation.Message, error) {
	if patient {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, c.h.Limits.FramePatience)
	defer cancel()
	return c.h.Conversations.After(ctx, c.session.Workspace, c.session.Conversation, from)
}

// writeAll writes the messages that follow. A slow reader is waited for with patience; without, the rest is left for later.
func (c *conn) writeAll(page []conversation.Message, patient bool) (left bool, err error) {
	for _, m := range page {
		if c.peer.Behind() {
			if !patient {
				return true, nil
			}
			c.peer.Flushed()
		}
		c.mu.Lock()
		var err error
		if m.Seq == c.cursor+1 {
			err = c.write(frameOf(m), m.Seq, m.Author.Kind == conversation.ByAgent)
			c.forgetRun(m.Run)
		}
		c.mu.Unlock()
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

// forgetRun notes that a run's message is on the screen. The lock is held.
func (c *conn) forgetRun(run uuid.UUID) {
	if c.run != nil && c.run.Run == run {
		c.run = nil
	}
}

// frameOf is a message as this visitor may see it.
func frameOf(m conversation.Message) realtime.Frame {
	data, err := m.ForVisitor().MarshalJSON()
	if err != nil {
		panic("widget: a message has no JSON form: " + err.Error())
	}
	return messageFrame(data)
}

// stateOf is the state frame of a conversation.
func stateOf(c conversation.Conversation, team team) state {
	s := state{
		T: frameState, Conv: c.ID, State: c.State, Epoch: c.Epoch, Head: c.Head, Since: millis(since(c)),
		Person: personOf(c, team), Online: team.online(), Contact: c.Contact,
	}
	if c.State == conversation.Waiting {
		s.Queue = &queue{Position: 1, Minutes: c.QueueMinutes}
		if c.QueuePosition != nil {
			s.Queue.Position = *c.QueuePosition
		}
	}
	return s
}

// since is when the conversation came into its state: now, where its first message has not been written.
func since(c conversation.Conversation) time.Time {
	if c.StateSince.IsZero() {
		return time.Now()
	}
	return c.StateSince
}
