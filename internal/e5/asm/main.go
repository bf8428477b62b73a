// Command asm writes the AVX2 kernel of package e5, kernel_amd64.s, and the Go declarations of its functions. scripts/e5/generate.sh runs it.
//
// Each function here does what the Go function of the same purpose in package e5 does; the comments there say what and why, those here how. The processor needs AVX2, FMA and F16C.
package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The shape of the model and the layout of the file, as in package e5.
const (
	dims       = 384
	blockSize  = 32
	groupBlock = 144
	scaleBytes = 16
	tile       = 4
)

func main() {
	ConstraintExpr("amd64")
	multiply()
	quantize()
	gelu()
	addNorm()
	combine()
	softmax()
	Generate()
}

var written = map[string]Mem{}

// every returns a constant in all lanes of a register, in memory. Functions that use the same one share it.
func every(name string, bits uint32) Mem {
	if m, ok := written[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(bits))
	}
	written[name] = m
	return m
}

func number(name string, v float32) Mem { return every(name, math.Float32bits(v)) }

func absMask() Mem    { return every("absMask", 0x7fffffff) }
func lowNibbles() Mem { return every("lowNibbles", 0x0f0f0f0f) }
func ones16() Mem     { return every("ones16", 0x00010001) }

// across reduces the eight lanes of v to the lowest of the result with a packed and a scalar instruction.
func across(v VecVirtual, packed, scalar func(ops ...Op)) VecVirtual {
	high, low := XMM(), v.AsX()
	VEXTRACTF128(Imm(1), v, high)
	packed(high, low, high)
	other := XMM()
	VMOVHLPS(high, high, other)
	packed(high, other, high)
	VMOVSHDUP(high, other)
	scalar(high, other, high)
	return high
}
