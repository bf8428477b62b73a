//go:build bench

package main

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// What idle visitors cost: resident memory of the process for each socket with a session and a message, and transactions a second while all of them ping every ten seconds. IDLE is how many; 10,000
// need that many descriptors on each side.
func TestBenchIdle(t *testing.T) {
	count := 2000
	if text := os.Getenv("IDLE"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		count = n
	}
	url := durable(t)
	p := launch(t, map[string]string{"DATABASE_URL": url, "BATON_DATA": t.TempDir(), "BATON_SEARCH": "words"})
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	// The first fifty bring in what every process has once.
	idle(t, p.server, 50)
	before := residentKiB(t, p.cmd.Process.Pid)
	began := time.Now()
	idle(t, p.server, count)
	took := time.Since(began)
	<-time.After(15 * time.Second) // Answers are written, and every socket has pinged.
	after := residentKiB(t, p.cmd.Process.Pid)
	first := transactions(t, conn)
	const quiet = 20 * time.Second
	<-time.After(quiet)
	rate := float64(transactions(t, conn)-first) / quiet.Seconds()
	t.Logf("%d idle visitors: %.1f KiB each (%.0f MiB in all), %.0f transactions a second, connected in %.1f s", count, float64(after-before)/float64(count), float64(after)/1024, rate, took.Seconds())
}

// idle opens visitors that have said one message and ping.
func idle(t *testing.T, s *server, count int) {
	t.Helper()
	turns := make(chan struct{}, 4*runtime.NumCPU())
	var all sync.WaitGroup
	for range count {
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			v := visit(t, s)
			v.send(map[string]any{"t": "person", "conv": v.conv, "on": true}) // Nobody answers, so that no job is part of it.
			v.await("the line", func(f frame) bool { return f.T == "state" && f.State == "waiting" })
			go func() { // It reads what comes.
				for {
					if _, _, err := v.ws.ReadMessage(); err != nil {
						return
					}
				}
			}()
		})
	}
	all.Wait()
}

func residentKiB(t *testing.T, pid int) int {
	t.Helper()
	text, _, _ := strings.Cut(resident(t, pid), " ")
	kib, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return kib
}

func transactions(t *testing.T, conn *pgx.Conn) (n int64) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), `SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
