package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lockPoll is how often a held lock is tried again. A blocking flock could not
// be cancelled, and what it waits for takes 10 ms to 3 s.
const lockPoll = 10 * time.Millisecond

// errHeld says that another process holds a lock.
var errHeld = errors.New("the lock is held")

// lock is an open file with an advisory lock, which the kernel drops when the
// process ends. Children do not inherit it: Go opens files close-on-exec.
type lock struct{ file *os.File }

// tryLock takes the lock if it is free, and returns errHeld otherwise.
func tryLock(name string, how int) (*lock, error) {
	file, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot open a lock file: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB)
	if err == nil {
		return &lock{file}, nil
	}
	file.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return nil, errHeld
	}
	return nil, fmt.Errorf("cannot lock %s: %w; the data directory must be on a file system with locks", name, err)
}

// takeLock waits for the lock until the context ends.
func takeLock(ctx context.Context, name string, how int) (*lock, error) {
	for {
		l, err := tryLock(name, how)
		if !errors.Is(err, errHeld) {
			return l, err
		}
		if err := pause(ctx, lockPoll); err != nil {
			return nil, fmt.Errorf("another command is starting or stopping the database and did not finish: %w", err)
		}
	}
}

// release gives the lock up; the file stays, because its name is what others meet at.
// Closing alone would not do: a child that was forked at this moment, and has not
// yet become its program, still holds the file open, and with it the lock.
func (l *lock) release() {
	_ = syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN)
	l.file.Close()
}

// pause waits for d or the end of the context.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
