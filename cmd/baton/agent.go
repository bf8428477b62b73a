package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/baton-chat/baton/workspace"
)

// agent adds people and prints one-time sign-in links.
func agent(ctx context.Context, p *program) (err error) {
	set := p.flags("agent")
	name := set.String("name", "", "the person's name, as visitors see it")
	email := set.String("email", "", "the person's e-mail address")
	role := set.String("role", "agent", "agent, or admin, who may also change knowledge and people")
	space := set.String("workspace", "", "the workspace; the demo workspace where none is named")
	words, err := p.parse(set)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return usageError{"say add, link or list"}
	}
	if *role != string(workspace.RoleAdmin) && *role != string(workspace.RoleAgent) {
		return usageError{fmt.Sprintf("--role %s: use agent or admin", *role)}
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
	switch words[0] {
	case "add":
		return p.agentAdd(ctx, store, w, *name, *email, workspace.Role(*role))
	case "link":
		return p.agentLink(ctx, store, w, *email)
	case "list":
		return p.agentList(ctx, store, w)
	}
	return usageError{fmt.Sprintf("there is no `baton agent %s`", words[0])}
}

func (p *program) agentAdd(ctx context.Context, store *workspace.Store, w workspace.Workspace, name, email string, role workspace.Role) error {
	if name == "" || email == "" {
		return usageError{"add needs --name and --email"}
	}
	person, err := store.AddAgent(ctx, w.ID, name, email, role)
	if errors.Is(err, workspace.ErrDuplicate) {
		return fmt.Errorf("%s works in %s already, and was left as they are; `baton agent link --email %s` prints a sign-in link", email, w.Name, email)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s <%s> works in %s as %s\n", person.Name, person.Email, w.Name, role)
	return p.printLink(ctx, store, person)
}

func (p *program) agentLink(ctx context.Context, store *workspace.Store, w workspace.Workspace, email string) error {
	if email == "" {
		return usageError{"link needs --email"}
	}
	person, err := store.AgentByEmail(ctx, w.ID, email)
	if errors.Is(err, workspace.ErrNoAgent) {
		return fmt.Errorf("nobody in %s has the address %s; add them with `baton agent add --name … --email %s`", w.Name, email, email)
	}
	if err != nil {
		return err
	}
	return p.printLink(ctx, store, person)
}

func (p *program) printLink(ctx context.Context, store *workspace.Store, person workspace.Agent) error {
	link, err := signInLink(ctx, store, person, p.config.PublicURL)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "console=%s\n", link)
	return err
}

// signInLink makes a link that signs an agent in once. The token stands in the fragment, which browsers keep out of requests and logs.
func signInLink(ctx context.Context, store *workspace.Store, person workspace.Agent, publicURL string) (string, error) {
	token, err := store.NewLink(ctx, person, time.Now())
	if err != nil {
		return "", err
	}
	return publicURL + "/console/#signin=" + token.String(), nil
}

func (p *program) agentList(ctx context.Context, store *workspace.Store, w workspace.Workspace) error {
	people, err := store.Agents(ctx, w.ID)
	if err != nil {
		return err
	}
	for _, person := range people {
		fmt.Fprintf(p.stdout, "%-24s %-32s %s\n", person.Name, person.Email, person.Role)
	}
	return nil
}
