package realtime

import (
	"strings"
	"testing"
	"time"
)

func TestBucket(t *testing.T) {
	t.Parallel()
	limits := Limits{Burst: 20, Rate: 5}
	var b bucket
	now := time.Unix(0, 0)
	take := func(n int) (taken int) {
		for range n {
			if b.take(now, limits) {
				taken++
			}
		}
		return taken
	}
	for _, step := range []struct {
		after     time.Duration
		ask, want int
	}{{0, 30, 20}, {time.Second, 30, 5}, {100 * time.Millisecond, 9, 0}, {100 * time.Millisecond, 9, 1}, {time.Hour, 30, 20}} {
		now = now.Add(step.after)
		if got := take(step.ask); got != step.want {
			t.Errorf("after %s: %d of %d frames taken, want %d", step.after, got, step.ask, step.want)
		}
	}
}

func TestDepth(t *testing.T) {
	t.Parallel()
	for text, deep := range map[string]bool{
		`{"t":"ping"}`: false,
		strings.Repeat("[", 6) + strings.Repeat("]", 6): false,
		strings.Repeat("[", 7):                          true,
		strings.Repeat(`{"a":`, 7):                      true,
		`{"a":"[[[[[[[[[[[["}`:                          false,
		`{"a":"\"[[[[[[[[[["}`:                          false,
		`{"a":"\\"` + strings.Repeat("[", 6):            true,
		`[]][[[[[[[`:                                    true,
		strings.Repeat(`[],`, 1000):                     false,
	} {
		if got := depth([]byte(text), 6) != nil; got != deep {
			t.Errorf("%.40s: too deep %v, want %v", text, got, deep)
		}
	}
}
