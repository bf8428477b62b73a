package localpg

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// ensureCreated makes the cluster if there is none and returns the programs
// that run it.
func (p place) ensureCreated(ctx context.Context, prof profile, log *slog.Logger) (programs, error) {
	if p.exists() {
		return chooseFor(p.cluster, installed())
	}
	server, err := chooseNew(installed())
	if err != nil {
		return server, err
	}
	begin := time.Now()
	log.InfoContext(ctx, "creating the database; this happens once and takes about 2 s", "dir", p.cluster, "version", server.major)
	if err := p.create(ctx, server, prof); err != nil {
		return server, err
	}
	log.InfoContext(ctx, "database created", "ms", time.Since(begin).Milliseconds())
	return server, nil
}

// create works in a directory beside the cluster's and renames it when it is
// whole. What an earlier attempt left there is thrown away: the start lock is
// held, so nobody works in it.
func (p place) create(ctx context.Context, server programs, prof profile) error {
	fresh := p.cluster + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("cannot remove a half-made database: %w", err)
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return fmt.Errorf("cannot create the database: %w", err)
	}
	if p.drop {
		if err := os.Chown(fresh, p.uid, p.gid); err != nil {
			return fmt.Errorf("cannot hand the database's directory over: %w", err)
		}
	}
	if err := p.initdb(ctx, server, prof, fresh); err != nil {
		_ = os.RemoveAll(fresh) // the next attempt would do the same
		return err
	}
	if err := appendSettings(filepath.Join(fresh, "postgresql.conf"), prof.tunable); err != nil {
		return err
	}
	if err := os.Rename(fresh, p.cluster); err != nil {
		return fmt.Errorf("cannot put the new database in its place: %w", err)
	}
	return nil
}

// initdb trusts local connections: the socket's directory lets in nobody but
// the server's own user and root, who can read the files anyway.
func (p place) initdb(ctx context.Context, server programs, prof profile, dir string) error {
	locale := "C.UTF-8"
	if runtime.GOOS == "darwin" {
		locale = "C" // macOS has no C.UTF-8; the encoding is UTF-8 all the same
	}
	arguments := append([]string{
		"-D", dir, "-U", superRole, "--encoding=UTF8", "--locale=" + locale,
		"--auth-local=trust", "--auth-host=reject", "--no-instructions",
	}, prof.initArgs...)
	cmd := exec.CommandContext(ctx, filepath.Join(server.dir, "initdb"), arguments...) //nolint:gosec // an installed server, chosen by chooseNew
	cmd.Dir = "/"
	cmd.Env = childEnv()
	cmd.SysProcAttr = p.attr()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb failed: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

func appendSettings(name string, lines []string) error {
	file, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("cannot write PostgreSQL's settings: %w", err)
	}
	_, err = file.WriteString("\n" + strings.Join(lines, "\n") + "\n")
	if err == nil {
		err = file.Sync()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("cannot write PostgreSQL's settings: %w", err)
	}
	return nil
}

// locateThrowaway uses dir itself, which the caller keeps short-lived.
func locateThrowaway(dir string) (place, error) {
	if err := mkdirOpen(dir); err != nil {
		return place{}, err
	}
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return place{}, fmt.Errorf("cannot resolve the directory: %w", err)
	}
	id := shortName(dir)
	if os.Geteuid() != 0 {
		return newPlace(dir, id, os.Geteuid(), os.Getegid(), false)
	}
	uid, gid, err := postgresUser()
	if err != nil {
		return place{}, err
	}
	return newPlace(dir, id, uid, gid, true)
}
