package e5

// A kernel is the arithmetic of a layer. The portable one is plain Go and is what the others are tested against; they do the same sums in the same order, but for the rounding of fused
// multiplications.
type kernel struct {
	name string
	// quantize fills in from x, rows of in.cols numbers.
	quantize func(in *activations, x []float32)
	// multiply writes in·mᵀ + bias to out, whose rows are m.rows long.
	multiply func(m matrix, in *activations, bias, out []float32, work *work)
	// attend replaces what one head sees of every token; see attention.
	attend func(a *attention)
	// gelu applies the activation function to x, whose length is a multiple of eight.
	gelu func(x []float32)
	// addNorm writes to every row of x the normalised sum of it and the same row of add.
	addNorm func(x, add, weight, bias []float32, epsilon float32)
}

// Tokens are processed in tiles of this many; the rows that fill up the last tile hold zeros.
const tile = 4

func tiled(tokens int) int { return (tokens + tile - 1) / tile * tile }

// activations are numbers on their way into a matrix, as 8-bit integers with one scale per block, as in the engine the 4-bit weights come from.
type activations struct {
	rows, cols int
	values     []int8
	scale      []float32
	// shift is what the nibbles' offset of eight adds up to: nibbles are stored as 0..15 and mean -8..7.
	shift []float32
}

func (a *activations) shape(rows, cols int) {
	a.rows, a.cols = rows, cols
	a.values = grown(a.values, rows*cols)
	a.scale = grown(a.scale, rows*cols/blockSize)
	a.shift = grown(a.shift, rows*cols/blockSize)
}

// attention is one head of a layer for all tokens of a text.
type attention struct {
	tokens int // real ones
	rows   int // filled up to whole tiles
	span   int // filled up to whole vectors: the length of a row of scores

	query []float32 // rows, projected numbers apart
	key   []float32 // transposed: headDims rows of span
	value []float32 // tokens rows of headDims
	mask  []float32 // span: 0 for a token, hidden for what fills up
	score []float32 // tile rows of span: scratch
	none  [headDims]float32
	out   []float32 // rows, dims numbers apart
}

// hidden added to a score makes its weight zero without making it infinite.
const hidden = -1e30

// attentionScale is 1/√headDims.
const attentionScale = 0.17677669529663687

// spanStep is how many scores a kernel computes at once.
const spanStep = 16

func spanned(tokens int) int { return (tokens + spanStep - 1) / spanStep * spanStep }
