package widget

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

// heard takes what the bus tells about the conversation. It is called by whoever published, so it never waits: what needs PostgreSQL is left to Run.
func (c *conn) heard(e workspace.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.greeted {
		// The welcome reads PostgreSQL after this, and again.
		c.again, c.stale = true, true
		return
	}
	switch e.Kind {
	case workspace.EventMessage:
		c.heardMessage(e.Data)
	case workspace.EventState:
		var now conversation.Conversation
		if json.Unmarshal(e.Data, &now) == nil {
			c.sendState(now, false)
		}
	case workspace.EventDelta:
		c.heardDelta(e.Data)
	case workspace.EventCancel:
		c.heardCancel(e.Data)
	case workspace.EventTyping:
		c.heardTyping(e.Data)
	case workspace.EventRead:
		c.heardRead(e.Data)
	}
}

// lost is called when events may be missing.
func (c *conn) lost() {
	c.mu.Lock()
	c.again, c.stale = true, true
	c.mu.Unlock()
	c.h.schedule(c)
}

func (c *conn) heardMessage(data json.RawMessage) {
	var m struct {
		Seq    int64     `json:"seq"`
		Kind   string    `json:"kind"`
		Run    uuid.UUID `json:"run"`
		Author struct {
			Kind string `json:"kind"`
		} `json:"author"`
	}
	if json.Unmarshal(data, &m) != nil || m.Seq <= c.cursor {
		return
	}
	if c.filling || m.Seq != c.cursor+1 {
		c.again = true
		if !c.filling {
			c.h.schedule(c)
		}
		return
	}
	f := messageFrame(data)
	if m.Kind == conversation.KindNote {
		var note conversation.Message
		if json.Unmarshal(data, &note) != nil {
			return
		}
		f = frameOf(note)
	}
	c.forgetRun(m.Run)
	byAgent := m.Author.Kind == conversation.ByAgent
	if c.write(f, m.Seq, byAgent) == nil && byAgent {
		c.h.schedule(c)
	}
}

// heardDelta shows a piece of an answer, unless the answer is void: after a claim, a stop or a call for a person nobody sees the assistant go on.
func (c *conn) heardDelta(data json.RawMessage) {
	var d delta
	if !c.deltas || json.Unmarshal(data, &d) != nil {
		return
	}
	ours := c.run != nil && c.run.Run == d.Run
	if d.End && ours {
		c.endRun()
		return
	}
	if d.Epoch < c.floor || d.Run == c.void || (c.shown.State != conversation.Assistant && c.shown.State != "") {
		return
	}
	if c.peer.Behind() {
		// A slow reader has no use for the pieces. Once it is quick again it gets the text so far, or at last the finished message.
		c.held = adrift
		return
	}
	if !d.End && !c.fits(&d) {
		return
	}
	d.T, d.Conv, d.Again = frameDelta, c.session.Conversation, false
	c.send(d)
	c.silence.words = c.h.Now()
	c.shows(c.silence.words)
	if !d.End {
		c.held = d.Offset + utf8.RuneCountInString(d.Text)
		d.Text, c.run = "", &d
	}
}

// adrift is how much is held of a text of which pieces were left out, maybe those that began it anew.
const adrift = -1

// fits cuts a text that is told again to what this socket lacks of it, and reports whether a piece goes on from what was sent. Where it does not, the whole
// text so far is asked for: with the next look, because whoever publishes this piece may be the one to ask.
func (c *conn) fits(d *delta) bool {
	held := 0
	if c.run != nil && c.run.Run == d.Run {
		held = c.held
	}
	switch text := []rune(d.Text); {
	case d.Again && held >= len(text):
		return false
	case d.Again && held > 0:
		d.Offset, d.Text = held, string(text[held:])
	case d.Offset != 0 && d.Offset != held:
		c.lacks = true
		c.h.schedule(c)
		return false
	}
	return true
}

// catchAnswer has the beginning asked for of an answer that may be being written already.
func (c *conn) catchAnswer(now conversation.Conversation) {
	if c.deltas && now.State == conversation.Assistant && now.Head > 0 && now.LastVisitorSeq == now.Head {
		c.lacks = true
		c.h.schedule(c)
	}
}

func (c *conn) heardCancel(data json.RawMessage) {
	var cancel struct {
		Run   uuid.UUID `json:"run"`
		Below int64     `json:"below"`
	}
	if json.Unmarshal(data, &cancel) != nil {
		return
	}
	if cancel.Run != uuid.Nil {
		// What was shown stays until the message comes that holds it.
		c.void = cancel.Run
	}
	if cancel.Below > c.floor {
		c.floor = cancel.Below
		if c.run != nil && c.run.Epoch < c.floor {
			c.endRun()
		}
	}
}

func (c *conn) heardTyping(data json.RawMessage) {
	var t Typing
	if json.Unmarshal(data, &t) != nil || t.Who.Kind == conversation.ByVisitor {
		return
	}
	if t.On && t.Who.Kind == conversation.ByAssistant {
		c.shows(c.h.Now().Add(time.Duration(t.TTL) * time.Second))
	}
	c.send(typing{T: frameTyping, Conv: c.session.Conversation, Typing: t})
}

func (c *conn) heardRead(data json.RawMessage) {
	var r conversation.Receipt
	if json.Unmarshal(data, &r) != nil || r.By != conversation.ByAgent {
		return
	}
	c.sendReceipt(r)
}

// watchFor is the connection's watch.
func (c *conn) watchFor() realtime.Watch { return realtime.Watch{Event: c.heard, Lost: c.lost} }
