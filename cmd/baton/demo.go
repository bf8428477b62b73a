package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/baton-chat/baton/internal/demo"
	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/workspace"
)

// demoAgent signs in through the link that `serve` prints.
var demoAgent = struct{ name, email string }{"Priya Nair", "priya@tarang.example"}

// demoMark is the shop's picture. Pictures of other companies come with a settings page; until then every inbox of a server shows this one.
const demoMark = "/demo/assets/mark.svg"

// demoGreeting is what the shop's widget says first.
var demoGreeting = map[string]workspace.Greeting{
	"en": {
		Title: "Hello. How can we help you today?", Text: "I answer from Tarang’s help pages and always show the page I used. A person is one tap away.",
		Suggestions: []string{"Do you ship to Bengaluru?", "What is your return policy for damaged items?", "Which cards have no-cost EMI?"},
	},
	"hi": {
		Title: "नमस्ते। हम आपकी कैसे मदद करें?", Text: "मैं Tarang के सहायता पृष्ठों से उत्तर देता हूँ और हमेशा वह पृष्ठ दिखाता हूँ। एक व्यक्ति बस एक टैप दूर है।",
		Suggestions: []string{"Do you ship to Bengaluru?", "What is your return policy for damaged items?", "Which cards have no-cost EMI?"},
	},
	"ar": {
		Title: "مرحبًا. كيف نساعدك اليوم؟", Text: "أجيب من صفحات مساعدة Tarang وأعرض دائمًا الصفحة التي استخدمتها. يمكنك التحدث إلى شخص بلمسة واحدة.",
		Suggestions: []string{"Do you ship to Bengaluru?", "What is your return policy for damaged items?", "Which cards have no-cost EMI?"},
	},
}

// seedDemo fills the demo workspace on the first start and returns its inbox and agent. The inbox is made last: where it exists, the seeding was complete, and
// what the team changed since stays as it is.
func seedDemo(ctx context.Context, spaces *workspace.Store, documents *knowledge.Store) (workspace.Inbox, workspace.Agent, error) {
	w, _, err := spaces.Ensure(ctx, demoWorkspace)
	if err != nil {
		return workspace.Inbox{}, workspace.Agent{}, err
	}
	inboxes, err := spaces.Inboxes(ctx, w.ID)
	if err != nil {
		return workspace.Inbox{}, workspace.Agent{}, err
	}
	if len(inboxes) > 0 {
		agent, err := spaces.AgentByEmail(ctx, w.ID, demoAgent.email)
		if errors.Is(err, workspace.ErrNoAgent) {
			return inboxes[0], workspace.Agent{}, nil // The team removed the demo agent: no link is printed.
		}
		return inboxes[0], agent, err
	}
	if err := seedArticles(ctx, w, documents); err != nil {
		return workspace.Inbox{}, workspace.Agent{}, err
	}
	agent, err := spaces.AddAgent(ctx, w.ID, demoAgent.name, demoAgent.email, workspace.RoleAdmin)
	if errors.Is(err, workspace.ErrDuplicate) {
		agent, err = spaces.AgentByEmail(ctx, w.ID, demoAgent.email) // An earlier start was cut off behind this step.
	}
	if err != nil {
		return workspace.Inbox{}, workspace.Agent{}, err
	}
	inbox, err := spaces.AddInbox(ctx, workspace.Inbox{Workspace: w.ID, Name: demoWorkspace, AllowNoOrigin: true, Greeting: demoGreeting})
	return inbox, agent, err
}

// seedArticles stores the help pages and returns when they can be found, so that the first question is answered.
func seedArticles(ctx context.Context, w workspace.Workspace, documents *knowledge.Store) error {
	articles, err := demo.Articles()
	if err != nil {
		return err
	}
	entries := func(yield func(knowledge.Entry, error) bool) {
		for _, a := range articles {
			entry := knowledge.Entry{
				ID: a.Slug, FileName: a.Slug + ".md", ContentType: "text/markdown", Content: []byte(a.Markdown), Title: a.Title, URL: a.URL, Locale: "en", ContentAt: a.Updated,
				Section: a.Section, Own: true,
			}
			if !yield(entry, nil) {
				return
			}
		}
	}
	stored, err := documents.Ingest(ctx, w.ID, entries, knowledge.IngestOptions{WordsOnly: true})
	if err == nil && len(stored.Refused) > 0 {
		err = fmt.Errorf("%s: %s", stored.Refused[0].ID, stored.Refused[0].Failure.Cause)
	}
	if err != nil {
		return fmt.Errorf("seed help pages: %w", err)
	}
	return nil
}

// demoPage serves the shop, with the widget of the demo workspace's inbox.
func demoPage(spaces *workspace.Store) http.Handler {
	return demo.Handler(func(r *http.Request) demo.Embed {
		ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
		defer cancel()
		w, err := spaces.ByName(ctx, demoWorkspace)
		if err != nil {
			return demo.Embed{}
		}
		inboxes, err := spaces.Inboxes(ctx, w.ID)
		if err != nil || len(inboxes) == 0 {
			return demo.Embed{} // The page stays readable while the database is away; it has no chat then.
		}
		return demo.Embed{InboxKey: inboxes[0].PublicKey, ScriptURL: "/w.js"}
	})
}
