package agentconsole

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
	"golang.org/x/time/rate"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

const (
	// trialBurst and trialEvery bound what one person asks on the test bench: far more than somebody reads, and too little to keep visitors waiting
	// behind a script.
	trialBurst = 20
	trialEvery = 2 * time.Second
	// maxTrial is the longest question of the bench in code points. A visitor's may be longer; nobody tries those by hand.
	maxTrial = 4_000
	// sweepEvery is how often previews that are over a day old are looked for.
	sweepEvery = time.Hour
)

// trials counts what each person asks. It holds one limiter for each member of the team who has asked since the start.
type trials struct {
	mu sync.Mutex
	by map[uuid.UUID]*rate.Limiter
}

func newTrials() *trials { return &trials{by: map[uuid.UUID]*rate.Limiter{}} }

// tooFast tells after how long the next question is taken.
type tooFast struct{ wait time.Duration }

func (e *tooFast) Error() string { return fmt.Sprintf("too many questions; the next in %s", e.wait) }

func (e *tooFast) seconds() int { return max(1, int(math.Ceil(e.wait.Seconds()))) }

func (t *trials) take(agent uuid.UUID, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	limit := t.by[agent]
	if limit == nil {
		limit = rate.NewLimiter(rate.Every(trialEvery), trialBurst)
		t.by[agent] = limit
	}
	r := limit.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return &tooFast{wait}
	}
	return nil
}

// ask puts a question to the assistant as a visitor would. The answer comes over the socket, to whoever watches the conversation.
func (h *Handler) ask(c *gin.Context, me workspace.Session) error {
	var body struct {
		Text    string    `json:"text"`
		Preview uuid.UUID `json:"preview"`
	}
	if err := decode(c, &body); err != nil {
		return err
	}
	if n := len([]rune(body.Text)); n > maxTrial {
		return bad("text: at most %d characters; this one has %d.", maxTrial, n)
	}
	err := h.trials.take(me.Agent.ID, h.Now())
	if pace := (*tooFast)(nil); errors.As(err, &pace) {
		c.Header("Retry-After", strconv.Itoa(pace.seconds()))
	}
	if err != nil {
		return err
	}
	asked, err := h.Conversations.Ask(c.Request.Context(), me.Agent, body.Preview, body.Text)
	if errors.Is(err, conversation.ErrUnknown) {
		return errPreview
	}
	if err != nil {
		return err
	}
	c.JSON(http.StatusAccepted, gin.H{"id": asked.Conversation, "seq": asked.Seq, "at": stamp(asked.At)})
	return nil
}

// ownPreview lets pass whose preview it is.
func (h *Handler) ownPreview(ctx context.Context, me workspace.Agent, id uuid.UUID) error {
	err := h.Conversations.OwnPreview(ctx, me, id)
	if errors.Is(err, conversation.ErrUnknown) {
		return errPreview
	}
	return err
}

// watchable lets pass a visitor's conversation, and a preview for whoever asked in it.
func (h *Handler) watchable(ctx context.Context, me workspace.Agent, id uuid.UUID) error {
	conv, err := h.Conversations.Get(ctx, me.Workspace, id)
	if err != nil || conv.Kind != conversation.KindPreview {
		return err
	}
	return h.Conversations.OwnPreview(ctx, me, id)
}

// stopPreview stops the answer that is being written, as a visitor's Stop does: what was shown is stored.
func (h *Handler) stopPreview(c *gin.Context, me workspace.Session, id uuid.UUID) error {
	var body struct {
		Run uuid.UUID `json:"run"`
	}
	if err := decode(c, &body); err != nil {
		return err
	}
	if err := h.ownPreview(c.Request.Context(), me.Agent, id); err != nil {
		return err
	}
	h.Bus.Publish(workspace.NewEvent(me.Agent.Workspace, id, workspace.EventCancel, map[string]uuid.UUID{"run": body.Run}))
	c.Status(http.StatusNoContent)
	return nil
}

// turn is how an answer came about.
type turn struct {
	Seq        int64               `json:"seq"`
	Outcome    string              `json:"outcome"`
	Confidence float64             `json:"confidence"`
	Rule       string              `json:"rule"`
	Reason     string              `json:"reason"`
	Matches    []conversation.Span `json:"matches"`
	RuleSet    int64               `json:"rule_set"`
	Model      string              `json:"model"`
	Timings    map[string]float64  `json:"timings"`
	Passages   []judgedPassage     `json:"passages"`
	At         time.Time           `json:"at"`
}

