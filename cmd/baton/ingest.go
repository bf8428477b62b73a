package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"time"

	"github.com/baton-chat/baton/knowledge"
)

// ingest adds files or an import to a workspace's knowledge base.
func ingest(ctx context.Context, p *program) (err error) {
	set := p.flags("ingest")
	space := set.String("workspace", "", "the workspace, made where it is new; the demo workspace where none is named")
	file := set.String("jsonl", "", "a file of JSON Lines, one document a line; - reads standard input")
	wordsOnly := set.Bool("words-only", false, "return when the words can be found")
	paths, err := p.parse(set)
	if err != nil {
		return err
	}
	if (*file == "") == (len(paths) == 0) {
		return usageError{"give files, directories or addresses, or --jsonl and a file"}
	}
	var entries iter.Seq2[knowledge.Entry, error]
	if *file != "" {
		in, closeFile, err := p.open(*file)
		if err != nil {
			return err
		}
		defer closeFile()
		entries = entriesOf(in)
	}
	db, err := p.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	h, err := p.build(db, nil)
	if err != nil {
		return err
	}
	var refused []knowledge.Refusal
	if entries == nil {
		entries = h.entriesAt(ctx, paths, func(id string, err error) error {
			failure, known := knowledge.FailureOf(err)
			if !known {
				return err
			}
			refused = append(refused, knowledge.Refusal{ID: id, Failure: failure})
			return nil
		})
	}
	return h.ingest(ctx, *space, entries, &refused, *wordsOnly)
}

func (h *house) ingest(ctx context.Context, name string, entries iter.Seq2[knowledge.Entry, error], refused *[]knowledge.Refusal, wordsOnly bool) error {
	if name == "" {
		name = demoWorkspace
	}
	w, _, err := h.workspaces.Ensure(ctx, name)
	if err != nil {
		return err
	}
	if !wordsOnly {
		spaces, err := h.openSpaces(ctx)
		if err != nil {
			return fmt.Errorf("%w; with --words-only the documents are found by words, and by meaning once a server has embedded them", err)
		}
		h.knowledge.UseSpaces(spaces)
	}
	start := time.Now()
	show, end := progressPrinter(h.stderr, isTerminal(h.stderr))
	p, err := h.knowledge.Ingest(ctx, w.ID, entries, knowledge.IngestOptions{WordsOnly: wordsOnly, Progress: show})
	end()
	if err != nil {
		return err
	}
	if wordsOnly && h.embeds() {
		// A running server picks it up.
		if err := h.knowledge.Backfill(ctx, w.ID); err != nil {
			return err
		}
	}
	p.Refused = append(*refused, p.Refused...)
	return errors.Join(refusals(h.stderr, p), printLine(h.stderr, ingestSummary(p, time.Since(start))))
}

// refusals prints each document that was left out, with what to do about it,
// and is an error where nothing else was found.
func refusals(out io.Writer, p knowledge.Progress) error {
	faults := 0
	for _, r := range p.Refused {
		// What is here already under another name is no fault: nothing is missing.
		if r.Failure.Code != "duplicate" {
			faults++
		}
		if err := printLine(out, fmt.Sprintf("left out %s: %s %s", r.ID, r.Failure.Cause, r.Failure.Fix)); err != nil {
			return err
		}
	}
	switch {
	case p.Documents == 0 && len(p.Refused) == 0:
		return errors.New("found no documents; PDF, Word (.docx), Markdown, HTML, text, tables of questions and answers (.csv) and archives (.zip) of these are read")
	case faults > 0:
		return fmt.Errorf("%d of %d documents were left out", faults, p.Documents+len(p.Refused))
	}
	return nil
}

func printLine(out io.Writer, line string) error {
	_, err := fmt.Fprintln(out, line)
	return err
}

func (p *program) open(name string) (io.Reader, func(), error) {
	if name == "-" {
		return p.stdin, func() {}, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	return file, func() { _ = file.Close() }, nil
}

// isTerminal tells whether somebody watches.
func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// ingestLine is one document of a JSON Lines import.
type ingestLine struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Heading string `json:"heading"`
	Text    string `json:"text"`
	URL     string `json:"url"`
	Locale  string `json:"locale"`
}

// entriesOf reads the documents of a JSON Lines stream. A line that is no
// document ends the import with its number.
func entriesOf(in io.Reader) iter.Seq2[knowledge.Entry, error] {
	return func(yield func(knowledge.Entry, error) bool) {
		scanner := bufio.NewScanner(in)
		scanner.Buffer(make([]byte, 64<<10), maxLine)
		for n := 1; scanner.Scan(); n++ {
			if strings.TrimSpace(scanner.Text()) == "" {
				continue
			}
			var line ingestLine
			if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
				yield(knowledge.Entry{}, fmt.Errorf("line %d is no document in JSON: %w", n, err))
				return
			}
			entry := knowledge.Entry{ID: line.ID, Title: line.Title, Heading: line.Heading, Text: line.Text, URL: line.URL, Locale: line.Locale}
			if !yield(entry, nil) {
				return
			}
		}
		if err := scanner.Err(); errors.Is(err, bufio.ErrTooLong) {
			yield(knowledge.Entry{}, fmt.Errorf("a line is longer than %d MiB", maxLine>>20))
		} else if err != nil {
			yield(knowledge.Entry{}, err)
		}
	}
}

// progressEvery is how often a terminal's line of progress is rewritten.
const progressEvery = 200 * time.Millisecond

// progressPrinter returns a function that shows an import's progress, in place
// on a terminal and not at all elsewhere, and one that ends the line.
func progressPrinter(out io.Writer, terminal bool) (show func(knowledge.Progress), end func()) {
	var last time.Time
	shown := false
	show = func(p knowledge.Progress) {
		if !terminal || time.Since(last) < progressEvery {
			return
		}
		last, shown = time.Now(), true
		fmt.Fprintf(out, "\r\x1b[K%d documents, %d passages found by words, %d by meaning", p.Documents, p.Passages, p.Vectors)
	}
	end = func() {
		if shown {
			fmt.Fprint(out, "\r\x1b[K")
		}
	}
	return show, end
}

// ingestSummary is the last line of an import.
func ingestSummary(p knowledge.Progress, took time.Duration) string {
	s := fmt.Sprintf("%d documents (%d unchanged), %d new passages", p.Documents, p.Unchanged, p.Passages)
	if p.Vectors > 0 {
		s += fmt.Sprintf(", %d with vectors", p.Vectors)
	}
	return s + fmt.Sprintf(", in %.1f s", took.Seconds())
}
