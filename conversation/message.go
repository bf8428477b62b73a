package conversation

import (
	"crypto/sha256"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/workspace"
)

// Kinds of messages.
const (
	KindText   = "text"   // something somebody said
	KindNote   = "note"   // seen by the team only
	KindEvent  = "event"  // a line about what happened
	KindHidden = "hidden" // what a visitor gets in a note's place: a sequence number without content
)

// Kinds of authors.
const (
	ByVisitor   = "visitor"
	ByAssistant = "assistant"
	ByAgent     = "agent"
	BySystem    = "system"
)

// Outcomes of an assistant's message.
const (
	OutcomeAnswered   = "answered"
	OutcomeUnanswered = "unanswered" // nothing found: it says so and offers a person
	OutcomeGreeting   = "greeting"
	OutcomeHandoff    = "handoff" // says that a person is being called
	OutcomeStopped    = "stopped" // the visitor stopped it
	OutcomeOffer      = "offer"   // asks whether a person is wanted
)

// Author is who wrote a message. The name is the one at the time of writing.
type Author struct {
	Kind string
	ID   uuid.UUID
	Name string
}

// Citation is a source as the visitor saw it. It holds all that is needed to show it, so that it stays true when the document changes.
type Citation struct {
	N        int       `json:"n"` // its number, running through the conversation
	Title    string    `json:"title"`
	Section  string    `json:"section"`        // heading path below the title
	Page     int       `json:"page,omitempty"` // of a paginated document, from 1; clients say it in their language
	URL      string    `json:"url"`
	Quote    string    `json:"quote"` // verbatim from the passage
	Updated  string    `json:"updated,omitempty"`
	Document uuid.UUID `json:"document"`
	Chunk    uuid.UUID `json:"chunk"`
}

// Line is what an event message tells.
type Line struct {
	Name string `json:"name"` // asked, called, joined, left_line, handed_back, resolved, reopened, notice
	Who  string `json:"who,omitempty"`
	// From is the state before a resolve, which an undo goes back to.
	From State `json:"from,omitempty"`
}

// Message is one entry of a conversation's sequence.
type Message struct {
	Conversation uuid.UUID
	Seq          int64
	CID          uuid.UUID
	Kind         string
	Author       Author
	Body         string
	Language     string
	Citations    []Citation
	Line         *Line
	Outcome      string
	Run          uuid.UUID
	At           time.Time
}

// ForVisitor returns the message as the visitor may see it: a note becomes a bare sequence number.
func (m Message) ForVisitor() Message {
	if m.Kind != KindNote {
		return m
	}
	return Message{Conversation: m.Conversation, Seq: m.Seq, CID: m.CID, Kind: KindHidden, Author: Author{Kind: BySystem}, At: m.At}
}

// Cleaned returns a body fit to be stored: without NUL, which PostgreSQL cannot hold, and in valid UTF-8.
func Cleaned(body string) (string, error) {
	body = strings.ReplaceAll(strings.ToValidUTF8(body, "\uFFFD"), "\x00", "")
	if strings.TrimSpace(body) == "" {
		return "", ErrEmpty
	}
	if utf8.RuneCountInString(body) > MaxBody {
		return "", ErrTooLong
	}
	return body, nil
}

func hash(body string) []byte {
	sum := sha256.Sum256([]byte(body))
	return sum[:]
}

// Person is a member of the team as screens show them.
type Person struct {
	ID       uuid.UUID `json:"id"`
	Name     string    `json:"name"`
	Initials string    `json:"initials"`
	Hue      int       `json:"hue"`
	Status   string    `json:"status,omitempty"`
}

// NewPerson returns the face of an id and a name.
func NewPerson(id uuid.UUID, name, status string) Person {
	return Person{ID: id, Name: name, Initials: workspace.Initials(name), Hue: workspace.Hue(id), Status: status}
}
