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
	"syscall"

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

// yieldPath reads a file, or the files of a directory. What was named itself may be a link; below a directory no link is followed, so that a folder gives what
// lies in it and nothing else.
func yieldPath(name string, out leftOut, yield func(knowledge.Entry, error) bool) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return yieldFile(func() (*os.File, error) { return openFile(name) }, filepath.Base(name), out, yield)
	}
	folder, err := os.OpenRoot(name)
	if err != nil {
		return err
	}
	defer folder.Close()
	return fs.WalkDir(folder.FS(), ".", func(below string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(below)
		if below != "." && strings.HasPrefix(base, ".") {
			// Hidden files and directories hold what tools need, not knowledge.
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		if !readable(base) {
			_, err := source.Detect(base, "", nil)
			return out(below, err)
		}
		if !d.Type().IsRegular() {
			return out(below, source.NoFile(d.Type()))
		}
		return yieldFile(func() (*os.File, error) { return folder.OpenFile(below, os.O_RDONLY|syscall.O_NONBLOCK, 0) }, below, out, yield)
	})
}

// yieldFile gives a file as an entry, or the files in it where it is an archive.
func yieldFile(open func() (*os.File, error), id string, out leftOut, yield func(knowledge.Entry, error) bool) error {
	id, base := source.Plain(id), path.Base(id)
	content, err := readBounded(open)
	if err != nil {
		if failure := (*source.Error)(nil); errors.As(err, &failure) {
			return out(id, err)
		}
		return err
	}
	if format, err := source.Judge(source.File{Name: base, Content: content}); err == nil && format == source.ZIP {
		return yieldArchive(content, id, out, yield)
	}
	return pass(yield, knowledge.Entry{ID: id, FileName: source.Plain(base), Content: content, Section: sectionOf(id)})
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

// openFile opens a file without waiting: a pipe that nobody writes to would hold the import forever.
func openFile(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// readBounded reads a file up to one byte over the limit, which is enough to know that it is too large. What is no file is refused once it is open: its name
// may stand for something else by then.
func readBounded(open func() (*os.File, error)) ([]byte, error) {
	file, err := open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, source.NoFile(info.Mode())
	}
	return io.ReadAll(io.LimitReader(file, source.MaxBytes+1))
}
