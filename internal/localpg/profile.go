package localpg

import (
	"os"
	"runtime"
	"strings"
	"syscall"
)

// profile is a set of server settings. Those given as arguments cannot be
// changed by ALTER SYSTEM or by an edit of postgresql.conf; those written into
// postgresql.conf when the cluster is created may be tuned there.
type profile struct {
	name     string
	fixed    []string
	tunable  []string
	initArgs []string
	durable  bool
}

// quiet keeps what people wrote out of the server's log: an error would
// otherwise log its statement, and its DETAIL quotes whole rows.
var quiet = []string{
	"log_error_verbosity=terse",
	"log_min_error_statement=panic",
	"log_statement=none",
	"log_min_duration_statement=-1",
	"log_parameter_max_length_on_error=0",
	"log_line_prefix=%m [%p] ",
	"log_timezone=UTC",
	"timezone=UTC",
}

// durable is the cluster that holds people's messages.
var durable = profile{
	name:  "durable",
	fixed: append([]string{"fsync=on", "full_page_writes=on", "synchronous_commit=on"}, quiet...),
	tunable: []string{
		"# Baton's starting values, sensible on 1 GB of memory. Change them freely.",
		"shared_buffers = 128MB",
		"effective_cache_size = 512MB",
		"work_mem = 8MB",
		"maintenance_work_mem = 128MB        # building a vector index",
		"max_connections = 100",
		"max_wal_size = 1GB",
		"wal_compression = on",
		"random_page_cost = 1.1              # solid state disks",
		"jit = off                           # statements here are short; compiling them costs more",
		"autovacuum_vacuum_scale_factor = 0.1",
		"autovacuum_analyze_scale_factor = 0.05",
	},
	durable: true,
}

// throwaway is the cluster of one test run: nothing in it is worth a flush. Many
// test binaries share it, hence the connections. Autovacuum is off, so that it
// neither holds up cloning a database nor changes a plan in the middle of a test.
var throwaway = profile{
	name:  "throwaway",
	fixed: append([]string{"fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off"}, quiet...),
	tunable: []string{
		"shared_buffers = 128MB",
		"max_connections = 400",
		"max_wal_size = 4GB",
		"checkpoint_timeout = 1h",
		"wal_level = minimal",
		"max_wal_senders = 0",
		"jit = off",
	},
	initArgs: []string{"--no-sync"},
}

// roomySharedMemory is what parallel index builds may want in /dev/shm;
// containers often give 64 MiB there.
const roomySharedMemory = 512 << 20

// arguments are those of the server program.
func (p profile) arguments(host string) []string {
	fixed := append([]string{
		"listen_addresses=",
		"port=" + port,
		"unix_socket_directories=" + quoteList(host),
		"unix_socket_permissions=0700",
		"dynamic_shared_memory_type=" + sharedMemory(),
	}, p.fixed...)
	var arguments []string
	for _, setting := range fixed {
		arguments = append(arguments, "-c", setting)
	}
	return arguments
}

// quoteList quotes one element of a list-valued setting.
func quoteList(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// sharedMemory avoids a /dev/shm that is small, closed or missing, as it may be
// in a container or chroot.
func sharedMemory() string {
	if runtime.GOOS != "linux" {
		return "posix"
	}
	info, err := os.Stat("/dev/shm")
	if err != nil || info.Mode().Perm()&0o002 == 0 {
		return "mmap"
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs("/dev/shm", &fs); err == nil && fs.Blocks*uint64(fs.Bsize) < roomySharedMemory {
		return "mmap"
	}
	return "posix"
}
