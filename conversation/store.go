package conversation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/baton-chat/baton/workspace"
)

// Kinds of assistant rounds.
const (
	RoundAnswer = "answer" // answer the visitor's message Seq
	RoundPacket = "packet" // write the summary of the handoff at Seq
)

// Round is a piece of work for the assistant. It holds ids only: job tables are no place for what people wrote.
type Round struct {
	Kind         string
	Workspace    uuid.UUID
	Conversation uuid.UUID
	Seq          int64
	Epoch        int64
}

// Scheduler gives rounds to the job queue, in the transaction of what caused them.
type Scheduler interface {
	Schedule(ctx context.Context, tx pgx.Tx, rounds ...Round) error
}

// Store holds the commands and reads of conversations.
type Store struct {
	pool      *pgxpool.Pool
	events    workspace.Publisher
	scheduler Scheduler
	now       func() time.Time
	commits   committer
}

// NewStore returns a store on an application pool. now is the clock; nil means the machine's.
func NewStore(pool *pgxpool.Pool, events workspace.Publisher, scheduler Scheduler, now func() time.Time) *Store {
	if now == nil {
		now = time.Now
	}
	return &Store{pool: pool, events: events, scheduler: scheduler, now: now, commits: committer{limit: maxWaiting, lines: map[uuid.UUID]*waitingLine{}}}
}

// onChat runs a command of the team's. A preview is nobody's to claim, answer or resolve: it is unknown here.
func (s *Store) onChat(ctx context.Context, workspaceID, id uuid.UUID, fn func(*change) error) (Conversation, error) {
	return s.do(ctx, workspaceID, id, func(c *change) error {
		if c.Kind != KindChat {
			return ErrUnknown
		}
		return fn(c)
	})
}

// change is one command on one locked conversation: what it appends and changes is saved together and told after the commit.
type change struct {
	Conversation
	tx    pgx.Tx
	store *Store
	// writes are sent together with the row, in one round trip.
	writes   pgx.Batch
	rounds   []Round // for the assistant
	appended []Message
	events   []workspace.Event
	dirty    bool
}

const conversationColumns = `
	c.workspace_id, c.id, coalesce(c.inbox_id, '00000000-0000-0000-0000-000000000000'), coalesce(c.visitor_id, '00000000-0000-0000-0000-000000000000'), c.kind, c.state, c.state_since, c.epoch, c.head, c.last_visitor_seq, c.agent_id, coalesce(g.name, ''),
	c.rule, c.reason, c.preview_seq, c.waiting_since, c.unanswered_since, c.last_visitor_at, c.queue_position, c.queue_minutes, c.resolved_at, c.resolved_by,
	v.email IS NOT NULL, c.visitor_delivered, c.visitor_seen, c.agent_delivered, c.agent_seen, c.created_at, c.updated_at`

const conversationFrom = `
	FROM conversation c
	LEFT JOIN visitor v ON v.workspace_id = c.workspace_id AND v.id = c.visitor_id
	LEFT JOIN agent g ON g.workspace_id = c.workspace_id AND g.id = c.agent_id`

func (c *Conversation) fields() []any {
	return []any{
		&c.Workspace, &c.ID, &c.Inbox, &c.Visitor, &c.Kind, &c.State, &c.StateSince, &c.Epoch, &c.Head, &c.LastVisitorSeq, &c.Agent, &c.AgentName,
		&c.Rule, &c.Reason, &c.PreviewSeq, &c.WaitingSince, &c.UnansweredSince, &c.LastVisitorAt, &c.QueuePosition, &c.QueueMinutes, &c.ResolvedAt, &c.ResolvedBy,
		&c.Contact, &c.VisitorDelivered, &c.VisitorSeen, &c.AgentDelivered, &c.AgentSeen, &c.CreatedAt, &c.UpdatedAt,
	}
}

// lock takes the row for this transaction. FOR NO KEY UPDATE leaves foreign-key checks of other transactions alone.
func lock(ctx context.Context, tx pgx.Tx, workspaceID, id uuid.UUID) (c Conversation, err error) {
	err = tx.QueryRow(ctx, `SELECT`+conversationColumns+conversationFrom+`
		WHERE c.workspace_id = $1 AND c.id = $2 FOR NO KEY UPDATE OF c`, workspaceID, id).Scan(c.fields()...)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, ErrUnknown
	}
	return c, err
}

// do runs a command: lock, fn, save, commit, tell.
func (s *Store) do(ctx context.Context, workspaceID, id uuid.UUID, fn func(*change) error) (Conversation, error) {
	c := change{store: s}
	err := workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		locked, err := lock(ctx, tx, workspaceID, id)
		if err != nil {
			return err
		}
		c.Conversation, c.tx = locked, tx
		if err := fn(&c); err != nil {
			return err
		}
		return c.save(ctx)
	})
	if err != nil {
		return c.Conversation, err
	}
	c.publish()
	return c.Conversation, nil
}

