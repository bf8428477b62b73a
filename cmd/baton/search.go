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

	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/workspace"
)

// maxLine is the longest line of JSON Lines that is read, 16 MiB: one document
// at the limit of what is indexed, with room for JSON's escapes.
const maxLine = 16 << 20

// search asks the knowledge base, without the assistant.
func search(ctx context.Context, p *program) error {
	set := p.flags("search")
	space := set.String("workspace", "", "the workspace; the demo workspace where none is named")
	batch := set.Bool("batch", false, "read JSON Lines from standard input, write JSON Lines")
	asJSON := set.Bool("json", false, "print the answer as JSON")
	k := set.Int("k", 10, "how many passages, at most 50")
	rest, err := p.parse(set)
	if err != nil {
		return err
	}
	query := strings.TrimSpace(strings.Join(rest, " "))
	if *batch == (query != "") {
		return usageError{"give a query, or --batch and queries on standard input"}
	}
	if *k < 1 || *k > 50 {
		return usageError{"-k is a number from 1 to 50"}
	}
	return p.inWorkspace(ctx, *space, func(h *house, w workspace.Workspace) error {
		if *batch {
			return p.eachQuestion(func(line searchLine) (any, error) { return searchOne(ctx, h.knowledge, w.ID, *k, line) })
		}
		answer, err := searchOne(ctx, h.knowledge, w.ID, *k, searchLine{Query: query})
		if err != nil {
			return err
		}
		if *asJSON {
			return json.NewEncoder(p.stdout).Encode(answer)
		}
		return printPassages(p.stdout, answer)
	})
}

func printPassages(out io.Writer, a searchAnswer) error {
	if _, err := fmt.Fprintf(out, "confidence %.2f, %.1f ms\n", a.Confidence, a.MS); err != nil {
		return err
	}
	for i, p := range a.Passages {
		if _, err := fmt.Fprintf(out, "\n%d. %s (%.2f)\n%s\n", i+1, p.ExternalID, p.Score, p.Text); err != nil {
			return err
		}
	}
	return nil
}

// searchAnswer is the answer to it, with the id as it came.
type searchAnswer struct {
	ID         json.RawMessage `json:"id,omitempty"`
	Confidence float64         `json:"confidence"`
	Passages   []searchPassage `json:"passages"`
	MS         float64         `json:"ms"`
}

type searchPassage struct {
	ExternalID string  `json:"external_id"`
	Score      float64 `json:"score"`
	Text       string  `json:"text"`
}

// searchOne asks the knowledge base one question; one passage per external id.
func searchOne(ctx context.Context, store *knowledge.Store, workspaceID uuid.UUID, k int, line searchLine) (searchAnswer, error) {
	start := time.Now()
	found, err := store.Search(ctx, knowledge.Query{
		Workspace: workspaceID, Text: line.Query, History: line.History, K: k, OnePerDocument: true,
	})
	if err != nil {
		return searchAnswer{}, err
	}
	answer := searchAnswer{ID: line.ID, Confidence: round(found.Confidence), Passages: make([]searchPassage, 0, len(found.Passages))}
	for _, p := range found.Passages {
		answer.Passages = append(answer.Passages, searchPassage{p.ExternalID, round(p.Score), p.Text})
	}
	answer.MS = math.Round(float64(time.Since(start).Microseconds())/10) / 100
	return answer, nil
}

// round keeps six digits behind the point, which is more than a score means.
func round(v float64) float64 { return math.Round(v*1e6) / 1e6 }
