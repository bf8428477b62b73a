package e5

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/baton-chat/baton/internal/e5/weights"
)

// model opens the weights of the repository with one kernel.
func model(t testing.TB, k kernel) *Model {
	t.Helper()
	m, err := open(weights.File(), k)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// lines reads a file with one JSON value a line.
func lines[T any](t testing.TB, path string) []T {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []T
	for scanner := bufio.NewScanner(bytes.NewReader(data)); scanner.Scan(); {
		var v T
		if err := json.Unmarshal(scanner.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// pieces spells tokens out as the recordings do.
func (v *vocabulary) spell(tokens []int32) []string {
	out := []string{}
	for _, token := range tokens[1 : len(tokens)-1] {
		if int(token) >= v.pieces {
			out = append(out, "<unk>")
			continue
		}
		from, to := u32(v.ends, int(4*token)), u32(v.ends, int(4*token+4))
		out = append(out, string(bytes.ReplaceAll(v.text[from:to], []byte(" "), []byte("▁"))))
	}
	return out
}

func TestTokensAreThoseOfTheReference(t *testing.T) {
	t.Parallel()
	m := model(t, portable())
	var tok tokenizer
	rows := lines[struct {
		Text          string
		Pieces, Whole []string
	}](t, "testdata/tokens.jsonl")
	for _, row := range rows {
		got := m.vocabulary.spell(tok.run(m.vocabulary, "query: ", row.Text))
		if diff := cmp.Diff(row.Pieces, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", row.Text, diff)
		}
		if row.Whole == nil {
			continue
		}
		if diff := cmp.Diff(row.Whole, got); diff != "" {
			t.Errorf("%q differs from the whole vocabulary though no piece of it was pruned:\n%s", row.Text, diff)
		}
	}
}

type recordedVector struct {
	Script, Text string
	Query        bool
	Half         string
}

func (r recordedVector) kind() Kind {
	if r.Query {
		return Query
	}
	return Passage
}

func (r recordedVector) vector(t testing.TB) []float32 {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(r.Half)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float32, len(data)/2)
	for i := range out {
		out[i] = half(binary.LittleEndian.Uint16(data[2*i:]))
	}
	return out
}

func cosine(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

// smallestCosine leaves room for what rounding to 8 bits makes of a last digit that differs.
const smallestCosine = .999

func TestVectorsAreThoseOfTheReference(t *testing.T) {
	t.Parallel()
	rows := lines[recordedVector](t, "testdata/vectors.jsonl")
	for _, k := range kernels() {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			m := model(t, k)
			for _, row := range rows {
				got, err := m.Embed(t.Context(), row.kind(), []string{row.Text})
				if err != nil {
					t.Fatal(err)
				}
				c := cosine(got[0], row.vector(t))
				t.Logf("%-10s query %-5v %.5f", row.Script, row.Query, c)
				if !(c >= smallestCosine) {
					t.Errorf("%s: cosine %.5f", row.Text, c)
				}
			}
		})
	}
}
