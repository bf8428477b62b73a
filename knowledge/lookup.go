package knowledge

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Documents returns these documents as they are now, in no order, without those that are gone.
func (s *Store) Documents(ctx context.Context, workspaceID uuid.UUID, ids []uuid.UUID) (list []Document, err error) {
	err = s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+documentColumns+` FROM document WHERE workspace_id = $1 AND id = ANY ($2)`, workspaceID, ids)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, scanDocument)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	return list, nil
}

// PassagesByID returns these passages by their chunk id, without those that are gone: a record keeps ids only, and its documents may have changed since.
func (s *Store) PassagesByID(ctx context.Context, workspaceID uuid.UUID, chunks []uuid.UUID) (map[uuid.UUID]Passage, error) {
	found := make(map[uuid.UUID]Passage, len(chunks))
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT c.id, c.document_id, c.position, c.heading, c.page, c.text, d.external_id, d.title, d.url, d.locale, d.content_at
			FROM chunk c JOIN document d ON d.workspace_id = c.workspace_id AND d.id = c.document_id
			WHERE c.workspace_id = $1 AND c.id = ANY ($2)`, workspaceID, chunks)
		if err != nil {
			return err
		}
		var p Passage
		_, err = pgx.ForEachRow(rows, []any{&p.ChunkID, &p.DocumentID, &p.Position, &p.Heading, &p.Page, &p.Text, &p.ExternalID, &p.Title, &p.URL, &p.Locale, &p.Updated}, func() error {
			found[p.ChunkID] = p
			p.Heading = nil
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look passages up: %w", err)
	}
	return found, nil
}

// CountUnused counts the documents that can be found and are not among those that were cited.
func (s *Store) CountUnused(ctx context.Context, workspaceID uuid.UUID, cited []uuid.UUID) (n int, err error) {
	err = s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM document WHERE workspace_id = $1 AND state = 'ready' AND id <> ALL ($2)`, workspaceID, cited).Scan(&n)
	})
	if err != nil {
		return 0, fmt.Errorf("count unused documents: %w", err)
	}
	return n, nil
}

// KnownContents returns the documents that hold one of these contents, by the SHA-256 of the content. Failed ones are left out: the same file may be tried again.
func (s *Store) KnownContents(ctx context.Context, workspaceID uuid.UUID, hashes [][]byte) (map[[32]byte]Document, error) {
	known := map[[32]byte]Document{}
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT content_hash, id, title, file_name FROM document WHERE workspace_id = $1 AND content_hash = ANY ($2) AND state <> 'failed'`, workspaceID, hashes)
		if err != nil {
			return err
		}
		var hash []byte
		var d Document
		_, err = pgx.ForEachRow(rows, []any{&hash, &d.ID, &d.Title, &d.FileName}, func() error {
			known[[32]byte(hash)] = d
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for known contents: %w", err)
	}
	return known, nil
}
