package knowledge

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"
)

// maxHeadBytes is how much of title and heading path goes in front of a passage.
// The passage's own 400 tokens and these fit into the 512 that small embedding
// models take; more would push the passage's end out.
const maxHeadBytes = 240

// An unembedded passage is one without a vector in the space in use.
type unembedded struct {
	chunk    uuid.UUID
	document uuid.UUID
	text     string
}

// EmbedMissing computes the vectors this workspace lacks, now. progress, which
// may be nil, hears how many passages are done so far. It ends when nothing is
// missing, so it can be stopped and started again anywhere.
func (s *Store) EmbedMissing(ctx context.Context, workspaceID uuid.UUID, progress func(done int)) error {
	space := s.Space()
	if space == nil {
		return nil
	}
	if err := s.markUnembedded(ctx, space, workspaceID); err != nil {
		return err
	}
	last := uuid.Nil
	for done := 0; ; {
		var batch []unembedded
		err := s.tx(ctx, workspaceID, func(tx pgx.Tx) (err error) {
			if batch, err = nextUnembedded(ctx, tx, space, workspaceID, last, space.pace.next()); err != nil || len(batch) > 0 {
				return err
			}
			return s.completeSpace(ctx, tx, space, workspaceID)
		})
		if err != nil || len(batch) == 0 {
			return err
		}
		last = batch[len(batch)-1].chunk
		if err := s.embedBatch(ctx, space, workspaceID, batch); err != nil {
			return err
		}
		done += len(batch)
		if progress != nil {
			progress(done)
		}
	}
}

