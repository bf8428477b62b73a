package knowledge

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/pgvector/pgvector-go"
)

// storeBatch is how many passages are embedded between two commits. It sets how
// often progress moves, about every 2 s on two cores without a GPU, and is large
// enough that short and long passages keep both cores busy to the end of a batch.
const storeBatch = 16

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

// embedMissing computes the vectors that are missing, of one document or, where
// document is uuid.Nil, of the whole workspace. after is called behind every
// batch with the documents it touched. It ends when nothing is missing, so it
// can be stopped and started again anywhere.
func (s *Store) embedMissing(ctx context.Context, space *Space, workspaceID, document uuid.UUID, after func([]uuid.UUID) error) error {
	for last := uuid.Nil; ; {
		batch, err := s.nextUnembedded(ctx, space, workspaceID, document, last)
		if err != nil || len(batch) == 0 {
			return err
		}
		last = batch[len(batch)-1].chunk
		texts := make([]string, len(batch))
		for i, u := range batch {
			texts[i] = u.text
		}
		vectors, err := space.embedder.Embed(ctx, EmbedPassage, texts)
		if err != nil {
			return err
		}
		if err := checkVectors(space, vectors, len(texts)); err != nil {
			return err
		}
		touched, err := s.storeVectors(ctx, space, workspaceID, batch, vectors)
		if err != nil {
			return fmt.Errorf("store vectors: %w", err)
		}
		if err := after(touched); err != nil {
			return err
		}
	}
}

func (s *Store) nextUnembedded(ctx context.Context, space *Space, workspaceID, document, last uuid.UUID) (batch []unembedded, err error) {
	err = s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT c.id, c.document_id, array_to_string(array_remove(d.title || c.heading, ''), ' › '), c.text
			FROM chunk c JOIN document d ON d.workspace_id = c.workspace_id AND d.id = c.document_id
			WHERE c.workspace_id = $1 AND ($2 = '00000000-0000-0000-0000-000000000000'::uuid OR c.document_id = $2) AND c.id > $3
			  AND NOT EXISTS (SELECT FROM embedding e WHERE e.workspace_id = $1 AND e.chunk_id = c.id AND e.model_id = $4)
			ORDER BY c.id LIMIT $5`, workspaceID, document, last, space.ID, storeBatch)
		if err != nil {
			return err
		}
		batch, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (u unembedded, err error) {
			var head, text string
			err = row.Scan(&u.chunk, &u.document, &head, &text)
			u.text = passageText(head, text)
			return u, err
		})
		return err
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

// storeVectors writes one batch and counts it in its documents. A passage that
// was replaced in the meantime is left out.
func (s *Store) storeVectors(ctx context.Context, space *Space, workspaceID uuid.UUID, batch []unembedded, vectors [][]float32) (touched []uuid.UUID, err error) {
	chunks, texts := make([]uuid.UUID, len(batch)), make([]string, len(batch))
	for i, u := range batch {
		chunks[i], texts[i] = u.chunk, vectorText(vectors[i])
	}
	err = s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
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
			UPDATE document d SET progress_done = d.progress_done + n.n, updated_at = now()
			FROM (SELECT h.document_id, count(*) AS n FROM here h JOIN stored s ON s.chunk_id = h.id GROUP BY 1) n
			WHERE d.workspace_id = $1 AND d.id = n.document_id
			RETURNING d.id`, workspaceID, space.ID, chunks, texts)
		if err != nil {
			return err
		}
		touched, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	return touched, err
}

// settle makes the documents whose passages all have vectors ready, and tells
// watchers how far each has come.
func (s *Store) settle(ctx context.Context, workspaceID uuid.UUID, documents []uuid.UUID) error {
	var now []Document
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			UPDATE document SET
			    state = CASE WHEN state IN ('embedding', 'failed') AND progress_done >= progress_total THEN 'ready' ELSE state END,
			    failure_code = '', failure_cause = '', failure_fix = ''
			WHERE workspace_id = $1 AND id = ANY ($2) AND indexed_revision = revision AND state IN ('embedding', 'ready', 'failed')
			RETURNING `+documentColumns, workspaceID, documents)
		if err != nil {
			return err
		}
		now, err = pgx.CollectRows(rows, scanDocument)
		return err
	})
	if err != nil {
		return fmt.Errorf("settle documents: %w", err)
	}
	for _, d := range now {
		s.publish(workspaceID, d)
	}
	return nil
}

// vectorText is a vector as PostgreSQL reads it. A list of vectors travels as a list of texts, because one array can hold no vectors.
func vectorText(v []float32) string { return pgvector.NewHalfVector(v).String() }
