package e5

import (
	"slices"
	"unicode/utf8"
)

// A tokenizer is the scratch of one tokenisation after another; the vocabulary is shared.
type tokenizer struct {
	normal, work []byte
	best         []float32 // the best score of the text up to a byte
	from         []int32   // where the last piece of that best way starts
	piece        []int32   // and which it is
	tokens       []int32
}

// run returns the tokens of prefix and text between the two that mark begin and end, at most MaxTokens. They are valid until the next call.
func (t *tokenizer) run(v *vocabulary, prefix, text string) []int32 {
	t.normal, t.work = normalize(t.normal[:0], t.work, prefix, text)
	t.search(v)
	t.tokens = t.tokens[:0]
	for at := int32(len(t.normal)); at > 0; at = t.from[at] {
		t.tokens = append(t.tokens, t.piece[at])
	}
	t.tokens = append(t.tokens, int32(v.pieces+beginOffset))
	slices.Reverse(t.tokens)
	t.tokens = append(t.tokens[:min(len(t.tokens), MaxTokens-1)], int32(v.pieces+endOffset))
	return t.tokens
}

// search finds the likeliest way to cut the normalised text into pieces, in one pass: a text's best way to a byte is known when all that start before it were tried. Ties go to the piece that starts first.
func (t *tokenizer) search(v *vocabulary) {
	const unreached = -1e30
	size := len(t.normal) + 1
	t.best = grown(t.best, size)
	t.from = grown(t.from, size)
	t.piece = grown(t.piece, size)
	for i := range t.best {
		t.best[i] = unreached
	}
	t.best[0] = 0
	for at := 0; at < len(t.normal); {
		_, width := utf8.DecodeRune(t.normal[at:])
		score, start := t.best[at], int32(at)
		v.prefixes(t.normal[at:], func(piece int32, length int) {
			t.offer(at+length, start, piece, score+v.score(piece))
		})
		t.offer(at+width, start, int32(v.pieces+unknownOffset), score+v.unknown)
		at += width
	}
}

func (t *tokenizer) offer(end int, start, piece int32, score float32) {
	if score > t.best[end] {
		t.best[end], t.from[end], t.piece[end] = score, start, piece
	}
}

// grown returns a slice of this length whose contents do not matter.
func grown[T any](s []T, size int) []T {
	if cap(s) < size {
		return make([]T, size, size+size/4)
	}
	return s[:size]
}
