package localpg

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// maxSocketPath is the most bytes a Unix socket's path may have on Linux
// (108 with the final zero; macOS allows 104, which ours stay below as well).
const maxSocketPath = 103

// socketName is what PostgreSQL calls its socket, for the port it was given.
const socketName = ".s.PGSQL." + port

// socketLock is the lock file that a server keeps beside its socket.
const socketLock = socketName + ".lock"

// port only names the socket; the server listens on no network address.
const port = "5432"

// socketDir makes the directory for the server's socket. Others find it through
// postmaster.pid, so it need not be the same at every start.
func (p place) socketDir() (string, error) {
	name := filepath.Join("/tmp", fmt.Sprintf("baton-%d-%s", p.uid, p.id))
	if p.drop {
		parent := "/run/baton"
		if err := mkdirOpen(parent); err == nil {
			name = filepath.Join(parent, p.id)
		}
	}
	if p.ownDir(name) {
		return name, nil
	}
	// Somebody else has that name: in a directory open to all, one may.
	name, err := os.MkdirTemp("/tmp", "baton-")
	if err == nil && p.drop {
		err = os.Chown(name, p.uid, p.gid)
	}
	if err != nil {
		return "", fmt.Errorf("cannot create a directory for PostgreSQL's socket under /run or /tmp: %w", err)
	}
	return name, nil
}

// ownDir makes name, or accepts it if it is a directory that nobody but the
// server's user can enter.
func (p place) ownDir(name string) bool {
	if len(name)+1+len(socketName) > maxSocketPath {
		return false
	}
	if err := os.Mkdir(name, 0o700); err == nil {
		return !p.drop || os.Chown(name, p.uid, p.gid) == nil
	}
	info, err := os.Lstat(name)
	if err != nil || !info.IsDir() || info.Mode().Perm() != 0o700 {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == p.uid
}
