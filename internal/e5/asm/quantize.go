package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// quantize rounds blocks of 32 numbers to bytes.
func quantize() {
	TEXT("quantizeAVX2", NOSPLIT, "func(x *float32, values *int8, scale, shift *float32, blocks int)")
	Doc("quantizeAVX2 rounds blocks of 32 numbers to 8 bits.")
	Pragma("noescape")
	x, values := Load(Param("x"), GP64()), Load(Param("values"), GP64())
	scale, shift := Load(Param("scale"), GP64()), Load(Param("shift"), GP64())
	blocks := Load(Param("blocks"), GP64())
	positive, order := YMM(), YMM()
	VMOVUPS(absMask(), positive)
	VMOVDQU(packedOrder(), order)
	top, least, one, eight := number("top", 127), number("tiniest", 1e-30), number("one", 1), number("minusEight", -8)

	Label("round")
	var v [4]VecVirtual
	largest := YMM()
	for i := range v {
		v[i] = YMM()
		VMOVUPS(Mem{Base: x, Disp: 32 * i}, v[i])
		if i == 0 {
			VANDPS(v[i], positive, largest)
			continue
		}
		size := YMM()
		VANDPS(v[i], positive, size)
		VMAXPS(size, largest, largest)
	}
	unit := across(largest, VMAXPS, VMAXSS)
	VDIVSS(top, unit, unit)
	VMOVSS(unit, Mem{Base: scale})
	inverse, sound := XMM(), XMM()
	VMOVSS(one, inverse)
	VDIVSS(unit, inverse, inverse)
	// A block of nothing has no scale: its inverse is infinite, and its numbers shall be zero.
	VCMPSS(Imm(0x1e), least, unit, sound)
	VANDPS(sound, inverse, inverse)
	factor := YMM()
	VBROADCASTSS(inverse, factor)
	sum := YMM()
	for i := range v {
		VMULPS(factor, v[i], v[i])
		VCVTPS2DQ(v[i], v[i])
		switch i {
		case 1:
			VPADDD(v[0], v[1], sum)
		case 2, 3:
			VPADDD(v[i], sum, sum)
		}
	}
	VPACKSSDW(v[1], v[0], v[0])
	VPACKSSDW(v[3], v[2], v[2])
	VPACKSSWB(v[2], v[0], v[0])
	VPERMD(v[0], order, v[0])
	VMOVDQU(v[0], Mem{Base: values})
	// Sums are small whole numbers, exact in floating point too.
	VCVTDQ2PS(sum, sum)
	offset := across(sum, VADDPS, VADDSS)
	VMULSS(eight, offset, offset)
	VMULSS(unit, offset, offset)
	VMOVSS(offset, Mem{Base: shift})
	ADDQ(U32(4*blockSize), x)
	ADDQ(Imm(blockSize), values)
	ADDQ(Imm(4), scale)
	ADDQ(Imm(4), shift)
	DECQ(blocks)
	JNZ(LabelRef("round"))
	VZEROUPPER()
	RET()
}

// packedOrder undoes what packing does: it works on each half of a register by itself.
func packedOrder() Mem {
	m := GLOBL("packedOrder", RODATA|NOPTR)
	for i, from := range []uint32{0, 4, 1, 5, 2, 6, 3, 7} {
		DATA(4*i, U32(from))
	}
	return m
}
