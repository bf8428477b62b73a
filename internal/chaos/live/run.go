package live

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/internal/chaos/history"
)

// Run builds everything, lets people talk while things break, mends all, and returns the verdict on what happened.
func Run(ctx context.Context, o Options) (report *history.Report, err error) {
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, err
	}
	name := filepath.Join(o.Dir, "history.jsonl")
	file, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	recorder := history.NewRecorder(file)
	w, err := build(ctx, o, recorder)
	defer w.close()
	if err == nil {
		err = w.live(ctx)
	}
	if closeErr := recorder.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, err
	}
	return Judge(name, history.Need{Messages: o.Messages, Faults: o.Faults, Unknown: history.MinUnknown, Answers: true, Claims: 1})
}

// Judge reads a history and judges it.
func Judge(name string, need history.Need) (*history.Report, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	checker := history.NewChecker(need)
	if err := history.Read(file, checker.Add); err != nil {
		return nil, err
	}
	return checker.Report(), nil
}

// live is the run itself, on a world that serves.
func (w *world) live(ctx context.Context) error {
	present, leave := context.WithCancel(ctx)
	defer w.running.Wait()
	defer leave()
	talking, quiet := context.WithTimeout(present, w.Within)
	defer quiet()
	if err := w.gather(present, talking); err != nil {
		return err
	}
	var felt atomic.Int64
	broken := make(chan error, 1)
	breaking, enough := context.WithCancel(talking)
	defer enough()
	go func() { broken <- w.breakThings(breaking, &felt) }()
	for talking.Err() == nil && (felt.Load() < int64(w.Faults) || w.tally.stored.Load() < int64(w.Messages)) {
		select {
		case err := <-broken:
			if err != nil {
				return fmt.Errorf("the harness could not go on: %w", err)
			}
			broken <- nil
		default:
		}
		_ = pause(talking, 200*time.Millisecond)
	}
	enough()
	if err := <-broken; err != nil {
		return fmt.Errorf("the harness could not go on: %w", err)
	}
	quiet()
	w.say("%d messages and %d faults felt; all is being mended", w.tally.stored.Load(), felt.Load())
	if err := w.mend(ctx); err != nil {
		return err
	}
	w.settle(ctx)
	w.readAnew(ctx)
	return w.dump(ctx)
}

// gather brings the people.
func (w *world) gather(present, talking context.Context) error {
	for i := range w.Agents {
		a, err := w.hire(present, i)
		if err != nil {
			return err
		}
		w.agents = append(w.agents, a)
		w.running.Go(func() { a.watch(present) })
		for hand := range hands {
			w.running.Go(func() { a.work(present, hand) })
		}
	}
	rng := w.random(4_000_000)
	for i := range w.Visitors {
		v := &visitor{
			w: w, name: fmt.Sprintf("v%d", i), blocked: rng.Float64() < w.Polls, alone: i%5 == 0, agent: w.agents[i%len(w.agents)], rng: w.random(uint64(5_000_000 + i)),
			states: make(chan string, 64), heard: make(chan string, 64),
		}
		w.people = append(w.people, v)
		v.come(present, uint64(6_000_000+i*10))
		w.running.Go(func() { v.talk(talking) })
	}
	w.say("%d visitors and %d agents talk", w.Visitors, w.Agents)
	return nil
}

// mend takes back every fault that may stand.
func (w *world) mend(ctx context.Context) error {
	w.mangle.Store(false)
	if err := w.links.mendAll(ctx); err != nil {
		return err
	}
	if w.disk != nil {
		_ = w.disk.free()
	}
	if err := w.pg.setClock("+0"); err != nil {
		return err
	}
	if !w.pg.alive() {
		if err := w.pg.start(ctx); err != nil {
			return err
		}
	}
	for i, p := range w.nats.running {
		if p == nil || !p.alive() {
			if err := w.nats.start(i); err != nil {
				return err
			}
		}
	}
	for _, n := range w.nodes {
		if !n.process.alive() {
			if err := n.start(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// heads asks the database how long each conversation is, and whether somebody waits for the assistant.
func (w *world) heads(ctx context.Context) (heads map[string]int64, unanswered int, err error) {
	conn, err := pgx.Connect(ctx, w.pg.super())
	if err != nil {
		return nil, 0, err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `SELECT id::text, head, state = 'assistant' AND last_visitor_seq > 0 AND last_visitor_seq = head FROM conversation WHERE kind = 'chat'`)
	if err != nil {
		return nil, 0, err
	}
	heads = map[string]int64{}
	var conv string
	var head int64
	var waits bool
	_, err = pgx.ForEachRow(rows, []any{&conv, &head, &waits}, func() error {
		heads[conv] = head
		if waits {
			unanswered++
		}
		return nil
	})
	return heads, unanswered, err
}

// settle waits until everybody has everything, and says what is still missing where it takes too long: the checker finds it.
func (w *world) settle(ctx context.Context) {
	began, told, within := time.Now(), time.Now(), settleWithin
	if w.Settle > 0 {
		within = w.Settle
	}
	for {
		heads, unanswered, err := w.heads(ctx)
		behind := w.behind(heads)
		switch {
		case err == nil && len(behind) == 0 && unanswered == 0:
			w.say("everybody was served %.1f s after all was mended", time.Since(began).Seconds())
			return
		case time.Since(began) > within || ctx.Err() != nil:
			w.say("after %.0f s %v; %d questions unanswered (%v)", time.Since(began).Seconds(), behind, unanswered, err)
			return
		case time.Since(told) > 10*time.Second:
			told = time.Now()
			w.say("settling: %d behind, such as %v; %d questions unanswered", len(behind), behind[:min(3, len(behind))], unanswered)
		}
		_ = pause(ctx, 300*time.Millisecond)
	}
}

// behind names the screens that lack something and the outboxes that hold something.
func (w *world) behind(heads map[string]int64) (list []string) {
	for _, v := range w.people {
		conv := v.conv.Load()
		if conv == nil {
			list = append(list, v.name+" has no session")
			continue
		}
		for _, t := range v.tabs {
			if n := t.pending.Load(); n > 0 {
				list = append(list, fmt.Sprintf("%s holds %d", t.who, n))
			}
			if n := t.reached.Load(); n < heads[*conv] {
				list = append(list, fmt.Sprintf("%s has %d of %d", t.who, n, heads[*conv]))
			}
		}
	}
	for _, a := range w.agents {
		list = append(list, a.behind(heads)...)
	}
	return list
}

func (a *agent) behind(heads map[string]int64) (list []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for conv, d := range a.desks {
		if d.cursor < heads[conv] {
			list = append(list, fmt.Sprintf("%s has %d of %d of %s", a.name, d.cursor, heads[conv], conv))
		}
	}
	for i, hand := range a.todo {
		if len(hand) > 0 {
			list = append(list, fmt.Sprintf("%s has %d things to do in hand %d", a.name, len(hand), i))
		}
	}
	return list
}
