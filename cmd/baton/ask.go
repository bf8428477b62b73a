package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/assistant"
	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

// askAnswer is what the assistant says to one line of a batch, with the id as it came.
type askAnswer struct {
	ID         json.RawMessage `json:"id,omitempty"`
	Answer     string          `json:"answer"`
	Answered   bool            `json:"answered"`
	Confidence float64         `json:"confidence"`
	Citations  []askCitation   `json:"citations"`
	Escalate   *askEscalation  `json:"escalate"`
	MS         float64         `json:"ms"`
}

type askCitation struct {
	ExternalID string `json:"external_id"`
	Quote      string `json:"quote"`
}

type askEscalation struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
}

// ask puts a question to the assistant as a visitor would, on the same path, without a conversation to store it in.
func ask(ctx context.Context, p *program) error {
	set := p.flags("ask")
	space := set.String("workspace", "", "the workspace; the demo workspace where none is named")
	batch := set.Bool("batch", false, "read JSON Lines from standard input, write JSON Lines")
	asJSON := set.Bool("json", false, "print the answer as JSON")
	rest, err := p.parse(set)
	if err != nil {
		return err
	}
	question := strings.Join(rest, " ")
	if *batch == (strings.TrimSpace(question) != "") {
		return usageError{"give a question, or --batch and questions on standard input"}
	}
	return p.inWorkspace(ctx, *space, func(h *house, w workspace.Workspace) error {
		answerer := h.answerer()
		if *batch {
			return p.eachQuestion(func(line searchLine) (any, error) { return askOne(ctx, answerer, w.ID, line) })
		}
		answer, err := askOne(ctx, answerer, w.ID, searchLine{Query: question})
		if err != nil {
			return err
		}
		if *asJSON {
			return json.NewEncoder(p.stdout).Encode(answer)
		}
		return printAnswer(p.stdout, answer)
	})
}

func askOne(ctx context.Context, answerer *assistant.Answerer, workspaceID uuid.UUID, line searchLine) (askAnswer, error) {
	start := time.Now()
	message := assistant.Message{Workspace: workspaceID, Text: line.Query}
	for _, t := range line.History {
		turn := assistant.Turn{Author: conversation.ByAssistant, Text: t.Text, Outcome: assistant.OutcomeOf(t.Text)}
		if t.Role == conversation.ByVisitor {
			turn = assistant.Turn{Author: conversation.ByVisitor, Text: t.Text}
		}
		message.History = append(message.History, turn)
	}
	said, err := answerer.Answer(ctx, message, nil)
	if err != nil {
		return askAnswer{}, err
	}
	answer := askAnswer{
		ID: line.ID, Answer: said.Body, Answered: said.Answered, Confidence: round(said.Turn.Confidence), Citations: []askCitation{},
		MS: math.Round(float64(time.Since(start).Microseconds())/10) / 100,
	}
	for _, c := range said.Citations {
		answer.Citations = append(answer.Citations, askCitation{c.ExternalID, c.Quote})
	}
	if said.Call != nil {
		answer.Escalate = &askEscalation{said.Call.Rule, said.Call.Reason}
	}
	return answer, nil
}

func printAnswer(out io.Writer, a askAnswer) error {
	fmt.Fprintln(out, a.Answer)
	for _, c := range a.Citations {
		fmt.Fprintf(out, "\n  %s: “%s”\n", c.ExternalID, strings.Join(strings.Fields(c.Quote), " "))
	}
	if a.Escalate != nil {
		fmt.Fprintf(out, "\n  calls a person: %s (%s)\n", a.Escalate.Reason, a.Escalate.Rule)
	}
	return nil
}
