package conversation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
)

// Span marks words of a message: offsets in code points, so that every client counts alike.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Turn is the record of one answer round. Replay, honest numbers and the list of gaps live on it.
type Turn struct {
	Outcome        string
	Confidence     float64
	Passages       any // what was found, with scores: ids, never text
	Signals        any
	SignalsVersion int
	RuleSetVersion int64
	Rule           string
	Matches        []Span
	Model          string
	Timings        map[string]float64 // milliseconds by step
	Fault          string             // why the model gave no whole answer, in a word; empty where it did, or there was none
	Counts         map[string]int     // what the answer cost and came to: tokens, sentences; zeros are left out
}

// ReplyInput is what the assistant has to say to the visitor's message InReplyTo, under the epoch in which the round began.
type ReplyInput struct {
	Workspace    uuid.UUID
	Conversation uuid.UUID
	InReplyTo    int64
	Epoch        int64
	Run          uuid.UUID
	Body         string
	Language     string
	Citations    []Citation
	Outcome      string
	Turn         Turn
	// Call hands the conversation over in the same transaction.
	Call *Call
}

// Call is a handoff that a rule decided.
type Call struct {
	Rule    string
	Reason  string
	WhySeq  int64
	Matches []Span
}

// ReplyCID is the id of the one reply that a round may write: a job that the queue runs twice makes the same one, and loses at the key.
func ReplyCID(conversationID uuid.UUID, inReplyTo, epoch int64) uuid.UUID {
	return uuid.NewSHA1(conversationID, fmt.Appendf(nil, "reply:%d:%d", inReplyTo, epoch))
}

// Reply stores the assistant's message, its turn record, and where a rule decided so the handoff, in one transaction. It returns ErrStale, and stores nothing, when
// a person took over, the visitor wrote again, or the round was answered before: then there is nothing left to do.
func (s *Store) Reply(ctx context.Context, in ReplyInput) (Conversation, error) {
	c, err := s.do(ctx, in.Workspace, in.Conversation, func(c *change) error {
		if c.State != Assistant || c.LastVisitorSeq != in.InReplyTo || c.Epoch != in.Epoch {
			return ErrStale
		}
		if err := c.record(ctx, in); err != nil {
			return err
		}
		c.append(Message{
			CID: ReplyCID(c.ID, in.InReplyTo, in.Epoch), Kind: KindText, Author: Author{Kind: ByAssistant}, Body: in.Body, Language: in.Language,
			Citations: in.Citations, Outcome: in.Outcome, Run: in.Run,
		})
		// In a preview the verdict stands in the turn, and nobody is called.
		if in.Call == nil || c.Kind == KindPreview {
			return nil
		}
		return c.call(ctx, *in.Call, "called")
	})
	if err != nil {
		return c, fmt.Errorf("reply: %w", err)
	}
	return c, nil
}

// spans returns the JSON list, which is [] rather than null where there are none.
func spans(list []Span) []byte {
	if len(list) == 0 {
		return []byte("[]")
	}
	data, _ := json.Marshal(list) // Two numbers always have a JSON form.
	return data
}

// record writes the turn. Its key is what makes a second run of the same round stale.
func (c *change) record(ctx context.Context, in ReplyInput) error {
	t := in.Turn
	passages, err := json.Marshal(t.Passages)
	if err != nil {
		return fmt.Errorf("turn passages: %w", err)
	}
	signals, err := json.Marshal(t.Signals)
	if err != nil {
		return fmt.Errorf("turn signals: %w", err)
	}
	matches, reason := spans(t.Matches), ""
	if in.Call != nil {
		reason = in.Call.Reason
	}
	timings, _ := json.Marshal(t.Timings)
	counts, _ := json.Marshal(t.Counts)
	if len(t.Counts) == 0 {
		counts = []byte("{}")
	}
	_, err = c.tx.Exec(ctx, `
		INSERT INTO turn (workspace_id, conversation_id, in_reply_to, epoch, outcome, confidence, passages, signals, signals_version, rule_set_version, rule, reason, matches, model, timings, fault, counts)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		c.Workspace, c.ID, in.InReplyTo, in.Epoch, t.Outcome, t.Confidence, passages, signals, t.SignalsVersion, t.RuleSetVersion, t.Rule, reason, matches, t.Model, timings, t.Fault, counts)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		return ErrStale
	}
	if err != nil {
		return fmt.Errorf("store turn: %w", err)
	}
	return nil
}
