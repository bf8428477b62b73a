package conversation

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/workspace"
)

// PageSize is how many messages one read returns at most. A longer gap is read page by page.
const PageSize = 500

// Get returns a conversation, or ErrUnknown.
func (s *Store) Get(ctx context.Context, workspaceID, id uuid.UUID) (c Conversation, err error) {
	err = workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		c, err = get(ctx, tx, workspaceID, id)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("read conversation: %w", err)
	}
	return c, nil
}

func get(ctx context.Context, tx pgx.Tx, workspaceID, id uuid.UUID) (c Conversation, err error) {
	err = tx.QueryRow(ctx, `SELECT`+conversationColumns+conversationFrom+` WHERE c.workspace_id = $1 AND c.id = $2`, workspaceID, id).Scan(c.fields()...)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, ErrUnknown
	}
	return c, err
}

// After returns the messages after seq in order, up to PageSize of them.
func (s *Store) After(ctx context.Context, workspaceID, id uuid.UUID, seq int64) (messages []Message, err error) {
	err = workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		messages, err = after(ctx, tx, workspaceID, id, seq, PageSize)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	return messages, nil
}

// Transcript returns a conversation and all of its messages from one consistent point: what comes later has a higher seq than the conversation's head.
func (s *Store) Transcript(ctx context.Context, workspaceID, id uuid.UUID) (c Conversation, messages []Message, err error) {
	err = workspace.InReadTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		if c, err = get(ctx, tx, workspaceID, id); err != nil {
			return err
		}
		for seq := int64(0); seq < c.Head; {
			page, err := after(ctx, tx, workspaceID, id, seq, PageSize)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			messages = append(messages, page...)
			seq = page[len(page)-1].Seq
		}
		return nil
	})
	if err != nil {
		return c, nil, fmt.Errorf("read transcript: %w", err)
	}
	return c, messages, nil
}

func after(ctx context.Context, tx pgx.Tx, workspaceID, id uuid.UUID, seq int64, limit int) ([]Message, error) {
	rows, err := tx.Query(ctx, `
		SELECT conversation_id, seq, cid, kind, author_kind, author_id, author_name, coalesce(body, ''), language, citations, parts, outcome, run, at
		FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND seq > $3 ORDER BY seq LIMIT $4`, workspaceID, id, seq, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Message, err error) {
		var authorID, run *uuid.UUID
		err = row.Scan(&m.Conversation, &m.Seq, &m.CID, &m.Kind, &m.Author.Kind, &authorID, &m.Author.Name, &m.Body, &m.Language, &m.Citations, &m.Line, &m.Outcome, &run, &m.At)
		if authorID != nil {
			m.Author.ID = *authorID
		}
		if run != nil {
			m.Run = *run
		}
		return m, err
	})
}

// Judged is what a turn decided about the message it answered: shown to agents beside the assistant's words.
type Judged struct {
	InReplyTo  int64
	Epoch      int64
	Outcome    string
	Confidence float64
	Rule       string
}

// Turns returns the turn records of a conversation by the cid of the reply they wrote.
func (s *Store) Turns(ctx context.Context, workspaceID, id uuid.UUID) (map[uuid.UUID]Judged, error) {
	turns := map[uuid.UUID]Judged{}
	err := workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT in_reply_to, epoch, outcome, confidence, rule FROM turn WHERE workspace_id = $1 AND conversation_id = $2`, workspaceID, id)
		if err != nil {
			return err
		}
		all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Judged])
		for _, t := range all {
			turns[ReplyCID(id, t.InReplyTo, t.Epoch)] = t
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read turns: %w", err)
	}
	return turns, nil
}

// Many returns conversations by their ids, read in one statement. Unknown ids are missing.
func (s *Store) Many(ctx context.Context, workspaceID uuid.UUID, ids []uuid.UUID) (map[uuid.UUID]Conversation, error) {
	found := make(map[uuid.UUID]Conversation, len(ids))
	err := workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT`+conversationColumns+conversationFrom+` WHERE c.workspace_id = $1 AND c.id = ANY ($2)`, workspaceID, ids)
		if err != nil {
			return err
		}
		var c Conversation
		_, err = pgx.ForEachRow(rows, c.fields(), func() error {
			found[c.ID] = c
			c = Conversation{}
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read conversations: %w", err)
	}
	return found, nil
}
