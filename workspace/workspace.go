package workspace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Errors that callers decide on.
var (
	ErrUnknown   = errors.New("no workspace has this name")
	ErrInbox     = errors.New("no inbox has this key")
	ErrToken     = errors.New("the token is not one of ours, or it ended")
	ErrLinkUsed  = errors.New("this sign-in link was used already")
	ErrLinkOld   = errors.New("this sign-in link is too old")
	ErrNoAgent   = errors.New("nobody in this workspace has this e-mail address")
	ErrEmail     = errors.New("this is not an e-mail address")
	ErrDuplicate = errors.New("this person is a member already")
)

// Workspace is one company's own, closed space.
type Workspace struct {
	ID   uuid.UUID
	Name string
}

// Greeting is what the widget says before the visitor does, in one language.
type Greeting struct {
	Title       string   `json:"title"`
	Text        string   `json:"text"`
	Suggestions []string `json:"suggestions"`
}

// Inbox is a place where conversations begin.
type Inbox struct {
	Workspace      uuid.UUID
	ID             uuid.UUID
	PublicKey      string
	Name           string
	AllowedOrigins []string
	AllowNoOrigin  bool
	// Greeting by language; "en" is the one that others fall back to.
	Greeting map[string]Greeting
}

// Store reads and writes workspaces, inboxes, people and their sign-in.
type Store struct {
	pool *pgxpool.Pool
}

// NewStore returns a store on an application pool.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{pool: pool} }

// Identity returns the id of the database's history. It changes when a backup is restored.
func (s *Store) Identity(ctx context.Context) (uuid.UUID, error) {
	var id uuid.UUID
	if err := s.pool.QueryRow(ctx, `SELECT id FROM store`).Scan(&id); err != nil {
		return uuid.Nil, fmt.Errorf("read store identity: %w", err)
	}
	return id, nil
}

// Ensure returns the workspace of that name and makes it where there is none; created tells which.
func (s *Store) Ensure(ctx context.Context, name string) (w Workspace, created bool, err error) {
	w = Workspace{ID: uuid.Must(uuid.NewV7()), Name: name}
	tag, err := s.pool.Exec(ctx, `INSERT INTO workspace (id, name) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, w.ID, name)
	if err != nil {
		return Workspace{}, false, fmt.Errorf("make workspace: %w", err)
	}
	if tag.RowsAffected() == 1 {
		return w, true, nil
	}
	w, err = s.ByName(ctx, name)
	return w, false, err
}

// ByName returns the workspace of that name, or ErrUnknown.
func (s *Store) ByName(ctx context.Context, name string) (Workspace, error) {
	w := Workspace{Name: name}
	err := s.pool.QueryRow(ctx, `SELECT id FROM workspace WHERE name = $1`, name).Scan(&w.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return Workspace{}, fmt.Errorf("find workspace %q: %w", name, ErrUnknown)
	}
	if err != nil {
		return Workspace{}, fmt.Errorf("find workspace: %w", err)
	}
	return w, nil
}

// All returns every workspace, for sweeps that go through them one by one.
func (s *Store) All(ctx context.Context) ([]Workspace, error) {
	rows, err := s.pool.Query(ctx, `SELECT id, name FROM workspace ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list workspaces: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Workspace])
	if err != nil {
		return nil, fmt.Errorf("list workspaces: %w", err)
	}
	return all, nil
}

// Get returns a workspace by id, or ErrUnknown.
func (s *Store) Get(ctx context.Context, id uuid.UUID) (Workspace, error) {
	w := Workspace{ID: id}
	err := s.pool.QueryRow(ctx, `SELECT name FROM workspace WHERE id = $1`, id).Scan(&w.Name)
	if errors.Is(err, pgx.ErrNoRows) {
		return Workspace{}, fmt.Errorf("find workspace: %w", ErrUnknown)
	}
	if err != nil {
		return Workspace{}, fmt.Errorf("find workspace: %w", err)
	}
	return w, nil
}

// AddInbox stores an inbox and gives it its id and public key.
func (s *Store) AddInbox(ctx context.Context, inbox Inbox) (Inbox, error) {
	inbox.ID = uuid.Must(uuid.NewV7())
	inbox.PublicKey = NewPublicKey(inbox.Workspace)
	if inbox.Greeting == nil {
		inbox.Greeting = map[string]Greeting{}
	}
	greeting, err := json.Marshal(inbox.Greeting)
	if err != nil {
		return Inbox{}, fmt.Errorf("add inbox: %w", err)
	}
	err = InTx(ctx, s.pool, inbox.Workspace, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO inbox (workspace_id, id, public_key, name, allowed_origins, allow_no_origin, greeting)
			VALUES ($1, $2, $3, $4, coalesce($5, '{}'::text[]), $6, $7)`,
			inbox.Workspace, inbox.ID, inbox.PublicKey, inbox.Name, inbox.AllowedOrigins, inbox.AllowNoOrigin, greeting)
		return err
	})
	if err != nil {
		return Inbox{}, fmt.Errorf("add inbox: %w", err)
	}
	return inbox, nil
}

const inboxColumns = `workspace_id, id, public_key, name, allowed_origins, allow_no_origin, greeting`

func scanInbox(row pgx.CollectableRow) (Inbox, error) {
	var inbox Inbox
	err := row.Scan(&inbox.Workspace, &inbox.ID, &inbox.PublicKey, &inbox.Name, &inbox.AllowedOrigins, &inbox.AllowNoOrigin, &inbox.Greeting)
	return inbox, err
}

// InboxByKey returns the inbox that a script tag names, or ErrInbox.
func (s *Store) InboxByKey(ctx context.Context, key string) (Inbox, error) {
	workspaceID, err := WorkspaceOfKey(key)
	if err != nil {
		return Inbox{}, err
	}
	found, err := s.inboxes(ctx, workspaceID, `SELECT `+inboxColumns+` FROM inbox WHERE workspace_id = $1 AND public_key = $2`, workspaceID, key)
	if err != nil {
		return Inbox{}, err
	}
	if len(found) == 0 {
		return Inbox{}, fmt.Errorf("find inbox: %w", ErrInbox)
	}
	return found[0], nil
}

// Inbox returns an inbox by id, or ErrInbox.
func (s *Store) Inbox(ctx context.Context, workspaceID, id uuid.UUID) (Inbox, error) {
	found, err := s.inboxes(ctx, workspaceID, `SELECT `+inboxColumns+` FROM inbox WHERE workspace_id = $1 AND id = $2`, workspaceID, id)
	if err != nil {
		return Inbox{}, err
	}
	if len(found) == 0 {
		return Inbox{}, fmt.Errorf("find inbox: %w", ErrInbox)
	}
	return found[0], nil
}

// Inboxes returns the inboxes of a workspace, oldest first.
func (s *Store) Inboxes(ctx context.Context, workspaceID uuid.UUID) ([]Inbox, error) {
	return s.inboxes(ctx, workspaceID, `SELECT `+inboxColumns+` FROM inbox WHERE workspace_id = $1 ORDER BY id`, workspaceID)
}

func (s *Store) inboxes(ctx context.Context, workspaceID uuid.UUID, query string, args ...any) ([]Inbox, error) {
	var found []Inbox
	err := InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, scanInbox)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read inboxes: %w", err)
	}
	return found, nil
}
