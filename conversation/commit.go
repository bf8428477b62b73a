package conversation

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/workspace"
)

const (
	// batchRows and batchBytes bound what is committed together, so that one commit never holds its rows for long.
	batchRows  = 512
	batchBytes = 1 << 20
	// maxWaiting is how many messages of a workspace may wait for a commit. A thousand are a second of a small machine's work; whoever comes then is told to slow down, and
	// nothing of theirs is lost.
	maxWaiting = 2_000
	// secondAt is from how many waiting messages on two commits go on at a time: while one waits for the disk the other one's statements run.
	secondAt = 128
	// commitPatience ends a batch that the database does not answer.
	commitPatience = 10 * time.Second
)

// ErrBusy tells that too many messages wait for their commit: this one was not taken, and may come again later.
var ErrBusy = errors.New("too many messages wait for their commit")

// errAlone marks a message that a batch leaves to a transaction of its own.
var errAlone = errors.New("not in a batch")

// committer gathers the messages of a workspace that arrive while a commit is on its way, and commits them together. There is no timer: who comes first commits at once, and what
// comes meanwhile goes with the next. It has no goroutine: whoever waits for a message of theirs takes a turn at committing for all.
type committer struct {
	limit int // of messages that wait in a workspace

	mu    sync.Mutex
	lines map[uuid.UUID]*waitingLine
}

type waitingLine struct {
	waiting []*saying
	leaders int
}

// saying is one message on its way.
type saying struct {
	in   SayInput
	done chan struct{} // closed when ack and err stand
	lead chan struct{} // its turn to commit
	ack  Ack
	err  error
}

// join queues a message. lead is true where nobody commits: then the caller does.
func (c *committer) join(s *saying) (lead bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := s.in.Session.Workspace
	line := c.lines[id]
	if line == nil {
		line = &waitingLine{}
		c.lines[id] = line
	}
	if len(line.waiting) >= c.limit {
		return false, ErrBusy
	}
	line.waiting = append(line.waiting, s)
	if line.leaders == 0 || line.leaders == 1 && len(line.waiting) >= secondAt {
		line.leaders++
		return true, nil
	}
	return false, nil
}

// take is the next batch, the oldest first.
func (c *committer) take(workspaceID uuid.UUID) []*saying {
	c.mu.Lock()
	defer c.mu.Unlock()
	line := c.lines[workspaceID]
	n, size := 0, 0
	for n < len(line.waiting) && n < batchRows && (n == 0 || size+len(line.waiting[n].in.Body) <= batchBytes) {
		size += len(line.waiting[n].in.Body)
		n++
	}
	batch := line.waiting[:n:n]
	line.waiting = line.waiting[n:]
	return batch
}

// pass gives the turn to the next in line, or ends it where nobody waits.
func (c *committer) pass(workspaceID uuid.UUID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	line := c.lines[workspaceID]
	for _, s := range line.waiting {
		select {
		case s.lead <- struct{}{}:
			return
		default: // It has a turn already.
		}
	}
	if line.leaders--; line.leaders == 0 && len(line.waiting) == 0 {
		delete(c.lines, workspaceID)
	}
}

// leave takes a message out whose sender waits no longer, and passes on the turn that it may have been given. Where it is being committed it stays.
func (c *committer) leave(s *saying) {
	id := s.in.Session.Workspace
	c.mu.Lock()
	if line := c.lines[id]; line != nil {
		for i, other := range line.waiting {
			if other == s {
				line.waiting = append(line.waiting[:i:i], line.waiting[i+1:]...)
				break
			}
		}
	}
	c.mu.Unlock()
	select {
	case <-s.lead:
		c.pass(id)
	default:
	}
}

// together stores a message with those that arrive beside it.
func (s *Store) together(ctx context.Context, in SayInput) (Ack, error) {
	me := &saying{in: in, done: make(chan struct{}), lead: make(chan struct{}, 1)}
	lead, err := s.commits.join(me)
	if err != nil {
		return Ack{}, err
	}
	if !lead {
		select {
		case <-me.done:
			// The turn may have come with the result.
			select {
			case <-me.lead:
				s.commits.pass(in.Session.Workspace)
			default:
			}
			return s.unlessAlone(ctx, me)
		case <-me.lead:
		case <-ctx.Done():
			s.commits.leave(me)
			return Ack{}, ctx.Err()
		}
	}
	batch := s.commits.take(in.Session.Workspace)
	s.commit(ctx, batch)
	s.commits.pass(in.Session.Workspace)
	<-me.done
	return s.unlessAlone(ctx, me)
}

// unlessAlone is the message's result, for which a message that no batch takes is stored by itself.
func (s *Store) unlessAlone(ctx context.Context, me *saying) (Ack, error) {
	if errors.Is(me.err, errAlone) {
		return s.alone(ctx, me.in)
	}
	return me.ack, me.err
}

// commit stores a batch. Whatever goes wrong with it as a whole, each message gets its own try, so that one never fails another.
func (s *Store) commit(ctx context.Context, batch []*saying) {
	// Of those who wait for it the first may leave; the others still wait.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitPatience)
	defer cancel()
	if len(batch) == 1 {
		batch[0].ack, batch[0].err = s.alone(ctx, batch[0].in)
	} else if len(batch) > 1 {
		if err := s.commitAll(ctx, batch); err != nil {
			for _, m := range batch {
				m.err = errAlone
			}
		}
	}
	for _, m := range batch {
		close(m.done)
	}
}

// commitAll stores a batch in one transaction.
func (s *Store) commitAll(ctx context.Context, batch []*saying) error {
	workspaceID := batch[0].in.Session.Workspace
	var b gathered
	err := workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		b = gathered{store: s, tx: tx, changes: map[uuid.UUID]*change{}, counters: map[uuid.UUID]int64{}, spoke: map[uuid.UUID]bool{}, known: map[[2]uuid.UUID]repeat{}}
		if err := b.lock(ctx, workspaceID, batch); err != nil {
			return err
		}
		for _, m := range batch {
			m.ack, m.err = b.say(m.in)
		}
		return b.save(ctx, workspaceID)
	})
	if err != nil {
		return fmt.Errorf("commit together: %w", err)
	}
	for _, c := range b.order {
		c.publish()
	}
	return nil
}
