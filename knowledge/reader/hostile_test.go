package reader

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/baton-chat/baton/knowledge/source"
)

// pdf builds a file of objects, numbered from 1, with a true table of them.
func pdf(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.5\n")
	var at []int
	for i, object := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return b.Bytes()
}

// stream packs text that is repeated n times, so that little unpacks to much.
func stream(t *testing.T, text string, n int) string {
	t.Helper()
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	for range n {
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream", packed.Len(), packed.String())
}

const (
	catalog = "<</Type/Catalog/Pages 2 0 R>>"
	onePage = "<</Type/Pages/Kids[3 0 R]/Count 1>>"
	page    = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>/Contents 4 0 R>>"
)

// Files that were made to do harm are refused within their time and memory, with
// a cause, and the next file is read as if nothing had been.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	l := DefaultLimits()
	l.CPU, l.Wall, l.Idle = 4, 19_000, 10_000
	r := reading(t, "read-document", l)
	block := strings.Repeat("a", 1<<20)
	for _, c := range []struct {
		name, file string
		content    []byte
		codes      string
	}{
		{"pages that hold themselves", "a.pdf", pdf(catalog, "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1000>>"), "damaged scanned too_complex"},
		{"a million pages", "a.pdf", pdf(catalog, "<</Type/Pages/Kids[3 0 R]/Count 1000000>>", page, stream(t, "BT /F 12 Tf (x) Tj ET\n", 1)), "too_long damaged too_complex"},
		{"a page without end", "a.pdf", pdf(catalog, onePage, page, stream(t, "BT /F 12 Tf 1 1 Td (aaaaaaaa bbbbbbbb) Tj ET\n", 8<<20)), "too_complex too_long"},
		{"a form that draws itself", "a.pdf", pdf(catalog, onePage, strings.Replace(page, "/Contents", "/Contents 4 0 R/X", 1),
			"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 4 0 R>>>>/Length 4>>stream\n/X Do\nendstream"), "damaged scanned too_complex"},
		{"objects within each other", "a.pdf", pdf(catalog, strings.Repeat("[", 200_000)), "damaged too_complex scanned"},
		{"lists within each other", "a.md", []byte(strings.Repeat("> ", 200_000) + "x"), "too_complex damaged no_text"},
		{"brackets within each other", "a.md", []byte(strings.Repeat("[", 2_000_000) + "x"), "too_complex damaged too_long"},
		{"emphasis without end", "a.md", []byte(strings.Repeat("*a_ ", 2_000_000)), "too_complex too_long damaged"},
		{"entities", "a.html", []byte("<!DOCTYPE x [<!ENTITY a 'b'>]><p>" + strings.Repeat("&a;", 1_000_000)), "too_complex too_long no_text"},
		{"one word of 20 MiB", "a.txt", []byte(strings.Repeat(block, 20)), "too_long too_complex"},
		{"an unclosed table", "a.csv", []byte("q,a\n\"" + strings.Repeat(block, 15)), "table_quotes"},
		{"nothing", "a.pdf", nil, "empty"},
	} {
		began := time.Now()
		_, err := r.Read(t.Context(), source.File{Name: c.file, Content: c.content}, nil)
		took := time.Since(began)
		if took > l.longest() {
			t.Errorf("%s: it took %s", c.name, took)
		}
		if err == nil {
			t.Logf("%s: read in %s", c.name, took)
			continue // A reader that copes is no fault.
		}
		if errors.Is(err, ErrStarved) {
			t.Logf("%s: not judged, others had the processors", c.name)
			continue
		}
		if got := code(t, err); !strings.Contains(c.codes, got) {
			t.Errorf("%s: code %q (%v), want one of %s", c.name, got, err, c.codes)
		}
		t.Logf("%s: %v in %s", c.name, err, took)
	}
	content, err := os.ReadFile(filepath.Join("..", "source", "testdata", "care-plan.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	pages := 0
	read, err := r.Read(t.Context(), source.File{Name: "care-plan.pdf", Content: content}, func(done, _ int) { pages = done })
	if err != nil || read.Pages != 6 || pages != 6 {
		t.Errorf("an honest file after them: %d pages, %d told, %v", read.Pages, pages, err)
	}
}
