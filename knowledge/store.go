package knowledge

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"github.com/baton-chat/baton/knowledge/source"
	"github.com/baton-chat/baton/workspace"
)

// ErrUnknown is returned for a document that this workspace does not have.
var ErrUnknown = errors.New("no such document")

// A Mode says which halves of the search are used.
type Mode string

// The modes. Both is the default; the others are for measuring.
const (
	Both        Mode = "both"
	WordsOnly   Mode = "words"
	MeaningOnly Mode = "meaning"
)

// A Config holds what a Store needs.
type Config struct {
	// Pool are connections of the application role.
	Pool *pgxpool.Pool
	// Jobs inserts jobs. It need not work them. Without it Add and Retry refuse,
	// and everything else works.
	Jobs *river.Client[pgx.Tx]
	// Publisher hears about every step of indexing; nil: nobody does.
	Publisher workspace.Publisher
	Log       *slog.Logger
	Mode      Mode // empty: Both
	// Read reads a file into sections; progress hears how many pages of how many
	// have been read. In the product it is package reader's, which does it in a
	// child process with limits. nil: in this process, without PDF.
	Read func(ctx context.Context, f source.File, progress func(done, total int)) (source.Source, error)
	// Client fetches addresses; in the product internal/egress makes it. nil:
	// addresses are refused.
	Client *http.Client
}

// A Store is the knowledge base of all workspaces. It is safe for concurrent use.
type Store struct {
	pool      *pgxpool.Pool
	jobs      *river.Client[pgx.Tx]
	publisher workspace.Publisher
	log       *slog.Logger
	mode      Mode
	readFile  func(ctx context.Context, f source.File, progress func(done, total int)) (source.Source, error)
	client    *http.Client
	spaces    atomic.Pointer[Spaces]
	manners   *manners
	heldUp    atomic.Bool // that making vectors is held up has been said
}

// New returns a store that searches by words until UseSpaces gives it vectors.
func New(c Config) *Store {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Mode == "" {
		c.Mode = Both
	}
	if c.Read == nil {
		c.Read = readHere
	}
	return &Store{pool: c.Pool, jobs: c.Jobs, publisher: c.Publisher, log: c.Log, mode: c.Mode, readFile: c.Read, client: c.Client, manners: newManners()}
}

func readHere(ctx context.Context, f source.File, progress func(done, total int)) (source.Source, error) {
	return source.Read(ctx, f, source.Options{Progress: progress})
}

func (s *Store) tx(ctx context.Context, workspaceID uuid.UUID, fn func(pgx.Tx) error) error {
	return workspace.InTx(ctx, s.pool, workspaceID, fn)
}

// unhurried is tx for steps of indexing, whose commit does not wait for the disk.
// What a crash of the database takes back is always the end of what was written,
// the end of the job included, so the job does it again; and the messages of
// visitors do not wait behind the flush of somebody's two hundred files.
func (s *Store) unhurried(ctx context.Context, workspaceID uuid.UUID, fn func(pgx.Tx) error) error {
	return s.tx(ctx, workspaceID, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL synchronous_commit = off`); err != nil {
			return err
		}
		return fn(tx)
	})
}

// publish tells watchers where a document stands. Data is the Document as JSON;
// a document that was deleted is {"id", "deleted": true}.
func (s *Store) publish(workspaceID uuid.UUID, v any) {
	if s.publisher != nil {
		s.publisher.Publish(workspace.NewEvent(workspaceID, uuid.Nil, workspace.EventDocument, v))
	}
}
