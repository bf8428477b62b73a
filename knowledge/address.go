package knowledge

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/knowledge/source"
	"github.com/baton-chat/baton/knowledge/web"
)

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
			RETURNING id, revision`, workspaceID, uuid.Must(uuid.NewV7()), address, or(source.Plain(title), address), by).Scan(&id, &revision)
		if err != nil {
			return err
		}
		if _, err := s.jobs.InsertTx(ctx, tx, FetchArgs{workspaceID, id, revision}, nil); err != nil {
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
