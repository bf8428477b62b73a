package widget

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/realtime"
)

// Names of frames; docs/protocol.md says what each holds.
const (
	frameHello    = "hello"
	frameSay      = "say"
	frameTyping   = "typing"
	frameRead     = "read"
	framePerson   = "person"
	frameStop     = "stop"
	frameContact  = "contact"
	framePing     = "ping"
	frameWelcome  = "welcome"
	frameAck      = "ack"
	frameMessage  = "message"
	frameDelta    = "delta"
	frameState    = "state"
	framePresence = "presence"
	frameHead     = "head"
	frameResync   = "resync"
	frameSlowDown = "slow_down"
	frameNotice   = "notice"
	frameError    = "error"
)

// incoming is a client's frame: the fields of all of them, since no two frames use one name for different things.
type incoming struct {
	T string `json:"t"`

	V       int                 `json:"v"`
	Caps    []string            `json:"caps"`
	Token   string              `json:"token"`
	Store   string              `json:"store"`
	Cursors map[uuid.UUID]int64 `json:"cursors"`

	Conv  uuid.UUID `json:"conv"`
	CID   uuid.UUID `json:"cid"`
	N     int64     `json:"n"`
	Body  string    `json:"body"`
	On    bool      `json:"on"`
	Seq   int64     `json:"seq"`
	Run   uuid.UUID `json:"run"`
	Email string    `json:"email"`
}

type welcome struct {
	T     string              `json:"t"`
	V     int                 `json:"v"`
	Store uuid.UUID           `json:"store"`
	Conv  uuid.UUID           `json:"conv"`
	N     int64               `json:"n"`
	Heads map[uuid.UUID]int64 `json:"heads"`
}

type ack struct {
	T    string    `json:"t"`
	Conv uuid.UUID `json:"conv"`
	CID  uuid.UUID `json:"cid"`
	Seq  int64     `json:"seq"`
	At   time.Time `json:"at"`
}

type delta struct {
	T      string    `json:"t"`
	Conv   uuid.UUID `json:"conv"`
	Run    uuid.UUID `json:"run"`
	Epoch  int64     `json:"epoch"`
	Offset int       `json:"offset"`
	Text   string    `json:"text"`
	Pages  int       `json:"pages,omitempty"`
	End    bool      `json:"end,omitempty"`
	// Again is on the bus only: the whole text so far, for the sake of those who lack it.
	Again bool `json:"again,omitempty"`
}

type state struct {
	T       string               `json:"t"`
	Conv    uuid.UUID            `json:"conv"`
	State   conversation.State   `json:"state"`
	Epoch   int64                `json:"epoch"`
	Head    int64                `json:"head"`
	Since   time.Time            `json:"since"`
	Queue   *queue               `json:"queue"`
	Person  *conversation.Person `json:"person"`
	Online  int                  `json:"online"`
	Contact bool                 `json:"contact"`
}

type queue struct {
	Position int  `json:"position"`
	Minutes  *int `json:"minutes"`
}

type typing struct {
	T    string    `json:"t"`
	Conv uuid.UUID `json:"conv"`
	Typing
}

// Typing is the data of a typing event: who types, and for how many seconds the sign may stand without being renewed.
type Typing struct {
	Who Who  `json:"who"`
	On  bool `json:"on"`
	TTL int  `json:"ttl"`
}

// Who is the author of a typing sign.
type Who struct {
	Kind string `json:"kind"`
	Name string `json:"name,omitempty"`
}

type receipt struct {
	T    string    `json:"t"`
	Conv uuid.UUID `json:"conv"`
	conversation.Receipt
}

type people struct {
	T      string                `json:"t"`
	People []conversation.Person `json:"people"`
}

type head struct {
	T     string    `json:"t"`
	Conv  uuid.UUID `json:"conv"`
	Seq   int64     `json:"seq"`
	Epoch int64     `json:"epoch"`
}

type resync struct {
	T    string    `json:"t"`
	Conv uuid.UUID `json:"conv"`
	From int64     `json:"from"`
}

// noticeSlow is the code of a notice about an answer that is late.
const noticeSlow = "slow"

// notice says that a visitor's message has been without a visible sign of an answer for too long.
type notice struct {
	T    string    `json:"t"`
	Conv uuid.UUID `json:"conv"`
	Code string    `json:"code"`
	Seq  int64     `json:"seq"`
}

type slowDown struct {
	T     string     `json:"t"`
	Retry float64    `json:"retry"`
	CID   *uuid.UUID `json:"cid,omitempty"`
}

type refusal struct {
	T    string     `json:"t"`
	Code string     `json:"code"`
	Fix  string     `json:"fix"`
	Conv *uuid.UUID `json:"conv,omitempty"`
	CID  *uuid.UUID `json:"cid,omitempty"`
	N    int64      `json:"n,omitempty"`
}

// encode makes the wire form of a frame. The frames above always have a JSON form.
func encode(v any) realtime.Frame {
	data, err := json.Marshal(v)
	if err != nil {
		panic("widget: a frame has no JSON form: " + err.Error())
	}
	return realtime.Text(data)
}

// messageFrame puts the frame's name into a message's JSON, which is the protocol's form already.
func messageFrame(message []byte) realtime.Frame {
	const name = `{"t":"` + frameMessage + `",`
	data := make([]byte, 0, len(name)+len(message))
	return realtime.Text(append(append(data, name...), message[1:]...))
}

// orNil leaves an id out that is not there.
func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// millis cuts a time to what the protocol shows.
func millis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
