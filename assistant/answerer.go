package assistant

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/escalation"
	"github.com/baton-chat/baton/knowledge"
)

// Rules that no rule set holds.
const (
	RuleAccepted = "offer-accepted" // the visitor said yes to the offer of a person
	RuleFault    = "assistant-fault"
)

// extractiveName is the extractive model in the turn record.
const extractiveName = "extractive"

// sureFrom is the confidence from which no other reading of a question is tried.
const sureFrom = 0.5

// searchK is how many passages a model is given.
const searchK = 8

// Causes for which an answer ends early.
var (
	errStopped = errors.New("the visitor stopped the answer")
	errVoid    = errors.New("the answer is no longer wanted")
)

// Turn is an earlier message of the talk, since the last handoff.
type Turn struct {
	Author  string // conversation.ByVisitor, ByAssistant or ByAgent
	Seq     int64  // 0 where the talk has no numbers
	Text    string
	Outcome string // of the assistant's messages
}

// Message is what is to be answered.
type Message struct {
	Workspace uuid.UUID
	Text      string
	History   []Turn // oldest first
	// Cited are the sources that the conversation has shown already; numbers go on from there.
	Cited []conversation.Citation
}

// Answer is what the assistant says, and why.
type Answer struct {
	Body      string
	Language  string
	Citations []Cited
	Outcome   string
	// Answered is false where the knowledge base does not hold what was asked.
	Answered bool
	// Call is set where a person is to come.
	Call *conversation.Call
	Turn conversation.Turn
}

// Config is what an Answerer needs.
type Config struct {
	Knowledge *knowledge.Store
	Rules     *escalation.Store
	// Model writes the answers, and ModelName stands in the turn record. A nil Model means the extractive one.
	Model     Model
	ModelName string
	// Company tells a model whom it speaks for; nil: nobody in particular.
	Company func(ctx context.Context, workspaceID uuid.UUID, language string) (Company, error)
	Log     *slog.Logger
}

// Answerer decides what to say to a message. It keeps no state but vectors of sentences it met, and writes nothing: the same path serves conversations and the command line.
type Answerer struct {
	knowledge *knowledge.Store
	rules     *escalation.Store
	model     Model
	name      string
	company   func(context.Context, uuid.UUID, string) (Company, error)
	log       *slog.Logger
	vectors   *remembered
}