// markUnembedded sets the documents that lack vectors to embedding, with the
// number they have.
func (s *Store) markUnembedded(ctx context.Context, space *Space, workspaceID uuid.UUID) error {
	err := s.unhurried(ctx, workspaceID, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
		UPDATE document d SET state = 'embedding', progress_done = n.done, progress_total = d.passages
		FROM (SELECT c.document_id, count(e.chunk_id) AS done, count(*) AS total
		      FROM chunk c LEFT JOIN embedding e ON e.workspace_id = c.workspace_id AND e.chunk_id = c.id AND e.model_id = $2
		      WHERE c.workspace_id = $1 GROUP BY c.document_id) n
		WHERE d.workspace_id = $1 AND d.id = n.document_id AND n.done < n.total
		  AND d.indexed_revision = d.revision AND d.state IN ('ready', 'embedding')`, workspaceID, space.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("find documents without vectors: %w", err)
	}
	return nil
}

// embedBatch makes the vectors of a batch, stores them, and tells how far its
// documents have come.
func (s *Store) embedBatch(ctx context.Context, space *Space, workspaceID uuid.UUID, batch []unembedded) error {
	texts := make([]string, len(batch))
	for i, u := range batch {
		texts[i] = u.text
	}
	began := time.Now()
	vectors, err := space.embedder.Embed(ctx, EmbedPassage, texts)
	if err != nil {
		return err
	}
	space.pace.took(len(texts), time.Since(began))
	if err := checkVectors(space, vectors, len(texts)); err != nil {
		return err
	}
	return s.storeVectors(ctx, space, workspaceID, batch, vectors)
}

// nextUnembedded returns the next passages of a workspace, limit at most, behind the last one
// that lack their vector. Documents that have failed for want of vectors are
// left out until they are tried again.
func nextUnembedded(ctx context.Context, tx pgx.Tx, space *Space, workspaceID, last uuid.UUID, limit int) (batch []unembedded, err error) {
	rows, err := tx.Query(ctx, `
		SELECT c.id, c.document_id, array_to_string(array_remove(d.title || c.heading, ''), ' › '), c.text
		FROM chunk c JOIN document d ON d.workspace_id = c.workspace_id AND d.id = c.document_id
		WHERE c.workspace_id = $1 AND c.id > $2 AND NOT (d.state = 'failed' AND d.indexed_revision = d.revision)
		  AND NOT EXISTS (SELECT FROM embedding e WHERE e.workspace_id = $1 AND e.chunk_id = c.id AND e.model_id = $3)
		ORDER BY c.id LIMIT $4`, workspaceID, last, space.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("find passages without vectors: %w", err)
	}
	batch, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (u unembedded, err error) {
		var head, text string
		err = row.Scan(&u.chunk, &u.document, &head, &text)
		u.text = passageText(head, text)
		return u, err
	})
	if err != nil {
		return nil, fmt.Errorf("find passages without vectors: %w", err)
	}
	return batch, nil
}

// passageText is what is embedded of a passage. The title and the heading path
// go in front: a passage that says "it" is about what its page is about.
func passageText(head, text string) string {
	if head == "" {
		return text
	}
	return clipText(head, maxHeadBytes) + "\n" + text
}

func checkVectors(space *Space, vectors [][]float32, n int) error {
	if len(vectors) != n {
		return &EmbedError{Failure{"embed_answer", "The embedding endpoint answered with something that is no vector.", "Check that BATON_EMBED_MODEL is an embedding model."}, true, errMalformed}
	}
	for _, v := range vectors {
		if len(v) != space.Dimensions {
			return &EmbedError{Failure{
				"embed_dimension",
				fmt.Sprintf("The embedding endpoint now answers with %d numbers for each text, and had answered with %d.", len(v), space.Dimensions),
				"Set BATON_EMBED_MODEL back, or restart Baton so that the new model gets an index of its own.",
			}, true, nil}
		}
	}
	return nil
}

// storeVectors writes one batch, counts it in its documents, and makes those
// ready that have their last. A passage that was replaced in the meantime is
// left out.
func (s *Store) storeVectors(ctx context.Context, space *Space, workspaceID uuid.UUID, batch []unembedded, vectors [][]float32) error {
	chunks, texts := make([]uuid.UUID, len(batch)), make([]string, len(batch))
	for i, u := range batch {
		chunks[i], texts[i] = u.chunk, vectorText(vectors[i])
	}
	var now []Document
	err := s.unhurried(ctx, workspaceID, func(tx pgx.Tx) error {
		if err := registerSpace(ctx, tx, workspaceID, space); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			WITH here AS (
			    SELECT c.id, c.document_id, u.v FROM unnest($3::uuid[], $4::text[]) AS u (id, v)
			    JOIN chunk c ON c.workspace_id = $1 AND c.id = u.id
			    FOR KEY SHARE OF c
			), stored AS (
			    INSERT INTO embedding (workspace_id, chunk_id, model_id, v) SELECT $1, id, $2, v::halfvec FROM here
			    ON CONFLICT DO NOTHING RETURNING chunk_id
			)
			UPDATE document SET progress_done = least(progress_done + n.n, progress_total), updated_at = now(),
			    state = CASE WHEN state = 'ready' OR progress_done + n.n >= progress_total THEN 'ready' ELSE 'embedding' END,
			    failure_code = '', failure_cause = '', failure_fix = ''
			FROM (SELECT h.document_id, count(*)::integer AS n FROM here h JOIN stored s ON s.chunk_id = h.id GROUP BY 1) n
			WHERE workspace_id = $1 AND id = n.document_id AND indexed_revision = revision AND state IN ('embedding', 'ready', 'failed')
			RETURNING `+documentColumns, workspaceID, space.ID, chunks, texts)
		if err != nil {
			return err
		}
		now, err = pgx.CollectRows(rows, scanDocument)
		return err
	})
	if err != nil {
		return fmt.Errorf("store vectors: %w", err)
	}
	for _, d := range now {
		s.publish(workspaceID, d)
	}
	return nil
}

// vectorText is a vector as PostgreSQL reads it. A list of vectors travels as a list of texts, because one array can hold no vectors.
func vectorText(v []float32) string { return pgvector.NewHalfVector(v).String() }
