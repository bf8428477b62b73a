package e5

import "math"

// The smooth functions are polynomials in single precision, the same in every kernel. They are off by less than two units of the last place over the range a layer
// uses, which is far below what rounding to 8 bits does next.

// exp is e to the power of x, for x from -87 to 88: x = n·ln 2 + r, and e to the power of r by a polynomial.
//
//go:norace
func exp(x float32) float32 {
	x = max(x, expLowest)
	n := float32(math.RoundToEven(float64(x * expLog2e)))
	x -= n * expLn2High
	x -= n * expLn2Low
	y := float32(exp0)
	y = y*x + exp1
	y = y*x + exp2
	y = y*x + exp3
	y = y*x + exp4
	y = y*x + exp5
	y = y*x*x + x + 1
	return y * math.Float32frombits(uint32(int32(n)+127)<<23)
}

// Minimax coefficients of (eʳ-1-r)/r² on |r| ≤ ln 2 / 2, as the Cephes library publishes them; ln 2 is split so that n·ln2High is exact.
const (
	expLowest  = -87
	expLog2e   = 1.44269504088896341
	expLn2High = 0.693359375
	expLn2Low  = -2.12194440e-4
	exp0       = 1.9875691500e-4
	exp1       = 1.3981999507e-3
	exp2       = 8.3334519073e-3
	exp3       = 4.1665795894e-2
	exp4       = 1.6666665459e-1
	exp5       = 5.0000001201e-1
)

// gelu is x·Φ(x), with the error function after Abramowitz and Stegun 7.1.26 (its error is below 1.5e-7).
//
//go:norace
func gelu(x float32) float32 {
	z := abs(x) * math.Sqrt2 / 2
	t := 1 / (1 + erfP*z)
	y := float32(erf5)
	y = y*t + erf4
	y = y*t + erf3
	y = y*t + erf2
	y = y*t + erf1
	tail := y * t * exp(-z*z) // 1 - erf z
	if x < 0 {
		return x * tail / 2
	}
	return x * (2 - tail) / 2
}

const (
	erfP = 0.3275911
	erf1 = 0.254829592
	erf2 = -0.284496736
	erf3 = 1.421413741
	erf4 = -1.453152027
	erf5 = 1.061405429
)

//go:norace
func geluPortable(x []float32) {
	for i, v := range x {
		x[i] = gelu(v)
	}
}

func addNormPortable(x, add, weight, bias []float32, epsilon float32) {
	for ; len(x) > 0; x, add = x[dims:], add[dims:] {
		normRow((*[dims]float32)(x), (*[dims]float32)(add), (*[dims]float32)(weight), (*[dims]float32)(bias), epsilon)
	}
}

//go:norace
func normRow(x, add, weight, bias *[dims]float32, epsilon float32) {
	sum := float32(0)
	for i := range x {
		x[i] += add[i]
		sum += x[i]
	}
	mean, square := sum/dims, float32(0)
	for i := range x {
		x[i] -= mean
		square += x[i] * x[i]
	}
	scale := 1 / float32(math.Sqrt(float64(square/dims+epsilon)))
	for i := range x {
		x[i] = x[i]*scale*weight[i] + bias[i]
	}
}
