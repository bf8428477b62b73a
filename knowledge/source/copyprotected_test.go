package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whether a PDF that forbids copying is read depends on how poppler was built:
// most are not built to obey, and those that are say so by exit code 3. Either
// way it is its text or this cause, and never an empty document or another cause.
//
//nolint:paralleltest // A program that was just written cannot be started while a test beside it starts another: that one still holds it open.
func TestPDFThatForbidsCopying(t *testing.T) {
	file := File{Name: "a.pdf", Content: sample(t, "copy-protected.pdf")}
	read, err := Read(t.Context(), file, Options{PDFToText: pdftotext(t)})
	switch {
	case err != nil:
		if failure := failureOf(t, err); failure.Code != CodeCopyProtected {
			t.Errorf("code %q (%s)", failure.Code, failure.Cause)
		}
	case read.Title != "Tarang Care plan" || !strings.Contains(read.Sections[0].Text, "how a claim is"):
		t.Errorf("%+v", read)
	}
	for what, script := range map[string]string{
		"a poppler that obeys":          "#!/bin/sh\nexit 3\n",
		"one that says so, and no more": "#!/bin/sh\necho 'Permission Error: Copying of text from this document is not allowed.' >&2\nexit 1\n",
	} {
		_, err := Read(t.Context(), file, Options{PDFToText: obedient(t, script)})
		if failure := failureOf(t, err); failure.Code != CodeCopyProtected || failure.Fix == "" {
			t.Errorf("%s: code %q (%s)", what, failure.Code, failure.Cause)
		}
	}
}

// obedient is a pdftotext that does as the script says, beside the real pdfinfo,
// which tells of every such file how many pages it has.
func obedient(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(filepath.Dir(pdftotext(t)), "pdfinfo"), filepath.Join(dir, "pdfinfo")); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "pdftotext")
	if err := os.WriteFile(name, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return name
}
