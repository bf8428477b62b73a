package e5

import (
	"encoding/binary"
	"math"
)

// work is the scratch of the portable multiplication: half a row group, unpacked.
type work struct {
	packed []uint64
	sums   [rowGroup / 2][wide / blockSize]int32
	scales [rowGroup / 2][wide / blockSize]float32
}

func portable() kernel {
	return kernel{
		name:     "portable",
		quantize: quantizePortable,
		multiply: multiplyPortable,
		attend:   attendPortable,
		gelu:     geluPortable,
		addNorm:  addNormPortable,
	}
}

//go:norace
func quantizePortable(in *activations, x []float32) {
	for b := range in.scale {
		block := (*[blockSize]float32)(x[b*blockSize:])
		largest := float32(0)
		for _, v := range block {
			largest = max(largest, abs(v))
		}
		in.scale[b] = largest / 127
		inverse := float32(0)
		if in.scale[b] > tiniest {
			inverse = 1 / in.scale[b]
		}
		values, sum := (*[blockSize]int8)(in.values[b*blockSize:]), int32(0)
		for i, v := range block {
			n := int32(math.RoundToEven(float64(v * inverse)))
			values[i] = int8(max(-127, min(127, n)))
			sum += int32(values[i])
		}
		in.shift[b] = float32(-8*sum) * in.scale[b]
	}
}

// tiniest is the scale below which a block is all zeros: its inverse would leave the range of a float32.
const tiniest = 1e-30

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// multiplyPortable takes four output rows at a time. Their weights of one column stand side by side in a 64-bit word, so that one multiplication makes four products: a nibble times an
// unsigned byte is at most 15·255, and sixteen of those fit in 16 bits.
func multiplyPortable(m matrix, in *activations, bias, out []float32, w *work) {
	w.packed = grown(w.packed, m.cols)
	const quad = rowGroup / 2
	for first := 0; first < m.rows; first += quad {
		w.unpack(m, first)
		for token := range in.rows {
			sums := w.dot(in, token)
			to := (*[quad]float32)(out[token*m.rows+first:])
			for r := range sums {
				to[r] = sums[r] + bias[first+r]
			}
		}
	}
}

// unpack spreads the four rows from first on, half of a row group.
//
//go:norace
func (w *work) unpack(m matrix, first int) {
	group := m.group(first / rowGroup)
	row := first % rowGroup
	for b := range m.blocks() {
		block := group[b*groupBlock : (b+1)*groupBlock]
		packed := (*[blockSize]uint64)(w.packed[b*blockSize:])
		*packed = [blockSize]uint64{}
		for r := range rowGroup / 2 {
			w.scales[r][b] = half(binary.LittleEndian.Uint16(block[2*(row+r):]))
			w.sums[r][b] = unpackRow(packed, block[2*rowGroup:], row+r, uint(16*r))
		}
	}
}

// unpackRow adds the nibbles of one row to packed and returns their sum.
//
//go:norace
func unpackRow(packed *[blockSize]uint64, nibbles []byte, row int, shift uint) int32 {
	sum := int32(0)
	for chunk := range 4 {
		for i, b := range nibbles[32*chunk+4*row:][:4] {
			low, high := b&15, b>>4
			packed[8*chunk+i] |= uint64(low) << shift
			packed[8*chunk+4+i] |= uint64(high) << shift
			sum += int32(low) + int32(high)
		}
	}
	return sum
}

// dot multiplies one token with the four unpacked rows.
//
//go:norace
func (w *work) dot(in *activations, token int) (out [4]float32) {
	blocks := in.cols / blockSize
	for b := range blocks {
		at := token*blocks + b
		values := (*[blockSize]int8)(in.values[at*blockSize:])
		packed := (*[blockSize]uint64)(w.packed[b*blockSize:])
		one := dot16((*[16]uint64)(packed[:16]), (*[16]int8)(values[:16]))
		two := dot16((*[16]uint64)(packed[16:]), (*[16]int8)(values[16:]))
		scale, shift := in.scale[at], in.shift[at]
		for r := range out {
			lane := int32(one>>(16*r)&0xffff) + int32(two>>(16*r)&0xffff) - 128*w.sums[r][b]
			out[r] += (float32(lane)*scale + shift) * w.scales[r][b]
		}
	}
	return out
}

// dot16 sums sixteen products in each of four lanes. The bytes are moved from -128..127 to 0..255; the caller takes that back.
//
//go:norace
func dot16(w *[16]uint64, a *[16]int8) uint64 {
	s := w[0]*u(a[0]) + w[1]*u(a[1]) + w[2]*u(a[2]) + w[3]*u(a[3])
	s += w[4]*u(a[4]) + w[5]*u(a[5]) + w[6]*u(a[6]) + w[7]*u(a[7])
	s += w[8]*u(a[8]) + w[9]*u(a[9]) + w[10]*u(a[10]) + w[11]*u(a[11])
	return s + w[12]*u(a[12]) + w[13]*u(a[13]) + w[14]*u(a[14]) + w[15]*u(a[15])
}

func u(a int8) uint64 { return uint64(uint8(a) ^ 0x80) }
