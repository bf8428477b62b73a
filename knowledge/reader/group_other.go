//go:build !linux

package reader

import (
	"io/fs"
	"os"
	"syscall"
	"time"
)

func isolated(bool) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func namespaceRefused(error) bool { return false }

func own(string) {}

// ours tells what this user made.
func ours(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid()
}

// waited is not known here: a busy machine looks like a slow file.
func waited(int) time.Duration { return 0 }

// resident is not known here; the limit on data holds.
func resident(int) int64 { return 0 }
