package agentconsole

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/outage"
	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/presence"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

// cookieName is the session cookie. Its value is a token that only this server reads.
const cookieName = "baton_session"

// ReplyDue is how long a visitor who was handed over should wait for a person at most; the console's timer turns red there. Five minutes is
// what people expect of a live chat.
const ReplyDue = 5 * time.Minute

// Config holds what a Handler needs.
type Config struct {
	Workspaces    *workspace.Store
	Conversations *conversation.Store
	Knowledge     *knowledge.Store
	Presence      *presence.Registry
	Bus           *realtime.Bus
	Log           *slog.Logger
	// PublicURL is the address under which browsers reach the server, without a path: https://chat.example.com.
	PublicURL string
	// DemoInbox is the public key of the inbox that the shop page under /demo carries; empty where there is none.
	DemoInbox string
	// Mark is the path of the company's mark; empty where there is none.
	Mark string
	// Now is the clock; nil means the machine's.
	Now func() time.Time
}

// Handler serves the staff API, the socket and the console.
type Handler struct {
	Config
	origin   string
	secure   bool
	crossing *http.CrossOriginProtection
	sockets  *realtime.Server
	rooms    *rooms
	cited    *citedCache
	away     *outage.Outage
	trials   *trials
}

// New returns a handler. It panics where the public URL is no URL: that is a mistake of the wiring.
func New(c Config) *Handler {
	public, err := url.Parse(c.PublicURL)
	if err != nil || public.Host == "" {
		panic("agentconsole: the public URL " + c.PublicURL + " is not an absolute URL")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	h := &Handler{
		Config: c, origin: public.Scheme + "://" + public.Host, secure: public.Scheme == "https",
		crossing: http.NewCrossOriginProtection(), cited: &citedCache{}, trials: newTrials(), away: outage.New(c.Log, databaseBack, settled, c.Now),
		sockets: realtime.NewServer(c.Log, subprotocol, socketLimits()),
	}
	// Behind a proxy the Host header may be another than the browser's.
	if err := h.crossing.AddTrustedOrigin(h.origin); err != nil {
		panic("agentconsole: " + err.Error())
	}
	h.rooms = newRooms(h)
	return h
}

// Drain closes the console's sockets so that they reconnect elsewhere, and returns when everything this package started has ended.
func (h *Handler) Drain() { h.sockets.Drain() }

// Routes adds the staff API and the console to a router.
func (h *Handler) Routes(r gin.IRouter) {
	api := r.Group("/api/console", h.guard)
	api.POST("/signin", h.signIn)
	api.POST("/signout", h.staff(h.signOut))
	api.GET("/me", h.getMe)
	api.PUT("/me/status", h.staff(h.setStatus))

	api.GET("/conversations", h.staff(h.listConversations))
	api.GET("/conversations/:id", h.one(h.getConversation))
	api.POST("/conversations/:id/claim", h.one(h.claim))
	api.POST("/conversations/:id/reply", h.one(h.reply))
	api.POST("/conversations/:id/note", h.one(h.note))
	api.POST("/conversations/:id/handback", h.one(h.handBack))
	api.POST("/conversations/:id/resolve", h.one(h.resolve))
	api.POST("/conversations/:id/read", h.one(h.read))

	api.GET("/documents", h.staff(h.listDocuments))
	api.POST("/documents", h.admin(h.addDocuments))
	api.POST("/documents/known", h.staff(h.knownDocuments))
	api.GET("/documents/:id", h.one(h.getDocument))
	api.GET("/documents/:id/file", h.one(h.documentFile))
	api.POST("/documents/:id/retry", h.admin(h.withID(h.retryDocument)))
	api.DELETE("/documents/:id", h.admin(h.withID(h.deleteDocument)))

	api.POST("/preview", h.staff(h.ask))
	api.POST("/preview/:id/stop", h.one(h.stopPreview))
	api.GET("/preview/:id/turn/:seq", h.one(h.previewTurn))

	api.GET("/team", h.staff(h.getTeam))
	api.GET("/socket", h.staff(h.socket))

	h.static(r)
}

// A staffHandler answers a request of somebody who is signed in. What it returns as an error is said by the table in errors.go.
type staffHandler func(c *gin.Context, me workspace.Session) error

// An itemHandler answers a request about one thing, named by an id that may be anybody's: it is looked up in the session's workspace.
type itemHandler func(c *gin.Context, me workspace.Session, id uuid.UUID) error

// guard refuses what another site's page sends in a signed-in browser's name, and keeps answers out of caches.
func (h *Handler) guard(c *gin.Context) {
	c.Header("Cache-Control", "no-store")
	c.Header("X-Content-Type-Options", "nosniff")
	if err := h.crossing.Check(c.Request); err != nil {
		h.fail(c, errOrigin)
	}
}

// staff lets in who is signed in.
func (h *Handler) staff(next staffHandler) gin.HandlerFunc {
	return func(c *gin.Context) {
		session, err := h.session(c)
		if err == nil {
			err = next(c, session)
		}
		if err != nil {
			h.fail(c, err)
			return
		}
		h.away.Over()
	}
}

// admin lets in who may change knowledge and people.
func (h *Handler) admin(next staffHandler) gin.HandlerFunc {
	return h.staff(func(c *gin.Context, me workspace.Session) error {
		if me.Agent.Role != workspace.RoleAdmin {
			return errRole
		}
		return next(c, me)
	})
}

func (h *Handler) one(next itemHandler) gin.HandlerFunc { return h.staff(h.withID(next)) }

func (h *Handler) withID(next itemHandler) staffHandler {
	return func(c *gin.Context, me workspace.Session) error {
		// What is no UUID names nothing of ours.
		id, err := uuid.Parse(c.Param("id"))
		if err != nil || strings.ContainsAny(c.Param("id"), "{}:") {
			return errRoute
		}
		return next(c, me, id)
	}
}

// session returns who is signed in, or an error that means nobody is.
func (h *Handler) session(c *gin.Context) (workspace.Session, error) {
	text, err := c.Cookie(cookieName)
	if err != nil {
		return workspace.Session{}, workspace.ErrToken
	}
	token, err := workspace.ParseToken(text)
	if err != nil {
		return workspace.Session{}, err
	}
	return h.Workspaces.Authenticate(c.Request.Context(), token, h.Now())
}
