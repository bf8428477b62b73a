package workspace

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

const (
	// LinkLife is how long a sign-in link works: long enough to switch windows, short enough that an old log or screen share gives nothing away.
	LinkLife = 15 * time.Minute
	// SessionLife ends a session that nobody used. Agents work all day and come back after a holiday.
	SessionLife = 14 * 24 * time.Hour
	// sessionTouch is how stale last_used_at may be, so that a request costs no write.
	sessionTouch = 10 * time.Minute
)

// Session is a signed-in browser.
type Session struct {
	ID    uuid.UUID
	Agent Agent
}

// NewLink makes a one-time sign-in token for an agent.
func (s *Store) NewLink(ctx context.Context, agent Agent, now time.Time) (Token, error) {
	token := NewToken(agent.Workspace)
	err := InTx(ctx, s.pool, agent.Workspace, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO challenge (workspace_id, id, account_id, token_hash, steps_left, expires_at)
			SELECT $1, $2, g.account_id, $4, '{link}', $5 FROM agent g WHERE g.workspace_id = $1 AND g.id = $3`,
			agent.Workspace, uuid.Must(uuid.NewV7()), agent.ID, token.Hash(), now.Add(LinkLife))
		if err != nil {
			return err
		}
		return Audit(ctx, tx, agent.Workspace, Actor{Kind: "operator"}, "signin.link", "agent", agent.ID)
	})
	if err != nil {
		return Token{}, fmt.Errorf("make sign-in link: %w", err)
	}
	return token, nil
}

// SignIn redeems a link and begins a session. A link is good once: of two that redeem it at the same moment one gets ErrLinkUsed.
func (s *Store) SignIn(ctx context.Context, link Token, now time.Time) (Token, Session, error) {
	token, session := NewToken(link.Workspace), Session{ID: uuid.Must(uuid.NewV7())}
	err := InTx(ctx, s.pool, link.Workspace, func(tx pgx.Tx) error {
		agentID, err := redeem(ctx, tx, link, now)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO session (workspace_id, id, family, agent_id, token_hash, expires_at) VALUES ($1, $2, $2, $3, $4, $5)`,
			link.Workspace, session.ID, agentID, token.Hash(), now.Add(SessionLife))
		if err != nil {
			return err
		}
		return Audit(ctx, tx, link.Workspace, Actor{Kind: "agent", ID: agentID}, "signin", "session", session.ID)
	})
	if err != nil {
		return Token{}, Session{}, fmt.Errorf("sign in: %w", err)
	}
	session, err = s.Authenticate(ctx, token, now)
	return token, session, err
}

func redeem(ctx context.Context, tx pgx.Tx, link Token, now time.Time) (agentID uuid.UUID, err error) {
	var id uuid.UUID
	var expires time.Time
	var used *time.Time
	err = tx.QueryRow(ctx, `
		SELECT c.id, g.id, c.expires_at, c.used_at
		FROM challenge c JOIN agent g ON g.workspace_id = c.workspace_id AND g.account_id = c.account_id AND g.disabled_at IS NULL
		WHERE c.workspace_id = $1 AND c.token_hash = $2 FOR UPDATE OF c`, link.Workspace, link.Hash()).Scan(&id, &agentID, &expires, &used)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return uuid.Nil, ErrToken
	case err != nil:
		return uuid.Nil, err
	case used != nil:
		return uuid.Nil, ErrLinkUsed
	case now.After(expires):
		return uuid.Nil, ErrLinkOld
	}
	_, err = tx.Exec(ctx, `UPDATE challenge SET used_at = $3, steps_left = '{}' WHERE workspace_id = $1 AND id = $2`, link.Workspace, id, now)
	return agentID, err
}

// Authenticate returns the session of a token, or ErrToken. It is the one place that decides whether somebody is signed in.
func (s *Store) Authenticate(ctx context.Context, token Token, now time.Time) (Session, error) {
	var session Session
	err := InTx(ctx, s.pool, token.Workspace, func(tx pgx.Tx) error {
		var used time.Time
		g := &session.Agent
		err := tx.QueryRow(ctx, `
			SELECT s.id, s.last_used_at, g.workspace_id, g.id, g.name, a.email, g.role, g.status
			FROM session s
			JOIN agent g ON g.workspace_id = s.workspace_id AND g.id = s.agent_id AND g.disabled_at IS NULL
			JOIN account a ON a.id = g.account_id
			WHERE s.workspace_id = $1 AND s.token_hash = $2 AND s.revoked_at IS NULL AND s.expires_at > $3`,
			token.Workspace, token.Hash(), now).Scan(&session.ID, &used, &g.Workspace, &g.ID, &g.Name, &g.Email, &g.Role, &g.Status)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrToken
		}
		if err != nil || now.Sub(used) < sessionTouch {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE session SET last_used_at = $3, expires_at = $4 WHERE workspace_id = $1 AND id = $2`,
			token.Workspace, session.ID, now, now.Add(SessionLife))
		return err
	})
	if err != nil {
		return Session{}, fmt.Errorf("authenticate: %w", err)
	}
	return session, nil
}

// SignOut ends a session and all that share its family.
func (s *Store) SignOut(ctx context.Context, session Session, now time.Time) error {
	workspaceID := session.Agent.Workspace
	err := InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE session SET revoked_at = $3
			WHERE workspace_id = $1 AND revoked_at IS NULL AND family = (SELECT family FROM session WHERE workspace_id = $1 AND id = $2)`,
			workspaceID, session.ID, now)
		if err != nil {
			return err
		}
		return Audit(ctx, tx, workspaceID, Actor{Kind: "agent", ID: session.Agent.ID}, "signout", "session", session.ID)
	})
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}
