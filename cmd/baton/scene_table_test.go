package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// The scene table is the yardstick for handing over, for answering from the
// right article and for admitting that a topic is absent. It was committed
// before any of the code it judges was written, and it must never be changed
// to fit that code: a case that fails is a finding, to be met by a better rule
// or a better search, or to be reported as it is. This file only proves that
// the yardstick itself is straight; it stands alone and uses none of the code.
const (
	sceneTablePath    = "testdata/scene/table.json"
	sceneArticlesPath = "../../internal/demo/articles"
	// sceneCasesPerKind is the twenty that the goals are counted against.
	sceneCasesPerKind = 20
)

// sceneCase is one visitor message. A look-alike names the article it must be
// answered from, or several where more than one states the fact.
type sceneCase struct {
	Text     string   `json:"text"`
	Article  string   `json:"article,omitempty"`
	Articles []string `json:"articles,omitempty"`
}

// right lists every article from which the case may be answered.
func (c sceneCase) right() []string {
	if c.Article != "" {
		return []string{c.Article}
	}
	return c.Articles
}

// sceneTable holds requests that need a person, questions that sound like
// them, and questions that no article answers.
type sceneTable struct {
	Action    []sceneCase `json:"action"`
	Lookalike []sceneCase `json:"lookalike"`
	Absent    []sceneCase `json:"absent"`
}

func readSceneTable(t *testing.T) sceneTable {
	t.Helper()
	raw, err := os.Open(sceneTablePath)
	if err != nil {
		t.Fatalf("open the scene table: %v", err)
	}
	defer raw.Close()
	var table sceneTable
	decoder := json.NewDecoder(raw)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&table); err != nil {
		t.Fatalf("decode the scene table: %v", err)
	}
	return table
}

func TestSceneTableIsComplete(t *testing.T) {
	t.Parallel()
	table := readSceneTable(t)
	kinds := map[string][]sceneCase{"action": table.Action, "lookalike": table.Lookalike, "absent": table.Absent}
	seen := map[string]string{}
	for kind, cases := range kinds {
		if len(cases) != sceneCasesPerKind {
			t.Errorf("%s holds %d cases, want %d", kind, len(cases), sceneCasesPerKind)
		}
		for _, c := range cases {
			if c.Text == "" {
				t.Errorf("%s holds a case without text", kind)
			}
			if other, twice := seen[c.Text]; twice {
				t.Errorf("%q stands in %s and in %s", c.Text, other, kind)
			}
			seen[c.Text] = kind
			if kind != "lookalike" && len(c.right()) != 0 {
				t.Errorf("%s: %q names an article, but nothing answers it", kind, c.Text)
			}
		}
	}
}

func TestSceneTableNamesRealArticles(t *testing.T) {
	t.Parallel()
	for _, c := range readSceneTable(t).Lookalike {
		if (c.Article == "") == (len(c.Articles) == 0) {
			t.Errorf("%q must name either one article or a list", c.Text)
		}
		for _, slug := range c.right() {
			if _, err := os.Stat(filepath.Join(sceneArticlesPath, slug+".md")); err != nil {
				t.Errorf("%q names %q, which is no article: %v", c.Text, slug, err)
			}
		}
	}
}
