package live

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// diskBytes is the size of the small disk: PostgreSQL's log of writes with room for a run, little enough to be filled in a moment.
const diskBytes = 256 << 20

// disk is a small file system of its own, for PostgreSQL's log of writes. Only root can make one.
type disk struct{ path string }

func newDisk(path string) *disk {
	if os.Geteuid() != 0 || os.MkdirAll(path, 0o755) != nil {
		return nil
	}
	if err := syscall.Mount("tmpfs", path, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0755", diskBytes)); err != nil {
		return nil
	}
	return &disk{path}
}

func (d *disk) ballast() string { return filepath.Join(d.path, "ballast") }

// fill takes what is left of the disk.
func (d *disk) fill() error {
	f, err := os.Create(d.ballast())
	if err != nil {
		return err
	}
	defer f.Close()
	block := make([]byte, 64<<10)
	for {
		if _, err := f.Write(block); err != nil {
			return nil //nolint:nilerr // that it is full is the point
		}
	}
}

// free gives it back.
func (d *disk) free() error { return os.Remove(d.ballast()) }

func (d *disk) close() { _ = syscall.Unmount(d.path, syscall.MNT_DETACH) }

// findFaketime looks for libfaketime, which moves PostgreSQL's clock; "" where it is not installed.
func findFaketime() string {
	for _, pattern := range []string{os.Getenv("BATON_FAKETIME"), "/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib/faketime/libfaketime.so.1"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return found[0]
		}
	}
	return ""
}
