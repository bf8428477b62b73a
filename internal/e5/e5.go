package e5

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// MaxTokens is how many tokens of a text count, the two that mark its begin and end among them: the model knows no positions beyond. What follows in a
// longer text is not seen, so passages should be shorter: about 2,000 characters of English, 1,000 of Hindi.
const MaxTokens = positions

// Kind says what a text is for; the model was trained with a word in front of each.
type Kind int

// A Query is what somebody asks and waits for, a Passage what is to be found. A Sentence is a passage that somebody waits for: it has the rights of a query.
const (
	Query Kind = iota
	Passage
	Sentence
)

func (k Kind) prefix() string {
	if k == Query {
		return "query: "
	}
	return "passage: "
}

// ErrNoVector says that the arithmetic ended in something that is no vector. Sound weights cannot do that with any text.
var ErrNoVector = errors.New("the built-in embedder computed no vector; its weights may be damaged")

// Model is the built-in sentence transformer. It is safe for concurrent use.
type Model struct {
	layout               layout
	vocabulary           *vocabulary
	layers               [layers]layer
	normWeight, normBias []float32
	kernel               kernel
	gate                 gate
	// One scratch for each text that may be embedded at once.
	queries, passages chan *scratch
}

// Open returns the model in file, which is used in place and must not change: see package weights. It takes some milliseconds and checks what can be checked in
// them; Verify checks everything. The error wraps ErrDamaged.
func Open(file []byte) (*Model, error) {
	return open(file, fastest())
}

func open(file []byte, k kernel) (*Model, error) {
	l, err := readLayout(file)
	if err != nil {
		return nil, fmt.Errorf("open built-in embedder: %w", err)
	}
	v, err := newVocabulary(l)
	if err != nil {
		return nil, fmt.Errorf("open built-in embedder: %w", err)
	}
	norm := floats(l.norm)
	m := &Model{layout: l, vocabulary: v, kernel: k, normWeight: norm[:dims], normBias: norm[dims:]}
	for i := range m.layers {
		m.layers[i] = readLayer(l.layers[i*layerSize:][:layerSize])
	}
	atOnce := runtime.GOMAXPROCS(0)
	m.queries, m.passages = scratches(atOnce), scratches(atOnce)
	return m, nil
}

func scratches(n int) chan *scratch {
	c := make(chan *scratch, n)
	for range n {
		c <- new(scratch)
	}
	return c
}

// Dimensions returns the length of a vector.
func (*Model) Dimensions() int { return dims }

// Name names the model with its weights: vectors of different names must not be compared.
func (*Model) Name() string { return "multilingual-e5-small-q4" }

// Kernel names the arithmetic that was chosen for this machine.
func (m *Model) Kernel() string { return m.kernel.name }

// Embed returns one vector per text, each of length one, so that a dot product is a cosine. Cosines of this model crowd between .7 and 1.
//
// Texts of a batch are spread over the processors. Queries have the right of way: while one is under way, passages pause between two layers, for at most
// longestPause each time, so that a stream of queries slows indexing down but does not stop it. Embed ends early, with the error of ctx, when ctx does. Every text has a vector, the empty one too.
func (m *Model) Embed(ctx context.Context, kind Kind, texts []string) ([][]float32, error) {
	if kind != Passage {
		m.gate.enter()
		defer m.gate.leave()
	}
	numbers := make([]float32, len(texts)*dims)
	out := make([][]float32, len(texts))
	for i := range out {
		out[i] = numbers[i*dims : (i+1)*dims : (i+1)*dims]
	}
	if err := m.embedAll(ctx, kind, texts, out); err != nil {
		return nil, fmt.Errorf("embed %d texts: %w", len(texts), err)
	}
	return out, nil
}

func (m *Model) embedAll(ctx context.Context, kind Kind, texts []string, out [][]float32) error {
	if len(texts) == 1 {
		return m.embed(ctx, kind, texts[0], out[0])
	}
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range min(len(texts), cap(m.passages)) {
		group.Go(func() error {
			for i := next.Add(1) - 1; i < int64(len(texts)); i = next.Add(1) - 1 {
				if err := m.embed(ctx, kind, texts[i], out[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// embed waits for a scratch and works through the layers with it.
func (m *Model) embed(ctx context.Context, kind Kind, text string, out []float32) error {
	free := m.queries
	if kind == Passage {
		free = m.passages
	}
	var s *scratch
	select {
	case s = <-free:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { free <- s }()

	tokens := s.tokenizer.run(m.vocabulary, kind.prefix(), text)
	s.shape(len(tokens))
	m.embedTokens(s, tokens)
	for i := range m.layers {
		if err := m.pause(ctx, kind); err != nil {
			return err
		}
		m.attendLayer(s, &m.layers[i])
		m.feedLayer(s, &m.layers[i])
	}
	if !s.pool(out, len(tokens)) {
		return ErrNoVector
	}
	return nil
}

// pause lets queries pass.
func (m *Model) pause(ctx context.Context, kind Kind) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if kind != Passage {
		return nil
	}
	return m.gate.wait(ctx)
}
