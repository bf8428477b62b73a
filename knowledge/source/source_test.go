package source

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Every file in testdata is read, and must give what its golden file says.
func TestReadGolden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"return-policy.md", "page.html", "hours.txt", "care-plan.pdf", "service-centres.docx", "faq.csv"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			read, err := Read(t.Context(), File{Name: name, Content: content}, Options{PDFToText: pdftotext(t)})
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(show(read)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), show(read)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		})
	}
}

func show(s Source) string {
	var b strings.Builder
	fmt.Fprintf(&b, "title: %s\nurl: %s\nlocale: %s\n", s.Title, s.URL, s.Locale)
	for _, section := range s.Sections {
		place := strings.Join(section.Heading, " › ")
		if section.Page > 0 {
			place += fmt.Sprintf(" (page %d)", section.Page)
		}
		fmt.Fprintf(&b, "\n== %s\n%s\n", place, section.Text)
	}
	return b.String()
}

func TestReadFailures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file, contentType, content, code string
	}{
		{"empty", "a.md", "", "", CodeEmpty},
		{"white space", "a.txt", "", " \n\t\n", CodeEmpty},
		{"too large", "a.txt", "", strings.Repeat("a", MaxBytes+1), CodeTooLarge},
		{"PDF by its bytes, without the program", "a.txt", "text/plain", "%PDF-1.7 …", CodeNoPDFToText},
		{"not even an archive", "letter.docx", "", "PK\x03\x04rest", CodeArchive},
		{"unknown ending", "prices.xls", "", "a;b", CodeWrongType},
		{"picture", "a.md", "", "\x89PNG\r\n", CodeWrongType},
		{"binary named .txt", "a.txt", "", "ab\x00\xff\xfe\x01cd", CodeNotText},
		{"control characters", "a.txt", "", "\x01\x02\x03\x04 hello", CodeNotText},
		{"Latin-1 without a word of it", "a.txt", "text/plain", "Gr\xfc\xdfe aus K\xf6ln", CodeCharset},
		{"half a UTF-16 character", "a.txt", "", "\xff\xfea\x00b\x00\x00\xd8", CodeDamaged},
		{"only a script", "a.html", "", "<html><script>x()</script></html>", CodeNoText},
		{"only headings", "a.md", "", "# Title\n\n## Part\n", CodeNoText},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := Read(t.Context(), File{c.file, c.contentType, []byte(c.content)}, Options{})
			var failure *Error
			if !errors.As(err, &failure) {
				t.Fatalf("got %v, want a *Error", err)
			}
			if failure.Code != c.code {
				t.Errorf("code %q, want %q", failure.Code, c.code)
			}
			if !strings.HasSuffix(failure.Cause, ".") || !strings.HasSuffix(failure.Fix, ".") {
				t.Errorf("cause and fix must be sentences: %q %q", failure.Cause, failure.Fix)
			}
		})
	}
}

func TestReadCharsets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, contentType, content, want string }{
		{"byte order mark", "a.txt", "", "\xef\xbb\xbfGrüße", "Grüße"},
		{"UTF-16 little endian", "a.txt", "", "\xff\xfeG\x00r\x00\xfc\x00", "Grü"},
		{"UTF-16 big endian", "a.txt", "", "\xfe\xff\x00G\x00r\x00\xfc", "Grü"},
		{"declared by the sender", "a.txt", "text/plain; charset=iso-8859-1", "Gr\xfc\xdfe", "Grüße"},
		{"declared by the page", "a.html", "", "<meta charset=windows-1252><p>Gr\xfc\xdfe", "Grüße"},
		{"composed", "a.txt", "", "Gru\u0308ße", "Grüße"},
		{"line ends", "a.txt", "", "a\r\nb\rc", "a\nb\nc"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			read, err := Read(t.Context(), File{c.file, c.contentType, []byte(c.content)}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := read.Sections[0].Text; got != c.want {
				t.Errorf("text %q, want %q", got, c.want)
			}
		})
	}
}

