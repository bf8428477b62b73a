package conversation

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/workspace"
)

// Claim gives the conversation to an agent. Of two that claim at the same moment one wins and the other gets ErrClaimed with the conversation as it then
// is. Claiming one's own changes nothing. An answer that is being written is void from here on: the epoch has moved.
func (s *Store) Claim(ctx context.Context, agent workspace.Agent, id uuid.UUID) (Conversation, error) {
	c, err := s.onChat(ctx, agent.Workspace, id, func(c *change) error { return c.claim(ctx, agent) })
	if err != nil {
		return c, fmt.Errorf("claim: %w", err)
	}
	return c, nil
}

func (c *change) claim(ctx context.Context, agent workspace.Agent) error {
	if c.State == WithAgent {
		if *c.Agent == agent.ID {
			return nil
		}
		return ErrClaimed
	}
	called := c.State == Waiting
	since := c.UnansweredSince
	if err := c.to(cmdClaim); err != nil {
		return err
	}
	c.Agent, c.AgentName, c.UnansweredSince = &agent.ID, agent.Name, since
	c.Epoch++
	m := c.line("joined", agent.Name)
	if !called {
		// Nobody called: the agent took the baton, and still gets the whole story.
		c.Rule, c.Reason = RuleClaimed, "Taken over from the assistant"
		c.handoff(Call{Rule: RuleClaimed, Reason: "Taken over from the assistant", WhySeq: c.LastVisitorSeq}, m.Seq)
	}
	c.writes.Queue(`
		UPDATE handoff SET claimed_by = $3, claimed_at = $4
		WHERE workspace_id = $1 AND conversation_id = $2 AND ended_at IS NULL AND claimed_at IS NULL`, c.Workspace, c.ID, agent.ID, m.At)
	c.tell(workspace.EventCancel, map[string]int64{"below": c.Epoch})
	c.tell(workspace.EventQueue, nil)
	return workspace.Audit(ctx, c.tx, c.Workspace, workspace.Actor{Kind: ByAgent, ID: agent.ID}, "conversation.claim", "conversation", c.ID)
}

// AgentSay stores a person's message. It claims the conversation first where nobody has it; where somebody else has it, ErrClaimed. The
// same cid gives the same receipt.
func (s *Store) AgentSay(ctx context.Context, agent workspace.Agent, id, cid uuid.UUID, body string) (Ack, error) {
	return s.teamSay(ctx, "agent reply", agent, id, Message{CID: cid, Kind: KindText, Body: body}, func(c *change) error {
		if err := c.claim(ctx, agent); err != nil {
			return err
		}
		c.UnansweredSince, c.dirty = nil, true
		return nil
	})
}

// Note stores a private note. Anybody of the team may, whoever has the conversation; no visitor ever gets it.
func (s *Store) Note(ctx context.Context, agent workspace.Agent, id, cid uuid.UUID, body string) (Ack, error) {
	return s.teamSay(ctx, "note", agent, id, Message{CID: cid, Kind: KindNote, Body: body}, func(*change) error { return nil })
}

func (s *Store) teamSay(ctx context.Context, op string, agent workspace.Agent, id uuid.UUID, m Message, before func(*change) error) (ack Ack, err error) {
	if m.Body, err = Cleaned(m.Body); err != nil {
		return Ack{}, fmt.Errorf("%s: %w", op, err)
	}
	m.Author = Author{Kind: ByAgent, ID: agent.ID, Name: agent.Name}
	_, err = s.onChat(ctx, agent.Workspace, id, func(c *change) error {
		var known bool
		if ack, known, err = c.repeat(ctx, m); err != nil || known {
			return err
		}
		if err := before(c); err != nil {
			return err
		}
		m = c.append(m)
		ack = Ack{Seq: m.Seq, At: m.At}
		return nil
	})
	if err != nil {
		return Ack{}, fmt.Errorf("%s: %w", op, err)
	}
	return ack, nil
}

// repeat reports whether this message is stored already, under the row's lock.
func (c *change) repeat(ctx context.Context, m Message) (ack Ack, known bool, err error) {
	var oldHash []byte
	var teams bool
	err = c.tx.QueryRow(ctx, `SELECT seq, at, body_hash, author_kind = 'agent' FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND cid = $3`,
		c.Workspace, c.ID, m.CID).Scan(&ack.Seq, &ack.At, &oldHash, &teams)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return ack, false, nil
	case err != nil:
		return ack, false, fmt.Errorf("look for repeats: %w", err)
	case !teams, !bytes.Equal(oldHash, hash(m.Body)):
		return ack, true, ErrCIDReused
	}
	return ack, true, nil
}

