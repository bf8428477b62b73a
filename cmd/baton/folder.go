package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/knowledge/source"
)

// leftOut is told of each file or address that is no entry, and why. It may stop the import by an error.
type leftOut func(id string, err error) error

// entriesAt reads what the arguments name: addresses, files, the files of directories, and the members of archives. A file's external id is its path below
// the directory or archive that was named, or its name, so the same call again replaces the same documents.
func (h *house) entriesAt(ctx context.Context, arguments []string, out leftOut) iter.Seq2[knowledge.Entry, error] {
	return func(yield func(knowledge.Entry, error) bool) {
		for _, argument := range arguments {
			var err error
			if isAddress(argument) {
				err = h.yieldAddress(ctx, argument, out, yield)
			} else {
				err = yieldPath(argument, out, yield)
			}
			if errors.Is(err, errEnough) {
				return
			}
			if err != nil {
				yield(knowledge.Entry{}, err)
				return
			}
		}
	}
}

// errEnough ends a walk whose entries nobody wants any more.
var errEnough = errors.New("enough")

func isAddress(argument string) bool {
	lower := strings.ToLower(argument)
	return strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://")
}

func (h *house) yieldAddress(ctx context.Context, address string, out leftOut, yield func(knowledge.Entry, error) bool) error {
	entry, err := h.knowledge.FetchEntry(ctx, address)
	if err != nil {
		return out(address, err)
	}
	return pass(yield, entry)
}

func pass(yield func(knowledge.Entry, error) bool, entry knowledge.Entry) error {
	if !yield(entry, nil) {
		return errEnough
	}
	return nil
}

func yieldPath(root string, out leftOut, yield func(knowledge.Entry, error) bool) error {
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := filepath.Base(name)
		if name != root && strings.HasPrefix(base, ".") {
			// Hidden files and directories hold what tools need, not knowledge.
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if d.IsDir() || !d.Type().IsRegular() && name != root {
			return nil
		}
		id := base
		if below, err := filepath.Rel(root, name); err == nil && below != "." {
			id = filepath.ToSlash(below)
		}
		if name != root && !readable(base) {
			_, err := source.Detect(base, "", nil)
			return out(id, err)
		}
		content, err := readBounded(name)
		if err != nil {
			return err
		}
		if format, err := source.Judge(source.File{Name: base, Content: content}); err == nil && format == source.ZIP {
			return yieldArchive(content, id, out, yield)
		}
		return pass(yield, knowledge.Entry{ID: id, FileName: base, Content: content, Section: sectionOf(id)})
	})
}

// yieldArchive gives the members of an archive under their own paths.
func yieldArchive(content []byte, id string, out leftOut, yield func(knowledge.Entry, error) bool) error {
	for m, err := range source.Members(content) {
		switch {
		case err != nil:
			return out(id, err)
		case m.Skipped != nil:
			err = out(m.Name, m.Skipped)
		default:
			err = pass(yield, knowledge.Entry{ID: m.Name, FileName: path.Base(m.Name), Content: m.Content, ContentAt: m.Modified, Section: sectionOf(m.Name)})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sectionOf is the folder a document lies in, which in a folder of help pages is the part of the help centre.
func sectionOf(id string) string {
	if dir := path.Base(path.Dir(id)); dir != "." && dir != "/" {
		return strings.NewReplacer("-", " ", "_", " ").Replace(dir)
	}
	return ""
}

// readable tells whether a file in a directory looks like one that can be read;
// a file that was named itself is always tried.
func readable(name string) bool {
	_, err := source.Detect(name, "", nil)
	return err == nil && filepath.Ext(name) != ""
}

// readBounded reads a file up to one byte over the limit, which is enough to
// know that it is too large.
func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, source.MaxBytes+1))
}
