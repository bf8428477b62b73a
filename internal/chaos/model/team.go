package model

import (
	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
)

// AskPerson is the visitor's button.
func (s *Store) AskPerson(visitor, id uuid.UUID) error {
	c, err := s.begin(visitor, id)
	if err != nil {
		return err
	}
	s.save(c)
	if c.State == conversation.Waiting || c.State == conversation.WithAgent {
		return nil
	}
	if c.State == conversation.Resolved {
		c.line("reopened")
	}
	c.State, c.unanswered = conversation.Waiting, true
	c.waiting = c.line("asked")
	s.schedule(c, conversation.RoundPacket, c.waiting)
	return nil
}

// LeaveLine gives the conversation back to the assistant.
func (s *Store) LeaveLine(visitor, id uuid.UUID) error {
	c, err := s.begin(visitor, id)
	if err != nil {
		return err
	}
	s.save(c)
	if c.State != conversation.Waiting {
		return nil
	}
	c.State, c.unanswered = conversation.Assistant, false
	c.line("left_line")
	if c.LastVisitorSeq > c.waiting {
		s.schedule(c, conversation.RoundAnswer, c.LastVisitorSeq)
	}
	return nil
}

// Claim gives the conversation to an agent. Of two the first one wins.
func (s *Store) Claim(agent, id uuid.UUID) error {
	c := s.Conversations[id]
	if c == nil {
		return conversation.ErrUnknown
	}
	return s.claim(c, agent)
}

func (s *Store) claim(c *Conversation, agent uuid.UUID) error {
	if c.State == conversation.WithAgent {
		if c.Agent != agent {
			return conversation.ErrClaimed
		}
		return nil
	}
	called := c.State == conversation.Waiting
	c.unanswered = c.unanswered && called
	c.State, c.Agent = conversation.WithAgent, agent
	c.Epoch++
	if seq := c.line("joined"); !called {
		s.schedule(c, conversation.RoundPacket, seq)
	}
	return nil
}

// AgentSay stores a person's message, and claims the conversation where nobody has it.
func (s *Store) AgentSay(agent, id, cid uuid.UUID, text string) (int64, error) {
	return s.teamSay(id, Message{CID: cid, Kind: conversation.KindText, Body: text}, func(c *Conversation) error {
		err := s.claim(c, agent)
		if err == nil {
			c.unanswered = false
		}
		return err
	})
}

// Note stores a private note.
func (s *Store) Note(id, cid uuid.UUID, text string) (int64, error) {
	return s.teamSay(id, Message{CID: cid, Kind: conversation.KindNote, Body: text}, func(*Conversation) error { return nil })
}

func (s *Store) teamSay(id uuid.UUID, m Message, before func(*Conversation) error) (int64, error) {
	body, err := conversation.Cleaned(m.Body)
	if err != nil {
		return 0, err
	}
	c := s.Conversations[id]
	if c == nil {
		return 0, conversation.ErrUnknown
	}
	if known := c.find(m.CID); known != nil {
		if known.By != conversation.ByAgent || known.Body != body {
			return 0, conversation.ErrCIDReused
		}
		return known.Seq, nil
	}
	if err := before(c); err != nil {
		return 0, err
	}
	m.By, m.Body = conversation.ByAgent, body
	return c.append(m), nil
}

// HandBack gives the conversation to the assistant again.
func (s *Store) HandBack(agent, id uuid.UUID) error {
	c := s.Conversations[id]
	switch {
	case c == nil:
		return conversation.ErrUnknown
	case c.State != conversation.WithAgent:
		return conversation.ErrState
	case c.Agent != agent:
		return conversation.ErrClaimed
	}
	open := c.unanswered
	c.State, c.unanswered = conversation.Assistant, false
	c.line("handed_back")
	if open && c.LastVisitorSeq > 0 {
		s.schedule(c, conversation.RoundAnswer, c.LastVisitorSeq)
	}
	return nil
}

// Resolve ends the conversation.
func (s *Store) Resolve(agent, id uuid.UUID) error {
	c := s.Conversations[id]
	switch {
	case c == nil:
		return conversation.ErrUnknown
	case c.State == conversation.Resolved:
		return nil
	case c.State == conversation.WithAgent && c.Agent != agent:
		return conversation.ErrClaimed
	}
	c.State, c.unanswered = conversation.Resolved, false
	c.line("resolved")
	return nil
}
