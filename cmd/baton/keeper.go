package main

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/rivertype"

	"github.com/baton-chat/baton/internal/outage"
	"github.com/baton-chat/baton/presence"
)

const (
	// keepEvery is how often jobs of dead nodes are looked for. With the patience for a silent node it makes 30 s at the most, so that the visitor has an
	// answer on its way before the 45 s after which silence is a defect.
	keepEvery = 5 * time.Second
	// keepTimeout bounds one look, so that the next one is not late.
	keepTimeout = keepEvery
	// mislaid is for how long a job may be marked as running here without a trace of it: being fetched, or being marked as done. Both take milliseconds.
	mislaid = 10 * time.Second
)

// keeper sees to it that no job waits for somebody who will not come back to it: jobs that a node was working when it died, and jobs of this node that it
// never heard of, because the database's reply to the fetch was lost. They go back to their queue, where River's own rescue would let them lie for minutes.
// A job that is worked twice after all, because a node was only taken for dead, does no harm: rounds and indexing lose at their keys.
type keeper struct {
	pool   *pgxpool.Pool
	log    *slog.Logger
	node   uuid.UUID
	flight *flight
	away   *outage.Outage
}

func newKeeper(pool *pgxpool.Pool, log *slog.Logger, node uuid.UUID) *keeper {
	return &keeper{pool: pool, log: log, node: node, flight: newFlight(), away: outage.New(log, queueBack, settled, nil)}
}

// run sweeps until ctx ends.
func (k *keeper) run(ctx context.Context) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			k.sweep(ctx)
		}
	}
}

// sweep is one look. A database that is away is told like all else that River finds out about it.
func (k *keeper) sweep(ctx context.Context) {
	bounded, cancel := context.WithTimeout(ctx, keepTimeout)
	defer cancel()
	kinds, err := k.giveBack(bounded)
	switch {
	case err == nil:
		k.away.Over()
	case ctx.Err() == nil:
		k.away.Begin(queueAway, err)
	}
	if len(kinds) > 0 {
		slices.Sort(kinds)
		k.log.Info("jobs that nobody works any more went back to the queue", "jobs", len(kinds), "kinds", slices.Compact(kinds))
	}
}

// giveBack returns the kinds of the jobs it gave back. The attempt that was cut off counts, and one beyond the last is granted, in which a worker does what
// belongs to its last one: a job that kills its process is so given up at some time, and not without a word.
func (k *keeper) giveBack(ctx context.Context) ([]string, error) {
	rows, err := k.pool.Query(ctx, `
		UPDATE river_job j SET state = 'available'
		WHERE j.state = 'running' AND j.attempt <= j.max_attempts AND CASE
		  WHEN j.attempted_by[cardinality(j.attempted_by)] = $1::text
		  THEN j.attempted_at < now() - make_interval(secs => $2) AND j.id <> ALL ($3::bigint[])
		  ELSE NOT EXISTS (SELECT FROM node n WHERE n.id::text = j.attempted_by[cardinality(j.attempted_by)] AND n.beat_at > now() - make_interval(secs => $4))
		END
		RETURNING j.kind`, k.node.String(), mislaid.Seconds(), k.flight.ids(), presence.Patience.Seconds())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// flight knows the jobs that this process works or has just worked.
type flight struct {
	mu   sync.Mutex
	jobs map[int64]time.Time // when it ended; zero while it is worked
}

func newFlight() *flight { return &flight{jobs: map[int64]time.Time{}} }

// through is River's middleware around every job.
func (f *flight) through(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
	f.note(job.ID, time.Time{})
	defer func() { f.note(job.ID, time.Now()) }()
	return work(ctx)
}

func (f *flight) note(id int64, ended time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.jobs[id] = ended
}

// ids forgets the jobs whose end must have been stored by now, and returns the others.
func (f *flight) ids() []int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.jobs, func(_ int64, ended time.Time) bool { return !ended.IsZero() && time.Since(ended) > mislaid })
	return slices.AppendSeq(make([]int64, 0, len(f.jobs)), maps.Keys(f.jobs))
}
