package escalation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/baton-chat/baton/workspace"
)

// Store keeps the rule sets of workspaces. A version is never changed once written: turn records name it, and a replay
// must find what decided then.
type Store struct{ pool *pgxpool.Pool }

// NewStore returns a store on a pool of application connections.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{pool: pool} }

// Rules returns the newest rule set of a workspace, or Default() when it has none of its own.
func (s *Store) Rules(ctx context.Context, workspaceID uuid.UUID) (RuleSet, error) {
	set := Default()
	err := workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		var version int64
		var rules []byte
		err := tx.QueryRow(ctx, `
			SELECT version, rules
			  FROM rule_set
			 WHERE workspace_id = $1
			 ORDER BY version DESC
			 LIMIT 1`, workspaceID).Scan(&version, &rules)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		stored, err := Parse(rules)
		if err != nil {
			return fmt.Errorf("version %d: %w", version, err)
		}
		stored.Version = version
		set = stored
		return nil
	})
	if err != nil {
		return RuleSet{}, fmt.Errorf("read rules: %w", err)
	}
	return set, nil
}

// ErrStale says that somebody else saved rules since these were read.
var ErrStale = errors.New("the rules were changed by somebody else meanwhile; read them again and repeat the change")

// SaveRules checks a rule set and stores it as the next version, which it returns. set.Version is the version that was
// edited (0: the default rules); when it is no longer the newest, nothing is stored and the error is ErrStale.
func (s *Store) SaveRules(ctx context.Context, workspaceID uuid.UUID, actor workspace.Actor, set RuleSet) (int64, error) {
	if err := set.Validate(); err != nil {
		return 0, fmt.Errorf("save rules: %w", err)
	}
	next := set.Version + 1
	set.Version = next
	rules, err := json.Marshal(set)
	if err != nil {
		return 0, fmt.Errorf("save rules: %w", err)
	}
	err = workspace.InTx(ctx, s.pool, workspaceID, func(tx pgx.Tx) error {
		// The key decides between two savers of the same version; the condition refuses one who skipped ahead.
		tag, err := tx.Exec(ctx, `
			INSERT INTO rule_set (workspace_id, version, rules, created_by)
			SELECT $1, $2::bigint, $3, nullif($4, '00000000-0000-0000-0000-000000000000'::uuid)
			 WHERE $2::bigint - 1 = coalesce((SELECT max(version) FROM rule_set WHERE workspace_id = $1), 0)
			ON CONFLICT (workspace_id, version) DO NOTHING`,
			workspaceID, next, rules, createdBy(actor))
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return ErrStale
		}
		return workspace.Audit(ctx, tx, workspaceID, actor, "rules.save", "rule_set", uuid.Nil)
	})
	if err != nil {
		return 0, fmt.Errorf("save rules: %w", err)
	}
	return next, nil
}

// createdBy is the member of staff behind an actor; an operator at the command line is nobody's account.
func createdBy(actor workspace.Actor) uuid.UUID {
	if actor.Kind == "agent" {
		return actor.ID
	}
	return uuid.Nil
}