// HandBack gives the conversation to the assistant again. A question that the visitor asked meanwhile, and nobody answered, goes to it at once.
func (s *Store) HandBack(ctx context.Context, agent workspace.Agent, id uuid.UUID) (Conversation, error) {
	c, err := s.onChat(ctx, agent.Workspace, id, func(c *change) error {
		if c.State != WithAgent {
			return ErrState
		}
		if *c.Agent != agent.ID {
			return ErrClaimed
		}
		open := c.UnansweredSince != nil
		if err := c.to(cmdHandBack); err != nil {
			return err
		}
		c.endHandoffs()
		c.line("handed_back", agent.Name)
		if open && c.LastVisitorSeq > 0 {
			c.schedule(RoundAnswer, c.LastVisitorSeq)
		}
		return nil
	})
	if err != nil {
		return c, fmt.Errorf("hand back: %w", err)
	}
	return c, nil
}

// Resolve ends the conversation. Whoever has it may, and anybody of the team where nobody has it.
func (s *Store) Resolve(ctx context.Context, agent workspace.Agent, id uuid.UUID) (Conversation, error) {
	c, err := s.onChat(ctx, agent.Workspace, id, func(c *change) error {
		switch {
		case c.State == Resolved:
			return nil
		case c.State == WithAgent && *c.Agent != agent.ID:
			return ErrClaimed
		}
		from := c.State
		if err := c.to(cmdResolve); err != nil {
			return err
		}
		m := c.tellLine(Line{Name: "resolved", Who: agent.Name, From: from})
		c.ResolvedAt, c.ResolvedBy = &m.At, &agent.ID
		c.tell(workspace.EventCancel, map[string]int64{"below": c.Epoch + 1})
		if from == Waiting {
			c.tell(workspace.EventQueue, nil)
		}
		c.endHandoffs()
		return workspace.Audit(ctx, c.tx, c.Workspace, workspace.Actor{Kind: ByAgent, ID: agent.ID}, "conversation.resolve", "conversation", c.ID)
	})
	if err != nil {
		return c, fmt.Errorf("resolve: %w", err)
	}
	return c, nil
}

// Reopen takes back a resolve that this agent made a moment ago: everything is as it was, the handoff and its timer too. Later, ErrStale.
func (s *Store) Reopen(ctx context.Context, agent workspace.Agent, id uuid.UUID) (Conversation, error) {
	c, err := s.onChat(ctx, agent.Workspace, id, func(c *change) error {
		if c.State != Resolved || c.ResolvedBy == nil || *c.ResolvedBy != agent.ID || c.store.now().Sub(*c.ResolvedAt) > UndoWithin {
			return ErrStale
		}
		return c.unresolve(ctx, agent)
	})
	if err != nil {
		return c, fmt.Errorf("undo resolve: %w", err)
	}
	return c, nil
}

// unresolve goes back to the state before the last line, which tells of the resolve.
func (c *change) unresolve(ctx context.Context, agent workspace.Agent) error {
	var line Line
	err := c.tx.QueryRow(ctx, `SELECT parts FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND seq = $3`, c.Workspace, c.ID, c.Head).Scan(&line)
	if err != nil {
		return fmt.Errorf("read the resolve: %w", err)
	}
	if line.Name != "resolved" {
		return ErrStale // A note came after it; the undo is no longer an undo.
	}
	back := map[State]command{Assistant: cmdReopen, Waiting: cmdCall, WithAgent: cmdClaim}[line.From]
	if err := c.to(back); err != nil {
		return err
	}
	c.ResolvedBy = nil
	m := c.line("reopened", agent.Name)
	if c.State == Assistant {
		return nil
	}
	c.writes.Queue(`
		UPDATE handoff SET ended_at = NULL WHERE workspace_id = $1 AND conversation_id = $2
			AND seq = (SELECT max(seq) FROM handoff WHERE workspace_id = $1 AND conversation_id = $2)`, c.Workspace, c.ID)
	if c.State == Waiting {
		c.WaitingSince, c.UnansweredSince = &m.At, &m.At
		c.tell(workspace.EventQueue, nil)
		return nil
	}
	c.Agent, c.AgentName = &agent.ID, agent.Name
	c.Epoch++
	return c.awaits(ctx)
}

// awaits sets the reply timer again where the visitor's last message came after the team's.
func (c *change) awaits(ctx context.Context) error {
	var spoke int64
	err := c.tx.QueryRow(ctx, `
		SELECT coalesce(max(seq), 0) FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND author_kind = 'agent' AND kind = 'text'`,
		c.Workspace, c.ID).Scan(&spoke)
	if err != nil {
		return fmt.Errorf("look for the last reply: %w", err)
	}
	if c.LastVisitorSeq > spoke {
		c.UnansweredSince = c.LastVisitorAt
	}
	return nil
}
