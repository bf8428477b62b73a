package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/baton-chat/baton/migrations"
)

const (
	// digestChars of a digest keep a template's name within PostgreSQL's 63
	// bytes and still tell owners and versions apart.
	digestChars = 16

	// templateLock serialises the making of templates and roles, on the server
	// and so across test binaries. The number only has to be nobody else's.
	templateLock = 7_261_104_318
)

// exclusively runs f on a connection of its own that holds templateLock.
func (s *server) exclusively(ctx context.Context, f func(*pgx.Conn) error) error {
	pooled, err := s.admin.Acquire(ctx)
	if err != nil {
		return err
	}
	defer pooled.Release()
	conn := pooled.Conn()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
		return err
	}
	defer func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", templateLock)
	}()
	return f(conn)
}

// isTemplate reports whether a template is finished: it is marked as one last.
func isTemplate(ctx context.Context, db interface {
	QueryRow(context.Context, string, ...any) pgx.Row
}, name string,
) (bool, error) {
	var done bool
	err := db.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)", name).Scan(&done)
	return done, err
}

// templateName keeps the templates of one owner apart from another's: what
// migrating grants, it grants to the role that migrates.
func (s *server) templateName(content string) string {
	digest := sha256.Sum256([]byte(s.owner + " " + content))
	return "baton_template_" + hex.EncodeToString(digest[:])[:digestChars]
}

// emptyTemplate makes the template with nothing but the extension, if it does
// not exist, and returns its name.
func (s *server) emptyTemplate(ctx context.Context) (string, error) {
	name := s.templateName("empty")
	return name, s.template(ctx, name, "template1", func(ctx context.Context) error {
		conn, err := pgx.Connect(ctx, s.superURL(name))
		if err != nil {
			return err
		}
		defer conn.Close(context.WithoutCancel(ctx))
		if _, err := conn.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS vector"); err != nil {
			return fmt.Errorf("%w (run 'make setup', or, on a server of your own, CREATE EXTENSION vector in template1 as a superuser)", err)
		}
		return nil
	})
}

// migratedTemplate makes the template of these migrations if it does not exist,
// and returns its name.
func (s *server) migratedTemplate(ctx context.Context) (string, error) {
	name := s.templateName(migrations.Fingerprint())
	done, err := isTemplate(ctx, s.admin, name)
	if done || err != nil {
		return name, err
	}
	empty, err := s.emptyTemplate(ctx)
	if err != nil {
		return name, err
	}
	return name, s.template(ctx, name, empty, func(ctx context.Context) error {
		pool, err := pgxpool.New(ctx, s.url(name, s.ownerParameter))
		if err != nil {
			return err
		}
		defer pool.Close()
		return migrations.Up(ctx, pool)
	})
}

// template makes a template out of another one and fill. One that a killed test
// left unfinished is made anew.
func (s *server) template(ctx context.Context, name, from string, fill func(context.Context) error) error {
	if done, err := isTemplate(ctx, s.admin, name); done || err != nil {
		return err
	}
	return s.exclusively(ctx, func(conn *pgx.Conn) error {
		if done, err := isTemplate(ctx, conn, name); done || err != nil {
			return err
		}
		for _, statement := range []string{
			"DROP DATABASE IF EXISTS " + quote(name) + " WITH (FORCE)",
			"CREATE DATABASE " + quote(name) + " TEMPLATE " + quote(from) + " OWNER " + quote(s.owner),
		} {
			if _, err := conn.Exec(ctx, statement); err != nil {
				return fmt.Errorf("make the template %s: %w", name, err)
			}
		}
		if err := fill(ctx); err != nil {
			return fmt.Errorf("fill the template %s: %w", name, err)
		}
		_, err := conn.Exec(ctx, "ALTER DATABASE "+quote(name)+" IS_TEMPLATE true")
		return err
	})
}
