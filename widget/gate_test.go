package widget_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/baton-chat/baton/widget"
)

// A client that has no turn to be greeted is told when to come back, and then is greeted; calls of the poll the same.
func TestGate(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(l *widget.Limits) { l.Greets, l.GreetWait = 1, 50*time.Millisecond })
	v, w := s.visitor(t), s.visitor(t)
	block, err := s.db.Owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := block.Exec(t.Context(), `LOCK TABLE visitor_session IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	// Of two one has the turn, and waits for the database.
	lines := []*line{v.connect(t, 0), w.connect(t, 0)}
	ended := make(chan int)
	for i, l := range lines {
		go func() {
			if f := l.next(); f["t"] != "slow_down" {
				ended <- -1
				return
			} else if retry, ok := f["retry"].(float64); !ok || retry < 0 || retry > 10 || f["cid"] != nil {
				t.Errorf("slow_down: %v", f)
			}
			if code := l.closed(); code != 1013 {
				t.Errorf("closed with %d", code)
			}
			ended <- i
		}()
	}
	away := <-ended
	if away < 0 {
		t.Fatal("the database was away, and somebody was greeted")
	}
	status, header, answer := s.post(t, "/api/visitor/poll", map[string]any{"v": 1, "token": v.token, "mark": "", "cursors": map[string]int64{}, "frames": []any{}})
	if status != http.StatusServiceUnavailable || answer["code"] != "unavailable" || header.Get("Retry-After") == "" {
		t.Errorf("poll: %d %v", status, answer)
	}
	if err := block.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := <-ended; got != -1 {
		t.Errorf("the one whose turn it was got slow_down (%d)", got)
	}
	[]*visitor{v, w}[away].connect(t, 0).until("welcome", nil)
}
