package knowledge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/knowledge/source"
)

// errStale means that the document got another content, or went, while this one
// was being indexed; the job of the other content does the work.
var errStale = errors.New("the document was replaced")

// index reads and splits one revision of a document and stores its passages
// with their words, unless that is done. From then on it is found by its words;
// vectors are another job's. final means that nobody will try again, and a
// passing fault must be shown as a failure.
func (s *Store) index(ctx context.Context, workspaceID, id uuid.UUID, revision int, final bool) error {
	return s.conclude(ctx, workspaceID, id, revision, final, s.indexWords(ctx, workspaceID, id, revision))
}

// conclude decides what a step's error means for its document, and returns what
// it means for the job.
func (s *Store) conclude(ctx context.Context, workspaceID, id uuid.UUID, revision int, final bool, err error) error {
	switch {
	case err == nil || errors.Is(err, errStale) || errors.Is(err, ErrUnknown):
		return nil
	case ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
		return err // the server is stopping; the job runs again
	case permanent(err):
		return s.fail(ctx, workspaceID, id, revision, StateFailed, failureOf(err))
	case final:
		s.log.Error("indexing a document failed for good", slog.String("document", id.String()), slog.String("error", err.Error()))
		return s.fail(ctx, workspaceID, id, revision, StateFailed, failureOf(err))
	}
	// It will be tried again: the state stays, and the reason is shown beside it.
	return errors.Join(err, s.fail(ctx, workspaceID, id, revision, "", failureOf(err)))
}

// indexWords reads, splits and stores the passages of one revision.
func (s *Store) indexWords(ctx context.Context, workspaceID, id uuid.UUID, revision int) error {
	file, done, err := s.begin(ctx, workspaceID, id, revision)
	if err != nil || done {
		return err
	}
	var read source.Source
	if err := s.manners.beside(ctx, func() (err error) {
		read, err = s.readFile(ctx, file, s.pageProgress(ctx, workspaceID, id, revision))
		return err
	}); err != nil {
		return err
	}
	if err := s.advance(ctx, workspaceID, id, revision, StateSplitting); err != nil {
		return err
	}
	passages, err := read.Split()
	if err != nil {
		return err
	}
	if err := s.manners.work(ctx, func() error { return s.storePassages(ctx, workspaceID, id, revision, read, passages) }); err != nil {
		return err
	}
	return s.announce(ctx, workspaceID, id)
}

// begin marks the document as being read and returns its file. done is true
// where the passages of this revision are stored already.
func (s *Store) begin(ctx context.Context, workspaceID, id uuid.UUID, revision int) (file source.File, done bool, err error) {
	err = s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `
			UPDATE document SET state = CASE WHEN indexed_revision < revision THEN 'reading' ELSE state END, updated_at = now(),
			    progress_done = CASE WHEN indexed_revision < revision THEN 0 ELSE progress_done END,
			    progress_total = CASE WHEN indexed_revision < revision THEN 0 ELSE progress_total END,
			    failure_code = '', failure_cause = '', failure_fix = ''
			WHERE workspace_id = $1 AND id = $2 AND revision = $3 AND state <> 'failed'
			RETURNING file_name, content_type, indexed_revision = revision`, workspaceID, id, revision).
			Scan(&file.Name, &file.ContentType, &done)
		if errors.Is(err, pgx.ErrNoRows) {
			return errStale
		}
		if err != nil || done {
			return err
		}
		file.Content, err = readBytes(ctx, tx, workspaceID, id)
		return err
	})
	if err != nil {
		return file, false, fmt.Errorf("begin indexing: %w", err)
	}
	return file, done, s.announce(ctx, workspaceID, id)
}

// advance moves the document on, unless it was replaced.
func (s *Store) advance(ctx context.Context, workspaceID, id uuid.UUID, revision int, state State) error {
	err := s.unhurried(ctx, workspaceID, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE document SET state = $4, updated_at = now() WHERE workspace_id = $1 AND id = $2 AND revision = $3`,
			workspaceID, id, revision, string(state))
		if err == nil && tag.RowsAffected() == 0 {
			return errStale
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("advance document: %w", err)
	}
	return s.announce(ctx, workspaceID, id)
}

// storePassages replaces the passages, words and title in one transaction, with
// the job that makes their vectors.
func (s *Store) storePassages(ctx context.Context, workspaceID, id uuid.UUID, revision int, read source.Source, passages []source.Passage) error {
	err := s.unhurried(ctx, workspaceID, func(tx pgx.Tx) error {
		// Writers take the counters' lock before a document's, everywhere.
		if err := lockStatistics(ctx, tx, workspaceID); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			UPDATE document SET state = 'embedding', title = $4, indexed_revision = revision, passages = $7, progress_done = 0, progress_total = $7, pages = $8,
			    section = CASE WHEN $9 = '' OR section <> '' THEN section ELSE $9 END,
			    url = CASE WHEN $5 = '' THEN url ELSE $5 END, locale = CASE WHEN $6 = '' THEN locale ELSE $6 END, updated_at = now()
			WHERE workspace_id = $1 AND id = $2 AND revision = $3`,
			workspaceID, id, revision, read.Title, read.URL, read.Locale, len(passages), read.Pages, read.Group)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errStale
		}
		if err := replacePassages(ctx, tx, workspaceID, []indexed{{id, read.Title, passages}}); err != nil {
			return err
		}
		return s.handOver(ctx, tx, workspaceID, id)
	})
	if err != nil {
		return fmt.Errorf("store passages: %w", err)
	}
	return nil
}

// handOver leaves a document whose words are stored to the job that makes
// vectors. Where none are made it is ready.
func (s *Store) handOver(ctx context.Context, tx pgx.Tx, workspaceID, id uuid.UUID) error {
	if s.Space() != nil {
		return s.enqueueVectors(ctx, tx, workspaceID)
	}
	_, err := tx.Exec(ctx, `UPDATE document SET state = 'ready', progress_done = progress_total WHERE workspace_id = $1 AND id = $2`, workspaceID, id)
	return err
}

// fail notes why a document got no further. An empty state leaves it where it
// is: somebody will try again.
func (s *Store) fail(ctx context.Context, workspaceID, id uuid.UUID, revision int, state State, f Failure) error {
	// The reason must be stored even where the time for the work is over.
	ctx = context.WithoutCancel(ctx)
	err := s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE document SET state = CASE WHEN $4 = '' THEN state ELSE $4 END, failure_code = $5, failure_cause = $6, failure_fix = $7, updated_at = now()
			WHERE workspace_id = $1 AND id = $2 AND revision = $3`, workspaceID, id, revision, string(state), f.Code, f.Cause, f.Fix)
		return err
	})
	if err != nil {
		return fmt.Errorf("note failure: %w", err)
	}
	return s.announce(ctx, workspaceID, id)
}

// announce publishes where a document stands now.
func (s *Store) announce(ctx context.Context, workspaceID, id uuid.UUID) error {
	if s.publisher == nil {
		return nil
	}
	d, err := s.Get(ctx, workspaceID, id)
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	s.publish(workspaceID, d)
	return nil
}
