package conversation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/workspace"
)

// PreviewLife is how long a trial of the test bench is kept. Nobody comes back to one after a day, and what was tried must not pile up beside
// what people really asked.
const PreviewLife = 24 * time.Hour

// Asked names a question of the test bench: its conversation, and the sequence number under which the turn is found.
type Asked struct {
	Conversation uuid.UUID
	Seq          int64
	At           time.Time
}

// Ask puts a question to the assistant in the name of a visitor that does not exist. It is a message like any other and is answered by the same round; only the
// conversation is of kind preview: it is in no view, no count and no line, and never leaves the assistant. id is that of an earlier question of the same agent to which this one is a
// follow-up, or uuid.Nil. Errors: ErrEmpty, ErrTooLong, ErrUnknown.
func (s *Store) Ask(ctx context.Context, agent workspace.Agent, id uuid.UUID, body string) (asked Asked, err error) {
	if body, err = Cleaned(body); err != nil {
		return asked, fmt.Errorf("ask: %w", err)
	}
	if id == uuid.Nil {
		id, err = s.beginPreview(ctx, agent)
		if err != nil {
			return asked, fmt.Errorf("ask: %w", err)
		}
	}
	_, err = s.do(ctx, agent.Workspace, id, func(c *change) error {
		var mine bool
		err := c.tx.QueryRow(ctx, `SELECT kind = 'preview' AND asked_by = $3 FROM conversation WHERE workspace_id = $1 AND id = $2`, c.Workspace, c.ID, agent.ID).Scan(&mine)
		if err != nil {
			return fmt.Errorf("look whose it is: %w", err)
		}
		if !mine {
			return ErrUnknown
		}
		m := c.append(Message{CID: uuid.Must(uuid.NewV7()), Kind: KindText, Author: Author{Kind: ByVisitor}, Body: body})
		c.LastVisitorSeq, c.LastVisitorAt = m.Seq, &m.At
		asked = Asked{Conversation: c.ID, Seq: m.Seq, At: m.At}
		c.schedule(RoundAnswer, m.Seq)
		return nil
	})
	if err != nil {
		return asked, fmt.Errorf("ask: %w", err)
	}
	return asked, nil
}

// beginPreview makes the row. Should the question behind it fail, an empty preview is left, which nobody sees and the sweep takes.
func (s *Store) beginPreview(ctx context.Context, agent workspace.Agent) (uuid.UUID, error) {
	id := uuid.Must(uuid.NewV7())
	err := workspace.InTx(ctx, s.pool, agent.Workspace, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO conversation (workspace_id, id, kind, asked_by, created_at, updated_at, state_since) VALUES ($1, $2, 'preview', $3, $4, $4, $4)`,
			agent.Workspace, id, agent.ID, s.now().UTC())
		return err
	})
	return id, err
}

// SweepPreviews removes a workspace's trials that are older than PreviewLife, with their messages and turns, and returns how many there were.
func (s *Store) SweepPreviews(ctx context.Context, workspaceID uuid.UUID) (n int64, err error) {
	err = workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `DELETE FROM conversation WHERE workspace_id = $1 AND kind = 'preview' AND created_at < $2`, workspaceID, s.now().Add(-PreviewLife))
		n = tag.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sweep previews: %w", err)
	}
	return n, nil
}

// Record is a turn as it was stored.
type Record struct {
	InReplyTo      int64
	Outcome        string
	Confidence     float64
	Passages       json.RawMessage // as the assistant wrote them: ids and scores
	Signals        json.RawMessage
	SignalsVersion int
	RuleSetVersion int64
	Rule           string
	Reason         string
	Matches        []Span
	Model          string
	Timings        map[string]float64 // milliseconds
	At             time.Time
}

// PreviewTurn returns the record of the round that answered message seq of a preview, or ErrUnknown: also where there is no answer yet, and for what a visitor asked.
func (s *Store) PreviewTurn(ctx context.Context, workspaceID, id uuid.UUID, seq int64) (r Record, err error) {
	err = workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			SELECT t.in_reply_to, t.outcome, t.confidence, t.passages, t.signals, t.signals_version, t.rule_set_version, t.rule, t.reason, t.matches, t.model, t.timings, t.at
			FROM turn t JOIN conversation c ON c.workspace_id = t.workspace_id AND c.id = t.conversation_id AND c.kind = 'preview'
			WHERE t.workspace_id = $1 AND t.conversation_id = $2 AND t.in_reply_to = $3 ORDER BY t.epoch DESC LIMIT 1`, workspaceID, id, seq).
			Scan(&r.InReplyTo, &r.Outcome, &r.Confidence, &r.Passages, &r.Signals, &r.SignalsVersion, &r.RuleSetVersion, &r.Rule, &r.Reason, &r.Matches, &r.Model, &r.Timings, &r.At)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrUnknown
	}
	if err != nil {
		return r, fmt.Errorf("read the turn: %w", err)
	}
	return r, nil
}
