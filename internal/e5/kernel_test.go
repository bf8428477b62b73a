package e5

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/baton-chat/baton/internal/e5/weights"
)

// Every kernel is compared with the portable one, step by step.
func others(t *testing.T, run func(t *testing.T, k kernel)) {
	t.Helper()
	for _, k := range kernels()[1:] {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			run(t, k)
		})
	}
}

func noise(size int, spread float32) []float32 {
	random := rand.New(rand.NewPCG(1, uint64(size)))
	out := make([]float32, size)
	for i := range out {
		out[i] = float32(random.NormFloat64()) * spread
	}
	return out
}

func near(t *testing.T, what string, want, got []float32, tolerance float64) {
	t.Helper()
	for i := range want {
		if !(math.Abs(float64(want[i]-got[i])) <= tolerance*(1+math.Abs(float64(want[i])))) {
			t.Fatalf("%s %d: want %v, got %v", what, i, want[i], got[i])
		}
	}
}

func TestKernelsQuantizeAlike(t *testing.T) {
	t.Parallel()
	x := noise(tile*dims, 3)
	clear(x[blockSize : 2*blockSize])
	for i := range blockSize {
		x[2*blockSize+i] = 1e-39 // a scale without an inverse
		x[3*blockSize+i] = 5 * float32(1-2*(i%2))
	}
	var want activations
	want.shape(tile, dims)
	quantizePortable(&want, x)
	others(t, func(t *testing.T, k kernel) {
		var got activations
		got.shape(tile, dims)
		k.quantize(&got, x)
		near(t, "scale", want.scale, got.scale, 0)
		for i, v := range want.values {
			// A number halfway between two may go either way.
			if d := int(v) - int(got.values[i]); d < -1 || d > 1 {
				t.Fatalf("value %d: want %d, got %d", i, v, got.values[i])
			}
		}
		for b := range got.shift {
			sum := 0
			for _, v := range got.values[b*blockSize:][:blockSize] {
				sum += int(v)
			}
			near(t, "shift", []float32{float32(-8*sum) * got.scale[b]}, got.shift[b:], 1e-6)
		}
	})
}

// extreme are the largest bytes against the largest nibbles: where 16 bits would overflow.
func extreme(rows, cols int) *activations {
	a := new(activations)
	a.shape(rows, cols)
	for i := range a.values {
		a.values[i] = int8(127 - 254*(i/blockSize%2))
	}
	for i := range a.scale {
		a.scale[i], a.shift[i] = 1, float32(-8*127*blockSize*(1-2*(i%2)))
	}
	return a
}

func TestKernelsMultiplyAlike(t *testing.T) {
	t.Parallel()
	m := model(t, portable())
	full := matrix{data: make([]byte, matrixSize(rowGroup, wide)), rows: rowGroup, cols: wide}
	for i := range full.data {
		full.data[i] = 0xff
		if i%groupBlock < 2*rowGroup {
			full.data[i] = []byte{0, 0x3c}[i%2] // 1 in half precision
		}
	}
	cases := []struct {
		name   string
		matrix matrix
		in     *activations
	}{
		{"project", m.layers[0].project, new(activations)},
		{"narrow", m.layers[11].narrow, new(activations)},
		{"extreme", full, extreme(tile, wide)},
	}
	others(t, func(t *testing.T, k kernel) {
		for _, c := range cases {
			in := *c.in
			if in.rows == 0 {
				in.shape(3*tile, c.matrix.cols)
				quantizePortable(&in, noise(3*tile*c.matrix.cols, 1))
			}
			bias := noise(c.matrix.rows, 1)
			want, got := make([]float32, in.rows*c.matrix.rows), make([]float32, in.rows*c.matrix.rows)
			multiplyPortable(c.matrix, &in, bias, want, new(work))
			k.multiply(c.matrix, &in, bias, got, nil)
			near(t, c.name, want, got, 1e-4)
		}
	})
}

