package main

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/baton-chat/baton/assistant"
	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/escalation"
	"github.com/baton-chat/baton/internal/egress"
	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

// house is the stores of a process, given to each other. Commands that need less make less.
type house struct {
	*program
	db            *database
	bus           *realtime.Bus // nil: nobody watches
	jobs          *river.Client[pgx.Tx]
	workspaces    *workspace.Store
	rules         *escalation.Store
	knowledge     *knowledge.Store
	conversations *conversation.Store
	// builtin is the embedder in the binary, once it is open.
	builtin knowledge.Embedder
	// outward is the one client for what leaves the machine.
	outward *http.Client
}

// nobody is the publisher of commands: they change the database, and servers that watch read it again.
type nobody struct{}

func (nobody) Publish(workspace.Event) {}

// build makes the stores on an open database. bus may be nil.
func (p *program) build(db *database, bus *realtime.Bus) (*house, error) {
	jobs, err := insertClient(db.app, p.log)
	if err != nil {
		return nil, err
	}
	// The model endpoint is the operator's own choice and may be on loopback.
	var trusted []string
	if p.config.OpenAIURL != "" {
		trusted = []string{p.config.OpenAIURL}
	}
	outward, err := egress.Client(egress.Options{Trusted: trusted})
	if err != nil {
		return nil, err
	}
	// What people ask to be fetched goes nowhere inside, the model's endpoint included, but to the hosts that the operator named for it.
	fetching, err := egress.Client(egress.Options{Trusted: p.config.FetchHosts})
	if err != nil {
		return nil, err
	}
	documents, err := newReader(p.log)
	if err != nil {
		return nil, err
	}
	var events workspace.Publisher = nobody{}
	if bus != nil {
		events = bus
	}
	return &house{
		program: p, db: db, bus: bus, jobs: jobs, outward: outward,
		workspaces: workspace.NewStore(db.app),
		rules:      escalation.NewStore(db.app),
		knowledge: knowledge.New(knowledge.Config{
			Pool: db.app, Jobs: jobs, Publisher: events, Log: p.log, Mode: knowledge.Mode(p.config.Search), Read: documents.Read, Client: fetching,
		}),
		conversations: conversation.NewStore(db.app, events, assistant.NewQueue(jobs), nil),
	}, nil
}

// inWorkspace opens the database and the stores for a command that works in one workspace, finds the workspace, and makes the search ready.
func (p *program) inWorkspace(ctx context.Context, name string, do func(*house, workspace.Workspace) error) (err error) {
	db, err := p.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	h, err := p.build(db, nil)
	if err != nil {
		return err
	}
	w, err := workspaceNamed(ctx, h.workspaces, name)
	if err != nil {
		return err
	}
	if err := h.useSpaces(ctx); err != nil {
		return err
	}
	return do(h, w)
}

// backfill asks for the vectors that workspaces lack.
func (h *house) backfill(ctx context.Context) error {
	spaces, err := h.workspaces.All(ctx)
	if err != nil {
		return err
	}
	for _, w := range spaces {
		if err := h.knowledge.Backfill(ctx, w.ID); err != nil {
			return err
		}
	}
	return nil
}

// answerer is the one way to an answer, for visitors' messages and for `baton ask`.
func (h *house) answerer() *assistant.Answerer {
	config := assistant.Config{Knowledge: h.knowledge, Rules: h.rules, Company: h.company, Log: h.log}
	if h.config.ChatModel != "" {
		config.Model = assistant.NewOpenAI(assistant.OpenAIConfig{BaseURL: h.config.OpenAIURL, Key: h.config.OpenAIKey, Model: h.config.ChatModel, Client: h.outward, Log: h.log, Patience: assistant.PatienceFor(h.config.FirstWord)})
		config.ModelName = h.config.ChatModel
	}
	return assistant.NewAnswerer(config)
}

// company tells a model whom it speaks for: the workspace's name, and how its first inbox greets in the visitor's language, or in English where it does not.
func (h *house) company(ctx context.Context, workspaceID uuid.UUID, language string) (assistant.Company, error) {
	w, err := h.workspaces.Get(ctx, workspaceID)
	if err != nil {
		return assistant.Company{}, err
	}
	inboxes, err := h.workspaces.Inboxes(ctx, workspaceID)
	if err != nil || len(inboxes) == 0 {
		return assistant.Company{Name: w.Name}, err
	}
	greeting, ok := inboxes[0].Greeting[language]
	if !ok {
		greeting = inboxes[0].Greeting[assistant.English]
	}
	return assistant.Company{Name: w.Name, Greeting: strings.TrimSpace(greeting.Title + " " + greeting.Text)}, nil
}

// watch lets packages that do not know the bus listen to it.
func (h *house) watch(workspaceID, conversationID uuid.UUID, hear func(workspace.Event)) (stop func()) {
	subscription := h.bus.Watch(workspaceID, conversationID, realtime.Watch{Event: hear})
	return subscription.Close
}
