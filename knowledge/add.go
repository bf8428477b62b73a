package knowledge

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/knowledge/source"
)

// fileRowBytes is how much of a file one row holds, 256 KiB: small enough that
// no value is ever large, big enough that 20 MiB are 80 rows.
const fileRowBytes = 256 << 10

// maxNameBytes is the longest external id and file name, in bytes. A btree
// index row holds about 2,700, and a file system's name 255.
const maxNameBytes = 512

// An Upload is a file that becomes a document.
type Upload struct {
	// ExternalID is the name by which the same document is known when it comes
	// again; empty: FileName.
	ExternalID  string
	FileName    string
	ContentType string // as the browser said; may be empty
	Content     []byte
	// Title, URL, Locale and Section override what the file says of itself.
	Title, URL, Locale, Section string
	// ContentAt is when the content was last changed; the zero time means now.
	ContentAt time.Time
	CreatedBy uuid.UUID // uuid.Nil: by the operator's command line
}

// A Rejected error means that a file was refused before anything was stored.
// Other is the document that holds the same content, where that is the reason.
type Rejected struct {
	Failure Failure
	Other   uuid.UUID
}

func (e *Rejected) Error() string { return e.Failure.Cause + " " + e.Failure.Fix }

// Add stores a file, which must be no archive (see AddAll), and the job that indexes it in one transaction. The same
// external id again replaces the document's content; the same content again is
// not indexed twice. A file that is too large, empty or of a type that cannot be
// read, or whose content is here under another name, is *Rejected; what only
// reading can tell ends in the document's failure.
func (s *Store) Add(ctx context.Context, workspaceID uuid.UUID, up Upload) (Document, error) {
	if s.jobs == nil {
		return Document{}, errors.New("add document: this store was made without a job client")
	}
	format, err := check(&up)
	if err != nil {
		return Document{}, err
	}
	var d Document
	err = s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		id, revision, changed, err := storeFile(ctx, tx, workspaceID, up, format)
		if err != nil {
			return err
		}
		if changed {
			if _, err := s.jobs.InsertTx(ctx, tx, IndexArgs{workspaceID, id, revision}, nil); err != nil {
				return err
			}
		}
		d, err = getDocument(ctx, tx, workspaceID, id)
		return err
	})
	if rejected := (*Rejected)(nil); errors.As(err, &rejected) {
		return Document{}, err
	}
	if err != nil {
		return Document{}, fmt.Errorf("add document: %w", err)
	}
	s.publish(workspaceID, d)
	return d, nil
}

// check refuses what need not be stored to be refused, and fills in the names.
func check(up *Upload) (source.Format, error) {
	if len(up.Content) > source.MaxBytes {
		return "", reject(source.TooLarge(int64(len(up.Content))))
	}
	if !storable(up.ExternalID) || !storable(up.FileName) {
		return "", errName()
	}
	up.FileName, up.Title, up.Section, up.Locale = source.Plain(up.FileName), source.Plain(up.Title), source.Plain(up.Section), source.Plain(up.Locale)
	up.ExternalID = source.Plain(or(up.ExternalID, up.FileName))
	if up.ExternalID == "" || len(up.ExternalID) > maxNameBytes || len(up.FileName) > maxNameBytes {
		return "", errName()
	}
	format, err := source.Judge(source.File{Name: up.FileName, ContentType: up.ContentType, Content: up.Content})
	if err != nil {
		return "", reject(err)
	}
	if format == source.ZIP {
		return "", reject(source.NoDocument())
	}
	return format, nil
}

func errName() *Rejected {
	return &Rejected{Failure: Failure{"name", "The file's name is empty, too long or not readable text.", "Give it a shorter name and upload it again."}}
}

func reject(err error) *Rejected { return &Rejected{Failure: failureOf(err)} }

// storable tells whether PostgreSQL takes the text.
func storable(text string) bool {
	for _, r := range text {
		if r == 0 || r == utf8.RuneError {
			return false
		}
	}
	return true
}

