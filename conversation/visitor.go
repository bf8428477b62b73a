package conversation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/baton-chat/baton/workspace"
)

const (
	// VisitorSessionLife ends a visitor's token that was not used for so long; using it begins the time anew.
	VisitorSessionLife = 30 * 24 * time.Hour
	// touchEvery is how stale last-used times may be, so that a reconnect costs no write.
	touchEvery = 10 * time.Minute
	// maxPage bounds what a page says of itself, in bytes: longer addresses are tracking parameters.
	maxPage = 1024
)

// VisitorSession is who a visitor's token stands for.
type VisitorSession struct {
	Workspace uuid.UUID
	ID        uuid.UUID
	Inbox     uuid.UUID
	Visitor   uuid.UUID
	Device    uuid.UUID
	Name      string
	// Counter is the highest counter of this device's stored messages.
	Counter int64
	// Conversation is the one to write to: the visitor's latest, or a new id where that one is over.
	Conversation uuid.UUID
}

// Page is what a visitor's browser says about where it is.
type Page struct {
	URL      string
	Title    string
	Locale   string
	Timezone string
}

func (p Page) cut() Page {
	cut := func(s string) string {
		if len(s) > maxPage {
			s = s[:maxPage]
		}
		return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
	}
	return Page{URL: cut(p.URL), Title: cut(p.Title), Locale: cut(p.Locale), Timezone: cut(p.Timezone)}
}

// OpenSession returns the session of a token, and a fresh visitor with a new token where the text is empty, unknown or ended. A token of another
// inbox of the workspace is good: the same person on another site of the company.
func (s *Store) OpenSession(ctx context.Context, inbox workspace.Inbox, text string, page Page) (workspace.Token, VisitorSession, error) {
	page = page.cut()
	token, err := workspace.ParseToken(text)
	if err == nil && token.Workspace == inbox.Workspace {
		session, err := s.VisitorByToken(ctx, token)
		if err == nil {
			return token, session, s.seePage(ctx, session, page)
		}
		if !errors.Is(err, ErrSession) {
			return token, session, err
		}
	}
	token = workspace.NewToken(inbox.Workspace)
	session := VisitorSession{
		Workspace: inbox.Workspace, Inbox: inbox.ID, ID: uuid.Must(uuid.NewV7()), Visitor: uuid.Must(uuid.NewV7()), Device: uuid.Must(uuid.NewV7()), Conversation: uuid.Must(uuid.NewV7()),
	}
	err = workspace.InTx(ctx, s.pool, inbox.Workspace, func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue(`INSERT INTO visitor (workspace_id, id, next_conversation_id, locale, timezone, page_url, page_title) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			session.Workspace, session.Visitor, session.Conversation, page.Locale, page.Timezone, page.URL, page.Title)
		batch.Queue(`INSERT INTO device (workspace_id, id, visitor_id) VALUES ($1, $2, $3)`, session.Workspace, session.Device, session.Visitor)
		batch.Queue(`INSERT INTO visitor_session (workspace_id, id, device_id, visitor_id, inbox_id, token_hash, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			session.Workspace, session.ID, session.Device, session.Visitor, session.Inbox, token.Hash(), s.now().Add(VisitorSessionLife))
		return tx.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		return token, session, fmt.Errorf("open visitor session: %w", err)
	}
	return token, session, nil
}

// VisitorByToken returns the session of a token, or ErrSession.
func (s *Store) VisitorByToken(ctx context.Context, token workspace.Token) (VisitorSession, error) {
	session := VisitorSession{Workspace: token.Workspace}
	now := s.now()
	err := workspace.InTx(ctx, s.pool, token.Workspace, func(tx pgx.Tx) error {
		var used time.Time
		var next uuid.UUID
		err := tx.QueryRow(ctx, `
			SELECT s.id, s.inbox_id, v.id, s.device_id, coalesce(v.name, ''), d.counter, v.next_conversation_id, s.last_used_at
			FROM visitor_session s
			JOIN visitor w ON w.workspace_id = s.workspace_id AND w.id = s.visitor_id
			JOIN visitor v ON v.workspace_id = s.workspace_id AND v.id = coalesce(w.alias_of, w.id)
			JOIN device d ON d.workspace_id = s.workspace_id AND d.id = s.device_id
			WHERE s.workspace_id = $1 AND s.token_hash = $2 AND s.revoked_at IS NULL AND s.expires_at > $3`, token.Workspace, token.Hash(), now).
			Scan(&session.ID, &session.Inbox, &session.Visitor, &session.Device, &session.Name, &session.Counter, &next, &used)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrSession
		}
		if err != nil {
			return err
		}
		if now.Sub(used) > touchEvery {
			_, err := tx.Exec(ctx, `UPDATE visitor_session SET last_used_at = $3, expires_at = $4 WHERE workspace_id = $1 AND id = $2`,
				session.Workspace, session.ID, now, now.Add(VisitorSessionLife))
			if err != nil {
				return err
			}
		}
		session.Conversation, err = current(ctx, tx, session, next, now)
		return err
	})
	if err != nil {
		return session, fmt.Errorf("find visitor session: %w", err)
	}
	return session, nil
}