// NewAnswerer returns an answerer.
func NewAnswerer(c Config) *Answerer {
	if c.Model == nil {
		c.Model, c.ModelName = Extractive{}, extractiveName
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Answerer{knowledge: c.Knowledge, rules: c.Rules, model: c.Model, name: c.ModelName, company: c.Company, log: c.Log, vectors: newRemembered(c.Knowledge.Embed)}
}

// Show hears the answer as it grows: the whole text so far, and how many help pages it is written from. A text that does not go on from the one
// before replaces it. It is called from one goroutine at a time.
type Show func(soFar string, pages int)

// deciding is one message on its way to an answer.
type deciding struct {
	*Answerer
	Message
	show     Show
	answer   Answer
	signals  escalation.Signals
	rules    escalation.RuleSet
	found    knowledge.Result
	began    time.Time
	cited    []Cited
	failures int
	written  written
	gloss    string     // the question read in English, where that was the surer reading
	parts    []Question // where earlier messages wait for an answer too: what is asked, oldest first
	crossing *crossing  // what was read by meaning, where the pages are in another language
	matter   string     // the last question of a long message, where that is what was searched for
	whySeq   int64      // the message that the round is about, where it is not the last one
}

// Answer decides what to say to a message. Errors are those of the database only; a context that ends with a cause returns what was shown until then.
func (a *Answerer) Answer(ctx context.Context, m Message, show Show) (Answer, error) {
	if show == nil {
		show = func(string, int) {}
	}
	d := deciding{Answerer: a, Message: m, show: show, began: time.Now()}
	d.answer.Language = languageOf(m.Text, m.History)
	d.answer.Turn.Timings = map[string]float64{}
	err := d.decide(ctx)
	d.record()
	return d.answer, err
}

// decide goes through the steps from top to bottom.
func (d *deciding) decide(ctx context.Context) error {
	d.signals = escalation.Read(d.Text, d.turns())
	rules, err := d.Answerer.rules.Rules(ctx, d.Workspace)
	if err != nil {
		return fmt.Errorf("read rules: %w", err)
	}
	d.rules = rules
	d.stepBack()
	d.lap("signals")
	if accepts(d.Text, d.History) {
		d.call(escalation.Verdict{Rule: RuleAccepted, Reason: "Said yes to a person"}, "")
		return nil
	}
	talk, isTalk := smallTalk(d.Text, d.signals)
	before := escalation.Evaluate(d.rules, escalation.Before, escalation.Input{Signals: d.signals, Text: d.Text, Question: !isTalk})
	if before.Action == escalation.Handoff {
		d.call(before, "")
		return nil
	}
	if d.callForWaiting() {
		return nil
	}
	if isTalk {
		d.say(say(d.answer.Language, talk), talk.outcome())
		d.answer.Answered = true
		return nil
	}
	if d.signals.Talk == escalation.Impatient {
		d.judge("", before) // It says nothing to look up. It counts as a question without an answer.
		return nil
	}
	if err := d.search(ctx); err != nil {
		return err
	}
	if err := d.searchWaiting(ctx); err != nil {
		return err
	}
	text, err := d.write(ctx)
	if err != nil {
		return err
	}
	d.lap("model")
	d.judge(text, before)
	return nil
}

// asked is the question without the courtesy in front of it: "thanks, but how do I return an item?" asks what its second half asks.
// A long letter or a pasted log asks what its last question asks, where that finds more; what a message takes over from the question before stands in it.
func (d *deciding) asked() string {
	if d.matter != "" {
		return d.matter
	}
	return resolved(d.own(), d.History)
}

// own is the message by itself, without courtesy and without the number of an order.
func (d *deciding) own() string { return withoutOwnNumber(escalation.WithoutCourtesy(d.Text)) }

// resolves reports whether the message was read as more than its own words.
func (d *deciding) resolves() bool {
	return d.asked() != d.own()
}

func (d *deciding) search(ctx context.Context) (err error) {
	d.matter = ""
	query := knowledge.Query{Workspace: d.Workspace, Text: d.asked(), K: searchK}
	history := d.History
	if d.resolves() {
		history = nil // It stands for itself now.
	}
	for _, t := range history {
		role := conversation.ByAssistant
		if t.Author == conversation.ByVisitor {
			role = conversation.ByVisitor
		}
		query.History = append(query.History, knowledge.Turn{Role: role, Text: t.Text})
	}
	d.found, err = d.knowledge.Search(ctx, query)
	if err == nil && len(query.History) > 0 && d.found.Confidence < sureFrom {
		// A new matter needs no history, and words of the last one may lead astray. The surer of the two readings counts.
		var alone knowledge.Result
		query.History = nil
		if alone, err = d.knowledge.Search(ctx, query); alone.Confidence > d.found.Confidence {
			d.found = alone
		}
	}
	if last := escalation.LastQuestion(d.asked()); err == nil && last != "" {
		var part knowledge.Result
		if part, err = d.knowledge.Search(ctx, knowledge.Query{Workspace: d.Workspace, Text: last, K: searchK}); part.Confidence > d.found.Confidence {
			d.found, d.matter = part, last
		}
	}
	if english, ok := glossed(d.asked()); err == nil && ok {
		var read knowledge.Result
		query.Text, query.History = english, nil
		if read, err = d.knowledge.Search(ctx, query); err == nil && (read.Confidence >= sureFrom || read.Confidence > d.found.Confidence) {
			d.found, d.gloss = read, english
		}
	}
	if err != nil {
		return fmt.Errorf("search for the answer: %w", err)
	}
	d.lap("search")
	d.cross(ctx)
	return nil
}

// judge asks the rules that look at the answer, and says it.
func (d *deciding) judge(text string, before escalation.Verdict) {
	d.answer.Answered = text != ""
	d.failures = escalation.Failures(append(d.turns(), escalation.Turn{Author: conversation.ByVisitor, Text: d.Text, Answered: d.answer.Answered}))
	after := escalation.Evaluate(d.rules, escalation.After, escalation.Input{
		Signals: d.signals, Text: d.Text, Failures: d.failures, Answered: d.answer.Answered, Question: true, Confidence: d.found.Confidence,
	})
	d.answer.Citations = d.cited
	switch {
	case after.Action == escalation.Handoff:
		d.call(after, text)
	case !d.answer.Answered && d.signals.Talk == escalation.Impatient:
		d.say(say(d.answer.Language, sayUpset), conversation.OutcomeUnanswered)
	case !d.answer.Answered:
		d.say(say(d.answer.Language, sayNotFound), conversation.OutcomeUnanswered)
	case d.partly(text), d.signals.OwnCase, escalation.Stronger(before, after).Action == escalation.Offer:
		d.say(text+"\n\n"+say(d.answer.Language, sayOffer), conversation.OutcomeOffer)
	default:
		d.say(text, conversation.OutcomeAnswered)
	}
}

// say sets the words and shows them to the end.
func (d *deciding) say(text, outcome string) {
	d.answer.Body, d.answer.Outcome = text, outcome
	d.show(text, 0)
}

// call hands over: behind the answer where there is one.
func (d *deciding) call(v escalation.Verdict, text string) {
	words := say(d.answer.Language, handoffPhrase(v.Rule))
	if text != "" {
		words = text + "\n\n" + say(d.answer.Language, sayCalled)
	}
	d.answer.Call = &conversation.Call{Rule: v.Rule, Reason: v.Reason, WhySeq: d.whySeq, Matches: spans(d.Text, v.Matches)}
	d.answer.Answered = text != ""
	d.say(words, conversation.OutcomeHandoff)
}

// spans turns byte offsets into code points, in which every client counts alike.
func spans(text string, matches []escalation.Match) []conversation.Span {
	var out []conversation.Span
	for _, m := range matches {
		if m.Start < 0 || m.End > len(text) || m.Start >= m.End {
			continue
		}
		start := utf8.RuneCountInString(text[:m.Start])
		out = append(out, conversation.Span{Start: start, End: start + utf8.RuneCountInString(text[m.Start:m.End])})
	}
	return out
}

// lap notes how long the round took up to the end of a step, in milliseconds.
func (d *deciding) lap(step string) {
	d.answer.Turn.Timings[step] = milliseconds(time.Since(d.began))
}
