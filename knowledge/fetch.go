package knowledge

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"mime"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/knowledge/source"
	"github.com/baton-chat/baton/knowledge/web"
)

// fetchAttempts is how often a job asks an address that does not answer: with
// River's pauses over about half a minute. Whoever added it is watching.
const fetchAttempts = 3

// An address is what is known of a document that is fetched.
type address struct {
	url, etag string
	hash      []byte
	indexed   bool // the passages are those of the content with this hash
}

// fetch gets the content of an address, stores it as the document's next
// revision, and makes the job that indexes it. What is still the content that
// the passages were made of leaves the document as it is. final means that
// nobody will try again. It returns errHostBusy where its turn has not come.
func (s *Store) fetch(ctx context.Context, v *visits, workspaceID, id uuid.UUID, revision int, final bool) error {
	a, err := s.address(ctx, workspaceID, id, revision)
	if err == nil {
		var end func()
		if end, err = v.begin(ctx, a.url); err != nil {
			return err
		}
		defer end()
		err = s.fetchNow(ctx, workspaceID, id, revision, a)
	}
	return s.conclude(ctx, workspaceID, id, revision, final, err)
}

func (s *Store) address(ctx context.Context, workspaceID, id uuid.UUID, revision int) (a address, err error) {
	err = s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `
			SELECT external_id, etag, content_hash, indexed_revision > 0 FROM document
			WHERE workspace_id = $1 AND id = $2 AND revision = $3 AND state <> 'failed'`, workspaceID, id, revision).Scan(&a.url, &a.etag, &a.hash, &a.indexed)
		if errors.Is(err, pgx.ErrNoRows) {
			return errStale
		}
		return err
	})
	if err != nil {
		return a, fmt.Errorf("read address: %w", err)
	}
	if !a.indexed {
		a.etag = "" // What it names was never read.
	}
	return a, nil
}

func (s *Store) fetchNow(ctx context.Context, workspaceID, id uuid.UUID, revision int, a address) error {
	if err := s.advance(ctx, workspaceID, id, revision, StateReading); err != nil {
		return err
	}
	page, err := web.Fetch(ctx, s.client, a.url, a.etag)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(page.Content)
	if page.Unchanged || a.indexed && string(hash[:]) == string(a.hash) {
		return s.keep(ctx, workspaceID, id, revision, page.ETag)
	}
	format, err := source.Judge(source.File{Name: page.Name, ContentType: page.ContentType, Content: page.Content})
	if err != nil {
		return err
	}
	return s.storePage(ctx, workspaceID, id, revision, a.url, page, format)
}

// storePage stores what was fetched with the job that indexes it. The revision
// moves, so that whoever still reads an older content of this address finds out;
// indexed_revision 0 says that the passages are of another content than the one
// whose hash and ETag are kept.
func (s *Store) storePage(ctx context.Context, workspaceID, id uuid.UUID, revision int, url string, page web.Page, format source.Format) error {
	hash := sha256.Sum256(page.Content)
	var modified *time.Time
	if !page.Modified.IsZero() {
		modified = &page.Modified
	}
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		if err := refuseDuplicate(ctx, tx, workspaceID, url, hash[:]); err != nil {
			return err
		}
		// The content type keeps the character set that the server said.
		tag, err := tx.Exec(ctx, `
			UPDATE document SET content_hash = $4, size = $5, content_type = $6, file_name = $7, etag = $8, fetched_at = now(), content_at = coalesce($9, now()),
			    revision = revision + 1, indexed_revision = 0, updated_at = now()
			WHERE workspace_id = $1 AND id = $2 AND revision = $3`,
			workspaceID, id, revision, hash[:], len(page.Content), typeOf(page, format), source.Plain(page.Name), page.ETag, modified)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errStale
		}
		if err := storeBytes(ctx, tx, workspaceID, id, page.Content); err != nil {
			return err
		}
		_, err = s.jobs.InsertTx(ctx, tx, IndexArgs{workspaceID, id, revision + 1}, nil)
		return err
	})
	if err != nil {
		return fmt.Errorf("store what was fetched: %w", err)
	}
	return nil
}

// typeOf is the format with the character set that the web server declared,
// without which the text of an older page cannot be read.
func typeOf(page web.Page, format source.Format) string {
	_, parameters, err := mime.ParseMediaType(page.ContentType)
	if charset := parameters["charset"]; err == nil && charset != "" {
		return mime.FormatMediaType(string(format), map[string]string{"charset": charset})
	}
	return string(format)
}

// keep notes that an address still says what its passages say. Where vectors are
// missing, a change of models makes them or has made them.
func (s *Store) keep(ctx context.Context, workspaceID, id uuid.UUID, revision int, etag string) error {
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		if err := lockStatistics(ctx, tx, workspaceID); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			UPDATE document SET state = 'embedding', indexed_revision = revision, progress_done = passages, progress_total = passages,
			    failure_code = '', failure_cause = '', failure_fix = '', etag = $4, fetched_at = now(), updated_at = now()
			WHERE workspace_id = $1 AND id = $2 AND revision = $3`, workspaceID, id, revision, etag)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errStale
		}
		return s.handOver(ctx, tx, workspaceID, id)
	})
	if err != nil {
		return fmt.Errorf("keep document: %w", err)
	}
	return s.announce(ctx, workspaceID, id)
}