// current picks the conversation that the visitor writes to. Where the latest is over, the next id is renewed, so that the first message makes a new one.
func current(ctx context.Context, tx pgx.Tx, session VisitorSession, next uuid.UUID, now time.Time) (uuid.UUID, error) {
	var latest uuid.UUID
	var resolved *time.Time
	err := tx.QueryRow(ctx, `
		SELECT id, resolved_at FROM conversation WHERE workspace_id = $1 AND visitor_id = $2 AND kind = 'chat' ORDER BY created_at DESC LIMIT 1`,
		session.Workspace, session.Visitor).Scan(&latest, &resolved)
	if errors.Is(err, pgx.ErrNoRows) {
		return next, nil
	}
	if err != nil {
		return uuid.Nil, err
	}
	if resolved == nil || now.Sub(*resolved) <= ReopenWithin {
		return latest, nil
	}
	if latest != next {
		return next, nil // It was minted before and has no message yet.
	}
	next = uuid.Must(uuid.NewV7())
	_, err = tx.Exec(ctx, `UPDATE visitor SET next_conversation_id = $3 WHERE workspace_id = $1 AND id = $2`, session.Workspace, session.Visitor, next)
	return next, err
}

func (s *Store) seePage(ctx context.Context, session VisitorSession, page Page) error {
	err := workspace.InTx(ctx, s.pool, session.Workspace, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE visitor SET page_url = $3, page_title = $4, last_seen_at = $5,
				locale = CASE WHEN $6 = '' THEN locale ELSE $6 END, timezone = CASE WHEN $7 = '' THEN timezone ELSE $7 END
			WHERE workspace_id = $1 AND id = $2`, session.Workspace, session.Visitor, page.URL, page.Title, s.now(), page.Locale, page.Timezone)
		return err
	})
	if err != nil {
		return fmt.Errorf("note page: %w", err)
	}
	return nil
}

// LeaveContact stores the address under which people may write to the visitor later.
func (s *Store) LeaveContact(ctx context.Context, session VisitorSession, id uuid.UUID, email string) (Conversation, error) {
	email, err := workspace.CleanEmail(email)
	if err != nil {
		return Conversation{}, fmt.Errorf("leave contact: %w", err)
	}
	return s.visitorCommand(ctx, "leave contact", session, id, func(c *change) error {
		_, err := c.tx.Exec(ctx, `UPDATE visitor SET email = $3 WHERE workspace_id = $1 AND id = $2`, session.Workspace, session.Visitor, email)
		c.Contact, c.dirty = true, true
		return err
	})
}

// Visitor is what is known about a visitor.
type Visitor struct {
	ID        uuid.UUID
	Name      string
	Email     string
	Verified  bool
	Locale    string
	Timezone  string
	PageURL   string
	PageTitle string
	Since     time.Time
	LastSeen  time.Time
}

// ShownName is the visitor's name, or a short label made of the id until one is known.
func ShownName(id uuid.UUID, name string) string {
	if name != "" {
		return name
	}
	text := id.String()
	return "Visitor " + strings.ToUpper(text[len(text)-4:])
}

// Visitor returns what is known about a visitor, or ErrUnknown.
func (s *Store) Visitor(ctx context.Context, workspaceID, id uuid.UUID) (v Visitor, err error) {
	err = workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			SELECT id, coalesce(name, ''), coalesce(email, ''), verified, locale, timezone, page_url, page_title, created_at, last_seen_at
			FROM visitor WHERE workspace_id = $1 AND id = $2`, workspaceID, id).
			Scan(&v.ID, &v.Name, &v.Email, &v.Verified, &v.Locale, &v.Timezone, &v.PageURL, &v.PageTitle, &v.Since, &v.LastSeen)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrUnknown
	}
	if err != nil {
		return v, fmt.Errorf("read visitor: %w", err)
	}
	return v, nil
}
