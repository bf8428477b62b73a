package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/baton-chat/baton/assistant"
	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/escalation"
	"github.com/baton-chat/baton/knowledge"
)

// signalsLine is one message of a batch, with the turns before it.
type signalsLine struct {
	ID      json.RawMessage  `json:"id"`
	Text    *string          `json:"text"`
	History []knowledge.Turn `json:"history"`
}

// signalsAnswer is what is read from a message, with the id as it came. Triggers are the default rules that the message sets off.
type signalsAnswer struct {
	ID          json.RawMessage `json:"id,omitempty"`
	WantsHuman  float64         `json:"wants_human"`
	Refund      float64         `json:"refund"`
	Complaint   float64         `json:"complaint"`
	Frustration float64         `json:"frustration"`
	Sentiment   float64         `json:"sentiment"`
	Triggers    []string        `json:"triggers"`
}

// signals reads messages as the assistant does before it answers. It needs no database: signals are read from the words alone, and the rules are those that Baton
// comes with.
func signals(_ context.Context, p *program) error {
	set := p.flags("signals")
	batch := set.Bool("batch", false, "read JSON Lines from standard input, write JSON Lines")
	rest, err := p.parse(set)
	if err != nil {
		return err
	}
	text := strings.TrimSpace(strings.Join(rest, " "))
	if *batch == (text != "") {
		return usageError{"give a message, or --batch and messages on standard input"}
	}
	rules := escalation.Default()
	if *batch {
		return p.eachLine(func(number int, line []byte) reply { return signalsReply(rules, number, line) })
	}
	return json.NewEncoder(p.stdout).Encode(signalsOf(rules, signalsLine{Text: &text}))
}

func signalsReply(rules escalation.RuleSet, number int, text []byte) reply {
	var line signalsLine
	if err := json.Unmarshal(text, &line); err != nil {
		return reply{value: badLine{line.ID, fmt.Sprintf("line %d is not a message in JSON: %v", number, err)}}
	}
	if line.Text == nil {
		return reply{value: badLine{line.ID, fmt.Sprintf(`line %d has no "text"`, number)}}
	}
	return reply{value: signalsOf(rules, line)}
}

func signalsOf(rules escalation.RuleSet, line signalsLine) signalsAnswer {
	s := escalation.Read(*line.Text, turnsOf(line.History))
	return signalsAnswer{
		ID: line.ID, WantsHuman: round(s.WantsHuman), Refund: round(s.Refund), Complaint: round(s.Complaint),
		Frustration: round(s.Frustration), Sentiment: round(s.Sentiment),
		Triggers: escalation.Triggers(rules, escalation.Input{Signals: s, Text: *line.Text}),
	}
}

// turnsOf tells the turns before a message as the signals want them: a visitor's turn was answered where the assistant's next one answers.
func turnsOf(history []knowledge.Turn) []escalation.Turn {
	turns := make([]escalation.Turn, len(history))
	for i, t := range history {
		turns[i] = escalation.Turn{Author: t.Role, Text: t.Text}
		answers := t.Role == conversation.ByAssistant && assistant.OutcomeOf(t.Text) == conversation.OutcomeAnswered
		if answers && i > 0 && turns[i-1].Author == conversation.ByVisitor {
			turns[i-1].Answered = true
		}
	}
	return turns
}
