package conversation

import (
	"errors"
	"time"

	"github.com/google/uuid"
)

// Errors that callers decide on.
var (
	ErrUnknown   = errors.New("no such conversation")
	ErrEmpty     = errors.New("the message is empty")
	ErrTooLong   = errors.New("the message is too long")
	ErrCIDReused = errors.New("this message id was used for another text")
	ErrStale     = errors.New("the conversation has moved on")
	ErrClaimed   = errors.New("somebody else has this conversation")
	ErrState     = errors.New("the conversation's state does not allow this")
	ErrSession   = errors.New("the visitor's session is unknown or ended")
)

// MaxBody is the longest message in code points. Longer texts are files; a model's context and a reader's patience end far earlier.
const MaxBody = 16_000

// ReopenWithin is how long after it was resolved a conversation goes on when the visitor writes again. Later messages begin a new one.
const ReopenWithin = 7 * 24 * time.Hour

// UndoWithin is how long an agent may take a "resolve" back; the console shows the undo for 10 s, the rest is for slow links.
const UndoWithin = 20 * time.Second

// Kinds of conversations.
const (
	KindChat    = "chat"    // a visitor's
	KindPreview = "preview" // a trial of the console's test bench: see Ask
)

// State is who has the baton.
type State string

// The four states.
const (
	Assistant State = "assistant" // the assistant answers
	Waiting   State = "waiting"   // a person was called and nobody came yet
	WithAgent State = "agent"     // a person has it
	Resolved  State = "resolved"  // it is over
)

// command is what moves a conversation from one state to another.
type command string

const (
	cmdCall     command = "call"      // a rule or the visitor calls a person
	cmdLeave    command = "leave"     // the visitor leaves the line
	cmdClaim    command = "claim"     // an agent takes it
	cmdHandBack command = "hand back" // the agent gives it to the assistant
	cmdResolve  command = "resolve"
	cmdReopen   command = "reopen" // the visitor writes again
)

// transitions is the one place that says which command leads where. What is not listed does not happen.
var transitions = map[State]map[command]State{
	Assistant: {cmdCall: Waiting, cmdClaim: WithAgent, cmdResolve: Resolved},
	Waiting:   {cmdLeave: Assistant, cmdClaim: WithAgent, cmdResolve: Resolved},
	WithAgent: {cmdHandBack: Assistant, cmdResolve: Resolved},
	Resolved:  {cmdReopen: Assistant, cmdClaim: WithAgent, cmdCall: Waiting},
}

// Conversation is one row: who has it, how far it is, and since when somebody waits.
type Conversation struct {
	Workspace      uuid.UUID  `json:"-"`
	ID             uuid.UUID  `json:"conv"`
	Inbox          uuid.UUID  `json:"-"`
	Visitor        uuid.UUID  `json:"visitor"`
	Kind           string     `json:"kind"`
	State          State      `json:"state"`
	StateSince     time.Time  `json:"state_since"`
	Epoch          int64      `json:"epoch"`
	Head           int64      `json:"head"`
	LastVisitorSeq int64      `json:"last_visitor_seq"`
	Agent          *uuid.UUID `json:"agent,omitempty"`
	AgentName      string     `json:"agent_name,omitempty"`
	Rule           string     `json:"rule,omitempty"`
	Reason         string     `json:"reason,omitempty"`
	PreviewSeq     int64      `json:"-"`
	WaitingSince   *time.Time `json:"waiting_since,omitempty"`
	// UnansweredSince is since when the visitor has waited for a person's reply.
	UnansweredSince *time.Time `json:"unanswered_since,omitempty"`
	LastVisitorAt   *time.Time `json:"last_visitor_at,omitempty"`
	QueuePosition   *int       `json:"queue_position,omitempty"`
	QueueMinutes    *int       `json:"queue_minutes,omitempty"`
	ResolvedAt      *time.Time `json:"resolved_at,omitempty"`
	ResolvedBy      *uuid.UUID `json:"-"`
	// Contact tells whether the visitor left an e-mail address.
	Contact          bool      `json:"contact"`
	VisitorDelivered int64     `json:"visitor_delivered"`
	VisitorSeen      int64     `json:"visitor_seen"`
	AgentDelivered   int64     `json:"agent_delivered"`
	AgentSeen        int64     `json:"agent_seen"`
	CreatedAt        time.Time `json:"created_at"`
	UpdatedAt        time.Time `json:"updated_at"`
}

// move applies a command to the state, or returns ErrState.
func (c *Conversation) move(cmd command, now time.Time) error {
	next, ok := transitions[c.State][cmd]
	if !ok {
		return ErrState
	}
	c.State, c.StateSince = next, now.UTC()
	if next != Waiting {
		c.WaitingSince, c.QueuePosition, c.QueueMinutes = nil, nil, nil
	}
	if next != WithAgent {
		c.Agent, c.AgentName = nil, ""
	}
	if next == Assistant || next == Resolved {
		c.UnansweredSince = nil
	}
	if next != Resolved {
		c.ResolvedAt = nil
	}
	return nil
}

// Over reports whether a new message belongs to a new conversation.
func (c *Conversation) Over(now time.Time) bool {
	return c.State == Resolved && c.ResolvedAt != nil && now.Sub(*c.ResolvedAt) > ReopenWithin
}
