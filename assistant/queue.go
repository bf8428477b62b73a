package assistant

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/baton-chat/baton/conversation"
)

// Queues. Packets have their own, so that a handoff's summary never waits behind answers that wait for a model.
const (
	ReplyQueue  = "reply"
	PacketQueue = "packet"
)

// What the River client must be given for visitors to be answered at once.
const (
	// FetchCooldown belongs on the inserting and on the working client: with the default of 100 ms a second message that arrives shortly after
	// the first waits about half a second, because the notification is held back.
	FetchCooldown = 20 * time.Millisecond
	// pollInterval is how long a job waits at most whose notification was held back, because another one of its queue was inserted within
	// the cooldown: with many visitors that happens all the time. River's default is a second. The look costs one index scan.
	pollInterval = 100 * time.Millisecond
	// JobTimeout ends a round that hangs; a visitor has been shown a person long before.
	JobTimeout = 45 * time.Second
	// RescueAfter is when a job of a killed node runs again. River's default is an hour.
	RescueAfter = 60 * time.Second

	// replyWorkers is how many answers are written at once: nearly all of that time is waiting for a model.
	replyWorkers = 32
	// packetWorkers write summaries, which takes milliseconds.
	packetWorkers = 4
	// attempts is how often a round is tried while the database is away; they are over within the visitor's patience of about 10 s.
	attempts = 4
)

// Queues is the part of river.Config.Queues that this package works.
func Queues() map[string]river.QueueConfig {
	return map[string]river.QueueConfig{
		ReplyQueue:  {MaxWorkers: replyWorkers, FetchCooldown: FetchCooldown, FetchPollInterval: pollInterval},
		PacketQueue: {MaxWorkers: packetWorkers, FetchCooldown: FetchCooldown, FetchPollInterval: pollInterval},
	}
}

// AddWorkers registers the package's jobs.
func AddWorkers(workers *river.Workers, reply *ReplyWorker, packet *PacketWorker) error {
	return errors.Join(river.AddWorkerSafely(workers, reply), river.AddWorkerSafely(workers, packet))
}

// round is what both kinds of jobs carry: ids, never text.
type round struct {
	Workspace    uuid.UUID `json:"workspace"`
	Conversation uuid.UUID `json:"conversation"`
	Seq          int64     `json:"seq"`
	Epoch        int64     `json:"epoch"`
}

// ReplyArgs asks for an answer to the visitor's message Seq under the epoch.
type ReplyArgs struct{ round }

// Kind names the job.
func (ReplyArgs) Kind() string { return "assistant_reply" }

// InsertOpts puts it into its queue.
func (ReplyArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: ReplyQueue, MaxAttempts: attempts}
}

// PacketArgs asks for the summary of the handoff at Seq.
type PacketArgs struct{ round }

// Kind names the job.
func (PacketArgs) Kind() string { return "assistant_packet" }

// InsertOpts puts it into its queue.
func (PacketArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: PacketQueue, MaxAttempts: attempts}
}

// Queue gives rounds to River; it implements conversation.Scheduler. No job is unique: of two rounds for the same message the turn's key lets one write.
type Queue struct{ client *river.Client[pgx.Tx] }

// NewQueue returns a queue on a client that inserts; it need not work jobs.
func NewQueue(client *river.Client[pgx.Tx]) *Queue { return &Queue{client: client} }

// Schedule inserts the rounds' jobs in the transaction of what caused them, all in one statement.
func (q *Queue) Schedule(ctx context.Context, tx pgx.Tx, rounds ...conversation.Round) error {
	jobs := make([]river.InsertManyParams, len(rounds))
	for i, r := range rounds {
		ids := round{Workspace: r.Workspace, Conversation: r.Conversation, Seq: r.Seq, Epoch: r.Epoch}
		switch r.Kind {
		case conversation.RoundAnswer:
			jobs[i].Args = ReplyArgs{ids}
		case conversation.RoundPacket:
			jobs[i].Args = PacketArgs{ids}
		default:
			return fmt.Errorf("schedule: no such round: %q", r.Kind)
		}
	}
	if _, err := q.client.InsertManyTx(ctx, tx, jobs); err != nil {
		return fmt.Errorf("schedule: %w", err)
	}
	return nil
}

// retryAt spaces the attempts of a failed job: 1, 2, then 4 seconds, because somebody waits.
func retryAt(now time.Time, attempt int) time.Time {
	return now.Add(time.Second << min(max(attempt-1, 0), 2))
}
