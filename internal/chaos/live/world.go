package live

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/internal/chaos/history"
)

// world is everything that runs.
type world struct {
	Options
	began time.Time
	pg    *postgres
	disk  *disk // nil where no small disk could be made
	nats  *nats
	links *links
	nodes []*node
	inbox string // public key
	http  *http.Client

	history *history.Recorder
	tally   *tally
	mangle  atomic.Bool // frames are doubled, swapped and replayed now
	asking  atomic.Int64
	people  []*visitor
	agents  []*agent
	running sync.WaitGroup

	logMu sync.Mutex
}

func (w *world) say(format string, values ...any) {
	w.logMu.Lock()
	defer w.logMu.Unlock()
	fmt.Fprintf(w.Log, "%7.1fs  %s\n", time.Since(w.began).Seconds(), fmt.Sprintf(format, values...))
}

// random is a source of chance for one part of the run, so that the parts do not disturb each other.
func (w *world) random(part uint64) *rand.Rand { return rand.New(rand.NewPCG(w.Seed, part)) }

// build starts every process.
func build(ctx context.Context, o Options, recorder *history.Recorder) (*world, error) {
	w := &world{
		Options: o, began: time.Now(), history: recorder, tally: newTally(), links: newLinks(), nats: newNATS(o.Self),
		http: &http.Client{Timeout: 40 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 10 * time.Second}},
	}
	var wal string
	if w.disk = newDisk(filepath.Join(o.Dir, "disk")); w.disk != nil {
		wal = w.disk.path
	}
	faketime := findFaketime()
	w.say("seed %d; small disk %v; clock of PostgreSQL %v", o.Seed, w.disk != nil, faketime != "")
	var err error
	if w.pg, err = newPostgres(ctx, o.Dir, wal, faketime); err != nil {
		return w, err
	}
	if err := w.pg.prepare(ctx); err != nil {
		return w, err
	}
	if err := w.nats.startAll(); err != nil {
		return w, err
	}
	if err := w.addNodes(); err != nil {
		return w, err
	}
	return w, w.startNodes(ctx)
}

// addNodes gives every node its lines. The first two serve visitors alone, the third visitors and agents, the fourth agents alone; two work.
func (w *world) addNodes() error {
	for i, roles := range []string{"gateway", "gateway", "gateway,console", "console", "worker", "worker"} {
		n := &node{name: fmt.Sprintf("%d-%s", i, strings.ReplaceAll(roles, ",", "-")), roles: roles, baton: w.Baton, port: freePort(), pg: w.pg}
		n.dir = filepath.Join(w.Dir, n.name)
		if err := os.MkdirAll(n.dir, 0o700); err != nil {
			return err
		}
		var err error
		if n.visitors, err = w.links.to(n.name+"-in", n.port); err != nil {
			return err
		}
		if n.database, err = w.links.to(n.name+"-database", w.pg.port); err != nil {
			return err
		}
		for j, port := range w.nats.clients {
			l, err := w.links.to(fmt.Sprintf("%s-nats-%d", n.name, j), port)
			if err != nil {
				return err
			}
			n.bus = append(n.bus, l)
		}
		w.nodes = append(w.nodes, n)
	}
	return nil
}

// startNodes starts the first one alone, which fills the demo workspace, and then the others.
func (w *world) startNodes(ctx context.Context) error {
	for _, n := range w.nodes {
		if err := n.start(ctx); err != nil {
			return err
		}
	}
	conn, err := pgx.Connect(ctx, w.pg.super())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if err := conn.QueryRow(ctx, `SELECT public_key FROM inbox LIMIT 1`).Scan(&w.inbox); err != nil {
		return fmt.Errorf("find the inbox: %w", err)
	}
	w.say("%d nodes serve", len(w.nodes))
	return nil
}

// with picks a node that has what is asked for.
func (w *world) with(r *rand.Rand, has func(*node) bool) *node {
	var fit []*node
	for _, n := range w.nodes {
		if has(n) {
			fit = append(fit, n)
		}
	}
	return fit[r.IntN(len(fit))]
}

// close ends every process.
func (w *world) close() {
	for _, n := range w.nodes {
		if n.process != nil {
			n.process.stop(15 * time.Second)
		}
	}
	if w.nats != nil {
		w.nats.killAll()
	}
	w.links.close()
	if w.pg != nil && w.pg.cmd != nil {
		w.pg.stop()
	}
	if w.disk != nil {
		w.disk.close()
	}
}
