package knowledge

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/knowledge/source"
)

// ingestBatch is how many documents of an import are written in one
// transaction: enough that the price of a commit does not show, few enough
// that the workspace's other writers never wait long.
const ingestBatch = 250

// ingestBytes ends a batch of large files earlier, so that an import of them
// holds a few in memory.
const ingestBytes = 2 * source.MaxBytes

// An Entry is one document of an import. A file has Content and FileName;
// anything else has its text, and may have a title and a heading.
type Entry struct {
	ID          string // the external id; the same one again replaces it
	Title       string
	Heading     string
	Text        string
	URL         string
	Locale      string
	FileName    string
	ContentType string
	Content     []byte
	// Section is the part of the help centre it belongs to; empty: what the file says.
	Section string
	// ContentAt is when the content was last changed; the zero time means now.
	ContentAt time.Time
	// Own is for content that is part of this program: it is read in this process,
	// because what we wrote ourselves does us no harm.
	Own bool

	origin Origin // empty: OriginFile where there is a file, else OriginText
	etag   string
}

// IngestOptions say how an import is done.
type IngestOptions struct {
	// WordsOnly returns when the words can be found, and leaves vectors to Backfill.
	WordsOnly bool
	// Progress hears how far it is; it may be nil.
	Progress func(Progress)
}

// Progress of an import. Documents and Passages are stored and found by words;
// Vectors of Passages have their vector.
type Progress struct {
	Documents, Unchanged, Passages, Vectors int
	// Refused are entries that could not be read, with their reason.
	Refused []Refusal
}

// A Refusal is an entry that was left out, and why.
type Refusal struct {
	ID      string
	Failure Failure
}

// Ingest imports entries: new ones are added, known ones replaced where their
// content has changed. It returns when all can be found, by meaning as well
// where there is a space. An error of the sequence ends it; what was stored
// before stays.
func (s *Store) Ingest(ctx context.Context, workspaceID uuid.UUID, entries iter.Seq2[Entry, error], o IngestOptions) (Progress, error) {
	var p Progress
	report := func() {
		if o.Progress != nil {
			o.Progress(p)
		}
	}
	var batch []Entry
	size := 0
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := s.ingestBatch(ctx, workspaceID, batch, &p)
		batch, size = batch[:0], 0
		report()
		return err
	}
	for entry, err := range entries {
		if err != nil {
			return p, err
		}
		size += len(entry.Content) + len(entry.Text)
		if batch = append(batch, entry); len(batch) == ingestBatch || size >= ingestBytes {
			if err := flush(); err != nil {
				return p, fmt.Errorf("ingest: %w", err)
			}
		}
	}
	if err := flush(); err != nil {
		return p, fmt.Errorf("ingest: %w", err)
	}
	if o.WordsOnly || s.Space() == nil {
		return p, nil
	}
	err := s.EmbedMissing(ctx, workspaceID, func(done int) {
		p.Vectors = min(done, p.Passages)
		report()
	})
	if err != nil {
		return p, fmt.Errorf("ingest: %w", err)
	}
	return p, nil
}

// A prepared entry has been read and split, before any row is locked.
type prepared struct {
	entry       Entry
	contentType string
	hash        [sha256.Size]byte
	size        int
	passages    []source.Passage
	pages       int
}

func (s *Store) ingestBatch(ctx context.Context, workspaceID uuid.UUID, batch []Entry, p *Progress) error {
	ready, err := s.prepareAll(ctx, batch, p)
	if err != nil {
		return err
	}
	if len(ready) == 0 {
		return nil
	}
	var written []uuid.UUID
	err = s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		// Writers take the counters' lock before a document's, everywhere.
		if err := lockStatistics(ctx, tx, workspaceID); err != nil {
			return err
		}
		if ready, err = leaveOutDuplicates(ctx, tx, workspaceID, ready, p); err != nil || len(ready) == 0 {
			return err
		}
		stale, err := upsertDocuments(ctx, tx, workspaceID, ready, s.Space() != nil)
		if err != nil {
			return err
		}
		var docs []indexed
		for _, r := range ready {
			id, ok := stale[r.entry.ID]
			if !ok {
				p.Unchanged++
				continue
			}
			docs = append(docs, indexed{id, r.entry.Title, r.passages})
			written = append(written, id)
			p.Passages += len(r.passages)
			if len(r.entry.Content) == 0 {
				continue
			}
			if err := storeBytes(ctx, tx, workspaceID, id, r.entry.Content); err != nil {
				return err
			}
		}
		if len(docs) == 0 {
			return nil
		}
		return replacePassages(ctx, tx, workspaceID, docs)
	})
	if err != nil {
		return err
	}
	p.Documents += len(ready)
	if s.publisher == nil {
		return nil
	}
	return s.settle(ctx, workspaceID, written)
}

