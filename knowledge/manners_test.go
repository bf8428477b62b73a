package knowledge

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// While nobody asks anything, work is done at once and beside other work.
func TestWorkIsDoneAtOnceWhenNobodyAsks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, began := newManners(), time.Now()
		err := m.work(t.Context(), func() error {
			return m.work(t.Context(), func() error { return nil }) // Would wait for itself.
		})
		if err != nil || time.Since(began) != 0 {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// While somebody does, work waits for the answer, is done one at a time, and
// rests as long as it took; some seconds after the last answer it is itself again.
func TestWorkGivesWayToAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const long, takes = 300 * time.Millisecond, 100 * time.Millisecond
		m, began := newManners(), time.Now()
		end := m.answering()
		go func() {
			time.Sleep(long)
			end()
		}()
		done := make(chan time.Duration, 2)
		for range 2 {
			go func() {
				if err := m.work(t.Context(), func() error { time.Sleep(takes); return nil }); err != nil {
					t.Error(err)
				}
				done <- time.Since(began)
			}()
		}
		first, second := <-done, <-done
		if first < long+2*takes || first > long+2*takes+standEvery || second != first+2*takes {
			t.Errorf("done after %v and %v", first, second)
		}
		if !m.conversing() {
			t.Error("the conversation was forgotten at once")
		}
		time.Sleep(conversing)
		if m.conversing() {
			t.Error("the conversation is remembered for too long")
		}
	})
}

// Answers without a gap slow work down and do not stop it, and a long piece of
// work rests for no longer than is good.
func TestWorkIsNotStoppedByAnswersWithoutEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, began := newManners(), time.Now()
		defer m.answering()()
		for range 3 {
			if err := m.work(t.Context(), func() error { time.Sleep(5 * time.Second); return nil }); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(began); took != 3*(longestStand+5*time.Second+longestRest) {
			t.Errorf("three pieces of work took %v", took)
		}
		broken := errors.New("broken")
		if err := m.work(t.Context(), func() error { return broken }); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := m.work(ctx, func() error { t.Error("done although it was cancelled"); return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// While visitors are answered, progress is seen to move every two seconds too:
// after the wait for an answer, one passage, the rest, and the next wait.
func TestProgressMovesBesideAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newManners()
		defer m.answering()()
		for range 5 {
			began := time.Now()
			if err := m.work(t.Context(), func() error { time.Sleep(300 * time.Millisecond); return nil }); err != nil {
				t.Error(err)
			}
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("%v between two passages", took)
			}
		}
	})
}