func TestTitles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, content, want string }{
		{"return-policy_2026.md", "Just text.", "Return policy 2026"},
		{"a.md", "# First\n\ntext\n\n# Second\n\nmore", "First"},
		{"a.html", "<title>Tab | Site</title><h1>Page</h1><p>x", "Page"},
		{"a.html", "<title>Tab | Site</title><p>x", "Tab | Site"},
		{"a.txt", "One line only", "A"},
	} {
		read, err := Read(t.Context(), File{Name: c.file, Content: []byte(c.content)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if read.Title != c.want {
			t.Errorf("%s: title %q, want %q", c.content, read.Title, c.want)
		}
	}
}

func TestSentences(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line string
		want []string
	}{
		{"It costs ₹2.50. Really? Yes!", []string{"It costs ₹2.50.", "Really?", "Yes!"}},
		{"Use e.g. a box. Then go.", []string{"Use e.g. a box.", "Then go."}},
		{"1. Open the app", []string{"1. Open the app"}},
		{"He said “stop.” Then he left.", []string{"He said “stop.”", "Then he left."}},
		{"दस दिन। फिर लौटाएँ।", []string{"दस दिन।", "फिर लौटाएँ।"}},
		{"今日は。明日も。", []string{"今日は。", "明日も。"}},
		{"هل تشحنون؟ نعم.", []string{"هل تشحنون؟", "نعم."}},
		{"See a.b.c and v1.2 here", []string{"See a.b.c and v1.2 here"}},
		{"", nil},
	} {
		if diff := cmp.Diff(c.want, Sentences(c.line)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.line, diff)
		}
	}
}

// A section of up to 400 tokens stays whole; a longer one is parted at sentence
// ends, its parts overlap, and no word is lost.
func TestSplitLongSection(t *testing.T) {
	t.Parallel()
	var long strings.Builder
	for i := range 200 {
		fmt.Fprintf(&long, "This is sentence number %d of a long section. ", i)
		if i%10 == 9 {
			long.WriteString("\n\n")
		}
	}
	whole := Section{Heading: []string{"Short"}, Text: "One paragraph.\n\nAnother one."}
	passages, err := Source{Sections: []Section{whole, {Heading: []string{"Long"}, Text: long.String()}}}.Split()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Passage{whole.Heading, whole.Text, 0}, passages[0]); diff != "" {
		t.Errorf("a short section was changed (-want +got):\n%s", diff)
	}
	if len(passages) < 6 {
		t.Fatalf("%d passages, want the long section in several", len(passages))
	}
	for i, p := range passages[1:] {
		if n := Tokens(p.Text); n > maxTokens || (i < len(passages)-2 && n < targetTokens-overlapTokens) {
			t.Errorf("passage %d has %d tokens", i, n)
		}
		if !strings.HasSuffix(p.Text, ".") {
			t.Errorf("passage %d ends inside a sentence: %q", i, p.Text[max(0, len(p.Text)-30):])
		}
		if i > 0 {
			first := Sentences(p.Text)[0]
			if !strings.Contains(passages[i].Text, first) {
				t.Errorf("passage %d does not overlap the one before it", i)
			}
		}
	}
	for i := range 200 {
		if needle := fmt.Sprintf("number %d of", i); !slicesContain(passages, needle) {
			t.Errorf("%q was lost", needle)
		}
	}
}

func slicesContain(passages []Passage, needle string) bool {
	for _, p := range passages {
		if strings.Contains(p.Text, needle) {
			return true
		}
	}
	return false
}

func TestSplitRefusesTooMany(t *testing.T) {
	t.Parallel()
	sections := make([]Section, MaxPassages+1)
	for i := range sections {
		sections[i].Text = "x"
	}
	_, err := Source{Sections: sections}.Split()
	var failure *Error
	if !errors.As(err, &failure) || failure.Code != CodeTooLong {
		t.Fatalf("got %v, want %s", err, CodeTooLong)
	}
}

// Whatever is read, passages are valid text of bounded size, and hold every word.
func TestReadAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(1, 6000, -1).Draw(t, "text")
		name := rapid.SampledFrom([]string{"a.md", "a.html", "a.txt"}).Draw(t, "name")
		read, err := Read(context.Background(), File{Name: name, Content: []byte(text)}, Options{})
		if err != nil {
			var failure *Error
			if !errors.As(err, &failure) {
				t.Fatalf("%v is no *Error", err)
			}
			return
		}
		passages, err := read.Split()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range passages {
			if !utf8.ValidString(p.Text) || strings.TrimSpace(p.Text) == "" || Tokens(p.Text) > maxTokens {
				t.Fatalf("bad passage of %d tokens: %q", Tokens(p.Text), p.Text)
			}
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add("a.md", []byte("# T\n\n- a\n  - b\n\n|a|b|\n|-|-|\n|1|2|"))
	f.Add("a.html", []byte("<ul><li><p>x<table><td>y"))
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		read, err := Read(t.Context(), File{Name: name, Content: content}, Options{PDFToText: pdftotext(t)})
		if err == nil {
			_, _ = read.Split()
		}
	})
}