// prepareAll reads and splits the entries of a batch. Those that cannot be read
// are noted as refused. One statement cannot write a row twice, so of two
// entries with one id the later wins.
func (s *Store) prepareAll(ctx context.Context, batch []Entry, p *Progress) ([]prepared, error) {
	ready := make([]prepared, 0, len(batch))
	at := make(map[string]int, len(batch))
	for _, e := range batch {
		one, err := s.prepare(ctx, e)
		if err != nil && !permanent(err) {
			return nil, err // No fault of the entry: a reader that does not start, the end of the program.
		}
		if err != nil {
			p.Refused = append(p.Refused, Refusal{e.ID, failureOf(err)})
			continue
		}
		if i, seen := at[e.ID]; seen {
			ready[i] = one
			continue
		}
		at[e.ID] = len(ready)
		ready = append(ready, one)
	}
	return ready, nil
}

// leaveOutDuplicates drops the files whose content is here already under another
// name, or came twice in this batch. Texts of an import stay: their ids are the
// importer's, and two questions may have one answer.
func leaveOutDuplicates(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, ready []prepared, p *Progress) ([]prepared, error) {
	kept := make([]prepared, 0, len(ready))
	first := map[[sha256.Size]byte]prepared{}
	for _, r := range ready {
		if len(r.entry.Content) == 0 {
			kept = append(kept, r)
			continue
		}
		err := refuseDuplicate(ctx, tx, workspaceID, r.entry.ID, r.hash[:])
		if twin, twice := first[r.hash]; err == nil && twice {
			err = duplicateOf(twin.entry.Title, uuid.Nil)
		}
		if rejected := (*Rejected)(nil); errors.As(err, &rejected) {
			p.Refused = append(p.Refused, Refusal{r.entry.ID, rejected.Failure})
			continue
		}
		if err != nil {
			return nil, err
		}
		first[r.hash] = r
		kept = append(kept, r)
	}
	return kept, nil
}

// prepare reads and splits an entry; it changes the entry's title, URL and
// locale to what the file says where the caller said nothing.
func (s *Store) prepare(ctx context.Context, e Entry) (prepared, error) {
	if e.ID == "" || len(e.ID) > maxNameBytes || !storable(e.ID) {
		return prepared{}, &Rejected{Failure: Failure{"name", "The entry has no id, or one that is too long or not text.", "Give every entry an id of at most 512 bytes."}}
	}
	r := prepared{entry: e, contentType: string(source.Text)}
	read := source.Source{Title: e.Title, Sections: []source.Section{{Text: strings.TrimSpace(e.Text)}}}
	if len(e.Content) > 0 || e.FileName != "" {
		file := source.File{Name: e.FileName, ContentType: e.ContentType, Content: e.Content}
		format, err := source.Judge(file)
		if err != nil {
			return prepared{}, err
		}
		readFile := s.readFile
		if e.Own {
			readFile = readHere
		}
		if read, err = readFile(ctx, file, nil); err != nil {
			return prepared{}, err
		}
		r.contentType, r.hash, r.size = string(format), sha256.Sum256(e.Content), len(e.Content)
		if r.entry.origin == "" {
			r.entry.origin = OriginFile
		}
	} else {
		if err := cleanEntry(&e, &read); err != nil {
			return prepared{}, err
		}
		content, err := json.Marshal([]string{e.Title, e.Heading, e.Text})
		if err != nil {
			return prepared{}, fmt.Errorf("hash entry: %w", err)
		}
		r.hash, r.size = sha256.Sum256(content), len(e.Text)
		r.entry.origin = OriginText
	}
	r.entry.FileName = source.Plain(e.FileName)
	r.entry.Title, r.entry.URL, r.entry.Locale = or(source.Plain(e.Title), read.Title), or(e.URL, read.URL), or(e.Locale, read.Locale)
	r.entry.Section, r.pages = or(source.Plain(e.Section), read.Group), read.Pages
	var err error
	r.passages, err = read.Split()
	return r, err
}

