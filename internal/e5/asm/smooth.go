package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// exponent holds the constants of exp in memory, each written once.
type exponent struct {
	lowest, log2e, ln2High, ln2Low, one, bias Mem
	terms                                     [6]Mem
}

func exponents() *exponent {
	e := &exponent{
		lowest: number("expLowest", -87), log2e: number("expLog2e", 1.44269504088896341),
		ln2High: number("expLn2High", 0.693359375), ln2Low: number("expLn2Low", -2.12194440e-4),
		one: number("one", 1), bias: every("expBias", 127),
	}
	for i, v := range []float32{1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		e.terms[i] = number("exp"+string(rune('0'+i)), v)
	}
	return e
}

// exp returns e to the power of x, which it overwrites.
func (e *exponent) exp(x VecVirtual) VecVirtual {
	n, y, square := YMM(), YMM(), YMM()
	VMAXPS(e.lowest, x, x)
	VMULPS(e.log2e, x, n)
	VROUNDPS(Imm(0), n, n)
	VFNMADD231PS(e.ln2High, n, x)
	VFNMADD231PS(e.ln2Low, n, x)
	VMOVUPS(e.terms[0], y)
	for _, term := range e.terms[1:] {
		VFMADD213PS(term, x, y)
	}
	VMULPS(x, x, square)
	VFMADD213PS(x, square, y)
	VADDPS(e.one, y, y)
	VCVTPS2DQ(n, n)
	VPADDD(e.bias, n, n)
	VPSLLD(Imm(23), n, n)
	VMULPS(n, y, y)
	return y
}

func gelu() {
	TEXT("geluAVX2", NOSPLIT, "func(x *float32, eights int)")
	Doc("geluAVX2 applies the activation function to eights times eight numbers.")
	Pragma("noescape")
	x, left := Load(Param("x"), GP64()), Load(Param("eights"), GP64())
	e := exponents()
	p, root, half := number("erfP", 0.3275911), number("rootHalf", 0.70710678118654752440), number("half", 0.5)
	var terms []Mem
	for i, v := range []float32{1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592} {
		terms = append(terms, number("erf"+string(rune('5'-i)), v))
	}
	sign, positive := every("signMask", 0x80000000), absMask()

	Label("eight")
	v, z, t, y := YMM(), YMM(), YMM(), YMM()
	VMOVUPS(Mem{Base: x}, v)
	VANDPS(positive, v, z)
	VMULPS(root, z, z)
	one := YMM()
	VMOVUPS(e.one, one)
	VMOVUPS(p, t)
	VFMADD213PS(one, z, t)
	VDIVPS(t, one, t)
	VMOVUPS(terms[0], y)
	for _, term := range terms[1:] {
		VFMADD213PS(term, t, y)
	}
	VMULPS(t, y, y)
	VMULPS(z, z, z)
	VXORPS(sign, z, z)
	VMULPS(e.exp(z), y, y) // 1 - erf
	VMULPS(v, y, y)
	VMULPS(half, y, y)
	above := YMM()
	VSUBPS(y, v, above)
	VBLENDVPS(v, y, above, above)
	VMOVUPS(above, Mem{Base: x})
	ADDQ(Imm(32), x)
	DECQ(left)
	JNZ(LabelRef("eight"))
	VZEROUPPER()
	RET()
}

// softmax works on one row: its largest score, the weights and their sum, the weights divided by it.
func softmax() {
	TEXT("softmaxAVX2", NOSPLIT, "func(score *float32, eights int, scale float32)")
	Doc("softmaxAVX2 turns scores times scale into weights that add up to one.")
	Pragma("noescape")
	score, eights := Load(Param("score"), GP64()), Load(Param("eights"), GP64())
	scale := YMM()
	address, err := Param("scale").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(address.Addr, scale)
	e := exponents()
	at, left := GP64(), GP64()
	from := func(label string) {
		MOVQ(score, at)
		MOVQ(eights, left)
		Label(label)
	}
	again := func(label string) {
		ADDQ(Imm(32), at)
		DECQ(left)
		JNZ(LabelRef(label))
	}

	largest := YMM()
	VMOVUPS(Mem{Base: score}, largest)
	from("largest")
	VMAXPS(Mem{Base: at}, largest, largest)
	again("largest")
	VBROADCASTSS(across(largest, VMAXPS, VMAXSS), largest)

	sum := YMM()
	VXORPS(sum, sum, sum)
	from("weights")
	v := YMM()
	VMOVUPS(Mem{Base: at}, v)
	VSUBPS(largest, v, v)
	VMULPS(scale, v, v)
	y := e.exp(v)
	VADDPS(y, sum, sum)
	VMOVUPS(y, Mem{Base: at})
	again("weights")
	all := across(sum, VADDPS, VADDSS)
	inverse := XMM()
	VMOVSS(e.one, inverse)
	VDIVSS(all, inverse, inverse)
	VBROADCASTSS(inverse, sum)

	from("divide")
	VMULPS(Mem{Base: at}, sum, v)
	VMOVUPS(v, Mem{Base: at})
	again("divide")
	VZEROUPPER()
	RET()
}
