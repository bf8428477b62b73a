package knowledge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// The River queues of indexing. They are apart from the answers' queue, so that
// a visitor never waits behind two hundred files, and apart from each other:
// a site that takes forty seconds to answer delays nobody's file, and a file of
// two thousand passages delays nobody's words.
const (
	Queue      = "index"   // reads, splits and stores words
	FetchQueue = "fetch"   // waits for other people's servers
	EmbedQueue = "vectors" // makes vectors
)

const (
	// readers is how many documents are read at once: reading is work for a
	// processor, and one of two cores belongs to the answers.
	readers = 1
	// fetchers wait most of the time, so they may be many; each holds one page of
	// at most 20 MiB.
	fetchers = 8
	// embedders is how many workspaces have vectors made at once. The embedder
	// spreads a batch over the cores by itself.
	embedders = 1
	// embedPoll is how soon the next turn is taken. A job that goes to the back of
	// its queue wakes nobody, and River's second would be a quarter of a turn.
	embedPoll = 200 * time.Millisecond
)

// Queues is the part of river.Config.Queues that this package works.
func Queues() map[string]river.QueueConfig {
	return map[string]river.QueueConfig{
		Queue:      {MaxWorkers: readers},
		FetchQueue: {MaxWorkers: fetchers},
		EmbedQueue: {MaxWorkers: embedders, FetchPollInterval: embedPoll},
	}
}

// Register adds the workers of this package to those of a River client, which
// must work Queues.
func Register(workers *river.Workers, s *Store) {
	river.AddWorker(workers, &indexer{store: s})
	river.AddWorker(workers, &fetcher{store: s, visits: newVisits()})
	river.AddWorker(workers, &embedder{store: s, lasts: turnLasts})
}

// Limits of the jobs.
const (
	// indexTimeout is above everything that reading may take: the reader's own
	// limits come first, and storing 5,000 passages takes a minute on a slow disk.
	indexTimeout = 5 * time.Minute
	// jobAttempts with River's growing pauses span about half an hour: long enough
	// for a database that was moved to come back.
	jobAttempts = 7
)

// IndexArgs name one content of one document, whose words are to be found. Like
// all job arguments they hold ids only.
type IndexArgs struct {
	Workspace uuid.UUID `json:"workspace"`
	Document  uuid.UUID `json:"document"`
	Revision  int       `json:"revision"`
}

// Kind is River's name for the job.
func (IndexArgs) Kind() string { return "knowledge_index" }

// InsertOpts puts the job into its own queue.
func (IndexArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: Queue, MaxAttempts: jobAttempts}
}

// FetchArgs name an address that is to be fetched. What came of it is indexed by
// an IndexArgs.
type FetchArgs IndexArgs

// Kind is River's name for the job.
func (FetchArgs) Kind() string { return "knowledge_fetch" }

// InsertOpts puts the job into its own queue.
func (FetchArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: FetchQueue, MaxAttempts: jobAttempts}
}

// enqueue makes the job that takes a document on from where it stands: what has
// its words needs vectors, an address is fetched, and everything else is read.
func (s *Store) enqueue(ctx context.Context, tx pgx.Tx, workspaceID, document uuid.UUID) error {
	var origin Origin
	var revision, indexed int
	err := tx.QueryRow(ctx, `SELECT origin, revision, indexed_revision FROM document WHERE workspace_id = $1 AND id = $2`, workspaceID, document).
		Scan(&origin, &revision, &indexed)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrUnknown
	}
	if err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	args := IndexArgs{workspaceID, document, revision}
	switch {
	case indexed == revision:
		return s.enqueueVectors(ctx, tx, workspaceID)
	case origin == OriginURL:
		_, err = s.jobs.InsertTx(ctx, tx, FetchArgs(args), nil)
	default:
		_, err = s.jobs.InsertTx(ctx, tx, args, nil)
	}
	if err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
}

type indexer struct {
	river.WorkerDefaults[IndexArgs]
	store *Store
}

func (*indexer) Timeout(*river.Job[IndexArgs]) time.Duration { return indexTimeout }

func (w *indexer) Work(ctx context.Context, job *river.Job[IndexArgs]) error {
	a := job.Args
	return w.store.index(ctx, a.Workspace, a.Document, a.Revision, job.Attempt >= job.MaxAttempts)
}

type fetcher struct {
	river.WorkerDefaults[FetchArgs]
	store  *Store
	visits *visits
}

// Timeout is above the patience of package web, which names what took too long.
func (*fetcher) Timeout(*river.Job[FetchArgs]) time.Duration { return time.Minute }

func (w *fetcher) Work(ctx context.Context, job *river.Job[FetchArgs]) error {
	a := job.Args
	// Half an hour of trying is for our own endpoints. Somebody waits for this one.
	err := w.store.fetch(ctx, w.visits, a.Workspace, a.Document, a.Revision, job.Attempt >= fetchAttempts)
	if errors.Is(err, errHostBusy) {
		return river.JobSnooze(hostPause)
	}
	return err
}
