package conversation

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// gathered is what one transaction for many messages has read, and what it will write.
type gathered struct {
	store    *Store
	tx       pgx.Tx
	changes  map[uuid.UUID]*change   // by conversation
	order    []*change               // those that have something to write, in the order of their first message
	counters map[uuid.UUID]int64     // by device
	spoke    map[uuid.UUID]bool      // devices whose counter moved
	known    map[[2]uuid.UUID]repeat // stored messages, by conversation and cid
}

// repeat is a message that is stored already.
type repeat struct {
	ack      Ack
	hash     []byte
	visitors bool
}

// lock locks the conversations and the devices, each in the order of their ids, so that two batches never wait for each other in a circle, and looks for messages
// that are stored already. As with a single message that is asked after the locks, in statements of their own.
func (b *gathered) lock(ctx context.Context, workspaceID uuid.UUID, batch []*saying) error {
	conversations, devices, cids := make([]uuid.UUID, len(batch)), make([]uuid.UUID, len(batch)), make([]uuid.UUID, len(batch))
	for i, m := range batch {
		conversations[i], devices[i], cids[i] = m.in.Conversation, m.in.Session.Device, m.in.CID
	}
	rows, err := b.tx.Query(ctx, `SELECT`+conversationColumns+conversationFrom+`
		WHERE c.workspace_id = $1 AND c.id = ANY ($2) ORDER BY c.id FOR NO KEY UPDATE OF c`, workspaceID, conversations)
	if err != nil {
		return fmt.Errorf("lock conversations: %w", err)
	}
	var c Conversation
	_, err = pgx.ForEachRow(rows, c.fields(), func() error {
		b.changes[c.ID] = &change{Conversation: c, tx: b.tx, store: b.store}
		c = Conversation{}
		return nil
	})
	if err != nil {
		return fmt.Errorf("lock conversations: %w", err)
	}
	return b.look(ctx, workspaceID, conversations, cids, devices)
}

func (b *gathered) look(ctx context.Context, workspaceID uuid.UUID, conversations, cids, devices []uuid.UUID) error {
	both := &pgx.Batch{}
	both.Queue(`SELECT id, counter FROM device WHERE workspace_id = $1 AND id = ANY ($2) ORDER BY id FOR NO KEY UPDATE`, workspaceID, devices).Query(func(rows pgx.Rows) error {
		var id uuid.UUID
		var counter int64
		_, err := pgx.ForEachRow(rows, []any{&id, &counter}, func() error {
			b.counters[id] = counter
			return nil
		})
		return err
	})
	both.Queue(`
		SELECT m.conversation_id, m.cid, m.seq, m.at, m.body_hash, m.author_kind = 'visitor'
		FROM unnest($2::uuid[], $3::uuid[]) AS s (conversation_id, cid)
		JOIN message m ON m.workspace_id = $1 AND m.conversation_id = s.conversation_id AND m.cid = s.cid`, workspaceID, conversations, cids).Query(func(rows pgx.Rows) error {
		var key [2]uuid.UUID
		var r repeat
		_, err := pgx.ForEachRow(rows, []any{&key[0], &key[1], &r.ack.Seq, &r.ack.At, &r.hash, &r.visitors}, func() error {
			r.hash = bytes.Clone(r.hash)
			b.known[key] = r
			return nil
		})
		return err
	})
	if err := b.tx.SendBatch(ctx, both).Close(); err != nil {
		return fmt.Errorf("look for repeats: %w", err)
	}
	return nil
}

// say takes one message, by the same rules as a transaction of its own, and tells its result. What begins a conversation, or begins it anew, is done alone.
func (b *gathered) say(in SayInput) (Ack, error) {
	c := b.changes[in.Conversation]
	if c == nil || c.State == Resolved {
		return Ack{}, errAlone
	}
	if c.Visitor != in.Session.Visitor {
		return Ack{}, fmt.Errorf("say: %w", ErrUnknown)
	}
	key := [2]uuid.UUID{in.Conversation, in.CID}
	if r, ok := b.known[key]; ok {
		if !r.visitors || !bytes.Equal(r.hash, hash(in.Body)) {
			return Ack{}, fmt.Errorf("say: %w", ErrCIDReused)
		}
		return r.ack, nil
	}
	next := b.counters[in.Session.Device] + 1
	if in.N != next {
		return Ack{}, fmt.Errorf("say: %w", &GapError{Next: next})
	}
	if err := c.say(in); err != nil {
		return Ack{}, fmt.Errorf("say: %w", err)
	}
	b.counters[in.Session.Device], b.spoke[in.Session.Device] = in.N, true
	ack := Ack{Seq: c.LastVisitorSeq, At: *c.LastVisitorAt}
	b.known[key] = repeat{ack: ack, hash: hash(in.Body), visitors: true}
	if !slices.Contains(b.order, c) {
		b.order = append(b.order, c)
	}
	return ack, nil
}

