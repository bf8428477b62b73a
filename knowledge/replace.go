package knowledge

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/knowledge/source"
)

// separator joins the elements of an array into one parameter, because unnest
// flattens arrays of arrays. No word and no squeezed heading holds it.
const separator = "\x1f"

// An indexed document is one whose passages are ready to be written.
type indexed struct {
	document uuid.UUID
	title    string
	passages []source.Passage
}

// replacePassages makes these the passages of their documents, and keeps words
// and statistics true. It belongs into the caller's transaction: a search sees
// the old passages or the new ones. COPY is refused under forced row level
// security, hence INSERT … SELECT FROM unnest.
func replacePassages(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, docs []indexed) error {
	// The counters' row is locked before anything else: writers of one workspace
	// take turns, and never hold each other's words.
	if err := lockStatistics(ctx, tx, workspaceID); err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(docs))
	for i, d := range docs {
		ids[i] = d.document
	}
	if err := removePassages(ctx, tx, workspaceID, ids); err != nil {
		return err
	}
	if err := insertChunks(ctx, tx, workspaceID, docs); err != nil {
		return err
	}
	return insertWords(ctx, tx, workspaceID, ids)
}

func lockStatistics(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO knowledge_stat (workspace_id) VALUES ($1)
		ON CONFLICT (workspace_id) DO UPDATE SET passages = knowledge_stat.passages`, workspaceID)
	if err != nil {
		return fmt.Errorf("lock statistics: %w", err)
	}
	return nil
}

// removePassages deletes the documents' passages with their words and numbers.
// Vectors go with their passage, by foreign key.
func removePassages(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, documents []uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		WITH old AS (
		    SELECT c.id, w.term FROM chunk c CROSS JOIN LATERAL unnest(c.terms) AS w (term)
		    WHERE c.workspace_id = $1 AND c.document_id = ANY ($2)
		), gone AS (
		    DELETE FROM chunk_term t USING old
		    WHERE t.workspace_id = $1 AND t.term = old.term AND t.chunk_id = old.id
		    RETURNING t.term
		)
		UPDATE term_stat s SET passages = s.passages - g.n
		FROM (SELECT term, count(*)::integer AS n FROM gone GROUP BY term) g
		WHERE s.workspace_id = $1 AND s.term = g.term`, workspaceID, documents)
	if err != nil {
		return fmt.Errorf("remove words: %w", err)
	}
	tag, err := tx.Exec(ctx, `
		WITH gone AS (
		    DELETE FROM chunk WHERE workspace_id = $1 AND document_id = ANY ($2) RETURNING length
		), total AS (SELECT count(*) AS n, sum(length) AS length FROM gone)
		UPDATE knowledge_stat s SET passages = s.passages - total.n, terms = s.terms - total.length
		FROM total WHERE s.workspace_id = $1 AND total.n > 0`, workspaceID, documents)
	if err != nil {
		return fmt.Errorf("remove passages: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	// A word that nobody uses any more is forgotten: it may have been a name.
	if _, err := tx.Exec(ctx, `DELETE FROM term_stat WHERE workspace_id = $1 AND passages <= 0`, workspaceID); err != nil {
		return fmt.Errorf("forget words: %w", err)
	}
	return nil
}

// insertChunks writes the passages with their words in one statement.
func insertChunks(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, docs []indexed) error {
	var ids, documents []uuid.UUID
	var positions, lengths, pages []int32
	var headings, texts, termLists, tfLists []string
	for _, d := range docs {
		for i, p := range d.passages {
			all := terms(d.title + "\n" + strings.Join(p.Heading, "\n") + "\n" + p.Text)
			distinct, tfs := count(all)
			ids, documents = append(ids, uuid.Must(uuid.NewV7())), append(documents, d.document)
			positions, lengths, pages = append(positions, int32(i)), append(lengths, int32(len(all))), append(pages, int32(p.Page))
			headings, texts = append(headings, joinHeading(p.Heading)), append(texts, p.Text)
			termLists, tfLists = append(termLists, strings.Join(distinct, separator)), append(tfLists, joinInts(tfs))
		}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO chunk (workspace_id, id, document_id, position, heading, page, text, terms, tfs, length)
		SELECT $1, u.id, u.document, u.position, string_to_array(u.heading, $2), u.page, u.text,
		       string_to_array(u.terms, $2), string_to_array(u.tfs, $2)::smallint[], u.length
		FROM unnest($3::uuid[], $4::uuid[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::text[], $10::integer[], $11::integer[])
		     AS u (id, document, position, heading, text, terms, tfs, length, page)`,
		workspaceID, separator, ids, documents, positions, headings, texts, termLists, tfLists, lengths, pages)
	if err != nil {
		return fmt.Errorf("store passages: %w", err)
	}
	return nil
}

// insertWords derives words and numbers from the passages just written. Rows go
// in in the order of the key, which is the order the index wants them in.
func insertWords(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, documents []uuid.UUID) error {
	for _, statement := range []string{
		`
		INSERT INTO chunk_term (workspace_id, term, chunk_id, tf, length)
		SELECT c.workspace_id, w.term, c.id, w.tf, c.length
		FROM chunk c CROSS JOIN LATERAL unnest(c.terms, c.tfs) AS w (term, tf)
		WHERE c.workspace_id = $1 AND c.document_id = ANY ($2)
		ORDER BY w.term COLLATE "C", c.id`, `
		INSERT INTO term_stat AS s (workspace_id, term, passages)
		SELECT c.workspace_id, w.term, count(*)
		FROM chunk c CROSS JOIN LATERAL unnest(c.terms) AS w (term)
		WHERE c.workspace_id = $1 AND c.document_id = ANY ($2)
		GROUP BY c.workspace_id, w.term
		ON CONFLICT (workspace_id, term) DO UPDATE SET passages = s.passages + excluded.passages`, `
		UPDATE knowledge_stat s SET passages = s.passages + t.n, terms = s.terms + t.length
		FROM (SELECT count(*) AS n, coalesce(sum(length), 0) AS length FROM chunk
		      WHERE workspace_id = $1 AND document_id = ANY ($2)) t
		WHERE s.workspace_id = $1`,
	} {
		if _, err := tx.Exec(ctx, statement, workspaceID, documents); err != nil {
			return fmt.Errorf("store words: %w", err)
		}
	}
	return nil
}

func joinHeading(heading []string) string {
	clean := make([]string, len(heading))
	for i, h := range heading {
		clean[i] = strings.ReplaceAll(h, separator, " ")
	}
	return strings.Join(clean, separator)
}

func joinInts(values []int16) string {
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(strconv.Itoa(int(v)))
	}
	return b.String()
}
