//go:build fit

package knowledge

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Writes usual.txt from passages of three sets whose licence allows it, as many of each. BATON_FIT_DATA names the folder of the sets, BATON_FIT_VECTORS the file of vectors.
func TestWriteUsual(t *testing.T) {
	const each = 200
	dir := os.Getenv("BATON_FIT_DATA")
	if dir == "" || vectors == nil {
		t.Fatal("BATON_FIT_DATA and BATON_FIT_VECTORS are needed")
	}
	var texts []string
	for _, set := range []string{"kb_docs", "kb_stackfaq", "kb_emanual_tv"} {
		rows := fitRows(t, dir, set, "corpus.jsonl")
		for i := range each {
			r := rows[i*len(rows)/each]
			head := strings.Trim(r.Title+" › "+r.Heading, " ›")
			texts = append(texts, passageText(head, clipText(r.Text, 1000)))
		}
	}
	sum := make([]float64, vectors.size)
	for _, v := range vectors.all(t, EmbedPassage, texts) {
		for i, x := range v {
			sum[i] += float64(x)
		}
	}
	length := 0.0
	for _, x := range sum {
		length += x * x
	}
	var b strings.Builder
	for i, x := range sum {
		fmt.Fprintf(&b, "%.5f", x/math.Sqrt(length))
		if b.WriteByte(' '); i%16 == 15 {
			b.WriteByte('\n')
		}
	}
	if err := os.WriteFile(filepath.Join(".", "usual.txt"), []byte(strings.ReplaceAll(b.String(), " \n", "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}