// to applies a command to the state, or returns ErrState.
func (c *change) to(cmd command) error { return c.move(cmd, c.store.now()) }

// append gives the message the next sequence number; it is stored when the command is saved.
func (c *change) append(m Message) Message {
	m.Conversation, m.Seq, m.At = c.ID, c.Head+1, c.store.now().UTC()
	c.Head = m.Seq
	// The words that a person is being called would hide what for, so the visitor's own stay in the inbox.
	if m.Kind == KindText && m.Outcome != OutcomeHandoff {
		c.PreviewSeq = m.Seq
	}
	c.appended, c.dirty = append(c.appended, m), true
	return m
}

// insert queues the write of a message.
func insert(writes *pgx.Batch, workspaceID uuid.UUID, m Message) {
	var parts []byte
	if m.Line != nil {
		parts, _ = json.Marshal(m.Line)
	}
	var citations []byte
	if len(m.Citations) > 0 {
		citations, _ = json.Marshal(m.Citations)
	}
	writes.Queue(`
		INSERT INTO message (workspace_id, conversation_id, seq, cid, kind, author_kind, author_id, author_name, body, body_hash, language, citations, parts, outcome, run, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		workspaceID, m.Conversation, m.Seq, m.CID, m.Kind, m.Author.Kind, null(m.Author.ID), m.Author.Name, m.Body, hash(m.Body), m.Language,
		citations, parts, m.Outcome, null(m.Run), m.At)
}

// line appends an event message. Its cid is derived, so that a command that runs twice loses at the key.
func (c *change) line(name, who string) Message { return c.tellLine(Line{Name: name, Who: who}) }

func (c *change) tellLine(line Line) Message {
	cid := uuid.NewSHA1(c.ID, fmt.Appendf(nil, "%s:%d", line.Name, c.Head+1))
	return c.append(Message{CID: cid, Kind: KindEvent, Author: Author{Kind: BySystem}, Line: &line})
}

func (c *change) save(ctx context.Context) error {
	if !c.dirty {
		return nil
	}
	if err := c.store.schedule(ctx, c.tx, c.rounds); err != nil {
		return err
	}
	// The messages come first: what else is written may point to them.
	writes := &pgx.Batch{}
	for _, m := range c.appended {
		insert(writes, c.Workspace, m)
	}
	writes.QueuedQueries = append(writes.QueuedQueries, c.writes.QueuedQueries...)
	c.UpdatedAt = c.store.now().UTC()
	writes.Queue(`
		UPDATE conversation SET state = $3, epoch = $4, head = $5, last_visitor_seq = $6, agent_id = $7, preview_seq = $8, rule = $9, reason = $10,
			waiting_since = $11, unanswered_since = $12, last_visitor_at = $13, queue_position = $14, queue_minutes = $15, resolved_at = $16, resolved_by = $17, updated_at = $18, state_since = $19
		WHERE workspace_id = $1 AND id = $2`,
		c.Workspace, c.ID, c.State, c.Epoch, c.Head, c.LastVisitorSeq, c.Agent, c.PreviewSeq, c.Rule, c.Reason,
		c.WaitingSince, c.UnansweredSince, c.LastVisitorAt, c.QueuePosition, c.QueueMinutes, c.ResolvedAt, c.ResolvedBy, c.UpdatedAt, c.StateSince)
	if err := c.tx.SendBatch(ctx, writes).Close(); err != nil {
		return fmt.Errorf("save conversation: %w", err)
	}
	return nil
}

// schedule gives rounds to the job queue.
func (s *Store) schedule(ctx context.Context, tx pgx.Tx, rounds []Round) error {
	if len(rounds) == 0 {
		return nil
	}
	if err := s.scheduler.Schedule(ctx, tx, rounds...); err != nil {
		return fmt.Errorf("schedule %s: %w", rounds[0].Kind, err)
	}
	return nil
}

// publish tells what was committed: each message, then the state.
func (c *change) publish() {
	for _, m := range c.appended {
		c.store.events.Publish(workspace.NewEvent(c.Workspace, c.ID, workspace.EventMessage, m))
	}
	if c.dirty {
		c.store.events.Publish(workspace.NewEvent(c.Workspace, c.ID, workspace.EventState, c.Conversation))
	}
	for _, e := range c.events {
		c.store.events.Publish(e)
	}
}

// tell adds an event that is published after the commit.
func (c *change) tell(kind string, v any) {
	c.events = append(c.events, workspace.NewEvent(c.Workspace, c.ID, kind, v))
}

func null(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}