// The portable multiplication packs four rows in a word; this is what it must amount to.
func TestThePortableKernelMultiplies(t *testing.T) {
	t.Parallel()
	m := model(t, portable()).layers[3].attended
	var in activations
	in.shape(tile, m.cols)
	quantizePortable(&in, noise(tile*m.cols, 1))
	got := make([]float32, tile*m.rows)
	multiplyPortable(m, &in, make([]float32, m.rows), got, new(work))
	for token := range tile {
		for row := range m.rows {
			want := 0.0
			for col := range m.cols {
				at := token*m.cols + col
				want += m.weight(row, col) * float64(in.values[at]) * float64(in.scale[at/blockSize])
			}
			near(t, "product", []float32{float32(want)}, got[token*m.rows+row:], 1e-4)
		}
	}
}

// weight reads one weight as the package documentation describes them.
func (m matrix) weight(row, col int) float64 {
	block := m.group(row / rowGroup)[col/blockSize*groupBlock:]
	r, c := row%rowGroup, col%blockSize
	scale := half(uint16(block[2*r]) | uint16(block[2*r+1])<<8)
	nibble := block[2*rowGroup+c/8*32+4*r+c%4] >> (c % 8 / 4 * 4) & 15
	return float64(scale) * float64(int(nibble)-8)
}

func TestKernelsSmoothAlike(t *testing.T) {
	t.Parallel()
	x := append(noise(1<<12, 4), -200, -90, -13.5, -1e-20, 0, 1e-20, 13.5, 200)
	exact := make([]float32, len(x))
	for i, v := range x {
		exact[i] = float32(float64(v) / 2 * math.Erfc(-float64(v)/math.Sqrt2))
	}
	for _, k := range kernels() {
		got := append([]float32(nil), x...)
		k.gelu(got)
		near(t, k.name+" gelu", exact, got, 1e-6)
	}
}

func TestKernelsNormaliseAlike(t *testing.T) {
	t.Parallel()
	x, add, weight, bias := noise(3*dims, 5), noise(3*dims, 2), noise(dims, 1), noise(dims, .5)
	clear(x[dims : 2*dims])
	clear(add[dims : 2*dims])
	want := append([]float32(nil), x...)
	addNormPortable(want, add, weight, bias, 1e-12)
	others(t, func(t *testing.T, k kernel) {
		got := append([]float32(nil), x...)
		k.addNorm(got, add, weight, bias, 1e-12)
		near(t, "number", want, got, 1e-5)
	})
}

func TestKernelsAttendAlike(t *testing.T) {
	t.Parallel()
	for _, tokens := range []int{3, 16, 17, 130, MaxTokens} {
		projection := noise(tiled(tokens)*projected, 2)
		run := func(k kernel) []float32 {
			var a attention
			a.shape(tokens)
			out := make([]float32, tiled(tokens)*dims)
			for _, head := range []int{0, heads - 1} {
				a.gather(projection, out, head)
				k.attend(&a)
			}
			return out[:tokens*dims]
		}
		want := run(portable())
		for _, k := range kernels()[1:] {
			near(t, k.name, want, run(k), 1e-5)
		}
	}
}

func TestKernelsEmbedAlike(t *testing.T) {
	t.Parallel()
	texts := []string{"", "?", "how do I return a tablet?", "मैं अपना टैबलेट कैसे लौटाऊँ?"}
	want, err := model(t, portable()).Embed(t.Context(), Query, texts)
	if err != nil {
		t.Fatal(err)
	}
	others(t, func(t *testing.T, k kernel) {
		got, err := model(t, k).Embed(t.Context(), Query, texts)
		if err != nil {
			t.Fatal(err)
		}
		for i := range texts {
			if c := cosine(want[i], got[i]); c < .9995 {
				t.Errorf("%q: cosine %.6f", texts[i], c)
			}
		}
	})
}

func TestTheFastestKernelIsChosen(t *testing.T) {
	t.Parallel()
	m, err := Open(weights.File())
	if err != nil {
		t.Fatal(err)
	}
	if want := kernels()[len(kernels())-1].name; m.Kernel() != want {
		t.Errorf("kernel %s, want %s", m.Kernel(), want)
	}
}
