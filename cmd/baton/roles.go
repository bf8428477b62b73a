package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/baton-chat/baton/assistant"
	"github.com/baton-chat/baton/escalation"
	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

// serveHTTP answers requests until ctx ends, and finishes those in flight. Sockets are not its own: their handlers have closed them before.
func (s *services) serveHTTP(listener net.Listener) service {
	return func(ctx context.Context) error {
		failed := make(chan error, 1)
		go func() { failed <- s.http.Serve(listener) }()
		select {
		case err := <-failed:
			return fmt.Errorf("serve: %w", err)
		case <-ctx.Done():
		}
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		if err := s.http.Shutdown(stopping); err != nil {
			_ = s.http.Close()
		}
		if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	}
}

// jobGrace is how long jobs in progress may take to end. What is not done by then is cancelled, goes back to the queue and is done after the next start.
const jobGrace = 8 * time.Second

// work runs the queues of answers and indexing.
func (s *services) work(ctx context.Context) error {
	h := s.house
	workers := river.NewWorkers()
	knowledge.Register(workers, h.knowledge)
	reply := assistant.NewReplyWorker(h.answerer(), h.conversations, h.bus, h.watch, h.log)
	packet := assistant.NewPacketWorker(h.conversations)
	if err := assistant.AddWorkers(workers, reply, packet); err != nil {
		return fmt.Errorf("job queue: %w", err)
	}
	keep := newKeeper(h.db.app, h.log, s.presence.Node())
	client, err := workClient(keep, workers, h.knowledge.Answering)
	if err != nil {
		return err
	}
	// What the process before left undone comes first.
	keep.sweep(ctx)
	// The client is stopped by hand, so that jobs in progress get their time.
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the job queue: %w", err)
	}
	keep.run(ctx)
	soft, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobGrace)
	defer cancel()
	if err := client.Stop(soft); err == nil {
		return nil
	}
	hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobGrace)
	defer cancel()
	if err := client.StopAndCancel(hard); err != nil {
		return fmt.Errorf("stop the job queue: %w", err)
	}
	return nil
}

// meaning opens the vector spaces, the endpoint's when it answers, and then has nothing to do but wait.
func (s *services) meaning(ctx context.Context) error {
	if err := s.house.knowledge.KeepSpaces(ctx, s.house.openSpaces, s.house.backfill); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// route keeps the line of waiting visitors in order.
func (s *services) route(ctx context.Context) error {
	h := s.house
	return escalation.NewRouter(escalation.RouterConfig{
		Conversations: h.conversations, Workspaces: h.workspaces, Presence: s.presence, Log: h.log,
		Watch: func(workspaceID uuid.UUID, event func(workspace.Event), lost func()) (stop func()) {
			return h.bus.Watch(workspaceID, uuid.Nil, realtime.Watch{Event: event, Lost: lost}).Close
		},
	}).Run(ctx)
}

// drain keeps the console's house in order, and closes its sockets when the server stops.
func (s *services) drain(ctx context.Context) error {
	err := s.console.Run(ctx)
	s.console.Drain()
	return err
}
