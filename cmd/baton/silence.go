package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/outage"
	"github.com/baton-chat/baton/workspace"
)

const (
	// handOverAfter is how long a question may be without an answer; the gateway's own limit for visitors who are there is the same.
	handOverAfter = 45 * time.Second
	// silenceEvery is how often questions that nobody answers are looked for.
	silenceEvery = 5 * time.Second
	// silenceMost is how many are handed over in one look; the next one takes the others.
	silenceMost = 100
	// silenceAway and silenceBack are what an outage of it says.
	silenceAway = "unanswered questions cannot be looked for; it is tried until they can"
	silenceBack = "unanswered questions are looked for again"
)

// unanswered hands over, until ctx ends, the questions that have waited too long for a worker. It runs beside the gateway, which breaks the silence of visitors who are there; this is for those who left, and
// whose gateway died. A job that is left over is what tells: it is there from the question's commit to its answer's.
func (s *services) unanswered(ctx context.Context) error {
	away := outage.New(s.house.log, silenceBack, settled, nil)
	tick := time.NewTicker(silenceEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		bounded, cancel := context.WithTimeout(ctx, silenceEvery)
		err := s.handOverSilent(bounded, handOverAfter)
		cancel()
		switch {
		case err == nil:
			away.Over()
		case ctx.Err() == nil && !outage.Away(err):
			away.Begin(silenceAway, err) // That the database is away is told by presence, which every node has.
		}
	}
}

// handOverSilent is one look.
func (s *services) handOverSilent(ctx context.Context, after time.Duration) error {
	pool := s.house.db.app
	rows, err := pool.Query(ctx, `SELECT DISTINCT (args->>'workspace')::uuid FROM river_job j WHERE `+overdue, after.Seconds())
	if err != nil {
		return fmt.Errorf("find overdue answers: %w", err)
	}
	spaces, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("find overdue answers: %w", err)
	}
	var all error
	for _, id := range spaces {
		all = errors.Join(all, s.handOverIn(ctx, id, after))
	}
	return all
}

// overdue are the answers' jobs that are too old, but not one that is being worked right now: its worker ends by itself, with an answer or a handoff.
const overdue = `j.kind = 'assistant_reply' AND j.created_at < now() - make_interval(secs => $1)
	AND (j.state IN ('available', 'scheduled', 'retryable') OR j.state = 'running' AND j.attempted_at < now() - make_interval(secs => $1))`

func (s *services) handOverIn(ctx context.Context, workspaceID uuid.UUID, after time.Duration) error {
	type question struct {
		Conversation uuid.UUID
		Seq          int64
	}
	var silent []question
	err := workspace.InTx(ctx, s.house.db.app, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT DISTINCT c.id, c.last_visitor_seq FROM river_job j
			JOIN conversation c ON c.workspace_id = $2 AND c.id = (j.args->>'conversation')::uuid
			WHERE `+overdue+` AND j.args->>'workspace' = $2::uuid::text
				AND c.kind = 'chat' AND c.state = 'assistant' AND c.last_visitor_seq = (j.args->>'seq')::bigint AND c.preview_seq = c.last_visitor_seq
			LIMIT $3`, after.Seconds(), workspaceID, silenceMost)
		if err != nil {
			return err
		}
		silent, err = pgx.CollectRows(rows, pgx.RowToStructByPos[question])
		return err
	})
	if err != nil {
		return fmt.Errorf("find overdue answers: %w", err)
	}
	for _, q := range silent {
		if _, err := s.house.conversations.HandOver(ctx, workspaceID, q.Conversation, q.Seq); err != nil && !errors.Is(err, conversation.ErrStale) {
			return err
		}
	}
	return nil
}
