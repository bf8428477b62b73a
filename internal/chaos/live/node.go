package live

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// node is one process of Baton with its lines.
type node struct {
	name  string
	roles string
	baton string
	dir   string
	port  int

	visitors *line   // to it
	database *line   // from it
	bus      []*line // from it, to each NATS server

	pg      *postgres
	process *process
}

func (n *node) gateway() bool { return strings.Contains(n.roles, "gateway") }
func (n *node) console() bool { return strings.Contains(n.roles, "console") }
func (n *node) worker() bool  { return strings.Contains(n.roles, "worker") }

// env is what an operator would set.
func (n *node) env() []string {
	var bus []string
	for _, l := range n.bus {
		bus = append(bus, l.addr)
	}
	_, port, _ := strings.Cut(n.database.addr, ":")
	databasePort, _ := strconv.Atoi(port)
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + n.dir, "BATON_DATA=" + n.dir, "BATON_ADDR=127.0.0.1:" + strconv.Itoa(n.port), "BATON_ROLES=" + n.roles,
		"DATABASE_URL=" + n.pg.url("baton_owner", "baton", databasePort), "NATS_URL=" + urls(bus),
	}
}

// start runs the node, and returns when it says that it serves. A node that cannot start, because the database is away, ends; then it is started again, as a supervisor would.
func (n *node) start(ctx context.Context) error {
	deadline := time.Now().Add(startWithin)
	for {
		err := n.launch()
		if err == nil || ctx.Err() != nil || time.Now().After(deadline) {
			return err
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
}

func (n *node) launch() error {
	log, err := os.OpenFile(filepath.Join(n.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	out, in := io.Pipe()
	p, err := startProcess(n.baton, []string{"serve"}, n.env(), in, log)
	if err != nil {
		return err
	}
	n.process = p
	said := make(chan struct{})
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "knowledge=") {
				close(said)
			}
		}
	}()
	go func() { <-p.end; _ = in.Close() }()
	select {
	case <-said:
		return nil
	case <-p.end:
		return fmt.Errorf("node %s ended at its start; see %s/log", n.name, n.dir)
	case <-time.After(startWithin):
		p.kill()
		return fmt.Errorf("node %s did not start within %s; see %s/log", n.name, startWithin, n.dir)
	}
}

// address is where visitors reach the node: past its proxy.
func (n *node) address() string { return n.visitors.addr }
