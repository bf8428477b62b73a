package source

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// maxPages is the most pages of a PDF that are read; see MaxPassages.
const maxPages = 2000

// maxComplaint is how much of what the programs say about a broken file is
// looked at.
const maxComplaint = 16 << 10

// trailerWithin is how far before a PDF's end its end mark must stand. Mail
// programs and signatures add a little behind it.
const trailerWithin = 4 << 10

// readPDF reads a PDF by two programs of poppler: pdfinfo says whether it can
// be read and how many pages it has, pdftotext where each word stands. The
// programs are given a file, because a PDF is read from its end.
func readPDF(ctx context.Context, out *outline, content []byte, o Options) error {
	if o.PDFToText == "" {
		return errNoPDFToText()
	}
	if !bytes.Contains(content[max(0, len(content)-trailerWithin):], []byte("%%EOF")) {
		return errDamaged("it breaks off before its end")
	}
	dir, err := os.MkdirTemp("", "pdf")
	if err != nil {
		return fmt.Errorf("read PDF: %w", err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "document.pdf")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		return fmt.Errorf("read PDF: %w", err)
	}
	pages, title, err := pdfInfo(ctx, o.PDFToText, name)
	if err != nil {
		return err
	}
	if pages > maxPages {
		return errTooManyPages(pages)
	}
	reading, err := pdfPages(ctx, o, name, pages)
	if err != nil {
		return err
	}
	if err := reading.readable(pages); err != nil {
		return err
	}
	out.pages = pages
	writePages(out, reading, title)
	return nil
}

// pdfInfo asks how many pages there are, which also tells whether the file can
// be opened at all.
func pdfInfo(ctx context.Context, pdftotext, name string) (pages int, title string, err error) {
	var complaint limitedBuffer
	cmd := exec.CommandContext(ctx, filepath.Join(filepath.Dir(pdftotext), "pdfinfo"), "-enc", "UTF-8", name) //nolint:gosec // The operator's own program, on a file that we named.
	cmd.Stderr = &complaint
	said, err := cmd.Output()
	if err != nil {
		return 0, "", pdfFailure(ctx, err, complaint.String())
	}
	for line := range strings.SplitSeq(string(said), "\n") {
		key, value, _ := strings.Cut(line, ":")
		switch value = strings.TrimSpace(value); key {
		case "Pages":
			pages, _ = strconv.Atoi(value)
		case "Title":
			title = value
		}
	}
	if pages < 1 {
		return 0, "", errDamaged("it has no pages")
	}
	return pages, title, nil
}

// pdfPages runs pdftotext and reads what it says as it comes.
func pdfPages(ctx context.Context, o Options, name string, pages int) (*pdfReading, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var complaint limitedBuffer
	cmd := exec.CommandContext(ctx, o.PDFToText, "-bbox-layout", "-enc", "UTF-8", "-l", strconv.Itoa(pages), name, "-") //nolint:gosec // The operator's own program, on a file that we named.
	cmd.Stderr = &complaint
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("read PDF: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, pdfFailure(ctx, err, "")
	}
	reading, readErr := parseWords(pipe, func(page int) {
		if o.Progress != nil {
			o.Progress(page, pages)
		}
	})
	if readErr != nil {
		cancel() // It has more to say than we want to hear.
		_ = cmd.Wait()
		return nil, readErr
	}
	if err := cmd.Wait(); err != nil {
		return nil, pdfFailure(ctx, err, complaint.String())
	}
	return reading, nil
}

// pdfFailure names what the programs complain about. Exit code 3 is poppler's
// for what the author of a PDF forbids.
func pdfFailure(ctx context.Context, err error, complaint string) error {
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("read PDF: %w", ctx.Err())
	case errors.Is(err, os.ErrNotExist) || errors.Is(err, exec.ErrNotFound):
		return errNoPDFToText()
	case !errors.As(err, &exit):
		return fmt.Errorf("read PDF: %w", err)
	case strings.Contains(complaint, "ncorrect password"):
		return errEncrypted()
	case exit.ExitCode() == 3 || strings.Contains(complaint, "is not allowed"):
		return errCopyProtected()
	case exit.ExitCode() < 0 || strings.Contains(complaint, "ut of memory") || strings.Contains(complaint, "bad_alloc"):
		return TooComplex("the program that reads PDF files broke down over it")
	}
	return errDamaged("the program that reads PDF files could make nothing of it")
}

// limitedBuffer keeps the beginning of what is written to it.
type limitedBuffer struct{ bytes.Buffer }

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if room := maxComplaint - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// readable refuses what has no text, or text that is none.
func (r *pdfReading) readable(pages int) error {
	switch {
	case r.letters == 0 && r.strange == 0:
		return errScanned(pages)
	case r.strange > r.letters/2:
		return errGarbled()
	case r.letters < minLettersPerPage*pages && pages > 1:
		// A scanner's stamp or a page number is not the text of a page.
		return errScanned(pages)
	}
	return nil
}

// minLettersPerPage is how few letters a page may have in the mean: less is
// what scanners print beside the picture.
const minLettersPerPage = 12

// maxWordLine is the longest line of pdftotext's answer: one word with its
// place. A word of more is no word.
const maxWordLine = 1 << 20

func scanLines(in io.Reader) *bufio.Scanner {
	scanner := bufio.NewScanner(in)
	scanner.Buffer(make([]byte, 64<<10), maxWordLine)
	return scanner
}