// storeFile writes document and bytes. changed is false where this content is
// already indexed under this external id.
func storeFile(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, up Upload, format source.Format) (id uuid.UUID, revision int, changed bool, err error) {
	hash := sha256.Sum256(up.Content)
	if err := refuseDuplicate(ctx, tx, workspaceID, up.ExternalID, hash[:]); err != nil {
		return uuid.Nil, 0, false, err
	}
	var createdBy *uuid.UUID
	if up.CreatedBy != uuid.Nil {
		createdBy = &up.CreatedBy
	}
	var contentAt *time.Time
	if !up.ContentAt.IsZero() {
		contentAt = &up.ContentAt
	}
	title := up.Title
	if title == "" {
		title = up.FileName // until the file has been read
	}
	// A document that failed is tried again even where its content is the same.
	err = tx.QueryRow(ctx, `
		INSERT INTO document AS d (workspace_id, id, external_id, title, url, locale, content_type, file_name, content_hash, size, state, created_by, content_at, section)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', $11, coalesce($12, now()), $13)
		ON CONFLICT (workspace_id, external_id) DO UPDATE SET
		    url = CASE WHEN excluded.url = '' THEN d.url ELSE excluded.url END,
		    locale = CASE WHEN excluded.locale = '' THEN d.locale ELSE excluded.locale END,
		    section = CASE WHEN excluded.section = '' THEN d.section ELSE excluded.section END,
		    origin = 'file', etag = '',
		    content_type = excluded.content_type, file_name = excluded.file_name,
		    content_hash = excluded.content_hash, size = excluded.size,
		    content_at = CASE WHEN $12::timestamptz IS NOT NULL OR d.content_hash <> excluded.content_hash THEN excluded.content_at ELSE d.content_at END,
		    revision = d.revision + (d.content_hash <> excluded.content_hash OR d.state = 'failed')::integer,
		    updated_at = now()
		RETURNING id, revision, indexed_revision < revision`,
		workspaceID, uuid.Must(uuid.NewV7()), up.ExternalID, title, up.URL, up.Locale, string(format), up.FileName, hash[:],
		len(up.Content), createdBy, contentAt, up.Section).Scan(&id, &revision, &changed)
	if err != nil || !changed {
		return id, revision, false, err
	}
	_, err = tx.Exec(ctx, `
		UPDATE document SET state = 'queued', progress_done = 0, progress_total = 0, restarts = 0, failure_code = '', failure_cause = '', failure_fix = ''
		WHERE workspace_id = $1 AND id = $2`, workspaceID, id)
	if err != nil {
		return id, revision, false, err
	}
	return id, revision, true, storeBytes(ctx, tx, workspaceID, id, up.Content)
}

func refuseDuplicate(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, externalID string, hash []byte) error {
	var other string
	var id uuid.UUID
	err := tx.QueryRow(ctx, `
		SELECT title, id FROM document
		WHERE workspace_id = $1 AND content_hash = $2 AND external_id <> $3 AND state <> 'failed'
		LIMIT 1`, workspaceID, hash, externalID).Scan(&other, &id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return duplicateOf(other, id)
}

func duplicateOf(title string, id uuid.UUID) *Rejected {
	return &Rejected{Failure{
		"duplicate", fmt.Sprintf("The same text is already here as “%s”.", title),
		"Nothing needs to be done; delete the other one first if this should take its place.",
	}, id}
}

func storeBytes(ctx context.Context, tx pgx.Tx, workspaceID, documentID uuid.UUID, content []byte) error {
	if _, err := tx.Exec(ctx, `DELETE FROM document_file WHERE workspace_id = $1 AND document_id = $2`, workspaceID, documentID); err != nil {
		return err
	}
	for n := 0; len(content) > 0; n++ {
		row := content[:min(fileRowBytes, len(content))]
		content = content[len(row):]
		if _, err := tx.Exec(ctx, `INSERT INTO document_file (workspace_id, document_id, n, bytes) VALUES ($1, $2, $3, $4)`,
			workspaceID, documentID, n, row); err != nil {
			return err
		}
	}
	return nil
}

// File returns the bytes of a document as they were uploaded; nil for one that
// was imported as text.
func (s *Store) File(ctx context.Context, workspaceID, documentID uuid.UUID) ([]byte, error) {
	var content []byte
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) (err error) {
		content, err = readBytes(ctx, tx, workspaceID, documentID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	return content, nil
}

func readBytes(ctx context.Context, tx pgx.Tx, workspaceID, documentID uuid.UUID) ([]byte, error) {
	rows, err := tx.Query(ctx, `SELECT bytes FROM document_file WHERE workspace_id = $1 AND document_id = $2 ORDER BY n`, workspaceID, documentID)
	if err != nil {
		return nil, err
	}
	var content, row []byte
	_, err = pgx.ForEachRow(rows, []any{&row}, func() error {
		content = append(content, row...)
		return nil
	})
	return content, err
}
