package assistant

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/baton-chat/baton/knowledge"
)

// written is what the turn record keeps of the writing of an answer: numbers and a word, never text.
type written struct {
	fault string // the first one, where there was any
	usage Usage
	tries int // how often a model was asked, the extractive one left out
	kept  int // sentences that stood
	lost  int // and those that no passage bore
	first float64
}

// write lets the model answer, and where it fails the extractive one. It returns the text that stands on passages, or "".
func (d *deciding) write(ctx context.Context) (string, error) {
	q := d.question()
	if _, quotes := d.model.(Extractive); quotes {
		return d.quote(ctx, q)
	}
	text, err := d.ask(ctx, &q)
	if cause := context.Cause(ctx); cause != nil {
		return text, cause
	}
	var fault *Fault
	whole := len(d.cited) > 0
	switch {
	case err == nil && whole:
		return text, nil
	case errors.Is(err, ErrNoAnswer):
		d.cited = nil
		return "", nil
	case errors.As(err, &fault):
		d.written.fault = fault.Code()
	case err == nil, errors.Is(err, errUnsupported), errors.Is(err, errLanguage):
		d.written.fault = "unsupported"
	default:
		// Faults of an endpoint are told by the model itself, once and with what to do; others here, without what was asked or said.
		d.written.fault = "other"
		d.log.WarnContext(ctx, "The model gave no complete answer; the help pages are quoted instead.", "workspace", d.Workspace, "err", err)
	}
	return d.instead(ctx, q, text)
}

// question is what a model is given.
func (d *deciding) question() Question {
	q := Question{Text: d.asked(), Language: d.answer.Language, Passages: d.found.Passages, Further: d.found.Refused, Confidence: d.found.Confidence, Asked: d.found.Asked, Embed: d.vectors.Embed, Gloss: d.gloss, crossing: d.crossing}
	for _, t := range d.History {
		q.History = append(q.History, knowledge.Turn{Role: t.Author, Text: t.Text})
	}
	d.answer.Turn.Model = d.name
	return d.joined(q)
}

// quote lets the extractive model answer.
func (d *deciding) quote(ctx context.Context, q Question) (string, error) {
	d.answer.Turn.Model = extractiveName
	c := newComposer(q.Passages, d.Cited)
	d.cited = nil
	q.Passages = withoutOrdersIn(q.Passages)
	err := Extractive{}.Stream(ctx, q, func(p Piece) {
		c.add(p)
		d.show(c.soFar(), c.pages())
	})
	if errors.Is(context.Cause(ctx), errStopped) {
		d.keep(c)
	}
	if err != nil {
		return "", context.Cause(ctx)
	}
	text, cited := c.finish()
	if d.cited = cited; len(cited) == 0 {
		return "", nil
	}
	return text, nil
}

// withoutOrdersIn returns the passages less the lines that give orders to a model: quoted, they would only confuse. A quote that runs across such a line is none any more.
func withoutOrdersIn(passages []knowledge.Passage) []knowledge.Passage {
	out := slices.Clone(passages)
	for i := range out {
		out[i].Text = withoutOrders(out[i].Text)
	}
	return out
}

// instead quotes where the model gave no whole answer. Where nothing can be quoted, what stood of its answer is kept, and says that it is not all.
func (d *deciding) instead(ctx context.Context, q Question, partly string) (string, error) {
	stood := d.cited
	text, err := d.quote(ctx, q)
	if text != "" || err != nil || len(stood) == 0 {
		return text, err
	}
	d.answer.Turn.Model, d.cited = d.name, stood
	return partly + "\n\n" + say(d.answer.Language, sayCutShort), nil
}

// ask streams the model's answer through the gate. An answer in another language than the question's is asked for once more; the second time it is taken as it is, since what stands in it stands.
func (d *deciding) ask(ctx context.Context, q *Question) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, modelPatience, &Fault{Kind: faultSlow})
	defer cancel()
	if d.company != nil {
		company, err := d.company(ctx, d.Workspace, d.answer.Language)
		if err != nil {
			d.log.WarnContext(ctx, "The model was not told whom it speaks for.", "workspace", d.Workspace, "err", err)
		}
		q.Company = company
	}
	text, err := d.stream(ctx, *q, d.answer.Language)
	if errors.Is(err, errLanguage) {
		text, err = d.stream(ctx, *q, "")
		if err == nil && len(d.cited) > 0 {
			d.answer.Language = Language(text)
		}
	}
	return text, err
}

// stream runs the model and shows what stands of what it writes. d.cited is empty where nothing does.
func (d *deciding) stream(ctx context.Context, q Question, language string) (string, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	c := newComposer(q.Passages, d.Cited)
	g := &gate{grounds: newGrounds(q.Passages, q.Text, q.Company.Name, d.near(ctx)), out: c, language: language, failed: cancel, released: func() {
		if d.written.first == 0 {
			d.written.first = milliseconds(time.Since(d.began))
		}
		d.show(c.soFar(), c.pages())
	}}
	d.cited = nil
	d.written.tries++
	err := d.model.Stream(ctx, q, func(p Piece) {
		if p.Usage != nil {
			d.written.usage = Usage{d.written.usage.Prompt + p.Usage.Prompt, d.written.usage.Completion + p.Usage.Completion}
			return
		}
		g.add(p)
	})
	switch {
	case err == nil && !g.over:
		g.end()
	case err != nil && errors.Is(context.Cause(ctx), errStopped):
		d.keep(c)
		return "", err
	default:
		g.cut()
	}
	if g.over && (err == nil || errors.Is(err, context.Canceled)) {
		err = context.Cause(ctx)
	}
	d.written.kept, d.written.lost = g.kept, d.written.lost+g.lost
	text, cited := c.finish()
	d.cited = cited
	return d.shortened(text, err)
}

// shortened takes an answer that the endpoint cut off at its own limit as an answer, as far as it goes, where some of it stands. It says so.
func (d *deciding) shortened(text string, err error) (string, error) {
	var fault *Fault
	if !errors.As(err, &fault) || fault.Kind != faultLength || len(d.cited) == 0 {
		return text, err
	}
	d.written.fault = fault.Code()
	return text + "\n\n" + say(d.answer.Language, sayCutShort), nil
}

// keep makes what was shown until the visitor pressed Stop the answer.
func (d *deciding) keep(c *composer) {
	d.answer.Body, d.answer.Citations = c.finish()
	if len(d.answer.Citations) == 0 {
		d.answer.Body = strings.TrimSpace(markText.ReplaceAllString(d.answer.Body, ""))
	}
}

// near compares meanings across languages, where an embedder is there. Each text is embedded once in a round.
func (d *deciding) near(ctx context.Context) near {
	known := map[string][]float32{}
	failed := false
	vector := func(text string) []float32 {
		v, done := known[text]
		if done || failed {
			return v
		}
		vectors, err := d.knowledge.Embed(ctx, knowledge.EmbedQuery, []string{text})
		if err != nil || len(vectors) != 1 {
			failed = true // It stays so for this answer: waiting for it again would only cost time.
			return nil
		}
		known[text] = vectors[0]
		return vectors[0]
	}
	return func(claim, sentence string) (float64, bool) {
		a, b := vector(claim), vector(sentence)
		if len(a) == 0 || len(a) != len(b) {
			return 0, false
		}
		return cosine(a, b), true
	}
}
