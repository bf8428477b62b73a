package core

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// record writes what the machine does into the vectors, for a look at the difference before it is committed.
var record = flag.Bool("record", false, "write the outputs into the vectors")

type vector struct {
	About    string    `json:"about"`
	Random   float64   `json:"random"`
	Restored *Restored `json:"restored,omitempty"`
	Steps    []step    `json:"steps"`
}

type step struct {
	At  int64           `json:"at"`
	In  json.RawMessage `json:"in"`
	Out []any           `json:"out"`
	Due *int64          `json:"due"`
}

// Every recorded run goes as it was recorded.
func TestVectors(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/core/*.json")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d vectors, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var v vector
			if err := json.Unmarshal(data, &v); err != nil {
				t.Fatal(err)
			}
			got := run(t, v)
			if *record {
				write(t, file, got)
				return
			}
			for i, s := range v.Steps {
				if diff := cmp.Diff(s, got.Steps[i]); diff != "" {
					t.Fatalf("step %d, %s (-recorded +got):\n%s", i, s.In, diff)
				}
			}
		})
	}
}

// run gives the vector's inputs to a machine and returns the vector with what it did.
func run(t *testing.T, v vector) vector {
	t.Helper()
	restored := Restored{}
	if v.Restored != nil {
		restored = *v.Restored
	}
	c := New(func() float64 { return v.Random }, restored)
	got := v
	got.Steps = nil
	for _, s := range v.Steps {
		var in Input
		decoder := json.NewDecoder(bytes.NewReader(s.In))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&in); err != nil {
			t.Fatalf("%s: %v", s.In, err)
		}
		s.Out = plainJSON(t, c.Do(s.At, in))
		s.Due = nil
		if due, ok := c.Due(); ok {
			s.Due = &due
		}
		got.Steps = append(got.Steps, s)
	}
	return got
}

// plainJSON is a list as JSON values.
func plainJSON(t *testing.T, out []Output) []any {
	t.Helper()
	list := []any{}
	for _, o := range out {
		data, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		list = append(list, v)
	}
	return list
}

// write stores a vector with one step a line for the input and one for each output, so that differences can be read.
func write(t *testing.T, file string, v vector) {
	t.Helper()
	var b bytes.Buffer
	line := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	b.WriteString("{\"about\": " + line(v.About) + ",\n \"random\": " + line(v.Random) + ",\n")
	if v.Restored != nil {
		b.WriteString(" \"restored\": " + line(v.Restored) + ",\n")
	}
	b.WriteString(" \"steps\": [\n")
	for i, s := range v.Steps {
		b.WriteString("  {\"at\": " + line(s.At) + ", \"in\": " + line(s.In) + ", \"out\": [")
		for j, o := range s.Out {
			if j > 0 {
				b.WriteString(",")
			}
			b.WriteString("\n    " + line(o))
		}
		b.WriteString("], \"due\": " + line(s.Due) + "}")
		if i < len(v.Steps)-1 {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
	b.WriteString(" ]}\n")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
