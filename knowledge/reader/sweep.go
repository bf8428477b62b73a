package reader

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	// dirPrefix names the directories that children work in.
	dirPrefix = "baton-read-"
	// orphanedAfter is far above the longest reading, so that the directory of
	// another server's child is never taken from under it.
	orphanedAfter = 10 * time.Minute
)

// Sweep removes the directories of children whose server was killed before it
// could. They are known by their name, their age and their owner: what another
// user made, and what only looks like a directory, stays. It returns how many it
// removed; what cannot be removed is left to the next start.
func Sweep(now time.Time) (removed int) {
	return sweep(os.TempDir(), now)
}

func sweep(temp string, now time.Time) (removed int) {
	entries, err := os.ReadDir(temp)
	if err != nil {
		return 0
	}
	for _, entry := range entries {
		if !entry.IsDir() || !strings.HasPrefix(entry.Name(), dirPrefix) {
			continue
		}
		info, err := entry.Info()
		if err != nil || !ours(info) || now.Sub(info.ModTime()) < orphanedAfter {
			continue
		}
		if os.RemoveAll(filepath.Join(temp, entry.Name())) == nil {
			removed++
		}
	}
	return removed
}
