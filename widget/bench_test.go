package widget_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/widget"
	"github.com/baton-chat/baton/workspace"
)

// BenchmarkSay compares a visitor's message, from the frame to its ack over a real socket, with the same rows written by bare pgx: lock, repeat, counter, message, conversation, device, in one scoped
// transaction. The assistant's job is left out on both sides. The two take turns, so that the load of the machine meets both; only the ratio is worth keeping.
func BenchmarkSay(b *testing.B) {
	s := newSite(b, func(l *widget.Limits) { l.Socket.Burst = 1 << 30 })
	v := s.visitor(b)
	l := v.connect(b, 0)
	n := int64(1)
	body := strings.Repeat("x", 160)
	l.say(n, body)
	twin := newTwin(b, s)
	var ours, bare []time.Duration
	for b.Loop() {
		n++
		began := time.Now()
		l.say(n, body)
		ours = append(ours, time.Since(began))
		began = time.Now()
		twin.say(b, body)
		bare = append(bare, time.Since(began))
	}
	for _, q := range []struct {
		name string
		at   int
	}{{"p50", 50}, {"p99", 99}} {
		x, y := quantile(ours, q.at), quantile(bare, q.at)
		b.ReportMetric(float64(x.Microseconds()), "µs-ack-"+q.name)
		b.ReportMetric(float64(y.Microseconds()), "µs-pgx-"+q.name)
		b.ReportMetric(float64(x)/float64(y), "ratio-"+q.name)
	}
}

func quantile(all []time.Duration, percent int) time.Duration {
	all = slices.Sorted(slices.Values(all))
	return all[min(len(all)-1, len(all)*percent/100)]
}

// twin is a conversation that is written without any code of ours.
type twin struct {
	site         *site
	conv, device uuid.UUID
	seq          int64
}

func newTwin(b *testing.B, s *site) *twin {
	b.Helper()
	w := s.visitor(b)
	l := w.connect(b, 0)
	l.say(1, "first")
	t := &twin{site: s, conv: w.conv, seq: 1}
	err := workspace.InTx(b.Context(), s.db.App, s.inbox.Workspace, func(tx pgx.Tx) error {
		return tx.QueryRow(b.Context(), `
			SELECT d.id FROM device d JOIN conversation c ON c.workspace_id = d.workspace_id AND c.visitor_id = d.visitor_id
			WHERE d.workspace_id = $1 AND c.id = $2`, s.inbox.Workspace, w.conv).Scan(&t.device)
	})
	if err != nil {
		b.Fatal(err)
	}
	return t
}

func (t *twin) say(b *testing.B, body string) {
	b.Helper()
	ctx, ws := b.Context(), t.site.inbox.Workspace
	t.seq++
	err := pgx.BeginTxFunc(ctx, t.site.db.App, pgx.TxOptions{BeginQuery: "begin; select set_config('baton.workspace_id', '" + ws.String() + "', true)"}, func(tx pgx.Tx) error {
		var head int64
		if err := tx.QueryRow(ctx, `SELECT head FROM conversation WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE`, ws, t.conv).Scan(&head); err != nil {
			return err
		}
		cid := uuid.Must(uuid.NewV7())
		batch := &pgx.Batch{}
		batch.Queue(`SELECT seq FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND cid = $3`, ws, t.conv, cid)
		batch.Queue(`SELECT counter FROM device WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE`, ws, t.device)
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
		batch = &pgx.Batch{}
		batch.Queue(`INSERT INTO message (workspace_id, conversation_id, seq, cid, kind, author_kind, body, body_hash) VALUES ($1, $2, $3, $4, 'text', 'visitor', $5, $6)`,
			ws, t.conv, head+1, cid, body, make([]byte, 32))
		batch.Queue(`UPDATE device SET counter = $3 WHERE workspace_id = $1 AND id = $2`, ws, t.device, t.seq)
		batch.Queue(`UPDATE conversation SET head = $3, last_visitor_seq = $3, preview_seq = $3, last_visitor_at = now(), updated_at = now() WHERE workspace_id = $1 AND id = $2`, ws, t.conv, head+1)
		return tx.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		b.Fatal(err)
	}
}
