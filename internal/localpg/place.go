package localpg

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const (
	// rootBase holds the clusters of callers that are root: every parent of it
	// can be entered by the user postgres.
	rootBase = "/var/lib/baton"

	// locationFile says, in a data directory that root uses, where the cluster is.
	locationFile = "LOCATION"

	// hashBytes of the path's digest name a cluster: 48 bits tell the data
	// directories of one machine apart and keep the socket's path short.
	hashBytes = 6
)

// place says where a cluster lives and as whom its server runs.
type place struct {
	base    string // holds the locks, the log and the cluster
	cluster string // what PostgreSQL calls its data directory
	id      string // short name made from the data directory's path
	uid     int    // the server's user
	gid     int
	drop    bool // the caller is root, so the server needs another user
}

func (p place) startLock() string { return filepath.Join(p.base, "start.lock") }
func (p place) usersLock() string { return filepath.Join(p.base, "users.lock") }
func (p place) logFile() string   { return filepath.Join(p.base, "server.log") }
func (p place) pidFile() string   { return filepath.Join(p.cluster, "postmaster.pid") }

// exists reports whether the cluster was created. initdb works under another
// name that is changed at the end, so a cluster that exists is whole.
func (p place) exists() bool {
	_, err := os.Stat(filepath.Join(p.cluster, "PG_VERSION"))
	return err == nil
}

// attr makes a child a session leader and, for root, another user.
func (p place) attr() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setsid: true}
	if p.drop {
		attr.Credential = &syscall.Credential{Uid: uint32(p.uid), Gid: uint32(p.gid)}
	}
	return attr
}

// locate finds or makes the directories of dataDir's cluster.
func locate(dataDir string) (place, error) {
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return place{}, fmt.Errorf("cannot create the data directory: %w; set BATON_DATA to a directory that can be written", err)
	}
	data, err := filepath.Abs(dataDir)
	if err == nil {
		data, err = filepath.EvalSymlinks(data)
	}
	if err != nil {
		return place{}, fmt.Errorf("cannot resolve the data directory: %w", err)
	}
	id := shortName(data)
	if os.Geteuid() == 0 {
		return locateAsRoot(filepath.Join(data, "postgres"), id)
	}
	return locateAsUser(filepath.Join(data, "postgres"), id)
}

// shortName names a directory by a digest of its path.
func shortName(path string) string {
	digest := sha256.Sum256([]byte(path))
	return hex.EncodeToString(digest[:hashBytes])
}

func locateAsUser(home, id string) (place, error) {
	if _, err := os.Stat(filepath.Join(home, locationFile)); err == nil {
		return place{}, fmt.Errorf("%s was first used by root, and its database belongs to the system user postgres: run as root, or set BATON_DATA to another directory", filepath.Dir(home))
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		return place{}, fmt.Errorf("cannot create the database's directory: %w; set BATON_DATA to a directory that can be written", err)
	}
	return newPlace(home, id, os.Geteuid(), os.Getegid(), false)
}

// locateAsRoot uses an ordinary user's cluster as that user, and otherwise one
// under rootBase as the user postgres.
func locateAsRoot(home, id string) (place, error) {
	if info, err := os.Stat(filepath.Join(home, "cluster")); err == nil {
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Uid != 0 {
			return newPlace(home, id, int(stat.Uid), int(stat.Gid), true)
		}
	}
	uid, gid, err := postgresUser()
	if err != nil {
		return place{}, err
	}
	base, err := readLocation(home)
	if err != nil {
		return place{}, err
	}
	if base == "" {
		base = filepath.Join(rootBase, id)
		if err := writeLocation(home, base); err != nil {
			return place{}, err
		}
	}
	if err := mkdirOpen(base); err != nil {
		return place{}, err
	}
	return newPlace(base, id, uid, gid, true)
}

// mkdirOpen makes a directory, and its parent, that every user can pass through,
// whatever the umask says. One that exists stays as it is.
func mkdirOpen(dir string) error {
	for _, name := range []string{filepath.Dir(dir), dir} {
		err := os.Mkdir(name, 0o711)
		if err == nil {
			err = os.Chmod(name, 0o711)
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("cannot create the database's directory: %w", err)
		}
	}
	return nil
}

func newPlace(base, id string, uid, gid int, drop bool) (place, error) {
	p := place{base: base, cluster: filepath.Join(base, "cluster"), id: id, uid: uid, gid: gid, drop: drop}
	// The locks must open for whoever shares the directory, root or its owner.
	for _, name := range []string{p.startLock(), p.usersLock()} {
		if err := p.touch(name); err != nil {
			return place{}, err
		}
	}
	return p, nil
}

// touch makes a file that belongs to the server's user.
func (p place) touch(name string) error {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%s belongs to another user: run as that user, or set BATON_DATA to another directory", filepath.Dir(p.base))
	}
	if err != nil {
		return fmt.Errorf("cannot open a lock file: %w", err)
	}
	defer file.Close()
	if p.drop {
		return file.Chown(p.uid, p.gid)
	}
	return nil
}

func postgresUser() (uid, gid int, err error) {
	for _, name := range []string{"postgres", "_postgres"} {
		found, lookupErr := user.Lookup(name)
		if lookupErr != nil {
			continue
		}
		uid, err = strconv.Atoi(found.Uid)
		if err == nil {
			gid, err = strconv.Atoi(found.Gid)
		}
		return uid, gid, err
	}
	return 0, 0, errors.New("PostgreSQL refuses to run as root and this machine has no user postgres to run it as: run 'make setup', or run Baton as an ordinary user")
}

// readLocation follows the pointer of a data directory that root used before;
// it also holds when the directory was renamed since.
func readLocation(home string) (string, error) {
	text, err := os.ReadFile(filepath.Join(home, locationFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("cannot read where the database is: %w", err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	if !filepath.IsAbs(first) {
		return "", fmt.Errorf("the first line of %s should be an absolute path: restore it, or remove the file to begin with an empty database", filepath.Join(home, locationFile))
	}
	return first, nil
}

func writeLocation(home, base string) error {
	if err := os.MkdirAll(home, 0o700); err != nil {
		return fmt.Errorf("cannot create the database's directory: %w", err)
	}
	text := base + "\n\nThe database of this Baton data directory is in the directory named above.\n" +
		"Baton was started by root; PostgreSQL never runs as root, so it runs as the user\n" +
		"postgres, who could not enter a directory under a closed one such as /root.\n" +
		"A backup of this data directory needs that directory too.\n"
	if err := replaceFile(filepath.Join(home, locationFile), text); err != nil {
		return fmt.Errorf("cannot write where the database is: %w", err)
	}
	return nil
}

// replaceFile writes a file that is there whole or not at all. Processes that start together write it before any of them holds the lock, so each has a file of its own
// until then.
func replaceFile(name, text string) error {
	file, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}
