package assistant

import (
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/escalation"
	"github.com/baton-chat/baton/knowledge"
)

// recorded is a passage as the turn record keeps it: ids and scores, never text.
type recorded struct {
	Chunk    uuid.UUID `json:"chunk"`
	Document uuid.UUID `json:"document"`
	Score    float64   `json:"score"`
	Words    float64   `json:"words,omitempty"`
	Meaning  float64   `json:"meaning,omitempty"`
	N        int       `json:"n,omitempty"` // its citation number, where it was cited
	// Refused is set where it was looked at and not given to the model.
	Refused bool `json:"refused,omitempty"`
}

// read is the signals as the turn record keeps them: numbers, never words.
type read struct {
	WantsHuman  float64 `json:"wants_human"`
	Refund      float64 `json:"refund"`
	Complaint   float64 `json:"complaint"`
	NeedsAction float64 `json:"needs_action"`
	Frustration float64 `json:"frustration"`
	Sentiment   float64 `json:"sentiment"`
	Greeting    bool    `json:"greeting,omitempty"`
	Thanks      bool    `json:"thanks,omitempty"`
	Failures    int     `json:"failures,omitempty"`
}

// record fills the turn, on which replay, honest numbers and the list of gaps live.
func (d *deciding) record() {
	t := &d.answer.Turn
	t.Confidence = d.found.Confidence
	numbers := map[uuid.UUID]int{}
	for _, c := range d.answer.Citations {
		numbers[c.Chunk] = c.N
	}
	passages := []recorded{}
	for _, p := range d.found.Passages {
		passages = append(passages, record(p, numbers[p.ChunkID], false))
	}
	for _, p := range d.found.Refused {
		passages = append(passages, record(p, 0, true))
	}
	t.Passages = passages
	s := d.signals
	t.Signals = read{s.WantsHuman, s.Refund, s.Complaint, s.NeedsAction, s.Frustration, s.Sentiment, s.Greeting, s.Thanks, d.failures}
	t.SignalsVersion = escalation.SignalsVersion
	t.RuleSetVersion = d.rules.Version
	if call := d.answer.Call; call != nil {
		t.Rule, t.Matches = call.Rule, call.Matches
	}
	t.Matches = append([]conversation.Span{}, t.Matches...)
	t.Fault, t.Counts = d.written.fault, d.written.counts()
	for step, took := range map[string]float64{"words": milliseconds(d.found.Words), "meaning": milliseconds(d.found.Meaning), "first": d.written.first} {
		if took > 0 {
			t.Timings[step] = took
		}
	}
	d.lap("total")
}

func record(p knowledge.Passage, n int, refused bool) recorded {
	return recorded{p.ChunkID, p.DocumentID, digits(p.Score), digits(p.WordScore), digits(p.MeaningScore), n, refused}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// counts are the numbers of the writing; what is zero is left out.
func (w written) counts() map[string]int {
	out := map[string]int{}
	for name, n := range map[string]int{"prompt_tokens": w.usage.Prompt, "answer_tokens": w.usage.Completion, "asked": w.tries, "sentences": w.kept, "unsupported": w.lost} {
		if n > 0 {
			out[name] = n
		}
	}
	return out
}

// digits keeps four digits behind the point, which is more than a score means.
func digits(v float64) float64 { return math.Round(v*1e4) / 1e4 }

// turns is the talk as the signals and the count of failures see it. A visitor's message was answered unless the assistant said that it found nothing;
// small talk is left out, because an "ok" between two failures is no success.
func (d *deciding) turns() []escalation.Turn {
	turns := make([]escalation.Turn, 0, len(d.History)+1)
	for i, t := range d.History {
		turn := escalation.Turn{Author: t.Author, Text: t.Text, Answered: t.Outcome != conversation.OutcomeUnanswered}
		if t.Author == conversation.ByVisitor {
			next := i + 1
			for next < len(d.History) && d.History[next].Author == conversation.ByVisitor {
				next++ // A message that waited shares the reply to the last one before it.
			}
			turn.Waited = next > i+1 || next == len(d.History)
			if next < len(d.History) && d.History[next].Author == conversation.ByAssistant {
				if d.History[next].Outcome == conversation.OutcomeGreeting {
					continue
				}
				turn.Answered = d.History[next].Outcome != conversation.OutcomeUnanswered
			}
		}
		turns = append(turns, turn)
	}
	return turns
}
