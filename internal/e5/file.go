package e5

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

// ErrDamaged says that the weights are not what the converting script wrote.
var ErrDamaged = errors.New("the weights of the built-in embedder are damaged")

// The header; see the package documentation.
const (
	magic       = "BATONE5\n"
	version     = 1
	headerSize  = 256
	sumAt       = 192 // SHA-256 of everything behind the header
	headerSumAt = headerSize - 4
	startsAt    = 64
	dimsAt      = 24
)

// The shape of multilingual-e5-small. Kernels are written for it, so that a file of another shape is refused instead of read wrongly.
const (
	dims      = 384
	layers    = 12
	heads     = 12
	headDims  = dims / heads
	wide      = 1536 // the inner width of the feed-forward half of a layer
	positions = 512
	projected = 3 * dims // query, key and value of a token side by side

	blockSize  = 32               // weights that share one scale
	rowGroup   = 8                // output rows stored side by side
	groupBlock = 2*rowGroup + 128 // bytes of one block of a row group: scales, then nibbles
	wordBlock  = 2 + blockSize/2  // bytes of one block of a word's embedding
	wordSize   = dims / blockSize * wordBlock
)

// Special pieces have no text; their embeddings follow those of the others.
const (
	beginOffset = iota
	endOffset
	unknownOffset
	specials
)

// layout is where the sections of a file are.
type layout struct {
	pieces  int
	longest int // bytes of the longest piece
	unknown float32
	epsilon float32

	norm, layers, positions, words, ends, scores, text []byte
}

// readLayout checks what can be checked without reading the whole file: header, its checksum, length, shape and section bounds.
func readLayout(file []byte) (layout, error) {
	if len(file) < headerSize || string(file[:len(magic)]) != magic {
		return layout{}, fmt.Errorf("%w: the header is missing", ErrDamaged)
	}
	if sum := crc32.ChecksumIEEE(file[:headerSumAt]); sum != u32(file, headerSumAt) {
		return layout{}, fmt.Errorf("%w: the checksum of the header is %08x, not %08x", ErrDamaged, sum, u32(file, headerSumAt))
	}
	if v := u32(file, 8); v != version {
		return layout{}, fmt.Errorf("%w: version %d, this program reads version %d", ErrDamaged, v, version)
	}
	if want := binary.LittleEndian.Uint64(file[16:]); want != uint64(len(file)) {
		return layout{}, fmt.Errorf("%w: %d bytes long, not %d", ErrDamaged, len(file), want)
	}
	for i, want := range []uint32{dims, layers, heads, wide, positions} {
		if got := u32(file, dimsAt+4*i); got != want {
			return layout{}, fmt.Errorf("%w: number %d of the shape is %d, not %d", ErrDamaged, i, got, want)
		}
	}
	return sections(file)
}

func sections(file []byte) (layout, error) {
	l := layout{
		pieces:  int(u32(file, dimsAt+20)),
		longest: int(u32(file, dimsAt+24)),
		unknown: f32(file, dimsAt+28),
		epsilon: f32(file, dimsAt+32),
	}
	parts := []struct {
		to   *[]byte
		size int
	}{
		{&l.norm, 4 * 2 * dims},
		{&l.layers, layers * layerSize},
		{&l.positions, 4 * positions * dims},
		{&l.words, (l.pieces + specials) * wordSize},
		{&l.ends, 4 * (l.pieces + 1)},
		{&l.scores, 4 * l.pieces},
	}
	for i, part := range parts {
		if err := cut(part.to, file, i, part.size); err != nil {
			return layout{}, err
		}
	}
	if err := cut(&l.text, file, len(parts), int(u32(l.ends, 4*l.pieces))); err != nil {
		return layout{}, err
	}
	return l, nil
}

// cut takes section number i of the file.
func cut(to *[]byte, file []byte, i, size int) error {
	start := binary.LittleEndian.Uint64(file[startsAt+8*i:])
	if start > uint64(len(file)) || uint64(size) > uint64(len(file))-start {
		return fmt.Errorf("%w: section %d reaches past the end", ErrDamaged, i)
	}
	*to = file[start : start+uint64(size) : start+uint64(size)]
	return nil
}

// Verify reads the whole file and compares its checksum. Open does not, because it would take as long as everything else at the start of the program together.
func Verify(file []byte) error {
	if _, err := readLayout(file); err != nil {
		return fmt.Errorf("verify weights: %w", err)
	}
	if sum := sha256.Sum256(file[headerSize:]); string(sum[:]) != string(file[sumAt:sumAt+sha256.Size]) {
		return fmt.Errorf("verify weights: %w: the checksum is %x", ErrDamaged, sum)
	}
	return nil
}

func u32(b []byte, at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }

func f32(b []byte, at int) float32 { return math.Float32frombits(u32(b, at)) }

// floats copies a small section, so that no code depends on its alignment or on the byte order of the machine.
func floats(b []byte) []float32 {
	out := make([]float32, len(b)/4)
	for i := range out {
		out[i] = f32(b, 4*i)
	}
	return out
}

// half turns a half-precision number into a float32.
func half(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exponent, fraction := uint32(h>>10)&31, uint32(h&0x3ff)
	if exponent == 0 { // zero and the numbers below 2⁻¹⁴
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*0x1p-24))
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}
