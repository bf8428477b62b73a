//go:build fit

package knowledge

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestWriteBackground writes background.txt:
//
//	BATON_FIT_DATA=DIR go test -tags fit -run TestWriteBackground ./knowledge
//
// A unit is an intent, a thread or a page, so that a word counts for how many
// different matters it is used in and not for how often.
func TestWriteBackground(t *testing.T) {
	dir := os.Getenv("BATON_FIT_DATA")
	units := map[string]map[string]bool{}
	add := func(unit, text string) {
		if units[unit] == nil {
			units[unit] = map[string]bool{}
		}
		for _, w := range terms(text) {
			units[unit][w] = true
		}
	}
	for _, r := range fitRows(t, filepath.Join(dir, "oos_clinc150", "train.jsonl")) {
		if !r.OOS {
			add("clinc "+r.Intent, r.Text)
		}
	}
	for _, r := range fitRows(t, filepath.Join(dir, "oos_banking77", "train.jsonl")) {
		add("banking "+r.Intent, r.Text)
	}
	for _, set := range []string{"kb_stackfaq", "kb_emanual_tv"} {
		for _, r := range fitRows(t, filepath.Join(dir, set, "corpus.jsonl")) {
			unit := set + r.ID
			if set == "kb_stackfaq" {
				unit = set + r.ID[:4]
			}
			add(unit, r.Title+" "+r.Text)
		}
	}
	for _, r := range fitRows(t, filepath.Join(dir, "kb_docs", "corpus.jsonl")) {
		page, _, _ := strings.Cut(r.ID, "#")
		add(page, r.Title+" "+r.Heading+" "+r.Text)
	}
	df := map[string]int{}
	for _, unit := range units {
		for w := range unit {
			df[w]++
		}
	}
	type entry struct {
		word   string
		weight float64
	}
	var list []entry
	for w, n := range df {
		weight := 1 - math.Log(float64(n))/math.Log(float64(len(units)))
		if n >= 6 && strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") == "" && len(w) > 1 {
			list = append(list, entry{w, weight})
		}
	}
	slices.SortFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(math.Round(a.weight*10), math.Round(b.weight*10)), strings.Compare(a.word, b.word))
	})
	lines := map[int][]string{}
	for _, e := range list {
		k := int(math.Round(e.weight * 10))
		lines[k] = append(lines[k], e.word)
	}
	var b strings.Builder
	for k := range 11 {
		if len(lines[k]) > 0 {
			fmt.Fprintf(&b, "%d %s\n", k, strings.Join(lines[k], " "))
		}
	}
	fmt.Println(len(units), "units,", len(list), "words,", b.Len(), "bytes")
	if err := os.WriteFile("background.txt", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
