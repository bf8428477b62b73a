// Command chaos runs Baton as real processes, breaks them, and judges what came of it: see package live.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"github.com/baton-chat/baton/internal/chaos/history"
	"github.com/baton-chat/baton/internal/chaos/live"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "nats" {
		fail(live.BeNATS(os.Args[2:]))
		return
	}
	// toxiproxy tells its life's story otherwise.
	zerolog.SetGlobalLevel(zerolog.Disabled)
	fail(run())
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

var errBroken = errors.New("the run did not pass")

func run() error {
	o := live.Options{Log: os.Stdout}
	flag.Uint64Var(&o.Seed, "seed", 1, "which faults come, when and where")
	flag.IntVar(&o.Messages, "messages", 2000, "messages to be stored at the least")
	flag.IntVar(&o.Faults, "faults", 20, "faults to be felt at the least")
	flag.IntVar(&o.Visitors, "visitors", 60, "visitors")
	flag.IntVar(&o.Agents, "agents", 4, "agents")
	flag.Float64Var(&o.Polls, "polls", 0.3, "share of visitors whose network lets no socket through")
	flag.StringVar(&o.Baton, "baton", "bin/baton", "the program under test")
	flag.StringVar(&o.Dir, "dir", "", "where databases, logs and the history go; empty: a new directory, removed when the run passes")
	flag.StringVar(&o.Only, "only", "", "one kind of fault only")
	flag.DurationVar(&o.Within, "within", 3*time.Minute, "when people stop talking at the latest")
	flag.DurationVar(&o.Longest, "longest", 0, "no fault stands for longer; 0: as long as its kind may")
	flag.DurationVar(&o.Settle, "settle", 0, "how long everybody may take to be served once all is mended; 0: two minutes and a half")
	judge := flag.String("judge", "", "judge a recorded history, and run nothing")
	flag.Parse()
	need := history.Need{Messages: o.Messages, Faults: o.Faults, Unknown: history.MinUnknown, Answers: true, Claims: 1}
	if *judge != "" {
		return told(live.Judge(*judge, need))
	}
	if o.Visitors < 1 || o.Agents < 1 || o.Visitors > o.Agents*40 {
		return errors.New("there must be an agent for every 40 visitors")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	own := o.Dir == ""
	if err := place(&o, own); err != nil {
		return err
	}
	err := told(live.Run(ctx, o))
	if err == nil && own {
		return os.RemoveAll(o.Dir)
	}
	fmt.Println("history and logs:", o.Dir)
	return err
}

// place finds the programs and makes a directory, which PostgreSQL's own user must be able to enter.
func place(o *live.Options, own bool) (err error) {
	if o.Self, err = os.Executable(); err != nil {
		return err
	}
	if o.Baton, err = filepath.Abs(o.Baton); err != nil {
		return err
	}
	if _, err := os.Stat(o.Baton); err != nil {
		return fmt.Errorf("no program to test: %w; run `make build`", err)
	}
	if !own {
		o.Dir, err = filepath.Abs(o.Dir)
		return err
	}
	if o.Dir, err = os.MkdirTemp("/tmp", "baton-chaos-"); err != nil {
		return err
	}
	return os.Chmod(o.Dir, 0o755)
}

func told(report *history.Report, err error) error {
	if err != nil {
		return err
	}
	fmt.Print(report)
	if !report.Passed() {
		return errBroken
	}
	return nil
}
