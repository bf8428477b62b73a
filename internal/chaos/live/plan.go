package live

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-chat/baton/internal/chaos/history"
)

// breather is the longest pause between two faults of a lane, so that some things happen on a whole machine, too.
const breather = 2500 * time.Millisecond

// breakThings goes on until ctx ends. Every kind of fault comes in turn, in a new order each time, so that none is left out.
func (w *world) breakThings(ctx context.Context, count *atomic.Int64) error {
	var running sync.WaitGroup
	failed := make(chan error, lanes)
	for lane := range lanes {
		running.Go(func() { failed <- w.runLane(ctx, lane, count) })
	}
	running.Wait()
	close(failed)
	var all error
	for err := range failed {
		all = errors.Join(all, err)
	}
	return all
}

func (w *world) runLane(ctx context.Context, lane int, count *atomic.Int64) error {
	rng := w.random(uint64(3_000_000 + lane))
	kinds := slices.DeleteFunc(w.faults(), func(f fault) bool { return f.lane != lane || w.Only != "" && f.name != w.Only })
	for ctx.Err() == nil && len(kinds) > 0 {
		rng.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
		for _, f := range kinds {
			if pause(ctx, between(rng, 500*time.Millisecond, breather)) != nil {
				return nil //nolint:nilerr // the end of the talking is no failure
			}
			began := time.Now()
			felt, err := f.does(ctx, w, rng)
			if err != nil {
				return err
			}
			w.history.Record(history.Event{Kind: history.Fault, Name: f.name, Effects: int(felt)})
			if felt > 0 {
				count.Add(1)
			}
			w.say("%-16s %4.1f s, felt by %d; %d stored", f.name, time.Since(began).Seconds(), felt, w.tally.stored.Load())
		}
	}
	return nil
}
