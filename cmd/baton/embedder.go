package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/baton-chat/baton/internal/e5"
	"github.com/baton-chat/baton/internal/e5/weights"
	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/migrations"
)

// builtinModel is the name of the embedder in the binary, as configurations and the database have it.
const builtinModel = "multilingual-e5-small-q4"

// embeds tells whether vectors are made and searched at all.
func (h *house) embeds() bool { return h.config.Search != string(knowledge.WordsOnly) }

// openSpaces opens the vector spaces of the configuration. Where the endpoint does not answer, the spaces that do not need it come along with the error.
func (h *house) openSpaces(ctx context.Context) (knowledge.Spaces, error) {
	var spaces knowledge.Spaces
	if !h.embeds() {
		return spaces, nil
	}
	builtin, err := h.openBuiltin(ctx)
	if err != nil {
		return spaces, err
	}
	spaces.Builtin = builtin
	if h.config.EmbedModel == "" {
		spaces.Target = builtin
		return spaces, nil
	}
	if spaces.Target, err = h.openEndpoint(ctx, h.config.EmbedModel); err != nil {
		return spaces, err
	}
	spaces.Former, err = h.openFormer(ctx, spaces)
	return spaces, err
}

// openFormer opens the models that were configured before and whose vectors still serve while those of the configured one are made. A model that the endpoint does
// not offer any more is passed over.
func (h *house) openFormer(ctx context.Context, spaces knowledge.Spaces) (former []*knowledge.Space, err error) {
	all, err := h.workspaces.All(ctx)
	if err != nil {
		return nil, err
	}
	known := []string{spaces.Target.Model, builtinModel}
	for _, w := range all {
		models, err := h.knowledge.FormerModels(ctx, w.ID)
		if err != nil {
			return nil, err
		}
		for _, model := range models {
			if slices.Contains(known, model) {
				continue
			}
			known = append(known, model)
			space, err := h.openEndpoint(ctx, model)
			if err != nil {
				h.log.Info("a model of before is not offered any more", slog.String("model", model))
				continue
			}
			former = append(former, space)
		}
	}
	return former, nil
}

func (h *house) openEndpoint(ctx context.Context, model string) (*knowledge.Space, error) {
	embedder := knowledge.NewOpenAI(knowledge.OpenAIConfig{BaseURL: h.config.OpenAIURL, APIKey: h.config.OpenAIKey, Model: model, Client: h.outward})
	return knowledge.OpenSpace(ctx, model, embedder, h.prepareSpace)
}

// prepareSpace makes the place for a model's vectors.
func (h *house) prepareSpace(ctx context.Context, id, dimensions int) error {
	return migrations.EnsureEmbeddingModel(ctx, h.db.owner, id, dimensions)
}

// openBuiltin opens the space of the embedder in the binary. The weights are used where the binary holds them; opening them takes milliseconds and happens once in a
// process.
func (h *house) openBuiltin(ctx context.Context) (*knowledge.Space, error) {
	if h.builtin == nil {
		model, err := e5.Open(weights.File())
		if err != nil {
			return nil, fmt.Errorf("open the embedder in the binary: %w", err)
		}
		h.builtin = knowledge.Builtin(model)
	}
	return knowledge.OpenSpace(ctx, builtinModel, h.builtin, h.prepareSpace)
}

// useSpaces makes a command's search ready. A command goes on with what there is where the endpoint does not answer, as the server does, and says so.
func (h *house) useSpaces(ctx context.Context) error {
	spaces, err := h.openSpaces(ctx)
	if err != nil {
		h.log.Warn("searching without the configured embedding model", slog.String("error", err.Error()))
	}
	h.knowledge.UseSpaces(spaces)
	return ctx.Err()
}

// embedderName is the effective embedder, for `baton config`.
func (c *config) embedderName() string {
	switch {
	case c.Search == string(knowledge.WordsOnly):
		return "(none: BATON_SEARCH=words)"
	case c.EmbedModel != "":
		return c.EmbedModel
	}
	return fmt.Sprintf("(built in: %s)", builtinModel)
}
