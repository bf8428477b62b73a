package agentconsole

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

// row is one line of the inbox, and what claim, hand back and resolve answer.
type row struct {
	ID              uuid.UUID            `json:"id"`
	State           conversation.State   `json:"state"`
	Epoch           int64                `json:"epoch"`
	Head            int64                `json:"head"`
	Visitor         face                 `json:"visitor"`
	Agent           *conversation.Person `json:"agent"`
	Preview         *preview             `json:"preview"`
	Reason          *rule                `json:"reason"`
	WaitingSince    *time.Time           `json:"waiting_since"`
	LastVisitorAt   *time.Time           `json:"last_visitor_at"`
	UnansweredSince *time.Time           `json:"unanswered_since"`
	Unread          int                  `json:"unread"`
	UpdatedAt       time.Time            `json:"updated_at"`
}

// face is a visitor as a line shows them.
type face struct {
	conversation.Person
	Email string `json:"email"`
}

// preview is the last message that both sides may see.
type preview struct {
	Author string    `json:"author"`
	Name   string    `json:"name,omitempty"`
	Mine   bool      `json:"mine,omitempty"`
	Body   string    `json:"body"`
	At     time.Time `json:"at"`
}

// rule names the rule that called a person, by id and in words.
type rule struct {
	Rule  string `json:"rule"`
	Title string `json:"title"`
}

// newRow returns a line as this agent sees it. here holds the visitors who are online.
func newRow(r conversation.Row, agent uuid.UUID, here map[uuid.UUID]bool) row {
	out := row{
		ID: r.ID, State: r.State, Epoch: r.Epoch, Head: r.Head,
		Visitor:      face{Person: visitorFace(r.Visitor, r.VisitorName, here[r.Visitor]), Email: r.VisitorEmail},
		WaitingSince: stampOf(r.WaitingSince), LastVisitorAt: stampOf(r.LastVisitorAt), UnansweredSince: stampOf(r.UnansweredSince),
		Unread: r.Unread, UpdatedAt: stamp(r.UpdatedAt),
	}
	if r.Agent != nil {
		person := conversation.NewPerson(*r.Agent, r.AgentName, "")
		out.Agent = &person
	}
	if r.PreviewAt != nil {
		out.Preview = &preview{Author: r.PreviewKind, Body: r.PreviewBody, At: stamp(*r.PreviewAt)}
		if r.PreviewKind == conversation.ByAgent {
			out.Preview.Name = r.PreviewName
			out.Preview.Mine = r.PreviewID != nil && *r.PreviewID == agent
		}
	}
	// With the assistant again, why a person was called once is history.
	if r.Rule != "" && r.State != conversation.Assistant {
		out.Reason = &rule{Rule: r.Rule, Title: r.Reason}
	}
	return out
}

// Presence words of a visitor.
const (
	visitorHere = "online"
	visitorGone = "offline"
)

func visitorFace(id uuid.UUID, name string, here bool) conversation.Person {
	status := visitorGone
	if here {
		status = visitorHere
	}
	return conversation.NewPerson(id, conversation.ShownName(id, name), status)
}

// row reads one line as this agent sees it.
func (h *Handler) row(ctx context.Context, agent workspace.Agent, id uuid.UUID) (row, error) {
	r, err := h.Conversations.Row(ctx, agent.Workspace, id)
	if err != nil {
		return row{}, err
	}
	here, err := h.here(ctx, agent.Workspace, []conversation.Row{r})
	if err != nil {
		return row{}, err
	}
	return newRow(r, agent.ID, here), nil
}

// here tells which of the visitors of these lines are online.
func (h *Handler) here(ctx context.Context, workspaceID uuid.UUID, rows []conversation.Row) (map[uuid.UUID]bool, error) {
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.Visitor
	}
	seen, err := h.Presence.Visitors(ctx, workspaceID, ids)
	if err != nil {
		return nil, err
	}
	here := make(map[uuid.UUID]bool, len(seen))
	for id, s := range seen {
		here[id] = s.Here
	}
	return here, nil
}
