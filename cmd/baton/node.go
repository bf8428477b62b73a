package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/uuid"
)

// nodeFile holds, in the data directory, the id of the node that serves it. One process at a time holds that directory's lock, so whoever gets the lock knows
// that the node named there is dead, without waiting for its silence.
const nodeFile = "node"

// takeOver enters this node in the place of the one that served this data directory before. Jobs of a node that is gone are free; the jobs of this one are safe
// only from now on.
func (s *services) takeOver(ctx context.Context) error {
	h := s.house
	name := filepath.Join(h.config.Data, nodeFile)
	before, err := readNode(name)
	if err != nil {
		// Its jobs then wait for its silence to be noticed.
		h.log.Warn("the node before is not known", "error", err)
	}
	if err := s.presence.Succeed(ctx, before); err != nil {
		return fmt.Errorf("enter this node: %w", err)
	}
	// A dead leader would keep the maintenance of the queues for some seconds more.
	if _, err := h.db.app.Exec(ctx, `DELETE FROM river_leader WHERE leader_id = $1`, before.String()); err != nil {
		return fmt.Errorf("enter this node: %w", err)
	}
	if err := writeNode(name, s.presence.Node()); err != nil {
		h.log.Warn("this node is not remembered", "error", err)
	}
	return nil
}

// readNode returns uuid.Nil where there was none.
func readNode(name string) (uuid.UUID, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return uuid.Nil, nil
	}
	if err != nil {
		return uuid.Nil, err
	}
	return uuid.ParseBytes(text)
}

// writeNode replaces the file at once or not at all.
func writeNode(name string, node uuid.UUID) error {
	if err := os.WriteFile(name+".new", []byte(node.String()), 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
