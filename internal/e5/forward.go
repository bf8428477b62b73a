package e5

import (
	"encoding/binary"
	"math"
)

// scratch is what one text needs while it is embedded. It grows to the longest text it met, about 6 MB at MaxTokens, and is used again.
type scratch struct {
	tokenizer  tokenizer
	hidden     []float32 // rows of dims: what a layer changes
	projection []float32 // rows of query, key and value
	attended   []float32 // rows of dims
	inner      []float32 // rows of wide, one slab of tokens
	added      []float32 // rows of dims
	input      activations
	attention  attention
	work       work
}

// The feed-forward half of a layer takes this many tokens at a time, so that their inner activations stay in the second-level cache.
const slab = 64

func (s *scratch) shape(tokens int) {
	rows := tiled(tokens)
	s.hidden = grown(s.hidden, rows*dims)
	s.projection = grown(s.projection, rows*projected)
	s.attended = grown(s.attended, rows*dims)
	s.added = grown(s.added, rows*dims)
	s.inner = grown(s.inner, min(rows, slab)*wide)
	s.attention.shape(tokens)
}

// embedTokens looks up words and positions.
//
//go:norace
func (m *Model) embedTokens(s *scratch, tokens []int32) {
	clear(s.hidden)
	clear(s.added)
	for i, token := range tokens {
		row := (*[dims]float32)(s.hidden[i*dims:])
		word := m.layout.words[int(token)*wordSize:][:wordSize]
		for b := range dims / blockSize {
			unpackWord((*[blockSize]float32)(row[b*blockSize:]), word[b*wordBlock:])
		}
		position := m.layout.positions[4*i*dims:]
		for d := range row {
			row[d] += f32(position, 4*d)
		}
	}
	m.kernel.addNorm(s.hidden, s.added, m.normWeight, m.normBias, m.layout.epsilon)
}

// unpackWord reads a block of a word's embedding: byte i holds numbers i and i+16.
//
//go:norace
func unpackWord(out *[blockSize]float32, block []byte) {
	scale := half(binary.LittleEndian.Uint16(block))
	for i, b := range block[2:wordBlock] {
		out[i] = float32(int(b&15)-8) * scale
		out[i+blockSize/2] = float32(int(b>>4)-8) * scale
	}
}

// attendLayer is the first half of a layer.
func (m *Model) attendLayer(s *scratch, l *layer) {
	k := &m.kernel
	rows := len(s.hidden) / dims
	s.input.shape(rows, dims)
	k.quantize(&s.input, s.hidden)
	k.multiply(l.project, &s.input, l.projectBias, s.projection, &s.work)
	for head := range heads {
		s.attention.gather(s.projection, s.attended, head)
		k.attend(&s.attention)
	}
	k.quantize(&s.input, s.attended)
	k.multiply(l.attended, &s.input, l.attendedBias, s.added, &s.work)
	k.addNorm(s.hidden, s.added, l.attendedNorm, l.attendedShift, m.layout.epsilon)
}

// feedLayer is the second half of a layer.
func (m *Model) feedLayer(s *scratch, l *layer) {
	k := &m.kernel
	rows := len(s.hidden) / dims
	for first := 0; first < rows; first += slab {
		count := min(slab, rows-first)
		hidden, added := s.hidden[first*dims:][:count*dims], s.added[first*dims:][:count*dims]
		inner := s.inner[:count*wide]
		s.input.shape(count, dims)
		k.quantize(&s.input, hidden)
		k.multiply(l.widen, &s.input, l.widenBias, inner, &s.work)
		k.gelu(inner)
		s.input.shape(count, wide)
		k.quantize(&s.input, inner)
		k.multiply(l.narrow, &s.input, l.narrowBias, added, &s.work)
		k.addNorm(hidden, added, l.outNorm, l.outAdd, m.layout.epsilon)
	}
}

// pool averages the tokens and makes the result one long. It returns false where the result is no vector, which only damaged weights can cause.
//
//go:norace
func (s *scratch) pool(out []float32, tokens int) bool {
	clear(out)
	for token := range tokens {
		for i, v := range (*[dims]float32)(s.hidden[token*dims:]) {
			out[i] += v
		}
	}
	square := 0.0
	for _, v := range out {
		square += float64(v) * float64(v)
	}
	length := math.Sqrt(square)
	if !(length > 0) || math.IsInf(length, 0) {
		return false
	}
	for i := range out {
		out[i] = float32(float64(out[i]) / length)
	}
	return true
}
