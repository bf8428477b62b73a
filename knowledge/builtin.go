package knowledge

import (
	"context"

	"github.com/baton-chat/baton/internal/e5"
)

// Builtin returns the embedder in the binary: no key, no server, no request. It
// gives questions right of way before the passages of documents that are being
// indexed. Its errors are those of ctx.
func Builtin(model *e5.Model) Embedder { return builtin{model} }

type builtin struct{ model *e5.Model }

func (b builtin) Embed(ctx context.Context, kind EmbedKind, texts []string) ([][]float32, error) {
	if kind == EmbedPassage {
		return b.model.Embed(ctx, e5.Passage, texts)
	}
	return b.model.Embed(ctx, e5.Query, texts)
}
