package widget

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/realtime"
)

// conn is one visitor's socket. Its frames are read by one goroutine; what the bus tells comes from any. The lock is held only for moments: a send never waits.
type conn struct {
	h       *Handler
	socket  *realtime.Socket
	session conversation.VisitorSession
	room    *room
	watch   *realtime.Subscription
	deltas  bool // the client shows answers while they are written

	mu      sync.Mutex
	greeted bool  // welcome is out: frames may follow
	cursor  int64 // everything up to it is written, without a gap
	filling bool  // somebody reads PostgreSQL from the cursor on; others leave messages to them
	again   bool  // something came while they read
	stale   bool  // the state may have changed unseen

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
}

// receipts are how far the visitor has received and seen, and how much of it is stored.
type receipts struct{ delivered, seen, toldDelivered, toldSeen int64 }

func (r *receipts) news() bool { return r.delivered > r.toldDelivered || r.seen > r.toldSeen }

// send writes a frame. The error is the socket's affair: whoever reads it learns of the end there.
func (c *conn) send(v any) { _ = c.socket.Send(encode(v)) }

// write sends a message that follows the cursor. The lock is held.
func (c *conn) write(f realtime.Frame, seq int64, byAgent bool) error {
	c.cursor = seq
	err := c.socket.Send(f)
	if err == nil && byAgent {
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
	c.send(stateOf(now, team))
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
		if err == nil {
			err = c.writeAll(page, patient)
		}
		c.mu.Lock()
		if err != nil || len(page) < conversation.PageSize && !c.again {
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

func (c *conn) writeAll(page []conversation.Message, patient bool) error {
	for _, m := range page {
		if patient && c.socket.Behind() {
			c.socket.Flushed()
		}
		c.mu.Lock()
		var err error
		if m.Seq == c.cursor+1 {
			err = c.write(frameOf(m), m.Seq, m.Author.Kind == conversation.ByAgent)
			c.forgetRun(m.Run)
		}
		c.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
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
