package source

import "testing"

func TestPlain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"invoice\u202efdp.exe":         "invoicefdp.exe",
		"a\u2066b\u2069c\u202ad":       "abcd",
		" two\n lines\tand\x1b[31m ":   "two lines and[31m",
		"نموذج\u200cها.pdf":            "نموذج\u200cها.pdf",
		"क्\u200dष.md":                 "क्\u200dष.md",
		"\ufeffMenu\x00\u2028of\u2029": "Menu of",
		"bad\xff":                      "bad",
	} {
		if got := Plain(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// Wherever a document's title and its section come from, they are plain.
func TestTitlesArePlain(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"a.md":             "---\nsection: Pay\u202ements\n---\n# Re\u202eturns\n\n## Da\u2066ys\n\nTen.\n",
		"a.html":           "<title>Re\u202eturns</title><h2>Da\u2066ys</h2><p>Ten.",
		"re\u202eturns.md": "## Days\n\nTen.\n",
	} {
		read, err := Read(t.Context(), File{Name: name, Content: []byte(content)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if read.Title != "Returns" || len(read.Sections) != 1 || read.Sections[0].Heading[0] != "Days" || read.Group != "" && read.Group != "Payments" {
			t.Errorf("%q: %+v", name, read)
		}
	}
}
