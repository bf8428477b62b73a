package conversation

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/workspace"
)

// Views of the inbox.
const (
	ViewInbox      = "inbox"      // with you, in the queue, with the assistant
	ViewMine       = "mine"       // with you
	ViewUnassigned = "unassigned" // in the queue
	ViewAssistant  = "assistant"  // with the assistant
	ViewResolved   = "resolved"
)

// ErrView is an unknown view or a cursor that was not made by List.
var ErrView = errors.New("no such view or cursor")

// Row is one line of the inbox.
type Row struct {
	Conversation
	VisitorName  string
	VisitorEmail string
	PreviewKind  string
	PreviewID    *uuid.UUID
	PreviewName  string
	PreviewBody  string
	PreviewAt    *time.Time
	Unread       int
}

// Counts are the numbers beside the views.
type Counts struct {
	Waiting    int `json:"waiting"`
	Mine       int `json:"mine"`
	Unassigned int `json:"unassigned"`
	Assistant  int `json:"assistant"`
	Resolved   int `json:"resolved"`
}

// rowQuery reads lines of the inbox. A line shows at most 200 characters of the last message.
const rowQuery = `
	SELECT` + conversationColumns + `, coalesce(v.name, ''), coalesce(v.email, ''),
		coalesce(m.author_kind, ''), m.author_id, coalesce(m.author_name, ''), left(coalesce(m.body, ''), 200), m.at,
		(SELECT count(*) FROM message u WHERE u.workspace_id = c.workspace_id AND u.conversation_id = c.id AND u.seq > c.agent_seen AND u.author_kind = 'visitor')
	` + conversationFrom + `
	LEFT JOIN message m ON m.workspace_id = c.workspace_id AND m.conversation_id = c.id AND m.seq = CASE WHEN c.state = 'waiting' AND c.last_visitor_seq > 0 THEN c.last_visitor_seq ELSE c.preview_seq END
	WHERE c.workspace_id = $1`

func scanRow(row pgx.CollectableRow) (r Row, err error) {
	fields := append(r.fields(), &r.VisitorName, &r.VisitorEmail, &r.PreviewKind, &r.PreviewID, &r.PreviewName, &r.PreviewBody, &r.PreviewAt, &r.Unread)
	err = row.Scan(fields...)
	return r, err
}

// Row returns one line of the inbox, or ErrUnknown.
func (s *Store) Row(ctx context.Context, workspaceID, id uuid.UUID) (r Row, err error) {
	err = workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, rowQuery+` AND c.kind = 'chat' AND c.id = $2`, workspaceID, id)
		if err != nil {
			return err
		}
		r, err = pgx.CollectExactlyOneRow(rows, scanRow)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrUnknown
		}
		return err
	})
	if err != nil {
		return r, fmt.Errorf("read inbox row: %w", err)
	}
	return r, nil
}

// Each view is an order and the rows that belong to it. $2 is the agent. Rows are listed from a key on; the key is the last column of the order, as text.
var views = map[string]struct{ where, key string }{
	ViewInbox: {
		`c.state <> 'resolved' AND (c.state <> 'agent' OR c.agent_id = $2)`,
		`(CASE c.state WHEN 'agent' THEN '1' WHEN 'waiting' THEN '2' ELSE '3' END) ||
		 to_char(extract(epoch FROM CASE c.state WHEN 'waiting' THEN c.waiting_since ELSE 'epoch'::timestamptz + (timestamptz '2100-01-01' - c.updated_at) END) * 1000000, 'FM00000000000000000') || c.id`,
	},
	ViewMine:       {`c.state = 'agent' AND c.agent_id = $2`, newestFirst},
	ViewUnassigned: {`c.state = 'waiting' AND $2::uuid IS NOT NULL`, `to_char(extract(epoch FROM c.waiting_since) * 1000000, 'FM00000000000000000') || c.id`},
	ViewAssistant:  {`c.state = 'assistant' AND $2::uuid IS NOT NULL`, newestFirst},
	ViewResolved:   {`c.state = 'resolved' AND $2::uuid IS NOT NULL`, newestFirst},
}

const newestFirst = `to_char(extract(epoch FROM 'epoch'::timestamptz + (timestamptz '2100-01-01' - c.updated_at)) * 1000000, 'FM00000000000000000') || c.id`

// List returns a page of a view and the cursor of the next one, which is empty after the last.
func (s *Store) List(ctx context.Context, agent workspace.Agent, view, cursor string, limit int) (list []Row, next string, err error) {
	v, ok := views[view]
	after, decodeErr := base64.RawURLEncoding.DecodeString(cursor)
	if !ok || decodeErr != nil || !utf8.Valid(after) {
		return nil, "", fmt.Errorf("list conversations: %w", ErrView)
	}
	var keys []string
	err = workspace.InTx(ctx, s.pool, agent.Workspace, func(tx pgx.Tx) error {
		query := strings.Replace(rowQuery, "SELECT", "SELECT "+v.key+" AS key,", 1) +
			` AND c.kind = 'chat' AND ` + v.where + ` AND ` + v.key + ` > $3 ORDER BY key LIMIT $4`
		rows, err := tx.Query(ctx, query, agent.Workspace, agent.ID, string(after), limit+1)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Row, err error) {
			var key string
			fields := append([]any{&key}, r.fields()...)
			fields = append(fields, &r.VisitorName, &r.VisitorEmail, &r.PreviewKind, &r.PreviewID, &r.PreviewName, &r.PreviewBody, &r.PreviewAt, &r.Unread)
			err = row.Scan(fields...)
			keys = append(keys, key)
			return r, err
		})
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list conversations: %w", err)
	}
	if len(list) > limit {
		list, next = list[:limit], base64.RawURLEncoding.EncodeToString([]byte(keys[limit-1]))
	}
	return list, next, nil
}

// Counts returns the numbers beside the views.
func (s *Store) Counts(ctx context.Context, agent workspace.Agent) (n Counts, err error) {
	err = workspace.InTx(ctx, s.pool, agent.Workspace, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'agent' AND agent_id = $2), count(*) FILTER (WHERE state = 'assistant'),
				(SELECT count(*) FROM conversation WHERE workspace_id = $1 AND state = 'resolved' AND kind = 'chat')
			FROM conversation WHERE workspace_id = $1 AND state <> 'resolved' AND kind = 'chat'`, agent.Workspace, agent.ID).
			Scan(&n.Waiting, &n.Mine, &n.Assistant, &n.Resolved)
	})
	n.Unassigned = n.Waiting
	if err != nil {
		return n, fmt.Errorf("count conversations: %w", err)
	}
	return n, nil
}

// Past returns a visitor's earlier conversations, newest first.
func (s *Store) Past(ctx context.Context, workspaceID, visitorID, except uuid.UUID, limit int) (list []Row, err error) {
	err = workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, rowQuery+` AND c.visitor_id = $2 AND c.id <> $3 AND c.kind = 'chat' ORDER BY c.created_at DESC LIMIT $4`, workspaceID, visitorID, except, limit)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, scanRow)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read past conversations: %w", err)
	}
	return list, nil
}
