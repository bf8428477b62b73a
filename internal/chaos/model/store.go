package model

import (
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
)

// Message is one entry of a conversation.
type Message struct {
	Seq  int64
	CID  uuid.UUID
	Kind string // as in package conversation
	By   string
	Name string // of an event
	Body string
}

// Conversation is one conversation with all of its messages.
type Conversation struct {
	ID             uuid.UUID
	Visitor        uuid.UUID
	State          conversation.State
	Epoch          int64
	LastVisitorSeq int64
	Agent          uuid.UUID
	Messages       []Message

	unanswered bool  // the visitor waits for a person's reply
	waiting    int64 // the seq at which the line was joined
	turns      map[turn]bool
}

// turn is what the assistant may answer once.
type turn struct{ seq, epoch int64 }

// Head is the highest seq.
func (c *Conversation) Head() int64 { return int64(len(c.Messages)) }

// Store holds conversations and the counters of devices.
type Store struct {
	Conversations map[uuid.UUID]*Conversation
	counters      map[uuid.UUID]int64
	// Rounds are what was given to the assistant, in order.
	Rounds []conversation.Round
	// Broken is a promise that the store does not keep; for tests of the checker only.
	Broken Defect
}

// Defect names a promise that is broken on purpose.
type Defect string

// The defects of a store.
const (
	Sound        Defect = ""
	ForgetsCID   Defect = "duplicate on retry"
	IgnoresN     Defect = "n not checked"
	AnswersTwice Defect = "answer twice"
	IgnoresClaim Defect = "assistant after claim"
)

// New returns an empty store.
func New() *Store {
	return &Store{Conversations: map[uuid.UUID]*Conversation{}, counters: map[uuid.UUID]int64{}}
}

// Counter is the highest counter of a device's stored messages.
func (s *Store) Counter(device uuid.UUID) int64 { return s.counters[device] }

// begin returns the visitor's conversation, which its first use makes.
func (s *Store) begin(visitor, id uuid.UUID) (*Conversation, error) {
	c := s.Conversations[id]
	if c == nil {
		c = &Conversation{ID: id, Visitor: visitor, State: conversation.Assistant, turns: map[turn]bool{}}
	}
	if c.Visitor != visitor {
		return nil, conversation.ErrUnknown
	}
	return c, nil
}

func (s *Store) save(c *Conversation) { s.Conversations[c.ID] = c }

func (c *Conversation) append(m Message) int64 {
	m.Seq = c.Head() + 1
	c.Messages = append(c.Messages, m)
	return m.Seq
}

func (c *Conversation) line(name string) int64 {
	return c.append(Message{CID: uuid.NewSHA1(c.ID, []byte{byte(c.Head() >> 8), byte(c.Head())}), Kind: conversation.KindEvent, By: conversation.BySystem, Name: name})
}

// find looks for a message by its cid.
func (c *Conversation) find(cid uuid.UUID) *Message {
	for i := range c.Messages {
		if c.Messages[i].CID == cid {
			return &c.Messages[i]
		}
	}
	return nil
}

func (s *Store) schedule(c *Conversation, kind string, seq int64) {
	s.Rounds = append(s.Rounds, conversation.Round{Kind: kind, Conversation: c.ID, Seq: seq, Epoch: c.Epoch})
}

// Say stores a visitor's message: see conversation.Store.Say.
func (s *Store) Say(visitor, device, id, cid uuid.UUID, n int64, text string) (int64, error) {
	body, err := conversation.Cleaned(text)
	if err != nil {
		return 0, err
	}
	c, err := s.begin(visitor, id)
	if err != nil {
		return 0, err
	}
	if known := c.find(cid); known != nil && s.Broken != ForgetsCID {
		if known.By != conversation.ByVisitor || known.Body != body {
			return 0, conversation.ErrCIDReused
		}
		return known.Seq, nil
	}
	if next := s.counters[device] + 1; n != next && s.Broken != IgnoresN && s.Broken != ForgetsCID {
		return 0, &conversation.GapError{Next: next}
	}
	if c.State == conversation.Resolved {
		c.State = conversation.Assistant
		c.line("reopened")
	}
	seq := c.append(Message{CID: cid, Kind: conversation.KindText, By: conversation.ByVisitor, Body: body})
	c.LastVisitorSeq = seq
	s.counters[device] = max(s.counters[device], n)
	if c.State == conversation.Assistant {
		s.schedule(c, conversation.RoundAnswer, seq)
	} else {
		c.unanswered = true
	}
	s.save(c)
	return seq, nil
}

// Reply stores the assistant's answer to a message, or returns ErrStale: see conversation.Store.Reply.
func (s *Store) Reply(id uuid.UUID, inReplyTo, epoch int64, body string) error {
	c := s.Conversations[id]
	if c == nil {
		return conversation.ErrUnknown
	}
	at := turn{inReplyTo, epoch}
	guarded := c.State == conversation.Assistant && c.LastVisitorSeq == inReplyTo && c.Epoch == epoch
	if !guarded && (s.Broken != IgnoresClaim || c.State != conversation.WithAgent) || c.turns[at] && s.Broken != AnswersTwice {
		return conversation.ErrStale
	}
	cid := conversation.ReplyCID(id, inReplyTo, epoch)
	if c.turns[at] {
		cid = uuid.NewSHA1(cid, []byte{byte(c.Head())})
	}
	c.turns[at] = true
	c.append(Message{CID: cid, Kind: conversation.KindText, By: conversation.ByAssistant, Body: body})
	return nil
}

// Clone returns a copy, as a backup is one.
func (s *Store) Clone() *Store {
	twin := &Store{Conversations: make(map[uuid.UUID]*Conversation, len(s.Conversations)), counters: maps.Clone(s.counters), Rounds: slices.Clone(s.Rounds), Broken: s.Broken}
	for id, c := range s.Conversations {
		one := *c
		one.Messages, one.turns = slices.Clone(c.Messages), maps.Clone(c.turns)
		twin.Conversations[id] = &one
	}
	return twin
}
