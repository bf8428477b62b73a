package workspace

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ErrOrigin is returned for what is not the origin of a web page.
var ErrOrigin = errors.New("this is not a web origin: write scheme, host and, where it is not the usual one, port, for example https://shop.example")

// CleanOrigin returns an origin in the form browsers send it. A path or anything else behind the host is refused, because it would promise a
// narrower door than origins can be.
func CleanOrigin(text string) (string, error) {
	u, err := url.Parse(strings.TrimSuffix(strings.TrimSpace(text), "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", fmt.Errorf("%q: %w", text, ErrOrigin)
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == "" || u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		return u.Scheme + "://" + host, nil
	}
	return u.Scheme + "://" + host + ":" + port, nil
}

// AllowOrigin lets pages of that origin embed the inbox's widget.
func (s *Store) AllowOrigin(ctx context.Context, workspaceID, inboxID uuid.UUID, origin string) error {
	return s.changeOrigins(ctx, "allow origin", workspaceID, inboxID, origin, `array_append(array_remove(allowed_origins, $3), $3)`)
}

// DenyOrigin takes that back. Sockets that are open stay until they reconnect.
func (s *Store) DenyOrigin(ctx context.Context, workspaceID, inboxID uuid.UUID, origin string) error {
	return s.changeOrigins(ctx, "deny origin", workspaceID, inboxID, origin, `array_remove(allowed_origins, $3)`)
}

func (s *Store) changeOrigins(ctx context.Context, op string, workspaceID, inboxID uuid.UUID, text, list string) error {
	origin, err := CleanOrigin(text)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	err = InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE inbox SET allowed_origins = `+list+` WHERE workspace_id = $1 AND id = $2`, workspaceID, inboxID, origin)
		if err != nil {
			return err
		}
		return Audit(ctx, tx, workspaceID, Actor{Kind: "operator"}, "inbox.origins", "inbox", inboxID)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}
