package knowledge

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/knowledge/source"
	"github.com/baton-chat/baton/knowledge/web"
)

// A content is what an indexing job reads: the file, or the address it is
// fetched from, with what is known of it.
type content struct {
	Upload
	origin  Origin
	etag    string
	hash    []byte
	indexed bool // passages of an earlier content are stored
}

// fetchAttempts is how often a job asks an address that does not answer: with
// River's pauses over about half a minute. Whoever added it is watching.
const fetchAttempts = 3

// fetch gets the content of an address and stores it. unchanged is true where it
// is what the passages were made of; then the document is ready again.
func (s *Store) fetch(ctx context.Context, workspaceID, id uuid.UUID, revision int, up *content) (unchanged bool, err error) {
	etag := up.etag
	if !up.indexed {
		etag = "" // What we had was never read.
	}
	page, err := web.Fetch(ctx, s.client, up.ExternalID, etag)
	if err != nil {
		return false, err
	}
	hash := sha256.Sum256(page.Content)
	if page.Unchanged || up.indexed && string(hash[:]) == string(up.hash) {
		return true, s.keep(ctx, workspaceID, id, revision, page.ETag)
	}
	file := source.File{Name: page.Name, ContentType: page.ContentType, Content: page.Content}
	format, err := source.Judge(file)
	if err != nil {
		return false, err
	}
	up.FileName, up.ContentType, up.Content = page.Name, page.ContentType, page.Content
	var modified *time.Time
	if !page.Modified.IsZero() {
		modified = &page.Modified
	}
	err = s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		if err := refuseDuplicate(ctx, tx, workspaceID, up.ExternalID, hash[:]); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			UPDATE document SET content_hash = $4, size = $5, content_type = $6, file_name = $7, etag = $8, fetched_at = now(), content_at = coalesce($9, now()), updated_at = now()
			WHERE workspace_id = $1 AND id = $2 AND revision = $3`,
			workspaceID, id, revision, hash[:], len(page.Content), string(format), page.Name, page.ETag, modified)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errStale
		}
		return storeBytes(ctx, tx, workspaceID, id, page.Content)
	})
	if err != nil {
		return false, fmt.Errorf("store what was fetched: %w", err)
	}
	return false, nil
}

// keep notes that an address still says what its passages say.
func (s *Store) keep(ctx context.Context, workspaceID, id uuid.UUID, revision int, etag string) error {
	next := StateReady
	if s.Space() != nil {
		next = StateEmbedding // which ends at once where no vector is missing
	}
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE document SET state = $4, indexed_revision = revision, progress_done = passages, progress_total = passages, etag = $5, fetched_at = now(), updated_at = now()
			WHERE workspace_id = $1 AND id = $2 AND revision = $3`, workspaceID, id, revision, string(next), etag)
		if err == nil && tag.RowsAffected() == 0 {
			return errStale
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("keep document: %w", err)
	}
	return s.announce(ctx, workspaceID, id)
}

// AddURL stores an address and the job that fetches and indexes it. The same
// address again fetches it again; what has not changed is not indexed again. An
// address that is none is *Rejected; what only fetching can tell ends in the
// document's failure. title may be empty.
func (s *Store) AddURL(ctx context.Context, workspaceID uuid.UUID, address, title string, createdBy uuid.UUID) (Document, error) {
	if s.jobs == nil {
		return Document{}, errors.New("add address: this store was made without a job client")
	}
	if s.client == nil {
		return Document{}, reject(web.Off())
	}
	address, err := web.Address(address)
	if err != nil {
		return Document{}, reject(err)
	}
	var by *uuid.UUID
	if createdBy != uuid.Nil {
		by = &createdBy
	}
	var d Document
	err = s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		var id uuid.UUID
		var revision int
		// A job that is under way already fetches what is there now, so nothing is
		// asked for twice.
		err := tx.QueryRow(ctx, `
			INSERT INTO document AS d (workspace_id, id, external_id, title, url, origin, content_type, content_hash, size, state, created_by)
			VALUES ($1, $2, $3, $4, $3, 'url', 'text/html', '', 0, 'queued', $5)
			ON CONFLICT (workspace_id, external_id) DO UPDATE SET origin = 'url', url = excluded.url, state = 'queued', restarts = 0,
			    revision = d.revision + (d.indexed_revision = d.revision OR d.state = 'failed')::integer,
			    failure_code = '', failure_cause = '', failure_fix = '', updated_at = now()
			RETURNING id, revision`, workspaceID, uuid.Must(uuid.NewV7()), address, or(title, address), by).Scan(&id, &revision)
		if err != nil {
			return err
		}
		if err := s.enqueueIndex(ctx, tx, workspaceID, id, revision); err != nil {
			return err
		}
		d, err = getDocument(ctx, tx, workspaceID, id)
		return err
	})
	if err != nil {
		return Document{}, fmt.Errorf("add address: %w", err)
	}
	s.publish(workspaceID, d)
	return d, nil
}

// FetchEntry fetches an address as an entry of an import, now.
func (s *Store) FetchEntry(ctx context.Context, address string) (Entry, error) {
	address, err := web.Address(address)
	if err != nil {
		return Entry{}, err
	}
	page, err := web.Fetch(ctx, s.client, address, "")
	if err != nil {
		return Entry{}, err
	}
	return Entry{ID: address, URL: address, FileName: page.Name, ContentType: page.ContentType, Content: page.Content, ContentAt: page.Modified, origin: OriginURL, etag: page.ETag}, nil
}

// progressEvery is how often the pages that were read are stored and told.
const progressEvery = time.Second

// pageProgress returns what stores how many pages of a document have been read.
// A number that could not be stored is followed by the next one.
func (s *Store) pageProgress(ctx context.Context, workspaceID, id uuid.UUID, revision int) func(done, total int) {
	var last time.Time
	return func(done, total int) {
		if time.Since(last) < progressEvery {
			return
		}
		last = time.Now()
		err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `
				UPDATE document SET progress_done = $4, progress_total = $5, updated_at = now()
				WHERE workspace_id = $1 AND id = $2 AND revision = $3 AND state = 'reading'`, workspaceID, id, revision, done, total)
			return err
		})
		if err == nil {
			err = s.announce(ctx, workspaceID, id)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("progress could not be stored", slog.String("document", id.String()), slog.String("error", err.Error()))
		}
	}
}
