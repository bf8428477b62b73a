package localpg

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// minMajor is the oldest PostgreSQL that Baton runs on: 15 is what Debian 12 has.
const minMajor = 15

// programs is one installed PostgreSQL server.
type programs struct {
	dir   string // holds initdb and postgres
	major int
}

// serverDirs are where distributions keep server programs, one directory a
// version: Debian and Ubuntu, PGDG's RPMs, Homebrew on both processors.
var serverDirs = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/opt/homebrew/opt/postgresql@*/bin",
	"/usr/local/opt/postgresql@*/bin",
}

var versionInPath = regexp.MustCompile(`(\d+)/bin$`)

// installed lists the servers of this machine, those in serverDirs first.
func installed() []programs {
	var found []programs
	for _, pattern := range serverDirs {
		dirs, err := filepath.Glob(pattern)
		if err != nil {
			continue
		}
		for _, dir := range dirs {
			match := versionInPath.FindStringSubmatch(dir)
			if match == nil || !hasServer(dir) {
				continue
			}
			major, _ := strconv.Atoi(match[1])
			found = append(found, programs{dir, major})
		}
	}
	if p, ok := inPath(); ok {
		found = append(found, p)
	}
	return found
}

func hasServer(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.IsDir() {
			return false
		}
	}
	return true
}

var versionInOutput = regexp.MustCompile(`PostgreSQL\) (\d+)`)

// inPath finds a server on PATH, on machines that serverDirs do not describe.
func inPath() (programs, bool) {
	name, err := exec.LookPath("initdb")
	if err == nil {
		name, err = filepath.EvalSymlinks(name)
	}
	if err != nil || !hasServer(filepath.Dir(name)) || versionInPath.MatchString(filepath.Dir(name)) {
		return programs{}, false
	}
	out, err := exec.Command(name, "--version").Output() //nolint:gosec // a program found on the user's own PATH
	match := versionInOutput.FindStringSubmatch(string(out))
	if err != nil || match == nil {
		return programs{}, false
	}
	major, _ := strconv.Atoi(match[1])
	return programs{filepath.Dir(name), major}, true
}

// hasVector looks for pgvector beside a server in Debian's layout; elsewhere it
// cannot tell and says no, which only affects the order of preference.
func (p programs) hasVector() bool {
	_, err := os.Stat(fmt.Sprintf("/usr/share/postgresql/%d/extension/vector.control", p.major))
	return err == nil
}

// chooseNew picks the server for a cluster that does not exist yet: the newest
// that has pgvector, else the newest.
func chooseNew(servers []programs) (programs, error) {
	var best programs
	for _, p := range servers {
		if p.major < minMajor {
			continue
		}
		if best.dir == "" || (p.hasVector() && !best.hasVector()) || (p.hasVector() == best.hasVector() && p.major > best.major) {
			best = p
		}
	}
	if best.dir == "" {
		return best, fmt.Errorf("%w: PostgreSQL %d or newer is not installed on this machine: run 'make setup', or set DATABASE_URL to a server", ErrNoServer, minMajor)
	}
	return best, nil
}

// chooseFor picks the server that can open an existing cluster: PostgreSQL's
// files belong to one major version.
func chooseFor(cluster string, servers []programs) (programs, error) {
	text, err := os.ReadFile(filepath.Join(cluster, "PG_VERSION"))
	if err != nil {
		return programs{}, fmt.Errorf("cannot read the version of the database files: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return programs{}, fmt.Errorf("cannot read the version of the database files: %w", err)
	}
	var others []string
	for _, p := range servers {
		if p.major == major {
			return p, nil
		}
		others = append(others, strconv.Itoa(p.major))
	}
	here := "none"
	if len(others) > 0 {
		here = strings.Join(others, ", ")
	}
	return programs{}, fmt.Errorf("%w: the database in %s was made by PostgreSQL %d and this machine has %s: install postgresql-%d with its pgvector, or move the data with pg_upgrade, or set BATON_DATA to a new directory",
		ErrOtherVersion, cluster, major, here, major)
}
