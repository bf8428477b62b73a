package agentconsole

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

// mate is a member of the team with how many conversations they have.
type mate struct {
	conversation.Person
	Open int  `json:"open"`
	You  bool `json:"you,omitempty"`
}

func (h *Handler) getTeam(c *gin.Context, me workspace.Session) error {
	ctx := c.Request.Context()
	tally, err := h.Conversations.Tally(ctx, me.Agent.Workspace)
	if err != nil {
		return err
	}
	team, err := h.team(ctx, me.Agent.Workspace, tally)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"items": asSeenBy(team, me.Agent.ID)})
	return nil
}

// team lists everybody by name. Who has no console open is offline, whatever they said of themselves last.
func (h *Handler) team(ctx context.Context, workspaceID uuid.UUID, tally conversation.Tally) ([]mate, error) {
	members, err := h.Presence.Team(ctx, workspaceID)
	if err != nil {
		return nil, err
	}
	team := make([]mate, len(members))
	for i, m := range members {
		team[i] = mate{Person: conversation.NewPerson(m.ID, m.Name, string(m.Status())), Open: tally.ByAgent[m.ID]}
	}
	return team, nil
}

func asSeenBy(team []mate, agent uuid.UUID) []mate {
	out := make([]mate, len(team))
	for i, m := range team {
		m.You = m.ID == agent
		out[i] = m
	}
	return out
}
