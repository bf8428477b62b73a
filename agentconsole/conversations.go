package agentconsole

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

const (
	// pageSize is how many lines a list returns where the caller does not say; maxPage the most. A screen shows about twenty.
	pageSize = 50
	maxPage  = 200
	// pastShown is how many earlier conversations stand beside one: more is what a search is for.
	pastShown = 10
)

type page[T any] struct {
	Items []T `json:"items"`
	// Counts is whatever the list counts.
	Counts any    `json:"counts"`
	Next   string `json:"next"`
}

func (h *Handler) listConversations(c *gin.Context, me workspace.Session) error {
	ctx := c.Request.Context()
	limit, err := limitOf(c)
	if err != nil {
		return err
	}
	view := c.DefaultQuery("view", conversation.ViewInbox)
	rows, next, err := h.Conversations.List(ctx, me.Agent, view, c.Query("cursor"), limit)
	if err != nil {
		return err
	}
	counts, err := h.Conversations.Counts(ctx, me.Agent)
	if err != nil {
		return err
	}
	here, err := h.here(ctx, me.Agent.Workspace, rows)
	if err != nil {
		return err
	}
	items := make([]row, len(rows))
	for i, r := range rows {
		items[i] = newRow(r, me.Agent.ID, here)
	}
	c.JSON(http.StatusOK, page[row]{Items: items, Counts: counts, Next: next})
	return nil
}

func limitOf(c *gin.Context) (int, error) {
	text, ok := c.GetQuery("limit")
	if !ok || text == "" {
		return pageSize, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > maxPage {
		return 0, bad("limit: a number from 1 to %d.", maxPage)
	}
	return limit, nil
}

// detail is a conversation with everything around it.
type detail struct {
	Conversation row                   `json:"conversation"`
	Visitor      visitor               `json:"visitor"`
	Packet       *packet               `json:"packet"`
	Messages     []message             `json:"messages"`
	Read         ticks                 `json:"read"`
	Viewers      []conversation.Person `json:"viewers"`
	Past         []past                `json:"past"`
}

// ticks is how far the visitor has received and seen the conversation.
type ticks struct {
	Delivered int64 `json:"delivered"`
	Seen      int64 `json:"seen"`
}

// visitor is what is known about a visitor.
type visitor struct {
	face
	Verified bool         `json:"verified"`
	Locale   string       `json:"locale"`
	Timezone string       `json:"timezone"`
	Page     *visitorPage `json:"page"`
	Since    time.Time    `json:"since"`
	LastSeen time.Time    `json:"last_seen"`
}

type visitorPage struct {
	URL   string `json:"url"`
	Title string `json:"title"`
}

// past is an earlier conversation of the same visitor. Agent is null where the assistant answered it alone.
type past struct {
	ID    uuid.UUID          `json:"id"`
	Title string             `json:"title"`
	State conversation.State `json:"state"`
	At    time.Time          `json:"at"`
	Agent *string            `json:"agent"`
}

func (h *Handler) getConversation(c *gin.Context, me workspace.Session, id uuid.UUID) error {
	d, err := h.detail(c.Request.Context(), me.Agent, id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, d)
	return nil
}

// detail reads the transcript first: what is read later can only be newer, and the socket brings what comes after the transcript's head.
func (h *Handler) detail(ctx context.Context, agent workspace.Agent, id uuid.UUID) (detail, error) {
	conv, messages, err := h.Conversations.Transcript(ctx, agent.Workspace, id)
	if err != nil {
		return detail{}, err
	}
	d := detail{Read: ticks{conv.VisitorDelivered, conv.VisitorSeen}, Viewers: h.rooms.viewers(agent.Workspace, id)}
	if d.Conversation, err = h.row(ctx, agent, id); err != nil {
		return detail{}, err
	}
	if d.Visitor, err = h.visitor(ctx, agent.Workspace, conv.Visitor, d.Conversation.Visitor); err != nil {
		return detail{}, err
	}
	if d.Packet, err = h.packet(ctx, conv, messages); err != nil {
		return detail{}, err
	}
	if d.Messages, err = h.judged(ctx, agent.Workspace, id, messages); err != nil {
		return detail{}, err
	}
	d.Past, err = h.past(ctx, conv)
	return d, err
}

func (h *Handler) visitor(ctx context.Context, workspaceID, id uuid.UUID, shown face) (visitor, error) {
	v, err := h.Conversations.Visitor(ctx, workspaceID, id)
	if err != nil {
		return visitor{}, err
	}
	out := visitor{face: shown, Verified: v.Verified, Locale: v.Locale, Timezone: v.Timezone, Since: stamp(v.Since), LastSeen: stamp(v.LastSeen)}
	if v.PageURL != "" {
		out.Page = &visitorPage{URL: v.PageURL, Title: v.PageTitle}
	}
	return out, nil
}

func (h *Handler) past(ctx context.Context, conv conversation.Conversation) ([]past, error) {
	rows, err := h.Conversations.Past(ctx, conv.Workspace, conv.Visitor, conv.ID, pastShown)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	outlines, err := h.Conversations.Outlines(ctx, conv.Workspace, ids)
	if err != nil {
		return nil, err
	}
	list := make([]past, len(rows))
	for i, r := range rows {
		outline := outlines[r.ID]
		list[i] = past{ID: r.ID, Title: outline.Opening, State: r.State, At: stamp(r.UpdatedAt)}
		if outline.Agent != "" {
			list[i].Agent = &outline.Agent
		}
	}
	return list, nil
}
