package assistant

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// A faultLog tells an operator what is wrong with an endpoint and what to do, once, and then how often it was so since: a visitor's fault is one line, and an endpoint
// that is down for an hour is not a thousand.
type faultLog struct {
	log   *slog.Logger
	every time.Duration // how long the same fault is only counted

	mu     sync.Mutex
	code   string
	told   time.Time
	again  int  // times that it was not told
	paused bool // the breaker is open
}

// tell logs a fault that is new or was not told for a while, and counts it otherwise.
func (l *faultLog) tell(ctx context.Context, f *Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	code := f.Code()
	if f.Kind == faultOpen || code == l.code && time.Since(l.told) < l.every {
		l.again++
		return
	}
	l.log.WarnContext(ctx, f.advice(), "fault", f.Kind, "status", f.Status, "not_told", l.again)
	l.code, l.told, l.again = code, time.Now(), 0
}

// turned logs that the endpoint is left alone, or answers again, with how many faults were not told until then.
func (l *faultLog) turned(opened, closed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case opened && !l.paused:
		l.paused = true
		l.log.Warn("The model endpoint failed again and again. Answers are quoted from the help pages until it answers again.", "fault", l.code, "asked_again_after", l.every, "not_told", l.again)
		l.again = 0
	case closed && l.paused:
		l.paused, l.code = false, ""
		l.log.Info("The model endpoint answers again.", "not_told", l.again)
		l.again = 0
	}
}
