package conversation_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/workspace"
)

// nothing hears events and takes rounds, and keeps none: the committer is measured, not the recorder.
type nothing struct{ recorder }

func (*nothing) Publish(workspace.Event) {}

// BenchmarkSay has 1, 16 and 64 visitors write without a pause: committed together, each alone, and beside both as many connections that insert one bare row of the same text each. The three take
// turns, so that the load of the machine meets them all; only ratios are worth keeping. Set TEST_DATABASE_URL to a server that flushes its log, or there is no commit to share.
func BenchmarkSay(b *testing.B) {
	for _, visitors := range []int{1, 16, 64} {
		b.Run(strconv.Itoa(visitors), func(b *testing.B) {
			for range b.N {
				burst(b, visitors)
			}
		})
	}
}

const (
	benchTurns = 7
	benchTurn  = 600 * time.Millisecond
)

type figures struct{ p50, p99, rate []float64 }

func burst(b *testing.B, visitors int) {
	b.Helper()
	db := pgtest.New(b)
	store := conversation.NewStore(db.App, &nothing{}, &nothing{}, nil)
	sessions := benchCrowd(b, db, store, visitors)
	next := make([]int64, visitors)
	body := strings.Repeat("x", 160)
	say := func(do func(context.Context, conversation.SayInput) (conversation.Ack, error)) func(int) {
		return func(i int) {
			next[i]++
			if _, err := do(b.Context(), conversation.SayInput{Session: sessions[i], Conversation: sessions[i].Conversation, CID: uuid.Must(uuid.NewV7()), N: next[i], Body: body}); err != nil {
				b.Error(err)
			}
		}
	}
	bare := newBare(b, db, visitors)
	modes := []struct {
		name string
		one  func(int)
	}{{"together", say(store.Say)}, {"alone", say(store.SayAlone)}, {"bare", func(i int) { bare.insert(b, i, body) }}}
	all := make([]figures, len(modes))
	for range benchTurns {
		for m, mode := range modes {
			all[m].add(measure(visitors, mode.one))
		}
	}
	for m, mode := range modes {
		f, ref := all[m], all[len(modes)-1]
		b.ReportMetric(median(f.p50), mode.name+"-p50-µs")
		b.ReportMetric(median(f.p99), mode.name+"-p99-µs")
		b.ReportMetric(median(f.rate), mode.name+"/s")
		b.Logf("%2d visitors, %-8s p50 %.2f, p99 %.2f, rate %.2f of bare", visitors, mode.name, median(over(f.p50, ref.p50)), median(over(f.p99, ref.p99)), median(over(f.rate, ref.rate)))
	}
}

func (f *figures) add(all []time.Duration, took time.Duration) {
	slices.Sort(all)
	f.p50 = append(f.p50, float64(all[len(all)/2].Microseconds()))
	f.p99 = append(f.p99, float64(all[len(all)*99/100].Microseconds()))
	f.rate = append(f.rate, float64(len(all))/took.Seconds())
}

// over is each turn's ratio.
func over(a, b []float64) []float64 {
	ratios := make([]float64, len(a))
	for i := range a {
		ratios[i] = a[i] / b[i]
	}
	return ratios
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// measure has n writers go on for a turn.
func measure(n int, one func(i int)) (all []time.Duration, took time.Duration) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	began := time.Now()
	for i := range n {
		wg.Go(func() {
			var mine []time.Duration
			for time.Since(began) < benchTurn {
				at := time.Now()
				one(i)
				mine = append(mine, time.Since(at))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, mine...)
		})
	}
	wg.Wait()
	return all, time.Since(began)
}

func benchCrowd(b *testing.B, db *pgtest.DB, store *conversation.Store, n int) []conversation.VisitorSession {
	b.Helper()
	people := workspace.NewStore(db.App)
	w, _, err := people.Ensure(b.Context(), "Tarang")
	if err != nil {
		b.Fatal(err)
	}
	inbox, err := people.AddInbox(b.Context(), workspace.Inbox{Workspace: w.ID, Name: "Shop"})
	if err != nil {
		b.Fatal(err)
	}
	sessions := make([]conversation.VisitorSession, n)
	for i := range sessions {
		if _, sessions[i], err = store.OpenSession(b.Context(), inbox, "", conversation.Page{}); err != nil {
			b.Fatal(err)
		}
		// With a person in line no job is part of a message.
		if _, err := store.AskPerson(b.Context(), sessions[i], sessions[i].Conversation); err != nil {
			b.Fatal(err)
		}
	}
	return sessions
}

// bareRows is the reference: a table of its own, and a connection for each writer, opened before anything is timed.
type bareRows struct {
	conns []*pgxpool.Conn
	convs []uuid.UUID
	seqs  []int64
}

func newBare(b *testing.B, db *pgtest.DB, writers int) *bareRows {
	b.Helper()
	_, err := db.Owner.Exec(b.Context(), `CREATE TABLE bare (conv uuid, seq bigint, cid uuid, body text, at timestamptz DEFAULT now(), PRIMARY KEY (conv, seq)); GRANT ALL ON bare TO baton_app`)
	if err != nil {
		b.Fatal(err)
	}
	config := db.App.Config().Copy()
	config.MaxConns = int32(writers)
	pool, err := pgxpool.NewWithConfig(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	r := &bareRows{}
	b.Cleanup(func() {
		for _, c := range r.conns {
			c.Release()
		}
		pool.Close()
	})
	for i := range writers {
		c, err := pool.Acquire(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		r.conns, r.convs, r.seqs = append(r.conns, c), append(r.convs, uuid.Must(uuid.NewV7())), append(r.seqs, 0)
		r.insert(b, i, "warm")
	}
	return r
}

func (r *bareRows) insert(b *testing.B, i int, body string) {
	r.seqs[i]++
	if _, err := r.conns[i].Exec(b.Context(), `INSERT INTO bare (conv, seq, cid, body) VALUES ($1, $2, $3, $4)`, r.convs[i], r.seqs[i], uuid.Must(uuid.NewV7()), body); err != nil {
		b.Error(err)
	}
}
