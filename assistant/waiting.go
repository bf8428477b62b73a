package assistant

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/escalation"
	"github.com/baton-chat/baton/knowledge"
)

// Who writes again before the answer is there makes the round before void: only the last message has one. Its round therefore speaks to everything that
// the visitor wrote since the last reply, so that no question and no call for a person is lost for having been followed too soon.

// maxWaiting is how many messages before the last one a round looks at. Each may cost a search, about 15 ms; who sent more than four in a row is read as far as this.
const maxWaiting = 3

// waits returns the places in the history of the visitor's messages that no reply came to, oldest first.
func (d *deciding) waits() []int {
	var out []int
	for i, t := range slices.Backward(d.History) {
		if t.Author != conversation.ByVisitor || len(out) == maxWaiting {
			break
		}
		out = append(out, i)
	}
	slices.Reverse(out)
	return out
}

// about makes the round one about a message that waits, as it would have been had nothing followed it.
func (d *deciding) about(i int) {
	t := d.History[i]
	d.Text, d.History, d.whySeq = t.Text, d.History[:i], t.Seq
	d.answer.Language = languageOf(t.Text, d.History)
	d.signals = escalation.Read(d.Text, d.turns())
}

// stepBack passes over courtesy that was sent behind a question: "how much is delivery" and then "thanks" asks about delivery.
func (d *deciding) stepBack() {
	talk, isTalk := smallTalk(d.Text, d.signals)
	if !isTalk || talk == sayUpset || talk == sayIdentity || d.signals.Talk != "" {
		return
	}
	for _, i := range slices.Backward(d.waits()) {
		if escalation.Interrogative(d.History[i].Text) {
			d.about(i)
			return
		}
	}
}

// callForWaiting hands over where a message that waits would have been reason enough.
func (d *deciding) callForWaiting() bool {
	for _, i := range d.waits() {
		earlier := *d
		earlier.about(i)
		verdict := escalation.Verdict{Action: escalation.Handoff, Rule: RuleAccepted, Reason: "Said yes to a person"}
		if !accepts(earlier.Text, earlier.History) {
			_, isTalk := smallTalk(earlier.Text, earlier.signals)
			verdict = escalation.Evaluate(d.rules, escalation.Before, escalation.Input{Signals: earlier.signals, Text: earlier.Text, Question: !isTalk})
		}
		if verdict.Action == escalation.Handoff {
			d.about(i)
			d.call(verdict, "")
			return true
		}
	}
	return false
}

// searchWaiting looks up the questions that wait besides the last message, each by itself with the talk before it.
func (d *deciding) searchWaiting(ctx context.Context) error {
	var parts []Question
	refused, confidence := d.found.Refused, d.found.Confidence
	for _, i := range d.waits() {
		if !escalation.Interrogative(d.History[i].Text) {
			continue // A statement is read with the question behind it, as the talk before that.
		}
		part := *d
		part.about(i)
		if err := part.search(ctx); err != nil {
			return err
		}
		parts = append(parts, part.question())
		refused, confidence = append(refused, part.found.Refused...), max(confidence, part.found.Confidence)
	}
	if len(parts) == 0 {
		return nil
	}
	d.parts = append(parts, d.question())
	d.found.Passages, d.found.Confidence = together(d.parts), confidence
	d.found.Refused = slices.DeleteFunc(refused, func(p knowledge.Passage) bool { return passageAt(d.found.Passages, p.ChunkID) >= 0 })
	return nil
}

// together takes the passages of several searches in turns, best first, each once: what is cut off at the end is then the worst of each.
func together(parts []Question) []knowledge.Passage {
	var out []knowledge.Passage
	for rank := range searchK {
		for _, q := range parts {
			if rank < len(q.Passages) && passageAt(out, q.Passages[rank].ChunkID) < 0 {
				out = append(out, q.Passages[rank])
			}
		}
	}
	return out
}

func passageAt(passages []knowledge.Passage, chunk uuid.UUID) int {
	return slices.IndexFunc(passages, func(p knowledge.Passage) bool { return p.ChunkID == chunk })
}

// joined makes one question of the last message and those that wait: a model reads them together, and one that quotes has each by itself.
func (d *deciding) joined(q Question) Question {
	if len(d.parts) == 0 {
		return q
	}
	waits := d.waits()
	var texts []string
	for _, i := range waits {
		texts = append(texts, d.History[i].Text)
	}
	q.crossing = nil // It is of the last message alone.
	q.Text, q.History, q.Parts = strings.Join(append(texts, q.Text), "\n"), q.History[:waits[0]], slices.Clone(d.parts)
	for i := range q.Parts {
		q.Parts[i].Passages = withoutOrdersIn(q.Parts[i].Passages)
	}
	return q
}

// partly reports whether an answer leaves a part of what was asked open.
func (d *deciding) partly(text string) bool {
	return len(d.parts) > 0 && strings.HasSuffix(text, "\n\n"+say(d.answer.Language, sayRest))
}

// streamParts answers several questions one below the other. It says so where it has an answer to some only.
func (e Extractive) streamParts(ctx context.Context, q Question, emit func(Piece)) error {
	said, open := map[string]bool{}, false
	for _, part := range q.Parts {
		var pieces []Piece
		err := e.Stream(ctx, part, func(p Piece) { pieces = append(pieces, p) })
		switch {
		case errors.Is(err, ErrNoAnswer):
			open = open || escalation.Interrogative(part.Text)
			continue
		case err != nil:
			return err
		case !bringsNew(pieces, said):
			continue
		}
		if len(said) > 0 {
			emit(Piece{Text: "\n\n"})
		}
		for _, p := range pieces {
			if p.Passage > 0 {
				said[p.Quote] = true
				p.Passage = passageAt(q.Passages, part.Passages[p.Passage-1].ChunkID) + 1
			}
			emit(p)
		}
	}
	if len(said) == 0 {
		return ErrNoAnswer
	}
	if open {
		emit(Piece{Text: "\n\n" + say(q.Language, sayRest)})
	}
	return nil
}

// bringsNew reports whether an answer quotes anything that was not quoted before: the same question asked twice has one answer.
func bringsNew(pieces []Piece, said map[string]bool) bool {
	return slices.ContainsFunc(pieces, func(p Piece) bool { return p.Passage > 0 && !said[p.Quote] })
}
