package conversation

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/workspace"
)

// wireMessage is a message's JSON form, as docs/protocol.md describes it. Events on the bus and frames on sockets use the same.
type wireMessage struct {
	Conv      uuid.UUID  `json:"conv"`
	Seq       int64      `json:"seq"`
	CID       uuid.UUID  `json:"cid"`
	Kind      string     `json:"kind"`
	Author    wireAuthor `json:"author"`
	Body      string     `json:"body,omitempty"`
	Lang      string     `json:"lang,omitempty"`
	At        time.Time  `json:"at"`
	Run       *uuid.UUID `json:"run,omitempty"`
	Outcome   string     `json:"outcome,omitempty"`
	Citations []Citation `json:"citations,omitempty"`
	Event     *Line      `json:"event,omitempty"`
}

type wireAuthor struct {
	Kind     string     `json:"kind"`
	ID       *uuid.UUID `json:"id,omitempty"`
	Name     string     `json:"name,omitempty"`
	Initials string     `json:"initials,omitempty"`
	Hue      *int       `json:"hue,omitempty"`
}

// MarshalJSON writes the protocol's form.
func (m Message) MarshalJSON() ([]byte, error) {
	w := wireMessage{
		Conv: m.Conversation, Seq: m.Seq, CID: m.CID, Kind: m.Kind, Author: wireAuthor{Kind: m.Author.Kind}, Body: m.Body, Lang: m.Language,
		At: m.At.UTC().Truncate(time.Millisecond), Outcome: m.Outcome, Citations: m.Citations, Event: m.Line,
	}
	if m.Run != uuid.Nil {
		w.Run = &m.Run
	}
	if m.Author.Kind == ByAgent {
		hue := workspace.Hue(m.Author.ID)
		w.Author = wireAuthor{Kind: ByAgent, ID: &m.Author.ID, Name: m.Author.Name, Initials: workspace.Initials(m.Author.Name), Hue: &hue}
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads the protocol's form.
func (m *Message) UnmarshalJSON(data []byte) error {
	var w wireMessage
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	*m = Message{
		Conversation: w.Conv, Seq: w.Seq, CID: w.CID, Kind: w.Kind, Author: Author{Kind: w.Author.Kind, Name: w.Author.Name}, Body: w.Body, Language: w.Lang,
		At: w.At, Outcome: w.Outcome, Citations: w.Citations, Line: w.Event,
	}
	if w.Run != nil {
		m.Run = *w.Run
	}
	if w.Author.ID != nil {
		m.Author.ID = *w.Author.ID
	}
	return nil
}
