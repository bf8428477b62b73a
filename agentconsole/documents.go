package agentconsole

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/workspace"
)

// document is a document of the knowledge base as the page shows it.
type document struct {
	ID        uuid.UUID       `json:"id"`
	Title     string          `json:"title"`
	File      string          `json:"file"`
	Type      string          `json:"type"`
	Section   string          `json:"section"`
	URL       string          `json:"url"`
	Bytes     int64           `json:"bytes"`
	Passages  int             `json:"passages"`
	Cited     int             `json:"cited_30d"`
	State     knowledge.State `json:"state"`
	Done      int             `json:"done"`
	Total     int             `json:"total"`
	Stuck     bool            `json:"stuck"`
	Pages     int             `json:"pages"`
	Original  bool            `json:"original"`
	Cause     string          `json:"cause"`
	Error     string          `json:"error"`
	Fix       string          `json:"fix"`
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at"`
}

func newDocument(d knowledge.Document, cited map[uuid.UUID]int) document {
	out := document{
		ID: d.ID, Title: d.Title, File: d.FileName, Type: shortType(d.ContentType), Section: d.Section, URL: d.URL, Bytes: d.Size, Passages: d.Passages, Cited: cited[d.ID],
		State: d.State, Done: d.Done, Total: d.Total, Stuck: d.Stuck, Pages: d.Pages, Original: d.Origin == knowledge.OriginFile, CreatedAt: stamp(d.CreatedAt), UpdatedAt: stamp(d.UpdatedAt),
	}
	if d.Failure != nil {
		out.Cause, out.Error, out.Fix = d.Failure.Code, d.Failure.Cause, d.Failure.Fix
	}
	return out
}

// shortType is the word that stands on a document's sheet.
func shortType(contentType string) string {
	media, _, _ := strings.Cut(contentType, ";")
	switch media {
	case "text/markdown":
		return "MD"
	case "text/html", "application/xhtml+xml":
		return "HTML"
	case "application/pdf":
		return "PDF"
	case "text/csv":
		return "CSV"
	case "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
		return "DOCX"
	default:
		return "TXT"
	}
}

// documentCounts are the numbers beside the groups.
type documentCounts struct {
	All      int `json:"all"`
	Progress int `json:"progress"`
	Failed   int `json:"failed"`
	Unused   int `json:"unused"`
	Passages int `json:"passages"`
}

func (h *Handler) listDocuments(c *gin.Context, me workspace.Session) error {
	ctx, ws := c.Request.Context(), me.Agent.Workspace
	wanted, err := newWanted(c)
	if err != nil {
		return err
	}
	if wanted.cited, err = h.cited.of(ctx, h, ws); err != nil {
		return err
	}
	found, next, err := h.findDocuments(ctx, ws, wanted)
	if err != nil {
		return err
	}
	counts, err := h.countDocuments(ctx, ws, wanted.cited)
	if err != nil {
		return err
	}
	items := make([]document, len(found))
	for i, d := range found {
		items[i] = newDocument(d, wanted.cited)
	}
	c.JSON(http.StatusOK, page[document]{Items: items, Next: next, Counts: counts})
	return nil
}

func (h *Handler) countDocuments(ctx context.Context, ws uuid.UUID, cited map[uuid.UUID]int) (documentCounts, error) {
	n, err := h.Knowledge.Counts(ctx, ws)
	if err != nil {
		return documentCounts{}, err
	}
	unused, err := h.Knowledge.CountUnused(ctx, ws, slices.Collect(maps.Keys(cited)))
	return documentCounts{All: n.Documents, Progress: n.InProgress, Failed: n.Failed, Unused: unused, Passages: n.Passages}, err
}

// groupUnused are the documents that no answer cited lately. What an answer cited is not the knowledge base's to know, so the group is made here.
const groupUnused = "unused"

// wanted is which documents a list shows.
type wanted struct {
	knowledge.Filter
	kind   string // as on the document's sheet; empty: any
	unused bool
	cited  map[uuid.UUID]int
}

