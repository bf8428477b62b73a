package live

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// fault is one way to break something. do breaks it, holds it broken, and mends it; it returns how many felt it.
type fault struct {
	name string
	lane int // faults of one lane follow each other; those of the other lane happen meanwhile
	does func(ctx context.Context, w *world, rng *rand.Rand) (felt int64, err error)
}

// The lanes: processes and lines.
const (
	laneProcess = iota
	laneLine
	lanes
)

// faults are all that a run can do to this machine.
func (w *world) faults() []fault {
	list := []fault{
		{"database-kill", laneProcess, killDatabase},
		{"gateway-kill", laneProcess, func(ctx context.Context, w *world, rng *rand.Rand) (int64, error) {
			return killNode(ctx, w, w.with(rng, (*node).gateway), rng)
		}},
		{"console-kill", laneProcess, func(ctx context.Context, w *world, rng *rand.Rand) (int64, error) {
			return killNode(ctx, w, w.with(rng, (*node).console), rng)
		}},
		{"worker-kill", laneProcess, killWorker},
		{"rolling-restart", laneProcess, restartNode},
		{"nats-down", laneProcess, natsDown},
		{"nats-one", laneProcess, natsOne},
		{"cut", laneLine, lineFault(time.Second, 8*time.Second, func(l *line, _ *rand.Rand) error { l.cut(); return nil })},
		{"one-way", laneLine, lineFault(2*time.Second, 15*time.Second, func(l *line, rng *rand.Rand) error {
			return l.swallow([]string{upstream, downstream}[rng.IntN(2)])
		})},
		{"half-open", laneLine, lineFault(5*time.Second, 25*time.Second, func(l *line, _ *rand.Rand) error {
			if err := l.swallow(upstream); err != nil {
				return err
			}
			return l.swallow(downstream)
		})},
		{"slow", laneLine, lineFault(2*time.Second, 8*time.Second, func(l *line, rng *rand.Rand) error {
			return l.slow(300+rng.IntN(900), 4+rng.IntN(30))
		})},
		{"database-cut", laneLine, databaseCut},
		{"nats-cut", laneLine, natsCut},
		{"frames", laneLine, mangleFrames},
	}
	if w.disk != nil {
		list = append(list, fault{"disk-full", laneProcess, fillDisk})
	}
	if w.pg.faketime != "" {
		list = append(list, fault{"clock", laneProcess, stepClock})
	}
	return list
}

// hold is for how long a fault stands: from one to another, and no longer than this run's faults may.
func (w *world) hold(rng *rand.Rand, from, to time.Duration) time.Duration {
	d := between(rng, from, to)
	if w.Longest > 0 {
		d = min(d, w.Longest)
	}
	return d
}

// between is a time from one to another.
func between(rng *rand.Rand, from, to time.Duration) time.Duration {
	return from + time.Duration(rng.Int64N(int64(to-from)))
}

// afterglow is how long after it was mended a fault is still felt: clients come back with back-off.
const afterglow = 1500 * time.Millisecond

// felt counts by how much something grows while do runs, and a moment after.
func felt(ctx context.Context, count func() int64, do func() error) (int64, error) {
	before := count()
	if err := do(); err != nil {
		return 0, err
	}
	_ = pause(ctx, afterglow)
	return count() - before, nil
}

func killDatabase(ctx context.Context, w *world, rng *rand.Rand) (int64, error) {
	return felt(ctx, w.tally.felt, func() error {
		w.pg.kill()
		_ = pause(ctx, w.hold(rng, 0, time.Second))
		return w.pg.start(context.WithoutCancel(ctx))
	})
}

func killNode(ctx context.Context, w *world, n *node, rng *rand.Rand) (int64, error) {
	return felt(ctx, func() int64 { return w.tally.on(n.name) }, func() error {
		n.process.kill()
		_ = pause(ctx, w.hold(rng, 0, 2*time.Second))
		return n.start(context.WithoutCancel(ctx))
	})
}

// killWorker is felt by those who wait for an answer at that moment.
func killWorker(ctx context.Context, w *world, rng *rand.Rand) (int64, error) {
	n := w.with(rng, (*node).worker)
	waiting := w.asking.Load()
	n.process.kill()
	_ = pause(ctx, w.hold(rng, 0, 2*time.Second))
	return waiting, n.start(context.WithoutCancel(ctx))
}

// restartNode is what an update does: the node is asked to end, and started again.
func restartNode(ctx context.Context, w *world, rng *rand.Rand) (int64, error) {
	n := w.with(rng, (*node).gateway)
	return felt(ctx, func() int64 { return w.tally.on(n.name) }, func() error {
		n.process.stop(20 * time.Second)
		return n.start(context.WithoutCancel(ctx))
	})
}

