package conversation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/workspace"
)

// GapError tells a device that this is not its next message: it jumped, and those before it must come first, or another tab took the number. The client numbers anew from Next.
type GapError struct{ Next int64 }

func (e *GapError) Error() string {
	return fmt.Sprintf("the next message of this device is number %d", e.Next)
}

// SayInput is one message of a visitor, as it arrived. Who speaks and where comes from the session, never from the frame.
type SayInput struct {
	Session      VisitorSession
	Conversation uuid.UUID
	CID          uuid.UUID
	N            int64 // the device's counter
	Body         string
}

// Ack is the receipt of a stored message.
type Ack struct {
	Seq int64
	At  time.Time
}

// Say stores a visitor's message, creates the conversation with the first one, and asks the assistant for an answer where the assistant has it.
// The same cid with the same body gives the first receipt again. Messages that arrive together are committed together.
// Errors: ErrEmpty, ErrTooLong, ErrCIDReused, ErrUnknown, ErrBusy, *GapError.
func (s *Store) Say(ctx context.Context, in SayInput) (Ack, error) {
	body, err := Cleaned(in.Body)
	if err != nil {
		return Ack{}, fmt.Errorf("say: %w", err)
	}
	in.Body = body
	return s.together(ctx, in)
}

// alone stores a message in a transaction of its own.
func (s *Store) alone(ctx context.Context, in SayInput) (Ack, error) {
	var ack Ack
	c := change{store: s}
	err := workspace.InTx(ctx, s.pool, in.Session.Workspace, func(tx pgx.Tx) error {
		c.tx = tx
		var err error
		if c.Conversation, err = lockOrBegin(ctx, tx, in.Session, in.Conversation, s.now()); err != nil {
			return err
		}
		var known bool
		if ack, known, err = stored(ctx, tx, in); err != nil || known {
			return err
		}
		if err := c.say(in); err != nil {
			return err
		}
		c.writes.Queue(`UPDATE device SET counter = greatest(counter, $3) WHERE workspace_id = $1 AND id = $2`, c.Workspace, in.Session.Device, in.N)
		ack = Ack{Seq: c.LastVisitorSeq, At: *c.LastVisitorAt}
		return c.save(ctx)
	})
	if err != nil {
		return Ack{}, fmt.Errorf("say: %w", err)
	}
	c.publish()
	return ack, nil
}

// lockOrBegin locks the visitor's conversation; the one that the session was given is made by its first use.
func lockOrBegin(ctx context.Context, tx pgx.Tx, session VisitorSession, id uuid.UUID, now time.Time) (Conversation, error) {
	c, err := lock(ctx, tx, session.Workspace, id)
	if errors.Is(err, ErrUnknown) {
		_, err = tx.Exec(ctx, `
			INSERT INTO conversation (workspace_id, id, inbox_id, visitor_id, created_at, updated_at, state_since)
			SELECT $1, $2, $3, v.id, $5, $5, $5 FROM visitor v WHERE v.workspace_id = $1 AND v.id = $4 AND v.next_conversation_id = $2
			ON CONFLICT DO NOTHING`, session.Workspace, id, session.Inbox, session.Visitor, now.UTC())
		if err != nil {
			return c, fmt.Errorf("begin conversation: %w", err)
		}
		c, err = lock(ctx, tx, session.Workspace, id)
	}
	if err != nil {
		return c, err
	}
	if c.Visitor != session.Visitor || c.Over(now) {
		return c, ErrUnknown
	}
	return c, nil
}

// stored looks for the message's cid and checks the device's counter. Both are asked after the lock, in statements of their own, so that they see what was
// committed while this transaction waited.
func stored(ctx context.Context, tx pgx.Tx, in SayInput) (ack Ack, known bool, err error) {
	var oldHash []byte
	batch := &pgx.Batch{}
	var visitors bool
	batch.Queue(`SELECT seq, at, body_hash, author_kind = 'visitor' FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND cid = $3`,
		in.Session.Workspace, in.Conversation, in.CID).QueryRow(func(row pgx.Row) error {
		err := row.Scan(&ack.Seq, &ack.At, &oldHash, &visitors)
		known = err == nil
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	var counter int64
	batch.Queue(`SELECT counter FROM device WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE`,
		in.Session.Workspace, in.Session.Device).QueryRow(func(row pgx.Row) error { return row.Scan(&counter) })
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return ack, false, fmt.Errorf("look for repeats: %w", err)
	}
	switch {
	case known && (!visitors || !bytes.Equal(oldHash, hash(in.Body))):
		return ack, true, ErrCIDReused
	case !known && in.N != counter+1:
		return ack, false, &GapError{Next: counter + 1}
	}
	return ack, known, nil
}

func (c *change) say(in SayInput) error {
	if c.State == Resolved {
		if err := c.to(cmdReopen); err != nil {
			return err
		}
		c.line("reopened", "")
	}
	m := c.append(Message{CID: in.CID, Kind: KindText, Author: Author{Kind: ByVisitor, ID: in.Session.Visitor, Name: in.Session.Name}, Body: in.Body})
	c.LastVisitorSeq, c.LastVisitorAt = m.Seq, &m.At
	if c.State == Assistant {
		c.schedule(RoundAnswer, m.Seq)
	} else if c.UnansweredSince == nil {
		c.UnansweredSince = &m.At
	}
	return nil
}

// schedule has a round asked for when the command is saved.
func (c *change) schedule(kind string, seq int64) {
	c.rounds = append(c.rounds, Round{Kind: kind, Workspace: c.Workspace, Conversation: c.ID, Seq: seq, Epoch: c.Epoch})
}
