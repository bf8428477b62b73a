package agentconsole

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
)

// The frames of a watched conversation. Events carry the same members without t and conv.

type stateFrame struct {
	T       string               `json:"t"`
	Conv    uuid.UUID            `json:"conv"`
	State   conversation.State   `json:"state"`
	Epoch   int64                `json:"epoch"`
	Head    int64                `json:"head"`
	Since   *time.Time           `json:"since"`
	Person  *conversation.Person `json:"person"`
	Contact bool                 `json:"contact"`
}

func newState(c conversation.Conversation) stateFrame {
	f := stateFrame{T: "state", Conv: c.ID, State: c.State, Epoch: c.Epoch, Head: c.Head, Since: stampOf(c.WaitingSince), Contact: c.Contact}
	if c.Agent != nil {
		person := conversation.NewPerson(*c.Agent, c.AgentName, "")
		f.Person = &person
	}
	return f
}

// stateKey is what of a conversation's row a state frame is for.
func stateKey(c conversation.Conversation) any {
	agent := uuid.Nil
	if c.Agent != nil {
		agent = *c.Agent
	}
	return struct {
		state   conversation.State
		epoch   int64
		agent   uuid.UUID
		contact bool
	}{c.State, c.Epoch, agent, c.Contact}
}

type resyncFrame struct {
	T    string    `json:"t"`
	Conv uuid.UUID `json:"conv"`
	From int64     `json:"from"`
}

type deltaFrame struct {
	T      string    `json:"t,omitempty"`
	Conv   uuid.UUID `json:"conv,omitzero"`
	Run    uuid.UUID `json:"run"`
	Epoch  int64     `json:"epoch"`
	Offset int       `json:"offset"`
	Text   string    `json:"text"`
	Pages  int       `json:"pages,omitempty"`
	End    bool      `json:"end,omitempty"`
}

type typingFrame struct {
	T    string    `json:"t,omitempty"`
	Conv uuid.UUID `json:"conv,omitzero"`
	Who  typist    `json:"who"`
	On   bool      `json:"on"`
	TTL  int       `json:"ttl"`
}

type typist struct {
	Kind string     `json:"kind"`
	ID   *uuid.UUID `json:"id,omitempty"`
	Name string     `json:"name,omitempty"`
}

type readFrame struct {
	T    string    `json:"t"`
	Conv uuid.UUID `json:"conv"`
	conversation.Receipt
}

type viewersFrame struct {
	T     string                `json:"t"`
	Conv  uuid.UUID             `json:"conv"`
	Items []conversation.Person `json:"items"`
}

// The frames of the workspace.

type rowFrame struct {
	T   string `json:"t"`
	Row row    `json:"row"`
}

type countsFrame struct {
	T      string              `json:"t"`
	Counts conversation.Counts `json:"counts"`
}

type teamFrame struct {
	T     string `json:"t"`
	Items []mate `json:"items"`
}

type documentFrame struct {
	T        string    `json:"t"`
	Document *document `json:"document,omitempty"`
	ID       uuid.UUID `json:"id,omitzero"`
	Deleted  bool      `json:"deleted,omitempty"`
}

// frameOf is a frame's JSON. The values above always have one.
func frameOf(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("agentconsole: " + err.Error())
	}
	return data
}