func newWanted(c *gin.Context) (w wanted, err error) {
	w.Filter = knowledge.Filter{Group: knowledge.All, Words: c.Query("q"), Limit: maxPage}
	w.kind = strings.ToUpper(c.Query("type"))
	switch group := c.Query("state"); group {
	case "", string(knowledge.All):
	case groupUnused:
		w.unused = true
	case string(knowledge.InProgress), string(knowledge.Failed):
		w.Group = knowledge.Group(group)
	default:
		return w, bad("state: all, progress, failed or unused.")
	}
	if cursor := c.Query("cursor"); cursor != "" {
		if w.Before, err = uuid.Parse(cursor); err != nil {
			return w, bad("cursor: as the last page gave it.")
		}
	}
	return w, nil
}

func (w *wanted) has(d knowledge.Document) bool {
	return (w.kind == "" || shortType(d.ContentType) == w.kind) && (!w.unused || d.State == knowledge.StateReady && w.cited[d.ID] == 0)
}

// findDocuments returns the next page of what is wanted, and the cursor behind it.
func (h *Handler) findDocuments(ctx context.Context, ws uuid.UUID, w wanted) (found []knowledge.Document, next string, err error) {
	for {
		list, err := h.Knowledge.Find(ctx, ws, w.Filter)
		if err != nil {
			return nil, "", err
		}
		for _, d := range list {
			if !w.has(d) {
				continue
			}
			if len(found) == pageSize {
				return found, found[pageSize-1].ID.String(), nil
			}
			found = append(found, d)
		}
		if len(list) < maxPage {
			return found, "", nil
		}
		w.Before = list[len(list)-1].ID
	}
}

// passage is a piece of a document, as the assistant reads it.
type passage struct {
	ID       uuid.UUID `json:"id"`
	Heading  []string  `json:"heading"`
	Text     string    `json:"text"`
	Position int       `json:"position"`
	Page     int       `json:"page"`
}

func (h *Handler) getDocument(c *gin.Context, me workspace.Session, id uuid.UUID) error {
	ctx, ws := c.Request.Context(), me.Agent.Workspace
	d, err := h.Knowledge.Get(ctx, ws, id)
	if err != nil {
		return err
	}
	cited, err := h.cited.of(ctx, h, ws)
	if err != nil {
		return err
	}
	passages := []passage{}
	for after := -1; ; after = passages[len(passages)-1].Position {
		list, err := h.Knowledge.Passages(ctx, ws, id, after, maxPage)
		if err != nil {
			return err
		}
		for _, p := range list {
			heading := p.Heading
			if heading == nil {
				heading = []string{}
			}
			passages = append(passages, passage{ID: p.ChunkID, Heading: heading, Text: p.Text, Position: p.Position, Page: p.Page})
		}
		if len(list) < maxPage {
			break
		}
	}
	c.JSON(http.StatusOK, gin.H{"document": newDocument(d, cited), "passages": passages})
	return nil
}

func (h *Handler) retryDocument(c *gin.Context, me workspace.Session, id uuid.UUID) error {
	d, err := h.Knowledge.Retry(c.Request.Context(), me.Agent.Workspace, id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusAccepted, newDocument(d, nil))
	return nil
}

func (h *Handler) deleteDocument(c *gin.Context, me workspace.Session, id uuid.UUID) error {
	if err := h.Knowledge.Delete(c.Request.Context(), me.Agent.Workspace, id); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

const (
	// citedWithin is the time over which citations are counted.
	citedWithin = 30 * 24 * time.Hour
	// citedShare is how many times as long as it took to read the count is shown: it reads a month of answers, and must never take more than a hundredth of anybody's time.
	citedShare = 100
	// citedLeast is how long it is shown at least, so that a burst of documents reads it once.
	citedLeast = time.Second
)

// citedCache keeps each workspace's count of citations for a moment.
type citedCache struct {
	mu   sync.Mutex
	kept map[uuid.UUID]citedCount
}

type citedCount struct {
	by    map[uuid.UUID]int
	until time.Time
}

func (k *citedCache) of(ctx context.Context, h *Handler, ws uuid.UUID) (map[uuid.UUID]int, error) {
	now := h.Now()
	k.mu.Lock()
	known, ok := k.kept[ws]
	k.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.by, nil
	}
	began := time.Now()
	by, err := h.Conversations.Cited(ctx, ws, now.Add(-citedWithin))
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil {
		k.kept = map[uuid.UUID]citedCount{}
	}
	k.kept[ws] = citedCount{by: by, until: now.Add(max(citedLeast, citedShare*time.Since(began)))}
	return by, nil
}