// save writes everything in one round trip of three statements, however many messages there are, and the assistant's rounds in another.
func (b *gathered) save(ctx context.Context, workspaceID uuid.UUID) error {
	if len(b.order) == 0 {
		return nil
	}
	var rounds []Round
	for _, c := range b.order {
		rounds = append(rounds, c.rounds...)
	}
	if err := b.store.schedule(ctx, b.tx, rounds); err != nil {
		return err
	}
	writes := &pgx.Batch{}
	b.insert(writes, workspaceID)
	b.rows(writes, workspaceID)
	b.count(writes, workspaceID)
	if err := b.tx.SendBatch(ctx, writes).Close(); err != nil {
		return fmt.Errorf("save conversations: %w", err)
	}
	return nil
}

// insert writes the messages, which are all texts of visitors.
func (b *gathered) insert(writes *pgx.Batch, workspaceID uuid.UUID) {
	var m struct {
		conversations, cids, authors []uuid.UUID
		seqs                         []int64
		names, bodies                []string
		hashes                       [][]byte
		times                        []time.Time
	}
	for _, c := range b.order {
		for _, said := range c.appended {
			m.conversations, m.cids, m.authors = append(m.conversations, c.ID), append(m.cids, said.CID), append(m.authors, said.Author.ID)
			m.seqs, m.names, m.bodies = append(m.seqs, said.Seq), append(m.names, said.Author.Name), append(m.bodies, said.Body)
			m.hashes, m.times = append(m.hashes, hash(said.Body)), append(m.times, said.At)
		}
	}
	writes.Queue(`
		INSERT INTO message (workspace_id, conversation_id, seq, cid, kind, author_kind, author_id, author_name, body, body_hash, at)
		SELECT $1, s.conversation_id, s.seq, s.cid, 'text', 'visitor', s.author_id, s.author_name, s.body, s.body_hash, s.at
		FROM unnest($2::uuid[], $3::bigint[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::bytea[], $9::timestamptz[])
			AS s (conversation_id, seq, cid, author_id, author_name, body, body_hash, at)`,
		workspaceID, m.conversations, m.seqs, m.cids, m.authors, m.names, m.bodies, m.hashes, m.times)
}

// rows writes what a visitor's message changes of its conversation. The rows are locked already, so their order does not matter any more.
func (b *gathered) rows(writes *pgx.Batch, workspaceID uuid.UUID) {
	n := len(b.order)
	ids, heads, spoke, unanswered := make([]uuid.UUID, n), make([]int64, n), make([]*time.Time, n), make([]*time.Time, n)
	now := b.store.now().UTC()
	for i, c := range b.order {
		c.UpdatedAt = now
		// The visitor's own text is the last message, the last of the visitor's and the last text.
		ids[i], heads[i], spoke[i], unanswered[i] = c.ID, c.Head, c.LastVisitorAt, c.UnansweredSince
	}
	writes.Queue(`
		UPDATE conversation c SET head = s.head, last_visitor_seq = s.head, preview_seq = s.head, last_visitor_at = s.spoke, unanswered_since = s.unanswered, updated_at = $6
		FROM unnest($2::uuid[], $3::bigint[], $4::timestamptz[], $5::timestamptz[]) AS s (id, head, spoke, unanswered)
		WHERE c.workspace_id = $1 AND c.id = s.id`, workspaceID, ids, heads, spoke, unanswered, now)
}

// count writes the counters of the devices.
func (b *gathered) count(writes *pgx.Batch, workspaceID uuid.UUID) {
	var devices []uuid.UUID
	var counters []int64
	for device := range b.spoke {
		devices, counters = append(devices, device), append(counters, b.counters[device])
	}
	writes.Queue(`
		UPDATE device d SET counter = s.counter FROM unnest($2::uuid[], $3::bigint[]) AS s (id, counter) WHERE d.workspace_id = $1 AND d.id = s.id`, workspaceID, devices, counters)
}
