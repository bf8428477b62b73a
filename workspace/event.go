package workspace

import (
	"encoding/json"

	"github.com/google/uuid"
)

// Kinds of events. What Data holds is documented where the event is published.
const (
	EventMessage  = "message"  // a stored message, as JSON
	EventState    = "state"    // the conversation's row changed
	EventDelta    = "delta"    // a piece of an answer being written; ephemeral
	EventMissing  = "missing"  // somebody lacks the beginning of the answer being written: its writer tells the whole text so far again
	EventCancel   = "cancel"   // an answer round is void: {"run"} or every run below an epoch
	EventTyping   = "typing"   // somebody types; ephemeral
	EventRead     = "read"     // somebody received or saw messages
	EventPresence = "presence" // the people who are here changed
	EventDocument = "document" // a document's indexing moved on
	EventQueue    = "queue"    // the line of waiting conversations changed
	EventPacket   = "packet"   // the summary of a handoff was written: {"seq"}
	EventViewers  = "viewers"  // who of the team looks at a conversation; ephemeral
	EventSession  = "session"  // a session ended: its sockets must close
)

// Event is something that happened in a workspace, for whoever watches. It is a hint and may be lost: watchers that see a gap read PostgreSQL.
type Event struct {
	Workspace uuid.UUID `json:"w"`
	// Conversation is uuid.Nil when the event is about the workspace as a whole.
	Conversation uuid.UUID       `json:"c"`
	Kind         string          `json:"k"`
	Data         json.RawMessage `json:"d,omitempty"`
}

// Publisher passes events on. It never blocks for long and reports nothing, because nothing correct may depend on an event's arrival.
type Publisher interface {
	Publish(Event)
}

// NewEvent returns an event whose data is v as JSON. A value that has no JSON form is a programming error and leaves the data empty.
func NewEvent(workspaceID, conversationID uuid.UUID, kind string, v any) Event {
	data, err := json.Marshal(v)
	if err != nil {
		data = nil
	}
	return Event{Workspace: workspaceID, Conversation: conversationID, Kind: kind, Data: data}
}