// judgedPassage is a passage that was looked at. Its text is the present one; Gone where there is none any more.
type judgedPassage struct {
	ID       uuid.UUID `json:"id"`
	Document uuid.UUID `json:"document"`
	Title    string    `json:"title"`
	Heading  []string  `json:"heading"`
	Text     string    `json:"text"`
	Position int       `json:"position"`
	Page     int       `json:"page"`
	URL      string    `json:"url"`
	Score    float64   `json:"score"`
	Words    float64   `json:"words"`
	Meaning  float64   `json:"meaning"`
	N        int       `json:"n"`
	Refused  bool      `json:"refused"`
	Gone     bool      `json:"gone"`
}

func (h *Handler) previewTurn(c *gin.Context, me workspace.Session, id uuid.UUID) error {
	ctx, ws := c.Request.Context(), me.Agent.Workspace
	if err := h.ownPreview(ctx, me.Agent, id); err != nil {
		return err
	}
	seq, err := strconv.ParseInt(c.Param("seq"), 10, 64)
	if err != nil {
		return errTurn
	}
	record, err := h.Conversations.PreviewTurn(ctx, ws, id, seq)
	if errors.Is(err, conversation.ErrUnknown) {
		return errTurn
	}
	if err != nil {
		return err
	}
	passages, err := h.judgedPassages(ctx, ws, record.Passages)
	if err != nil {
		return err
	}
	t := turn{
		Seq: record.InReplyTo, Outcome: record.Outcome, Confidence: record.Confidence, Rule: record.Rule, Reason: record.Reason, Matches: record.Matches,
		RuleSet: record.RuleSetVersion, Model: record.Model, Timings: record.Timings, Passages: passages, At: stamp(record.At),
	}
	if t.Matches == nil {
		t.Matches = []conversation.Span{}
	}
	c.JSON(http.StatusOK, t)
	return nil
}

// judgedPassages reads what a record says of its passages, and puts the words to it.
func (h *Handler) judgedPassages(ctx context.Context, ws uuid.UUID, recorded json.RawMessage) ([]judgedPassage, error) {
	var list []struct {
		Chunk    uuid.UUID `json:"chunk"`
		Document uuid.UUID `json:"document"`
		Score    float64   `json:"score"`
		Words    float64   `json:"words"`
		Meaning  float64   `json:"meaning"`
		N        int       `json:"n"`
		Refused  bool      `json:"refused"`
	}
	if err := json.Unmarshal(recorded, &list); err != nil {
		return nil, fmt.Errorf("read the passages of a turn: %w", err)
	}
	ids := make([]uuid.UUID, len(list))
	for i, p := range list {
		ids[i] = p.Chunk
	}
	known, err := h.Knowledge.PassagesByID(ctx, ws, ids)
	if err != nil {
		return nil, err
	}
	out := make([]judgedPassage, len(list))
	for i, p := range list {
		k, ok := known[p.Chunk]
		out[i] = judgedPassage{
			ID: p.Chunk, Document: p.Document, Title: k.Title, Heading: k.Heading, Text: k.Text, Position: k.Position, Page: k.Page, URL: k.URL,
			Score: p.Score, Words: p.Words, Meaning: p.Meaning, N: p.N, Refused: p.Refused, Gone: !ok,
		}
		if out[i].Heading == nil {
			out[i].Heading = []string{}
		}
	}
	return out, nil
}

// Run removes what was tried on the test bench more than a day ago, now and then until ctx ends.
func (h *Handler) Run(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := h.Sweep(ctx); err != nil && ctx.Err() == nil {
			h.Log.WarnContext(ctx, "old trials of the test bench could not be removed; trying again later", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Sweep is one look through all workspaces.
func (h *Handler) Sweep(ctx context.Context) error {
	all, err := h.Workspaces.All(ctx)
	if err != nil {
		return err
	}
	for _, w := range all {
		if _, err := h.Conversations.SweepPreviews(ctx, w.ID); err != nil {
			return err
		}
	}
	return nil
}
