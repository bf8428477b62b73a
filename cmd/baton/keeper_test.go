package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/rivertype"

	"github.com/baton-chat/baton/internal/outage"
	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/presence"
)

// Only jobs that nobody will come back to go back to the queue.
func TestKeeperGivesBackWhatIsOrphaned(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	own, alive, silent, gone := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	execute(t, db, `INSERT INTO node (id, beat_at) VALUES ($1, now()), ($2, now() - make_interval(secs => $3))`, alive, silent, (presence.Patience + time.Second).Seconds())
	k := newKeeper(db.App, slog.New(slog.DiscardHandler), own)
	running := func(kind string, attempts int, by ...uuid.UUID) (id int64) {
		t.Helper()
		if err := db.App.QueryRow(t.Context(), `
			INSERT INTO river_job (args, kind, state, queue, attempt, max_attempts, attempted_at, attempted_by)
			VALUES ('{}', $1, 'running', 'reply', $2, 4, now() - interval '15 s', $3::uuid[]::text[]) RETURNING id`, kind, attempts, by).Scan(&id); err != nil {
			t.Fatal(err)
		}
		return id
	}
	running("of a node that is gone", 1, gone)
	running("of a silent node", 1, silent)
	running("of a living node", 1, alive)
	running("last of a living node", 2, gone, alive)
	running("last of a silent node", 2, alive, silent)
	running("cut off in its last attempt", 4, gone)
	running("cut off in the one after", 5, gone)
	running("here, of which nobody knows", 1, own)
	fresh := running("here, fetched this moment", 1, own)
	execute(t, db, `UPDATE river_job SET attempted_at = now() WHERE id = $1`, fresh)
	working, worked := running("here, at work", 1, own), running("here, done this moment", 1, own)
	if err := k.flight.through(t.Context(), &rivertype.JobRow{ID: worked}, func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
	err := k.flight.through(t.Context(), &rivertype.JobRow{ID: working}, func(ctx context.Context) error {
		k.sweep(ctx)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := db.App.Query(t.Context(), `SELECT kind FROM river_job WHERE state = 'available' ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"of a node that is gone", "of a silent node", "last of a silent node", "cut off in its last attempt", "here, of which nobody knows"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("given back (-want +got):\n%s", diff)
	}
}

func execute(t *testing.T, db *pgtest.DB, sql string, args ...any) {
	t.Helper()
	if _, err := db.App.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// What River says in an outage is one line, and one when it is over; everything else comes through.
func TestRiverIsHeldBackInAnOutage(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	log := slog.New(slog.NewTextHandler(&said, nil))
	now := time.Now()
	away := outage.New(log, queueBack, settled, func() time.Time { return now })
	river := slog.New(heldBack{log.Handler(), away}).With("part", "one")
	river.Error("before", "err", errors.New("a statement failed (SQLSTATE 42601)"))
	for range 20 {
		river.Error("Error fetching jobs", "err", "failed to connect to `host`: dial error")
		river.Warn("Stepping down")
	}
	away.Over()
	if strings.Contains(said.String(), "again") {
		t.Error("the outage was over while parts of River still met it")
	}
	now = now.Add(settled)
	away.Over()
	away.Over()
	river.Error("after", "error", errors.New("a statement failed (SQLSTATE 42601)"))
	var got []string
	for line := range strings.Lines(said.String()) {
		_, message, _ := strings.Cut(line, "msg=")
		got = append(got, strings.Trim(strings.SplitN(message, "=", 2)[0], "\""))
	}
	if len(got) != 4 || !strings.HasPrefix(got[0], "before") || !strings.Contains(got[1], "cannot reach") || !strings.Contains(got[2], "again") || !strings.HasPrefix(got[3], "after") {
		t.Errorf("said:\n%s", said.String())
	}
	if !strings.Contains(said.String(), "held_back=39") {
		t.Errorf("what was held back is not counted:\n%s", said.String())
	}
}

func TestNodeIsRemembered(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), nodeFile)
	if got, err := readNode(name); err != nil || got != uuid.Nil {
		t.Errorf("before the first start: %v, %v", got, err)
	}
	node := uuid.New()
	if err := writeNode(name, node); err != nil {
		t.Fatal(err)
	}
	if got, err := readNode(name); err != nil || got != node {
		t.Errorf("read %v (%v), want %v", got, err, node)
	}
	if err := os.WriteFile(name, []byte("cut o"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readNode(name); err == nil {
		t.Error("a file that was cut off names a node")
	}
}
