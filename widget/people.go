package widget

import (
	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/presence"
	"github.com/baton-chat/baton/workspace"
)

// peopleOf is the team as visitors see it: who is here, the reachable ones first.
func peopleOf(team []presence.Member) []conversation.Person {
	people := []conversation.Person{}
	for _, status := range []workspace.Status{workspace.Online, workspace.Busy, workspace.Away} {
		for _, m := range team {
			if m.Status() == status {
				people = append(people, conversation.NewPerson(m.ID, m.Name, string(status)))
			}
		}
	}
	return people
}

// personOf is who has a conversation, with their status as it is now.
func personOf(c conversation.Conversation, team []presence.Member) *conversation.Person {
	if c.State != conversation.WithAgent || c.Agent == nil {
		return nil
	}
	status := workspace.Offline
	for _, m := range team {
		if m.ID == *c.Agent {
			status = m.Status()
		}
	}
	person := conversation.NewPerson(*c.Agent, c.AgentName, string(status))
	return &person
}
