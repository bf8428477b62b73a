package agentconsole

import (
	"errors"
	"fmt"
	"html"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

// me is who is signed in, and what the console needs before it can show anything.
type me struct {
	Agent     meAgent     `json:"agent"`
	Workspace meWorkspace `json:"workspace"`
	Inbox     meInbox     `json:"inbox"`
	ReplyDue  int         `json:"reply_due_seconds"`
	Documents int         `json:"documents"`
}

// nobody is the answer where nobody is signed in.
type nobody struct {
	Agent *meAgent `json:"agent"`
}

type meAgent struct {
	conversation.Person
	Email string         `json:"email"`
	Role  workspace.Role `json:"role"`
}

type meWorkspace struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	Mark string    `json:"mark"`
}

type meInbox struct {
	Key     string `json:"key"`
	Snippet string `json:"snippet"`
	Demo    string `json:"demo"`
}

func (h *Handler) me(c *gin.Context, agent workspace.Agent) error {
	ctx := c.Request.Context()
	w, err := h.Workspaces.Get(ctx, agent.Workspace)
	if err != nil {
		return err
	}
	inboxes, err := h.Workspaces.Inboxes(ctx, agent.Workspace)
	if err != nil {
		return err
	}
	known, err := h.Knowledge.Counts(ctx, agent.Workspace)
	if err != nil {
		return err
	}
	answer := me{
		Agent:     meAgent{Person: conversation.NewPerson(agent.ID, agent.Name, string(agent.Status)), Email: agent.Email, Role: agent.Role},
		Workspace: meWorkspace{ID: w.ID, Name: w.Name, Mark: h.Mark},
		ReplyDue:  int(ReplyDue.Seconds()),
		Documents: known.Documents,
	}
	if len(inboxes) > 0 {
		answer.Inbox = h.inbox(inboxes[0])
	}
	c.JSON(http.StatusOK, answer)
	return nil
}

func (h *Handler) inbox(in workspace.Inbox) meInbox {
	out := meInbox{Key: in.PublicKey, Snippet: fmt.Sprintf(`<script defer src="%s/w.js" data-inbox="%s"></script>`, html.EscapeString(h.origin), html.EscapeString(in.PublicKey))}
	if in.PublicKey == h.DemoInbox {
		out.Demo = "/demo"
	}
	return out
}

// getMe answers also who is not signed in: whoever opens the console asks this first, and a browser reports every refusal as an error.
func (h *Handler) getMe(c *gin.Context) {
	session, err := h.session(c)
	if errors.Is(err, workspace.ErrToken) {
		c.JSON(http.StatusOK, nobody{})
		return
	}
	if err == nil {
		err = h.me(c, session.Agent)
	}
	if err != nil {
		h.fail(c, err)
	}
}

// signIn redeems a one-time link. What is no link of ours has a code of its own: most often it was cut off, and copying it again helps.
func (h *Handler) signIn(c *gin.Context) {
	var body struct {
		Token string `json:"token"`
	}
	err := decode(c, &body)
	if err == nil {
		err = h.redeem(c, body.Token)
	}
	if errors.Is(err, workspace.ErrToken) {
		err = fmt.Errorf("%w: %w", errLink, err)
	}
	if err != nil {
		h.fail(c, err)
	}
}

func (h *Handler) redeem(c *gin.Context, text string) error {
	link, err := workspace.ParseToken(text)
	if err != nil {
		return err
	}
	token, session, err := h.Workspaces.SignIn(c.Request.Context(), link, h.Now())
	if err != nil {
		return err
	}
	h.setCookie(c, token.String(), int(workspace.SessionLife.Seconds()))
	return h.me(c, session.Agent)
}

// setCookie hands the session to the browser. SameSite=Lax lets a link in an e-mail open the console signed in; what changes something is guarded besides.
func (h *Handler) setCookie(c *gin.Context, value string, seconds int) {
	http.SetCookie(c.Writer, &http.Cookie{Name: cookieName, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: h.secure, SameSite: http.SameSiteLaxMode})
}

// signOut ends the session, and tells every node to close its sockets.
func (h *Handler) signOut(c *gin.Context, session workspace.Session) error {
	if err := h.Workspaces.SignOut(c.Request.Context(), session, h.Now()); err != nil {
		return err
	}
	h.Bus.Publish(workspace.NewEvent(session.Agent.Workspace, uuid.Nil, workspace.EventSession, endedSession{Session: session.ID}))
	h.setCookie(c, "", -1)
	c.Status(http.StatusNoContent)
	return nil
}

func (h *Handler) setStatus(c *gin.Context, session workspace.Session) error {
	var body struct {
		Status workspace.Status `json:"status"`
	}
	if err := decode(c, &body); err != nil {
		return err
	}
	switch body.Status {
	case workspace.Online, workspace.Away, workspace.Busy, workspace.Offline:
	default:
		return bad("status: online, away, busy or offline.")
	}
	if err := h.Workspaces.SetStatus(c.Request.Context(), session.Agent, body.Status); err != nil {
		return err
	}
	session.Agent.Status = body.Status
	h.Presence.AnnounceAgent(session.Agent.Workspace, session.Agent.ID)
	return h.me(c, session.Agent)
}
