package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/baton-chat/baton/escalation"
	"github.com/baton-chat/baton/workspace"
)

// rules prints the rule set that a workspace escalates by, in the JSON form that escalation.Parse reads, and to the standard error the default rules that were added
// since somebody made a set of their own.
func rules(ctx context.Context, p *program) (err error) {
	set := p.flags("rules")
	space := set.String("workspace", "", "the workspace; the demo workspace where none is named")
	rest, err := p.parse(set)
	if err != nil {
		return err
	}
	if len(rest) != 1 || rest[0] != "show" {
		return usageError{"say `rules show`"}
	}
	db, err := p.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	current, err := rulesOf(ctx, db, *space)
	if err != nil {
		return err
	}
	for _, r := range current.Lacks() {
		fmt.Fprintf(p.stderr, "Since these rules were saved Baton has gained the default rule %q (%s); add it to have it.\n", r.ID, r.Title)
	}
	out := json.NewEncoder(p.stdout)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(current)
}

// rulesOf returns the rules of a workspace, and before the first start those that the demo workspace will begin with.
func rulesOf(ctx context.Context, db *database, name string) (escalation.RuleSet, error) {
	spaces := workspace.NewStore(db.app)
	if name == "" {
		if _, err := spaces.ByName(ctx, demoWorkspace); errors.Is(err, workspace.ErrUnknown) {
			return escalation.Default(), nil
		}
	}
	w, err := workspaceNamed(ctx, spaces, name)
	if err != nil {
		return escalation.RuleSet{}, err
	}
	return escalation.NewStore(db.app).Rules(ctx, w.ID)
}
