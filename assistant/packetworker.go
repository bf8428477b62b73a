package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/baton-chat/baton/conversation"
)

// packetTimeout is far beyond what a summary takes; it only bounds a database that hangs.
const packetTimeout = 10 * time.Second

// PacketWorker writes what the agent reads at a handoff, as a River job.
type PacketWorker struct {
	river.WorkerDefaults[PacketArgs]
	conversations *conversation.Store
}

// NewPacketWorker returns the worker.
func NewPacketWorker(conversations *conversation.Store) *PacketWorker {
	return &PacketWorker{conversations: conversations}
}

// Timeout bounds a run.
func (w *PacketWorker) Timeout(*river.Job[PacketArgs]) time.Duration { return packetTimeout }

// NextRetry spaces the attempts.
func (w *PacketWorker) NextRetry(job *river.Job[PacketArgs]) time.Time {
	return retryAt(time.Now(), job.Attempt)
}

// Work writes the summary of one handoff. A later handoff has its own job, and makes this one superfluous.
func (w *PacketWorker) Work(ctx context.Context, job *river.Job[PacketArgs]) error {
	r := job.Args.round
	h, err := w.conversations.LastHandoff(ctx, r.Workspace, r.Conversation)
	if errors.Is(err, conversation.ErrUnknown) || err == nil && (h.Seq != r.Seq || h.Packet != nil) {
		return nil
	}
	if err != nil {
		return err
	}
	_, messages, err := w.conversations.Transcript(ctx, r.Workspace, r.Conversation)
	if err != nil {
		return err
	}
	packet, err := json.Marshal(Summarise(h, messages))
	if err != nil {
		return fmt.Errorf("write packet: %w", err)
	}
	return w.conversations.SavePacket(ctx, r.Workspace, r.Conversation, r.Seq, packet)
}
