package agentconsole

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/baton-chat/baton/conversation"
)

// TestExamplesAreWhatIsSent holds the forms in this package to the examples of the page that clients are built from.
func TestExamplesAreWhatIsSent(t *testing.T) {
	t.Parallel()
	docs, err := os.ReadFile("../docs/console-api.md")
	if err != nil {
		t.Fatal(err)
	}
	forms := map[string]any{
		"me": &me{}, "row": &row{}, "counts": &conversation.Counts{}, "visitor": &visitor{}, "packet": &packet{}, "past": &past{}, "document": &document{}, "turn": &turn{},
	}
	for _, example := range regexp.MustCompile("(?s)```json ([a-z]+)\n(.*?)```").FindAllSubmatch(docs, -1) {
		name, text := string(example[1]), example[2]
		form, known := forms[name]
		if !known {
			t.Errorf("the example %s has no form here", name)
			continue
		}
		delete(forms, name)
		reader := json.NewDecoder(bytes.NewReader(text))
		reader.DisallowUnknownFields()
		if err := reader.Decode(form); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		sent, err := json.Marshal(form)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(plain(t, text), plain(t, sent)); diff != "" {
			t.Errorf("%s is sent otherwise (-page +sent):\n%s", name, diff)
		}
	}
	for name := range forms {
		t.Errorf("the page has no example of %s", name)
	}
}

// plain is a JSON text as values; times lose the zeros that say nothing.
func plain(t *testing.T, text []byte) (v any) {
	t.Helper()
	text = regexp.MustCompile(`(:\d\d)(\.\d*?)0+Z"`).ReplaceAll(text, []byte(`$1${2}Z"`))
	text = bytes.ReplaceAll(text, []byte(`.Z"`), []byte(`Z"`))
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
