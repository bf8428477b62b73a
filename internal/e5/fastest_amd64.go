package e5

import "github.com/klauspost/cpuid/v2"

// fastest returns the kernel for this machine.
func fastest() kernel {
	all := kernels()
	return all[len(all)-1]
}

// kernels returns what this machine can run, the slowest first.
func kernels() []kernel {
	if !cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3, cpuid.F16C) {
		return []kernel{portable()}
	}
	return []kernel{portable(), avx2()}
}

func avx2() kernel {
	return kernel{
		name:     "avx2",
		quantize: quantizeWithAVX2,
		multiply: multiplyWithAVX2,
		attend:   attendWithAVX2,
		gelu:     geluWithAVX2,
		addNorm:  addNormWithAVX2,
	}
}

// The functions in assembly check no bounds. What they are given here ends with the last element they touch, so that a slice too short ends the program instead of reading what
// lies behind.

func quantizeWithAVX2(in *activations, x []float32) {
	_ = x[len(in.scale)*blockSize-1]
	quantizeAVX2(&x[0], &in.values[0], &in.scale[0], &in.shift[0], len(in.scale))
}

func multiplyWithAVX2(m matrix, in *activations, bias, out []float32, _ *work) {
	_, _ = out[in.rows*m.rows-1], in.values[in.rows*m.cols-1]
	for first := 0; first < m.rows; first += rowGroup {
		group := m.group(first / rowGroup)
		multiplyAVX2(&group[0], m.blocks(), &in.values[0], &in.scale[0], &in.shift[0], in.rows/tile, &bias[first], &out[first], 4*m.rows)
	}
}

func attendWithAVX2(a *attention) {
	_, _ = a.query[(a.rows-1)*projected+headDims-1], a.out[(a.rows-1)*dims+headDims-1]
	for token := 0; token < a.rows; token += tile {
		combineAVX2(&a.query[token*projected], 4*projected, headDims, &a.key[0], a.span, &a.mask[0], &a.score[0], 4*a.span)
		for row := range tile {
			softmaxAVX2(&a.score[row*a.span], a.span/8, attentionScale)
		}
		combineAVX2(&a.score[0], 4*a.span, a.tokens, &a.value[0], headDims, &a.none[0], &a.out[token*dims], 4*dims)
	}
}

func geluWithAVX2(x []float32) {
	geluAVX2(&x[0], len(x)/8)
}

func addNormWithAVX2(x, add, weight, bias []float32, epsilon float32) {
	_, _, _ = add[len(x)-1], weight[dims-1], bias[dims-1]
	addNormAVX2(&x[0], &add[0], &weight[0], &bias[0], len(x)/dims, epsilon)
}
