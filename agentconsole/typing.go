package agentconsole

import (
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

// typingPause is how often at most a typing sign is passed on: it stands for typingLife anyway.
const typingPause = time.Second

// typing tells the visitor and colleagues that this agent writes, while the conversation is theirs or nobody's yet.
func (c *conn) typing(id uuid.UUID, on bool) {
	c.mu.Lock()
	w := c.watches[id]
	if w == nil || on && !c.writes(w) || on && w.on && time.Since(w.typed) < typingPause {
		c.mu.Unlock()
		return
	}
	w.on, w.typed = on, time.Now()
	c.mu.Unlock()
	c.tellTyping(id, on)
}

// writes reports whether what this agent types is going to the visitor. It is asked with the lock held.
func (c *conn) writes(w *watch) bool {
	return w.state.State == conversation.Waiting || w.state.State == conversation.WithAgent && *w.state.Agent == c.session.Agent.ID
}

func (c *conn) tellTyping(id uuid.UUID, on bool) {
	agent := c.session.Agent
	c.h.Bus.Publish(workspace.NewEvent(c.workspace(), id, workspace.EventTyping, typingFrame{
		Who: typist{Kind: conversation.ByAgent, ID: &agent.ID, Name: agent.Name}, On: on, TTL: typingLife,
	}))
}
