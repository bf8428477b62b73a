package assistant_test

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/baton-chat/baton/assistant"
	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/e5"
	"github.com/baton-chat/baton/internal/e5/weights"
	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/migrations"
)

// plainQuestion is a question as a customer asks it, with what an answer to the point says and does not say.
type plainQuestion struct {
	Text  string
	After []string // what the visitor asked before
	Has   []string // all of these; "a|b" is either
	Not   []string
	None  bool // no page answers it
	Call  bool // a person has to
	// Held questions were not run while the assistant was tuned on the others.
	Held bool
}

func plainQuestions(t *testing.T) []plainQuestion {
	t.Helper()
	file, err := os.Open("testdata/plain.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var out []plainQuestion
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var q plainQuestion
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		out = append(out, q)
	}
	return out
}

// withVectors gives the house the built-in embedder, as the product has it.
func withVectors(t testing.TB) func(*house) {
	return func(h *house) {
		model, err := e5.Open(weights.File())
		h.ok(err)
		space, err := knowledge.OpenSpace(h.ctx, "multilingual-e5-small-q4", knowledge.Builtin(model), func(ctx context.Context, id, dimensions int) error {
			return migrations.EnsureEmbeddingModel(ctx, h.db.Owner, id, dimensions)
		})
		h.ok(err)
		h.knowledge.UseSpace(space)
	}
}

// Plain questions are answered to the point: with what was asked for and without what was not. The bounds are what was reached when they were written.
func TestPlain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options     []func(*house)
		tuned, held int
	}{
		"words":   {nil, 80, 66},
		"vectors": {[]func(*house){withVectors(t)}, 93, 76},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			for _, o := range c.options {
				o(h)
			}
			if len(c.options) > 0 {
				_, err := h.knowledge.Ingest(h.ctx, h.workspace, articles(t), knowledge.IngestOptions{})
				h.ok(err)
			}
			var right, all [2]int
			for _, q := range plainQuestions(t) {
				part := 0
				if q.Held {
					part = 1
				}
				said := h.talk(q)
				all[part]++
				if why := q.misses(said); why == "" {
					right[part]++
				} else if !q.Held {
					t.Logf("%s %.2f %q %q → %s", why, said.Turn.Confidence, q.After, q.Text, said.Body)
				}
			}
			t.Logf("%d of %d tuned on, %d of %d held out", right[0], all[0], right[1], all[1])
			if right[0] < c.tuned || right[1] < c.held {
				t.Error("fell behind")
			}
		})
	}
}

// talk asks the question behind those before it.
func (h *house) talk(q plainQuestion) assistant.Answer {
	h.t.Helper()
	m := assistant.Message{Workspace: h.workspace}
	for _, before := range q.After {
		m.Text = before
		said, err := h.answerer.Answer(h.ctx, m, nil)
		h.ok(err)
		m.History = append(m.History, assistant.Turn{Author: conversation.ByVisitor, Text: before},
			assistant.Turn{Author: conversation.ByAssistant, Text: said.Body, Outcome: said.Outcome})
	}
	m.Text = q.Text
	said, err := h.answerer.Answer(h.ctx, m, nil)
	h.ok(err)
	return said
}

// misses tells why an answer is not to the point, or "".
func (q plainQuestion) misses(said assistant.Answer) string {
	quoted := len(said.Citations) > 0
	switch {
	case q.None:
		if quoted {
			return "ANSWERED"
		}
		return ""
	case q.Call:
		if said.Call == nil {
			return "NO PERSON"
		}
		return ""
	case !quoted:
		return "NOTHING"
	}
	for _, wanted := range q.Has {
		if !slices.ContainsFunc(strings.Split(wanted, "|"), func(w string) bool { return strings.Contains(said.Body, w) }) {
			return "LACKS " + wanted
		}
	}
	for _, unwanted := range q.Not {
		if strings.Contains(said.Body, unwanted) {
			return "SAYS " + unwanted
		}
	}
	return ""
}
