package workspace

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/mail"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Role is what an agent may do in a workspace.
type Role string

// Roles: an admin may also change knowledge and people.
const (
	RoleAdmin Role = "admin"
	RoleAgent Role = "agent"
)

// Status is what an agent says of themselves. Whether they are here is told by presence.
type Status string

// Statuses an agent may choose.
const (
	Online  Status = "online"
	Away    Status = "away"
	Busy    Status = "busy"
	Offline Status = "offline"
)

// Agent is an account's membership of a workspace: a person of the team.
type Agent struct {
	Workspace uuid.UUID
	ID        uuid.UUID
	Name      string
	Email     string
	Role      Role
	Status    Status
}

// Hues is how many colours faces without a picture have.
const Hues = 8

// Hue picks a person's colour from their id, the same on every screen.
func Hue(id uuid.UUID) int {
	h := fnv.New32a()
	_, _ = h.Write(id[:])
	return int(h.Sum32() % Hues)
}

// Initials returns up to two letters that stand for a name.
func Initials(name string) string {
	words := strings.Fields(name)
	if len(words) > 2 {
		words = []string{words[0], words[len(words)-1]}
	}
	var out []rune
	for _, word := range words {
		out = append(out, unicode.ToUpper([]rune(word)[0]))
	}
	return string(out)
}

// CleanEmail returns an address in the form it is stored in, or ErrEmail.
func CleanEmail(text string) (string, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Address != text || !strings.Contains(text[strings.LastIndexByte(text, '@'):], ".") || len(text) > 254 {
		return "", ErrEmail
	}
	return text, nil
}

// AddAgent makes an account, where there is none for the address, and its membership. Somebody who is a member already is left as they are: ErrDuplicate.
func (s *Store) AddAgent(ctx context.Context, workspaceID uuid.UUID, name, email string, role Role) (Agent, error) {
	clean, err := CleanEmail(email)
	if err != nil {
		return Agent{}, fmt.Errorf("add agent %q: %w", email, err)
	}
	email, name = clean, strings.Join(strings.Fields(name), " ")
	agent := Agent{Workspace: workspaceID, Name: name, Email: email, Role: role, Status: Online}
	err = InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		var accountID uuid.UUID
		err := tx.QueryRow(ctx, `
			INSERT INTO account (id, email, name) VALUES ($1, $2, $3)
			ON CONFLICT (email) DO UPDATE SET email = excluded.email RETURNING id`,
			uuid.Must(uuid.NewV7()), email, name).Scan(&accountID)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `
			INSERT INTO agent (workspace_id, id, account_id, name, role) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (workspace_id, account_id) DO UPDATE SET name = excluded.name, role = excluded.role, disabled_at = NULL WHERE agent.disabled_at IS NOT NULL
			RETURNING id, status`,
			workspaceID, uuid.Must(uuid.NewV7()), accountID, name, role).Scan(&agent.ID, &agent.Status)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrDuplicate
		}
		if err != nil {
			return err
		}
		return Audit(ctx, tx, workspaceID, Actor{Kind: "operator"}, "agent.add", "agent", agent.ID)
	})
	if err != nil {
		return Agent{}, fmt.Errorf("add agent: %w", err)
	}
	return agent, nil
}

const agentQuery = `
	SELECT g.workspace_id, g.id, g.name, a.email, g.role, g.status
	FROM agent g JOIN account a ON a.id = g.account_id
	WHERE g.workspace_id = $1 AND g.disabled_at IS NULL`

// Agents returns the people of a workspace by name.
func (s *Store) Agents(ctx context.Context, workspaceID uuid.UUID) ([]Agent, error) {
	var agents []Agent
	err := InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, agentQuery+` ORDER BY g.name`, workspaceID)
		if err != nil {
			return err
		}
		agents, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Agent])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list agents: %w", err)
	}
	return agents, nil
}

// AgentByEmail returns the person with that address, or ErrNoAgent.
func (s *Store) AgentByEmail(ctx context.Context, workspaceID uuid.UUID, email string) (Agent, error) {
	email, err := CleanEmail(email)
	if err != nil {
		return Agent{}, fmt.Errorf("find agent: %w", err)
	}
	return s.agent(ctx, workspaceID, agentQuery+` AND a.email = $2`, email)
}

// Agent returns a person by id, or ErrNoAgent.
func (s *Store) Agent(ctx context.Context, workspaceID, id uuid.UUID) (Agent, error) {
	return s.agent(ctx, workspaceID, agentQuery+` AND g.id = $2`, id)
}

func (s *Store) agent(ctx context.Context, workspaceID uuid.UUID, query string, arg any) (agent Agent, err error) {
	err = InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, query, workspaceID, arg)
		if err != nil {
			return err
		}
		agent, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Agent])
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNoAgent
		}
		return err
	})
	if err != nil {
		return Agent{}, fmt.Errorf("find agent: %w", err)
	}
	return agent, nil
}

// SetStatus stores what an agent says of themselves.
func (s *Store) SetStatus(ctx context.Context, agent Agent, status Status) error {
	err := InTx(ctx, s.pool, agent.Workspace, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE agent SET status = $3 WHERE workspace_id = $1 AND id = $2`, agent.Workspace, agent.ID, status)
		return err
	})
	if err != nil {
		return fmt.Errorf("set status: %w", err)
	}
	return nil
}
