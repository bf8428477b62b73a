package live

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/internal/chaos/history"
)

// readWithin is how long a fresh tab may take to have everything.
const readWithin = 60 * time.Second

// readAnew opens a fresh tab for every visitor, on any node, which begins with nothing and must be given everything.
func (w *world) readAnew(ctx context.Context) {
	heads, _, err := w.heads(ctx)
	if err != nil {
		w.say("the heads cannot be read: %v", err)
		return
	}
	reading, done := context.WithCancel(ctx)
	defer done()
	slots := make(chan struct{}, 16)
	finished := make(chan string, len(w.people))
	for i, v := range w.people {
		go func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			t := newTab(w, v, v.name+".anew", uint64(7_000_000+i))
			own, end := context.WithCancel(reading)
			go t.run(own)
			conv := v.conv.Load()
			late := conv == nil || !v.await(own, readWithin, func() bool { return t.reached.Load() >= heads[*conv] })
			end()
			<-t.ended
			if late {
				finished <- v.name
				return
			}
			finished <- ""
		}()
	}
	missing := 0
	for range w.people {
		if <-finished != "" {
			missing++
		}
	}
	w.say("%d fresh tabs read everything anew, %d of them not in time", len(w.people), missing)
}

// dump writes the database into the history.
func (w *world) dump(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, w.pg.super())
	if err != nil {
		return fmt.Errorf("read the database: %w", err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `
		SELECT m.conversation_id::text, m.seq, m.cid::text, m.kind, m.author_kind, coalesce(m.body, ''), coalesce(m.parts->>'name', '')
		FROM message m JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
		WHERE c.kind = 'chat' ORDER BY m.conversation_id, m.seq`)
	if err != nil {
		return fmt.Errorf("read the database: %w", err)
	}
	e := history.Event{Kind: history.Row}
	var body string
	_, err = pgx.ForEachRow(rows, []any{&e.Conv, &e.Seq, &e.CID, &e.Type, &e.By, &body, &e.Name}, func() error {
		e.Sum = history.Digest(body)
		w.history.Record(e)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the database: %w", err)
	}
	rows, err = conn.Query(ctx, `SELECT id::text, state FROM conversation WHERE kind = 'chat'`)
	if err != nil {
		return fmt.Errorf("read the database: %w", err)
	}
	e = history.Event{Kind: history.Final}
	_, err = pgx.ForEachRow(rows, []any{&e.Conv, &e.State}, func() error { w.history.Record(e); return nil })
	if err != nil {
		return fmt.Errorf("read the database: %w", err)
	}
	return nil
}
