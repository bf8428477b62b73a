package main

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
)

// service is the only shape of what runs: until its context ends, or until it fails.
type service func(context.Context) error

// inOrder runs services side by side. When ctx ends, or one of them ends by itself, it stops them one after another in the order given, each
// fully before the next: what depends on others stands before them.
func inOrder(ctx context.Context, all ...service) error {
	type running struct {
		cancel context.CancelFunc
		done   chan struct{}
	}
	group, failed := errgroup.WithContext(ctx)
	started := make([]running, len(all))
	for i, run := range all {
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		started[i] = running{cancel, make(chan struct{})}
		group.Go(func() error {
			defer close(started[i].done)
			err := run(own)
			if err == nil && own.Err() == nil {
				return errEnded
			}
			return err
		})
	}
	<-failed.Done()
	for _, s := range started {
		s.cancel()
		<-s.done
	}
	if err := group.Wait(); !errors.Is(err, errEnded) {
		return err
	}
	return nil
}

// errEnded wakes inOrder when a service that has nothing left to do returns early.
var errEnded = errors.New("a service ended")
