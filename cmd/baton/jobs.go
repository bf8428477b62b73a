package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/baton-chat/baton/assistant"
	"github.com/baton-chat/baton/knowledge"
)

const (
	// fetchCooldown is how often an insert wakes the worker, on the inserting and on the working side. River's 100 ms would let the second of two quick
	// messages wait for half a second.
	fetchCooldown = 20 * time.Millisecond
	// jobTimeout and rescueAfter are what a visitor would wait: River's hour is for batch work. Jobs that take longer say so themselves. Jobs of dead nodes
	// do not wait for them: keeper returns those.
	jobTimeout  = 45 * time.Second
	rescueAfter = 60 * time.Second
)

// insertClient enqueues jobs and works none.
func insertClient(pool *pgxpool.Pool, log *slog.Logger) (*river.Client[pgx.Tx], error) {
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{FetchCooldown: fetchCooldown, Logger: quiet(log)})
	if err != nil {
		return nil, fmt.Errorf("job queue: %w", err)
	}
	return client, nil
}

// workClient works the queues of answers and of indexing, apart from each other. Its jobs bear the id of the node, by which keeper finds those of dead ones.
// While answering's end is not called, an answer is under way, before which indexing gives way.
func workClient(k *keeper, workers *river.Workers, answering func() (end func())) (*river.Client[pgx.Tx], error) {
	queues := knowledge.Queues()
	maps.Copy(queues, assistant.Queues())
	client, err := river.NewClient(riverpgxv5.New(k.pool), &river.Config{
		ID:     k.node.String(),
		Queues: queues, Workers: workers, FetchCooldown: fetchCooldown, JobTimeout: jobTimeout, RescueStuckJobsAfter: rescueAfter,
		// Rebuilding indexes needs the owner; the application is not.
		ReindexerSchedule: river.NeverSchedule(),
		Middleware: []rivertype.Middleware{
			river.WorkerMiddlewareFunc(k.flight.through),
			river.WorkerMiddlewareFunc(func(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
				if job.Queue == assistant.ReplyQueue {
					defer answering()()
				}
				return work(ctx)
			}),
		},
		Logger: slog.New(heldBack{quiet(k.log).Handler(), k.away}),
	})
	if err != nil {
		return nil, errors.Join(errors.New("job queue"), err)
	}
	return client, nil
}

// quiet lets River's warnings and errors through and leaves its routine out of the log.
func quiet(log *slog.Logger) *slog.Logger {
	return slog.New(levelHandler{log.Handler(), slog.LevelWarn})
}