// cleanEntry takes out what PostgreSQL cannot store, and refuses an entry
// without text. An entry that has only a title is a question without answer
// text, such as an example utterance: its title is its text.
func cleanEntry(e *Entry, read *source.Source) error {
	for _, text := range []*string{&e.Title, &e.Heading, &e.Text, &e.URL, &e.Locale} {
		*text = strings.ToValidUTF8(strings.ReplaceAll(*text, "\x00", ""), "�")
	}
	read.Title = e.Title
	section := &read.Sections[0]
	section.Text = strings.TrimSpace(or(strings.TrimSpace(e.Text), e.Title))
	if e.Heading != "" {
		section.Heading = []string{source.Plain(e.Heading)}
	}
	if section.Text == "" {
		return &source.Error{Code: source.CodeEmpty, Cause: "The entry has no text.", Fix: "Give it a text, or leave it out."}
	}
	if len(section.Text) > source.MaxBytes {
		return source.TooLarge(int64(len(section.Text)))
	}
	return nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// upsertDocuments writes the documents' rows and returns the ids of those whose
// passages must be written, by external id.
func upsertDocuments(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, ready []prepared, embed bool) (map[string]uuid.UUID, error) {
	n := len(ready)
	ids, hashes, sizes, passages := make([]uuid.UUID, n), make([][]byte, n), make([]int64, n), make([]int32, n)
	externals, titles, urls, locales, types, names := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	sections, origins, etags, pages := make([]string, n), make([]string, n), make([]string, n), make([]int32, n)
	changedAt := make([]time.Time, n)
	for i, r := range ready {
		if changedAt[i] = r.entry.ContentAt; changedAt[i].IsZero() {
			changedAt[i] = time.Now()
		}
		ids[i], hashes[i], sizes[i], passages[i] = uuid.Must(uuid.NewV7()), r.hash[:], int64(r.size), int32(len(r.passages))
		externals[i], titles[i], urls[i], locales[i] = r.entry.ID, r.entry.Title, r.entry.URL, r.entry.Locale
		types[i], names[i] = r.contentType, r.entry.FileName
		sections[i], origins[i], etags[i], pages[i] = r.entry.Section, string(r.entry.origin), r.entry.etag, int32(r.pages)
	}
	state := StateReady
	if embed {
		state = StateEmbedding
	}
	rows, err := tx.Query(ctx, `
		WITH written AS (
		    INSERT INTO document AS d (workspace_id, id, external_id, title, url, locale, content_type, file_name, content_hash, size, content_at,
		                              section, origin, etag, pages, fetched_at, state)
		    SELECT $1, u.*, CASE WHEN u.origin = 'url' THEN now() END, $11
		    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::bigint[], $12::timestamptz[],
		                $13::text[], $14::text[], $15::text[], $16::integer[])
		         AS u (id, external_id, title, url, locale, content_type, file_name, content_hash, size, content_at, section, origin, etag, pages)
		    ON CONFLICT (workspace_id, external_id) DO UPDATE SET
		        title = excluded.title, url = excluded.url, locale = excluded.locale, content_type = excluded.content_type,
		        file_name = excluded.file_name, content_hash = excluded.content_hash, size = excluded.size,
		        section = excluded.section, origin = excluded.origin, etag = excluded.etag, pages = excluded.pages, fetched_at = excluded.fetched_at,
		        content_at = CASE WHEN d.content_hash <> excluded.content_hash THEN excluded.content_at ELSE d.content_at END,
		        revision = d.revision + (d.content_hash <> excluded.content_hash)::integer
		    RETURNING id, external_id, indexed_revision < revision AS stale
		)
		SELECT id, external_id FROM written WHERE stale`,
		workspaceID, ids, externals, titles, urls, locales, types, names, hashes, sizes, string(state), changedAt, sections, origins, etags, pages)
	if err != nil {
		return nil, fmt.Errorf("store documents: %w", err)
	}
	changed := make(map[string]uuid.UUID, n)
	var id uuid.UUID
	var external string
	if _, err := pgx.ForEachRow(rows, []any{&id, &external}, func() error {
		changed[external] = id
		return nil
	}); err != nil {
		return nil, fmt.Errorf("store documents: %w", err)
	}
	// A statement sees a row as it was before it, hence the second one.
	_, err = tx.Exec(ctx, `
		UPDATE document d SET state = $4, indexed_revision = d.revision, passages = u.passages, progress_done = 0, progress_total = u.passages,
		    failure_code = '', failure_cause = '', failure_fix = '', updated_at = now()
		FROM unnest($2::text[], $3::integer[]) AS u (external_id, passages)
		WHERE d.workspace_id = $1 AND d.external_id = u.external_id AND d.indexed_revision < d.revision`,
		workspaceID, externals, passages, string(state))
	if err != nil {
		return nil, fmt.Errorf("store documents: %w", err)
	}
	return changed, nil
}
