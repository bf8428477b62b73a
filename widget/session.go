package widget

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

// sessionBody is the largest session request in bytes: a token, a page's address and title.
const sessionBody = 8 << 10

type sessionRequest struct {
	Inbox  string      `json:"inbox"`
	Token  string      `json:"token"`
	Locale string      `json:"locale"`
	Page   sessionPage `json:"page"`
	// Timezone is optional: agents see what time it is for the visitor.
	Timezone string `json:"timezone,omitempty"`
}

type sessionPage struct {
	URL   string `json:"url"`
	Title string `json:"title"`
}

type sessionResponse struct {
	Token   string                `json:"token"`
	Visitor uuid.UUID             `json:"visitor"`
	Store   uuid.UUID             `json:"store"`
	Conv    uuid.UUID             `json:"conv"`
	Inbox   sessionInbox          `json:"inbox"`
	People  []conversation.Person `json:"people"`
}

type sessionInbox struct {
	Name        string   `json:"name"`
	Title       string   `json:"title"`
	Text        string   `json:"text"`
	Suggestions []string `json:"suggestions"`
	Mark        string   `json:"mark"`
	Accent      string   `json:"accent"`
}

// problem is an error over HTTP, in its one shape.
type problem struct {
	status int
	wait   time.Duration

	Code  string `json:"code"`
	Error string `json:"error"`
	Fix   string `json:"fix"`
}

// allowAnywhere lets pages of every origin read the answer. There are no cookies, so an answer holds nothing that the page's own request did not bring.
func allowAnywhere(c *gin.Context) {
	header := c.Writer.Header()
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Access-Control-Expose-Headers", "Retry-After")
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	header.Set("X-Content-Type-Options", "nosniff")
}

// preflightAge is how long a browser may remember that it may ask, in seconds; browsers cap it by themselves.
const preflightAge = 86_400

func preflight(c *gin.Context) {
	allowAnywhere(c)
	header := c.Writer.Header()
	header.Set("Access-Control-Allow-Methods", "POST")
	header.Set("Access-Control-Allow-Headers", "Content-Type")
	header.Set("Access-Control-Max-Age", strconv.Itoa(preflightAge))
	c.Status(http.StatusNoContent)
}

// session opens a visitor's session, or goes on with the one whose token is sent.
func (h *Handler) session(c *gin.Context) {
	allowAnywhere(c)
	c.Header("Cache-Control", "no-store")
	if wait := h.callers.take(c.ClientIP(), time.Now()); wait > 0 {
		fail(c, &problem{status: http.StatusTooManyRequests, wait: wait, Code: "slow_down", Error: "Too many sessions were opened from this address.", Fix: "Wait the seconds of Retry-After."})
		return
	}
	request, p := readSession(c)
	if p != nil {
		fail(c, p)
		return
	}
	response, p := h.open(c, request)
	if p != nil {
		fail(c, p)
		return
	}
	c.JSON(http.StatusOK, response)
}

func fail(c *gin.Context, p *problem) {
	if p.wait > 0 {
		c.Header("Retry-After", strconv.Itoa(int(math.Ceil(p.wait.Seconds()))))
	}
	c.AbortWithStatusJSON(p.status, p)
}

func readSession(c *gin.Context) (request sessionRequest, p *problem) {
	decoder := json.NewDecoder(http.MaxBytesReader(c.Writer, c.Request.Body, sessionBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&request)
	if err == nil {
		// One value and nothing after it, or it is not the JSON of the protocol.
		if _, err = decoder.Token(); errors.Is(err, io.EOF) {
			return request, nil
		}
		err = errors.Join(errors.New("there is something after the object"), err)
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return request, &problem{status: http.StatusRequestEntityTooLarge, Code: "too_large", Error: "The request is over 8 KiB.", Fix: "Shorten page.url and page.title."}
	}
	return request, &problem{status: http.StatusBadRequest, Code: "bad_request", Error: "The body is not a session request.", Fix: fieldOf(err)}
}

// fieldOf says which part of a JSON body is wrong, without repeating what stands there.
func fieldOf(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return fmt.Sprintf("The field %q must be a %s.", kind.Field, kind.Type)
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Sprintf("The field %s is not known; leave it out.", field)
	}
	return "Send one JSON object with inbox, token, locale and page."
}

// open finds the inbox, judges the origin and opens the session.
func (h *Handler) open(c *gin.Context, request sessionRequest) (*sessionResponse, *problem) {
	ctx := c.Request.Context()
	inbox, err := h.Workspaces.InboxByKey(ctx, request.Inbox)
	if err != nil {
		return nil, h.problemOf(err)
	}
	if !h.origins(inbox).AllowsRequest(c.Request) {
		return nil, &problem{
			status: http.StatusForbidden, Code: "origin_refused", Error: "This page's origin is not allowed for the inbox.",
			Fix: "An operator adds the origin, with scheme and port, to the inbox's allowed origins.",
		}
	}
	page := conversation.Page{URL: request.Page.URL, Title: request.Page.Title, Locale: request.Locale, Timezone: request.Timezone}
	token, session, err := h.Conversations.OpenSession(ctx, inbox, request.Token, page)
	if err != nil {
		return nil, h.problemOf(err)
	}
	store, err := h.Workspaces.Identity(ctx)
	if err != nil {
		return nil, h.problemOf(err)
	}
	team, err := h.Presence.Team(ctx, inbox.Workspace)
	if err != nil {
		return nil, h.problemOf(err)
	}
	return &sessionResponse{
		Token: token.String(), Visitor: session.Visitor, Store: store, Conv: session.Conversation,
		Inbox: h.greeting(inbox, request.Locale), People: peopleOf(team),
	}, nil
}

func (h *Handler) problemOf(err error) *problem {
	if errors.Is(err, workspace.ErrInbox) {
		return &problem{status: http.StatusNotFound, Code: "inbox_unknown", Error: "No inbox has this key.", Fix: "Copy the script tag again from the console."}
	}
	h.failed("visitor session", err)
	return &problem{status: http.StatusServiceUnavailable, wait: time.Second, Code: "unavailable", Error: "The database is away.", Fix: "Try again; wait longer each time."}
}

func (h *Handler) origins(inbox workspace.Inbox) realtime.Origins {
	return realtime.Origins{Own: h.Origin, Allowed: inbox.AllowedOrigins, AllowNone: inbox.AllowNoOrigin}
}

// greeting picks the visitor's language: the whole tag, then the language alone, then English.
func (h *Handler) greeting(inbox workspace.Inbox, locale string) sessionInbox {
	language, _, _ := strings.Cut(locale, "-")
	var chosen workspace.Greeting
	for _, tag := range []string{locale, strings.ToLower(language), "en"} {
		if g, ok := inbox.Greeting[tag]; ok {
			chosen = g
			break
		}
	}
	if chosen.Suggestions == nil {
		chosen.Suggestions = []string{}
	}
	return sessionInbox{Name: inbox.Name, Title: chosen.Title, Text: chosen.Text, Suggestions: chosen.Suggestions, Mark: h.Mark, Accent: h.Accent}
}
