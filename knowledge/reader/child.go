package reader

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"syscall"

	"github.com/baton-chat/baton/knowledge/source"
)

// lifeline is the pipe that the parent holds the other end of: when it ends,
// the parent is gone.
const lifeline = 3

// Main is the child: it reads one document from in and writes what it found to
// out. It gives up rights of this process for good.
func Main(ctx context.Context, in io.Reader, out io.Writer) error {
	go followParent()
	debug.SetMaxStack(stackBytes)
	buffered := bufio.NewReader(in)
	line, err := buffered.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	if err := confine(r.Limits); err != nil {
		return fmt.Errorf("give up rights: %w", err)
	}
	content, err := io.ReadAll(io.LimitReader(buffered, source.MaxBytes+1))
	if err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	reply := json.NewEncoder(out)
	document, err := source.Read(ctx, source.File{Name: r.Name, ContentType: r.ContentType, Content: content}, source.Options{
		PDFToText: r.PDFToText,
		Progress:  func(done, total int) { _ = reply.Encode(answer{Done: done, Total: total}) },
	})
	var failure *source.Error
	switch {
	case err == nil:
		return reply.Encode(answer{Document: &document})
	case errors.As(err, &failure):
		return reply.Encode(answer{Failure: failure})
	}
	return reply.Encode(answer{Error: err.Error()})
}

// followParent ends the whole group when the parent has ended. Called by hand,
// without a pipe there, it does nothing.
func followParent() {
	var stat syscall.Stat_t
	if syscall.Fstat(lifeline, &stat) != nil || stat.Mode&syscall.S_IFMT != syscall.S_IFIFO {
		return
	}
	syscall.CloseOnExec(lifeline) // Programs that we start must not hold it.
	_, _ = syscall.Read(lifeline, make([]byte, 1))
	_ = syscall.Kill(0, syscall.SIGKILL)
}

// limit sets what the kernel keeps of the limits, on every kind of Unix. The
// processor's hard limit is a second above the soft one, whose signal the
// runtime swallows.
func limit(l Limits) error {
	for _, one := range []struct {
		what  int
		value uint64
	}{
		{syscall.RLIMIT_CPU, uint64(l.CPU)},
		{syscall.RLIMIT_DATA, uint64(l.Memory)},
		{syscall.RLIMIT_FSIZE, uint64(l.Files)},
		{syscall.RLIMIT_NOFILE, openFiles},
		{syscall.RLIMIT_CORE, 0},
	} {
		if err := syscall.Setrlimit(one.what, &syscall.Rlimit{Cur: one.value, Max: one.value}); err != nil {
			return err
		}
	}
	return nil
}
