package localpg

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// pidFile is what a running server writes about itself into postmaster.pid. The
// lock beside its socket begins with the same lines.
type pidFile struct {
	pid    int
	dir    string // its data directory
	socket string // directory of its socket
	status string // starting, ready, stopping
}

// Lines of postmaster.pid, counted from 0 (miscadmin.h, LOCK_FILE_LINE_*).
const (
	linePID    = 0
	lineDir    = 1
	lineSocket = 4
	lineStatus = 7
)

// statusReady is what the server writes once it accepts connections.
const statusReady = "ready"

func (p place) readPIDFile() (pidFile, bool) { return readLockFile(p.pidFile()) }

func readLockFile(name string) (pidFile, bool) {
	text, err := os.ReadFile(name)
	if err != nil {
		return pidFile{}, false
	}
	lines := strings.Split(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[linePID]))
	if err != nil || pid <= 0 {
		return pidFile{}, false
	}
	found := pidFile{pid: pid}
	if len(lines) > lineDir {
		found.dir = strings.TrimSpace(lines[lineDir])
	}
	if len(lines) > lineSocket {
		found.socket = strings.TrimSpace(lines[lineSocket])
	}
	if len(lines) > lineStatus {
		found.status = strings.TrimSpace(lines[lineStatus])
	}
	return found, true
}

// running reports whether the server that postmaster.pid names is alive.
func (p place) running() bool {
	file, ok := p.readPIDFile()
	return ok && p.isServer(file.pid)
}

// isStale reports whether a lock file stands for no running server. It is asked
// with the start lock held and after the last orphan has gone, so that no server
// of this cluster is alive; what may be is a server of another directory, which
// its process tells. A file that names none was cut off while it was written.
func (p place) isStale(name string) bool {
	file, ok := readLockFile(name)
	if !ok || file.dir == p.cluster && runtime.GOOS == "linux" {
		return true
	}
	return !worksIn(file.pid, file.dir)
}

// isServer reports whether a process is a server of this cluster.
func (p place) isServer(pid int) bool { return worksIn(pid, p.cluster) }

// worksIn reports whether a process is a server of a data directory. After a
// crash the number may by now belong to any other program; but a server, and
// each of its children, works inside its data directory. A zombie works nowhere.
func worksIn(pid int, cluster string) bool {
	if runtime.GOOS != "linux" {
		err := syscall.Kill(pid, 0)
		return err == nil || errors.Is(err, syscall.EPERM)
	}
	dir, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "cwd"))
	return err == nil && dir == cluster
}

// orphans lists what a killed server left behind: its children end by
// themselves once they notice, and until then no new server may start.
func (p place) orphans() []int {
	if runtime.GOOS != "linux" {
		return nil
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []int
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil && p.isServer(pid) {
			found = append(found, pid)
		}
	}
	return found
}
