package assistant

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

// handoffLines are the event lines that begin a new talk: what was said before them belongs to another matter, or to a person.
var handoffLines = map[string]bool{"asked": true, "called": true, "joined": true, "left_line": true, "handed_back": true, "resolved": true, "reopened": true}

// ReplyWorker answers visitors' messages, as a River job.
type ReplyWorker struct {
	river.WorkerDefaults[ReplyArgs]
	answerer      *Answerer
	conversations *conversation.Store
	events        workspace.Publisher
	watch         Watch
	log           *slog.Logger
}

// NewReplyWorker returns the worker. watch may be nil; answers are then written to their end before they are found void.
func NewReplyWorker(answerer *Answerer, conversations *conversation.Store, events workspace.Publisher, watch Watch, log *slog.Logger) *ReplyWorker {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &ReplyWorker{answerer: answerer, conversations: conversations, events: events, watch: watch, log: log}
}

// Timeout bounds a round.
func (w *ReplyWorker) Timeout(*river.Job[ReplyArgs]) time.Duration { return JobTimeout }

// NextRetry spaces the attempts.
func (w *ReplyWorker) NextRetry(job *river.Job[ReplyArgs]) time.Time {
	return retryAt(time.Now(), job.Attempt)
}

// Work answers one message. Nothing to do is no error: a person took over, the visitor wrote again, or the message was answered before.
func (w *ReplyWorker) Work(ctx context.Context, job *river.Job[ReplyArgs]) error {
	err := w.answer(ctx, job.Args.round)
	if err == nil || job.Attempt < job.MaxAttempts {
		return err
	}
	// Silence is worse than an honest word: where no attempt came through, a person is called.
	if giveUp := w.callForFault(context.WithoutCancel(ctx), job.Args.round); giveUp != nil {
		return errors.Join(err, giveUp)
	}
	w.log.ErrorContext(ctx, "an answer could not be written; a person was called", "workspace", job.Args.Workspace, "conversation", job.Args.Conversation, "err", err)
	return nil
}

// answer goes through one round from top to bottom. No transaction is open while the model writes.
func (w *ReplyWorker) answer(ctx context.Context, r round) error {
	run := uuid.Must(uuid.NewV7())
	show := newBroadcast(w.events, r, run)
	stored := false
	defer func() { show.close(stored) }()
	// Watching begins before reading: what happens between the two is then seen by one of them.
	watched, unwatch := w.watchRun(ctx, r, run, show)
	defer unwatch()

	c, messages, err := w.conversations.Transcript(watched, r.Workspace, r.Conversation)
	if errors.Is(err, conversation.ErrUnknown) || errors.Is(context.Cause(watched), errVoid) {
		return nil
	}
	if err != nil {
		return err
	}
	message, open := messageAt(c, messages, r)
	if !open {
		return nil
	}
	answer, err := w.answerer.Answer(watched, message, show.show)
	switch cause := context.Cause(watched); {
	case errors.Is(cause, errVoid):
		return nil
	case errors.Is(cause, errStopped):
		answer.stop()
	case err != nil:
		return err
	}
	_, err = w.conversations.Reply(ctx, answer.reply(r, run))
	if errors.Is(err, conversation.ErrStale) {
		return nil
	}
	stored = err == nil
	return err
}

// callForFault stores the apology with the handoff.
func (w *ReplyWorker) callForFault(ctx context.Context, r round) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, messages, err := w.conversations.Transcript(ctx, r.Workspace, r.Conversation)
	if err != nil {
		return err
	}
	answer := Answer{Outcome: conversation.OutcomeHandoff, Call: &conversation.Call{Rule: RuleFault, Reason: "The assistant could not answer"}}
	for _, m := range messages {
		if m.Seq == r.Seq {
			answer.Language = Language(m.Body)
		}
	}
	answer.Body = say(answer.Language, sayFault)
	_, err = w.conversations.Reply(ctx, answer.reply(r, uuid.Must(uuid.NewV7())))
	if errors.Is(err, conversation.ErrStale) {
		return nil
	}
	return err
}

// stop makes an answer of what was shown when the visitor pressed Stop.
func (a *Answer) stop() {
	a.Outcome, a.Call = conversation.OutcomeStopped, nil
	if a.Body == "" {
		a.Body, a.Citations = say(a.Language, sayStopped), nil
	}
}

// reply is the answer as the conversation stores it.
func (a *Answer) reply(r round, run uuid.UUID) conversation.ReplyInput {
	in := conversation.ReplyInput{
		Workspace: r.Workspace, Conversation: r.Conversation, InReplyTo: r.Seq, Epoch: r.Epoch, Run: run,
		Body: a.Body, Language: a.Language, Outcome: a.Outcome, Turn: a.Turn, Call: a.Call,
	}
	in.Turn.Outcome = a.Outcome
	if !a.Answered && a.Outcome == conversation.OutcomeHandoff {
		in.Turn.Outcome = a.Outcome
	}
	if in.Call != nil && in.Call.WhySeq == 0 {
		in.Call.WhySeq = r.Seq
	}
	for _, c := range a.Citations {
		in.Citations = append(in.Citations, c.Citation)
	}
	return in
}

// messageAt is the visitor's message of a round with the talk before it; false where there is nothing to answer any more.
func messageAt(c conversation.Conversation, messages []conversation.Message, r round) (Message, bool) {
	if c.State != conversation.Assistant || c.Epoch != r.Epoch || c.LastVisitorSeq != r.Seq {
		return Message{}, false
	}
	m := Message{Workspace: r.Workspace}
	done := conversation.ReplyCID(r.Conversation, r.Seq, r.Epoch)
	found := false
	for _, past := range messages {
		m.Cited = append(m.Cited, past.Citations...)
		switch {
		case past.CID == done:
			return m, false
		case past.Seq == r.Seq:
			m.Text, found = past.Body, true
		case past.Seq > r.Seq:
		case past.Kind == conversation.KindEvent && past.Line != nil && handoffLines[past.Line.Name]:
			m.History = nil
		case past.Kind == conversation.KindText:
			m.History = append(m.History, Turn{Author: past.Author.Kind, Seq: past.Seq, Text: past.Body, Outcome: past.Outcome})
		}
	}
	return m, found
}
