package reader

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/baton-chat/baton/knowledge/source"
)

const (
	// watchEvery is how often the memory of a child is looked at. It can take
	// some tens of megabytes between two looks.
	watchEvery = 25 * time.Millisecond
	// niceness leaves the processor to answers whenever they want it.
	niceness = 10
	// killPatience is how long the pipes of a killed child are waited for.
	killPatience = 2 * time.Second
	// starvation is for how many milliseconds beyond the limit on the clock a child
	// may live that only waits for a processor. It ends before its document would
	// count as stuck, and is tried again.
	starvation = 10_000
	// maxComplaint is how much of a child's last words is kept.
	maxComplaint = 4 << 10
)

// ErrStarved means that the machine was too busy to read a file in time. Trying
// again later may do.
var ErrStarved = errors.New("read document: the machine was too busy to read it in time")

// Config says how documents are read.
type Config struct {
	// Command is the program and its arguments that run Main.
	Command []string
	// PDFToText is the path of pdftotext; empty: PDF files are refused with that cause.
	PDFToText string
	Limits    Limits // zero: DefaultLimits
	Log       *slog.Logger
}

// A Reader reads documents, one at a time: two would only take the processor
// from each other and from the answers.
type Reader struct {
	config Config
	turn   chan struct{}
	plain  atomic.Bool // namespaces were refused, and are not tried again
}

// New returns a reader.
func New(c Config) *Reader {
	if c.Limits == (Limits{}) {
		c.Limits = DefaultLimits()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Reader{config: c, turn: make(chan struct{}, 1)}
}

// FindPDFToText looks for pdftotext where programs are; "" where it is not.
func FindPDFToText() string {
	name, err := exec.LookPath("pdftotext")
	if err != nil {
		return ""
	}
	return name
}

// Read reads one file in a child process. progress, which may be nil, hears how
// many pages of how many have been read. What is wrong with the file is a
// *source.Error.
func (r *Reader) Read(ctx context.Context, f source.File, progress func(done, total int)) (source.Source, error) {
	if int64(len(f.Content)) > source.MaxBytes {
		return source.Source{}, source.TooLarge(int64(len(f.Content)))
	}
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return source.Source{}, fmt.Errorf("wait for the reader: %w", ctx.Err())
	}
	dir, err := os.MkdirTemp("", dirPrefix)
	if err != nil {
		return source.Source{}, fmt.Errorf("read document: %w", err)
	}
	defer os.RemoveAll(dir)
	own(dir)
	c := child{config: r.config, dir: dir, progress: progress}
	got, err := c.run(ctx, f, !r.plain.Load())
	if err != nil && !c.started && namespaceRefused(err) && !r.plain.Swap(true) {
		r.config.Log.Info("documents are read without a network namespace; the kernel allows none here", slog.String("error", err.Error()))
		got, err = c.run(ctx, f, false)
	}
	return got, err
}

// A child is one reading.
type child struct {
	config   Config
	dir      string
	progress func(done, total int)

	started bool
	moved   atomic.Int64 // when it last made progress, in Unix milliseconds
	verdict atomic.Pointer[source.Error]
	starved atomic.Bool // the machine had no time for it
}

// run starts the child, feeds it and hears its answer. It returns when no
// process of its group is left.
func (c *child) run(ctx context.Context, f source.File, namespace bool) (source.Source, error) {
	head, err := json.Marshal(request{f.Name, f.ContentType, c.config.PDFToText, c.config.Limits})
	if err != nil {
		return source.Source{}, fmt.Errorf("read document: %w", err)
	}
	theirs, ours, err := os.Pipe()
	if err != nil {
		return source.Source{}, fmt.Errorf("read document: %w", err)
	}
	defer ours.Close()
	var complaint tail
	cmd := exec.CommandContext(ctx, c.config.Command[0], c.config.Command[1:]...) //nolint:gosec // Our own program, named by whoever wired us.
	cmd.Stdin = io.MultiReader(bytes.NewReader(append(head, '\n')), bytes.NewReader(f.Content))
	cmd.Stderr = &complaint
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.Env = []string{"TMPDIR=" + c.dir, fmt.Sprintf("GOMEMLIMIT=%d", softMemory), "GOMAXPROCS=1", "GOTRACEBACK=single"}
	cmd.Dir = c.dir
	cmd.SysProcAttr = isolated(namespace)
	cmd.Cancel = func() error { return killGroup(cmd) }
	cmd.WaitDelay = killPatience
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	_ = theirs.Close()
	if err != nil {
		return source.Source{}, fmt.Errorf("start the reader: %w", err)
	}
	c.started = true
	_ = syscall.Setpriority(syscall.PRIO_PGRP, cmd.Process.Pid, niceness)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		c.watch(cmd, stop)
	}()
	last, heard := c.hear(out)
	if heard != nil {
		_ = killGroup(cmd)
	}
	waited := cmd.Wait()
	close(stop)
	<-stopped
	_ = killGroup(cmd) // pdftotext may outlive a child that crashed.
	return c.judge(ctx, last, heard, waited, complaint.String())
}

