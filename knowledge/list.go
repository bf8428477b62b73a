package knowledge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// documentColumns are read by scanDocument, in this order.
const documentColumns = `id, external_id, title, url, locale, section, origin, content_type, file_name, size, state, progress_done,
	progress_total, passages, pages, state NOT IN ('ready', 'failed') AND coalesce(stuck_at > updated_at, false), fetched_at,
	failure_code, failure_cause, failure_fix, created_by, created_at, updated_at`

func scanDocument(row pgx.CollectableRow) (Document, error) {
	var d Document
	var f Failure
	var createdBy *uuid.UUID
	var fetchedAt *time.Time
	err := row.Scan(&d.ID, &d.ExternalID, &d.Title, &d.URL, &d.Locale, &d.Section, &d.Origin, &d.ContentType, &d.FileName, &d.Size, &d.State, &d.Done,
		&d.Total, &d.Passages, &d.Pages, &d.Stuck, &fetchedAt, &f.Code, &f.Cause, &f.Fix, &createdBy, &d.CreatedAt, &d.UpdatedAt)
	d.ContentType, _, _ = strings.Cut(d.ContentType, ";") // The character set is for the reader.
	if fetchedAt != nil {
		d.FetchedAt = *fetchedAt
	}
	if f.Code != "" {
		d.Failure = &f
	}
	if createdBy != nil {
		d.CreatedBy = *createdBy
	}
	return d, err
}

// A Group is what a list of documents shows.
type Group string

// The groups: everything, what is on its way, and what needs somebody.
const (
	All        Group = "all"
	InProgress Group = "progress"
	Failed     Group = "failed"
)

// maxPage is the most documents one List returns; a screen shows fewer.
const maxPage = 200

// List returns documents, newest first. before is the id of the last document
// of the page before this one, or uuid.Nil; limit is at most 200.
func (s *Store) List(ctx context.Context, workspaceID uuid.UUID, group Group, before uuid.UUID, limit int) ([]Document, error) {
	return s.Find(ctx, workspaceID, Filter{Group: group, Before: before, Limit: limit})
}

// A Filter says which documents are wanted.
type Filter struct {
	Group Group // empty: All
	// Words must stand in the title, the file name, the section or the address,
	// as one piece and in whatever case; empty: any.
	Words  string
	Before uuid.UUID // the last document of the page before, or uuid.Nil
	Limit  int       // at most, and by default, 200
}

// Find returns the documents of a filter, newest first. A workspace has some
// thousands at most, whose rows are read in the order of their key until the
// page is full: no index on words would be used under forced row level security.
func (s *Store) Find(ctx context.Context, workspaceID uuid.UUID, f Filter) ([]Document, error) {
	group, before, limit := f.Group, f.Before, f.Limit
	if group == "" {
		group = All
	}
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	if before == uuid.Nil {
		before = uuid.Max
	}
	words := strings.ToValidUTF8(strings.ReplaceAll(strings.TrimSpace(f.Words), "\x00", ""), "")
	var list []Document
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		// Document ids are made in order of time, so the key is the order.
		rows, err := tx.Query(ctx, `
			SELECT `+documentColumns+` FROM document
			WHERE workspace_id = $1 AND id < $2
			  AND ($3 = 'all' OR ($3 = 'failed') = (state = 'failed') AND state <> 'ready')
			  AND ($5 = '' OR strpos(lower(concat_ws(E'\n', title, file_name, section, url)), lower($5)) > 0)
			ORDER BY id DESC LIMIT $4`, workspaceID, before, string(group), limit, words)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, scanDocument)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list documents: %w", err)
	}
	return list, nil
}

// Get returns one document, or ErrUnknown.
func (s *Store) Get(ctx context.Context, workspaceID, id uuid.UUID) (Document, error) {
	var d Document
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) (err error) {
		d, err = getDocument(ctx, tx, workspaceID, id)
		return err
	})
	if err != nil {
		return Document{}, fmt.Errorf("read document: %w", err)
	}
	return d, nil
}

func getDocument(ctx context.Context, tx pgx.Tx, workspaceID, id uuid.UUID) (Document, error) {
	rows, err := tx.Query(ctx, `SELECT `+documentColumns+` FROM document WHERE workspace_id = $1 AND id = $2`, workspaceID, id)
	if err != nil {
		return Document{}, err
	}
	d, err := pgx.CollectExactlyOneRow(rows, scanDocument)
	if errors.Is(err, pgx.ErrNoRows) {
		return Document{}, ErrUnknown
	}
	return d, err
}

// Passages returns the passages of a document in reading order, or ErrUnknown.
// after is the position of the last one of the page before, or -1.
func (s *Store) Passages(ctx context.Context, workspaceID, documentID uuid.UUID, after, limit int) ([]Passage, error) {
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	var list []Passage
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		d, err := getDocument(ctx, tx, workspaceID, documentID)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			SELECT id, position, heading, page, text FROM chunk
			WHERE workspace_id = $1 AND document_id = $2 AND position > $3
			ORDER BY position LIMIT $4`, workspaceID, documentID, after, limit)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Passage, error) {
			p := Passage{DocumentID: d.ID, ExternalID: d.ExternalID, Title: d.Title, URL: d.URL, Locale: d.Locale, Updated: d.UpdatedAt}
			return p, row.Scan(&p.ChunkID, &p.Position, &p.Heading, &p.Page, &p.Text)
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read passages: %w", err)
	}
	return list, nil
}

// Counts are the totals of a workspace's knowledge base.
type Counts struct {
	Documents  int `json:"documents"`
	Passages   int `json:"passages"`
	InProgress int `json:"in_progress"`
	Stuck      int `json:"stuck"` // of those in progress
	Failed     int `json:"failed"`
}

// Counts counts documents by state, and the passages that can be found.
func (s *Store) Counts(ctx context.Context, workspaceID uuid.UUID) (Counts, error) {
	var c Counts
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			SELECT count(*), coalesce(sum(passages), 0),
			       count(*) FILTER (WHERE state NOT IN ('ready', 'failed')),
			       count(*) FILTER (WHERE state NOT IN ('ready', 'failed') AND stuck_at > updated_at), count(*) FILTER (WHERE state = 'failed')
			FROM document WHERE workspace_id = $1`, workspaceID).
			Scan(&c.Documents, &c.Passages, &c.InProgress, &c.Stuck, &c.Failed)
	})
	if err != nil {
		return Counts{}, fmt.Errorf("count documents: %w", err)
	}
	return c, nil
}
