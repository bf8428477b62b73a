package knowledge

import (
	"context"

	"github.com/baton-chat/baton/internal/e5"
)

// Builtin returns the embedder in the binary: no key, no server, no request. It
// spreads passages over the processors, and gives questions right of way before
// them. Its errors are those of ctx.
func Builtin(model *e5.Model) Embedder { return &builtin{model} }

type builtin struct{ model *e5.Model }

func (b *builtin) Embed(ctx context.Context, kind EmbedKind, texts []string) ([][]float32, error) {
	if kind == EmbedQuery {
		return b.model.Embed(ctx, e5.Query, texts)
	}
	return b.model.Embed(ctx, e5.Passage, texts)
}

// sentences are passages that an answer waits for. They do not give way to it.
func (b *builtin) sentences(ctx context.Context, texts []string) ([][]float32, error) {
	return b.model.Embed(ctx, e5.Sentence, texts)
}
