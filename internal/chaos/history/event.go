package history

import (
	"crypto/sha256"
	"encoding/hex"
)

// Kind is what an event tells.
type Kind string

// The kinds of events.
const (
	Join    Kind = "join"    // a participant has the conversation on the screen, empty at first
	Leave   Kind = "leave"   // it has it no more: what it lacks from here on is no loss
	Invoke  Kind = "invoke"  // an operation was sent; each attempt has its own
	OK      Kind = "ok"      // it was acknowledged
	Fail    Kind = "fail"    // it was refused for good; Name is the code
	Unknown Kind = "unknown" // the attempt ended and nobody knows how: the link broke before the answer
	Shown   Kind = "shown"   // a message came onto the screen
	Forget  Kind = "forget"  // what was on the screen after Seq was taken off, as a resync says
	Tick    Kind = "tick"    // delivered and seen as they stand on the screen
	Piece   Kind = "piece"   // a piece of an answer being written came onto the screen
	State   Kind = "state"   // who has the conversation, as the screen says
	Trouble Kind = "trouble" // a person saw an error, or a client something that the protocol does not have
	Fault   Kind = "fault"   // something was broken on purpose; Effects counts who felt it
	Void    Kind = "void"    // a restore threw the message away: it is the one loss that no client or server can prevent
	Row     Kind = "row"     // a message in the database after everything
	Final   Kind = "final"   // a conversation in the database after everything
)

// Operations.
const (
	OpSay    = "say"    // a visitor's message
	OpReply  = "reply"  // an agent's message
	OpReuse  = "reuse"  // a message under the cid of another one, which must be refused
	OpClaim  = "claim"  // an agent takes the conversation
	OpPerson = "person" // a visitor calls a person, or leaves the line
)

// Event is one line of a history. Which fields are set follows from the kind.
type Event struct {
	At   int64  `json:"at"` // microseconds since the run began, by the clock of whoever recorded it
	Kind Kind   `json:"kind"`
	Who  string `json:"who,omitempty"` // the participant: a tab, an agent's console
	Op   string `json:"op,omitempty"`
	Conv string `json:"conv,omitempty"`
	CID  string `json:"cid,omitempty"`
	Seq  int64  `json:"seq,omitempty"`
	Sum  string `json:"sum,omitempty"`  // digest of the text, see Digest
	Type string `json:"type,omitempty"` // of a message: text, event, hidden, note
	By   string `json:"by,omitempty"`   // of a message: visitor, assistant, agent, system; of a tick: whose
	Name string `json:"name,omitempty"` // of an event message, a fault, or a refusal's code

	State     string `json:"state,omitempty"`
	Epoch     int64  `json:"epoch,omitempty"`
	Run       string `json:"run,omitempty"`
	Delivered int64  `json:"delivered,omitempty"`
	Seen      int64  `json:"seen,omitempty"`
	Effects   int    `json:"effects,omitempty"`
}

// digestBytes of a digest tell the texts of a run apart, which are some hundred thousand.
const digestBytes = 8

// Digest is what stands in a history for a text.
func Digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:digestBytes])
}
