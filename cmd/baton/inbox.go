package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/baton-chat/baton/workspace"
)

// inbox lists the inboxes of a workspace with their script tags, and says which sites may embed them.
func inbox(ctx context.Context, p *program) (err error) {
	set := p.flags("inbox")
	space := set.String("workspace", "", "the workspace; the demo workspace where none is named")
	words, err := p.parse(set)
	if err != nil {
		return err
	}
	if len(words) == 0 || len(words) != map[string]int{"list": 1, "allow": 2, "deny": 2}[words[0]] {
		return usageError{"say list, allow ORIGIN or deny ORIGIN"}
	}
	db, err := p.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	store := workspace.NewStore(db.app)
	w, err := workspaceNamed(ctx, store, *space)
	if err != nil {
		return err
	}
	inboxes, err := store.Inboxes(ctx, w.ID)
	if err != nil {
		return err
	}
	for _, inbox := range inboxes {
		switch words[0] {
		case "allow":
			err = store.AllowOrigin(ctx, w.ID, inbox.ID, words[1])
		case "deny":
			err = store.DenyOrigin(ctx, w.ID, inbox.ID, words[1])
		}
		if err != nil {
			return err
		}
	}
	if inboxes, err = store.Inboxes(ctx, w.ID); err != nil {
		return err
	}
	for _, inbox := range inboxes {
		fmt.Fprintf(p.stdout, "%s\n  tag: %s\n  allowed: %s\n", inbox.Name, scriptTag(p.config.PublicURL, inbox), strings.Join(append([]string{p.config.PublicURL}, inbox.AllowedOrigins...), " "))
	}
	return nil
}

// scriptTag is the one line that a site carries.
func scriptTag(publicURL string, inbox workspace.Inbox) string {
	return fmt.Sprintf(`<script defer src="%s/w.js" data-inbox="%s"></script>`, publicURL, inbox.PublicKey)
}