func natsDown(ctx context.Context, w *world, rng *rand.Rand) (int64, error) {
	return felt(ctx, w.tally.behind.Load, func() error {
		w.nats.killAll()
		_ = pause(ctx, w.hold(rng, 2*time.Second, 10*time.Second))
		return w.nats.startAll()
	})
}

// natsOne kills one server of three: the nodes that were on it go to another, and may lose events on the way.
func natsOne(ctx context.Context, w *world, rng *rand.Rand) (int64, error) {
	i := rng.IntN(natsServers)
	w.nats.kill(i)
	_ = pause(ctx, w.hold(rng, time.Second, 5*time.Second))
	return 1, w.nats.start(i)
}

// lineFault breaks the line of a node's visitors and agents for a while.
func lineFault(from, to time.Duration, spoil func(*line, *rand.Rand) error) func(context.Context, *world, *rand.Rand) (int64, error) {
	return func(ctx context.Context, w *world, rng *rand.Rand) (int64, error) {
		n := w.with(rng, func(n *node) bool { return n.gateway() || n.console() })
		slow := func() int64 { return w.tally.on(n.name) + w.tally.slow.Load() }
		return felt(ctx, slow, func() error {
			if err := spoil(n.visitors, rng); err != nil {
				return err
			}
			_ = pause(ctx, w.hold(rng, from, to))
			return n.visitors.mend(context.WithoutCancel(ctx))
		})
	}
}

// databaseCut takes the database away from one node, by a cut or in silence.
func databaseCut(ctx context.Context, w *world, rng *rand.Rand) (int64, error) {
	n := w.nodes[rng.IntN(len(w.nodes))]
	return felt(ctx, w.tally.felt, func() error {
		if rng.IntN(2) == 0 {
			n.database.cut()
		} else if err := n.database.swallow([]string{upstream, downstream}[rng.IntN(2)]); err != nil {
			return err
		}
		_ = pause(ctx, w.hold(rng, time.Second, 8*time.Second))
		return n.database.mend(context.WithoutCancel(ctx))
	})
}

// natsCut takes all NATS servers away from one node.
func natsCut(ctx context.Context, w *world, rng *rand.Rand) (int64, error) {
	n := w.with(rng, func(n *node) bool { return n.gateway() || n.console() })
	silent := rng.IntN(2) == 0
	return felt(ctx, w.tally.behind.Load, func() error {
		for _, l := range n.bus {
			if !silent {
				l.cut()
			} else if err := l.swallow(downstream); err != nil {
				return err
			}
		}
		_ = pause(ctx, w.hold(rng, 2*time.Second, 12*time.Second))
		for _, l := range n.bus {
			if err := l.mend(context.WithoutCancel(ctx)); err != nil {
				return err
			}
		}
		return nil
	})
}

func mangleFrames(ctx context.Context, w *world, rng *rand.Rand) (int64, error) {
	return felt(ctx, w.tally.mangled.Load, func() error {
		w.mangle.Store(true)
		_ = pause(ctx, w.hold(rng, 2*time.Second, 6*time.Second))
		w.mangle.Store(false)
		return nil
	})
}

// fillDisk leaves PostgreSQL no room for its log. It ends itself then; a supervisor starts it again and again, and it can once there is room.
func fillDisk(ctx context.Context, w *world, rng *rand.Rand) (int64, error) {
	return felt(ctx, w.tally.felt, func() error {
		if err := w.disk.fill(); err != nil {
			return err
		}
		_ = pause(ctx, w.hold(rng, 2*time.Second, 6*time.Second))
		if err := w.disk.free(); err != nil {
			return err
		}
		_ = pause(ctx, 500*time.Millisecond)
		if w.pg.alive() {
			return nil
		}
		return w.pg.start(context.WithoutCancel(ctx))
	})
}

// stepClock moves PostgreSQL's clock by up to 400 days, and back. What was written meanwhile bears wrong times, which must order nothing.
func stepClock(ctx context.Context, w *world, rng *rand.Rand) (int64, error) {
	days := 1 + rng.IntN(400)
	if rng.IntN(2) == 0 {
		days = -days
	}
	return felt(ctx, w.tally.stored.Load, func() error {
		if err := w.pg.setClock(fmt.Sprintf("%+dd", days)); err != nil {
			return err
		}
		_ = pause(ctx, w.hold(rng, 2*time.Second, 6*time.Second))
		return w.pg.setClock("+0")
	})
}
