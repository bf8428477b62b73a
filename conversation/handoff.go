package conversation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/workspace"
)

// Rules that no rule set holds: a person was called by a button, or came by themselves.
const (
	RuleButton  = "person-button"
	RuleClaimed = "claimed"
)

// Handoff is one passing of the baton. Packet is nil until the assistant has written it.
type Handoff struct {
	Seq       int64
	Rule      string
	Reason    string
	WhySeq    int64
	Matches   []Span
	Packet    json.RawMessage
	At        time.Time
	ClaimedBy string
	ClaimedAt *time.Time
}

// call moves the conversation to the queue, writes the handoff and asks for its packet.
func (c *change) call(ctx context.Context, call Call, line string) error {
	if err := c.to(cmdCall); err != nil {
		return err
	}
	m := c.line(line, "")
	c.Rule, c.Reason, c.WaitingSince, c.UnansweredSince = call.Rule, call.Reason, &m.At, &m.At
	// The place in line is right at once for the one who joins; the router keeps it right for all.
	var position int
	err := c.tx.QueryRow(ctx, `SELECT count(*) + 1 FROM conversation WHERE workspace_id = $1 AND state = 'waiting' AND id <> $2`, c.Workspace, c.ID).Scan(&position)
	if err != nil {
		return fmt.Errorf("count queue: %w", err)
	}
	c.QueuePosition = &position
	c.tell(workspace.EventQueue, nil)
	c.handoff(call, m.Seq)
	return nil
}

func (c *change) handoff(call Call, seq int64) {
	c.writes.Queue(`
		INSERT INTO handoff (workspace_id, conversation_id, seq, rule, reason, why_seq, matches, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		c.Workspace, c.ID, seq, call.Rule, call.Reason, call.WhySeq, spans(call.Matches), c.store.now().UTC())
	c.schedule(RoundPacket, seq)
}

// AskPerson is the visitor's button. It also begins a conversation that has no message yet. Asking twice, or while a person is here, changes nothing.
func (s *Store) AskPerson(ctx context.Context, session VisitorSession, id uuid.UUID) (Conversation, error) {
	return s.visitorCommand(ctx, "ask for a person", session, id, func(c *change) error {
		if c.State == Waiting || c.State == WithAgent {
			return nil
		}
		if c.State == Resolved {
			if err := c.to(cmdReopen); err != nil {
				return err
			}
			c.line("reopened", "")
		}
		return c.call(ctx, Call{Rule: RuleButton, Reason: "Asked for a person", WhySeq: c.LastVisitorSeq}, "asked")
	})
}

// LeaveLine gives the conversation back to the assistant. Where nobody waits it changes nothing.
func (s *Store) LeaveLine(ctx context.Context, session VisitorSession, id uuid.UUID) (Conversation, error) {
	return s.visitorCommand(ctx, "leave the line", session, id, func(c *change) error {
		if c.State != Waiting {
			return nil
		}
		since := *c.WaitingSince
		if err := c.to(cmdLeave); err != nil {
			return err
		}
		c.endHandoffs()
		c.tell(workspace.EventQueue, nil)
		c.line("left_line", "")
		if c.LastVisitorAt != nil && c.LastVisitorAt.After(since) {
			c.schedule(RoundAnswer, c.LastVisitorSeq) // Asked while waiting, and answered by nobody.
		}
		return nil
	})
}

// visitorCommand runs a command on a conversation of this visitor's, which it begins where need be.
func (s *Store) visitorCommand(ctx context.Context, op string, session VisitorSession, id uuid.UUID, fn func(*change) error) (Conversation, error) {
	c := change{store: s}
	err := workspace.InTx(ctx, s.pool, session.Workspace, func(tx pgx.Tx) error {
		locked, err := lockOrBegin(ctx, tx, session, id, s.now())
		if err != nil {
			return err
		}
		c.Conversation, c.tx = locked, tx
		if err := fn(&c); err != nil {
			return err
		}
		return c.save(ctx)
	})
	if err != nil {
		return c.Conversation, fmt.Errorf("%s: %w", op, err)
	}
	c.publish()
	return c.Conversation, nil
}

func (c *change) endHandoffs() {
	c.writes.Queue(`UPDATE handoff SET ended_at = $3 WHERE workspace_id = $1 AND conversation_id = $2 AND ended_at IS NULL`, c.Workspace, c.ID, c.store.now().UTC())
}

// SavePacket stores the summary that was written for the handoff at seq, and tells the agents who watch.
func (s *Store) SavePacket(ctx context.Context, workspaceID, id uuid.UUID, seq int64, packet json.RawMessage) error {
	_, err := s.do(ctx, workspaceID, id, func(c *change) error {
		tag, err := c.tx.Exec(ctx, `
			UPDATE handoff SET packet = $4 WHERE workspace_id = $1 AND conversation_id = $2 AND seq = $3 AND packet IS NULL`, workspaceID, id, seq, packet)
		if err == nil && tag.RowsAffected() == 1 {
			c.tell(workspace.EventPacket, map[string]int64{"seq": seq})
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("save packet: %w", err)
	}
	return nil
}

// LastHandoff returns the latest handoff of a conversation, or ErrUnknown where there was none.
func (s *Store) LastHandoff(ctx context.Context, workspaceID, id uuid.UUID) (h Handoff, err error) {
	err = workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			SELECT h.seq, h.rule, h.reason, h.why_seq, h.matches, h.packet, h.at, coalesce(g.name, ''), h.claimed_at
			FROM handoff h LEFT JOIN agent g ON g.workspace_id = h.workspace_id AND g.id = h.claimed_by
			WHERE h.workspace_id = $1 AND h.conversation_id = $2 ORDER BY h.seq DESC LIMIT 1`, workspaceID, id).
			Scan(&h.Seq, &h.Rule, &h.Reason, &h.WhySeq, &h.Matches, &h.Packet, &h.At, &h.ClaimedBy, &h.ClaimedAt)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrUnknown
	}
	if err != nil {
		return h, fmt.Errorf("read handoff: %w", err)
	}
	return h, nil
}