// hear reads the answer: lines of progress, and the last one.
func (c *child) hear(out io.Reader) (answer, error) {
	in := bufio.NewReaderSize(io.LimitReader(out, maxAnswer), 64<<10)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return answer{}, fmt.Errorf("no answer: %w", err)
		}
		var a answer
		if err := json.Unmarshal(line, &a); err != nil {
			return answer{}, fmt.Errorf("an answer that is none: %w", err)
		}
		if a.Document != nil || a.Failure != nil || a.Error != "" {
			return a, nil
		}
		c.moved.Store(time.Now().UnixMilli())
		if c.progress != nil {
			c.progress(a.Done, a.Total)
		}
	}
}

// watch kills the group when it takes too long or too much.
func (c *child) watch(cmd *exec.Cmd, stop <-chan struct{}) {
	began := time.Now().UnixMilli()
	c.moved.Store(began)
	var moved, before int64 // when it moved last, and how long it had waited by then
	wall, idle := int64(c.config.Limits.Wall), int64(c.config.Limits.Idle)
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		now := time.Now().UnixMilli()
		if last := c.moved.Load(); last != moved {
			moved, before = last, waited(cmd.Process.Pid).Milliseconds()
		}
		late := now-began > wall || now-moved > idle
		var waiting int64
		if late { // What others did with the processors is no fault of the file's.
			waiting = waited(cmd.Process.Pid).Milliseconds()
		}
		switch {
		case late && (now-began-waiting > wall || now-moved-(waiting-before) > idle):
			c.verdict.Store(source.TooComplex("reading it took too long"))
		case now-began > wall+starvation:
			c.starved.Store(true)
		case resident(cmd.Process.Pid) > c.config.Limits.Resident:
			c.verdict.Store(source.TooComplex("reading it took too much memory"))
		default:
			continue
		}
		_ = killGroup(cmd)
		return
	}
}

func killGroup(cmd *exec.Cmd) error {
	err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

// judge makes a result of how the child ended.
func (c *child) judge(ctx context.Context, last answer, heard, waited error, complaint string) (source.Source, error) {
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return source.Source{}, fmt.Errorf("read document: %w", ctx.Err())
	case c.starved.Load():
		return source.Source{}, ErrStarved
	case c.verdict.Load() != nil:
		return source.Source{}, c.verdict.Load()
	case heard == nil && last.Failure != nil && last.Failure.Code != "":
		return source.Source{}, last.Failure
	case heard == nil && last.Error != "":
		return source.Source{}, fmt.Errorf("read document: %s", last.Error)
	case heard == nil && last.Document != nil && len(last.Document.Sections) > 0:
		return *last.Document, nil
	case errors.Is(heard, io.EOF) && errors.As(waited, &exit) && exceeded(exit, complaint):
		return source.Source{}, source.TooComplex("reading it took too much processor time or memory")
	}
	// The file is the suspect, but the log should tell whoever mends the reader.
	c.config.Log.Warn("the reader of a document broke down", slog.Any("error", errors.Join(heard, waited)), slog.String("said", firstLine(complaint)))
	return source.Source{}, source.Crashed()
}

// exceeded tells an end by a limit from a crash. The kernel kills for processor
// time, and the runtime gives up for memory and depth.
func exceeded(exit *exec.ExitError, complaint string) bool {
	status, ok := exit.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() && (status.Signal() == syscall.SIGKILL || status.Signal() == syscall.SIGXCPU) {
		return true
	}
	for _, sign := range []string{"out of memory", "cannot allocate memory", "stack exceeds", "stack overflow", "ThreadSanitizer failed to allocate"} {
		if strings.Contains(complaint, sign) {
			return true
		}
	}
	return false
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line[:min(len(line), 200)]
}

// tail keeps the beginning of what is written to it: a dying program says what
// it dies of first.
type tail struct{ bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	if room := maxComplaint - t.Len(); room > 0 {
		t.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
