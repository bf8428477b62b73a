package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// multiply computes eight output rows for tiles of four tokens. A register of weights holds four columns of the eight rows, so that every lane is one row and nothing is added across lanes. A nibble (at most
// 15) times a signed byte (at most 127), two of them added by VPMADDUBSW and eight of those sums added up, is at most 30,480: it never saturates 16 bits, and they are widened only once a block.
func multiply() {
	TEXT("multiplyAVX2", NOSPLIT, "func(group *byte, blocks int, values *int8, scale, shift *float32, tiles int, bias, out *float32, stride int)")
	Doc("multiplyAVX2 writes eight columns of out, whose rows are stride bytes apart, for tiles of four tokens.")
	Pragma("noescape")
	group, blocks := Load(Param("group"), GP64()), Load(Param("blocks"), GP64())
	values, scale := Load(Param("values"), GP64()), Load(Param("scale"), GP64())
	shift, tiles := Load(Param("shift"), GP64()), Load(Param("tiles"), GP64())
	out, stride := Load(Param("out"), GP64()), Load(Param("stride"), GP64())

	// Rows of values are 32 bytes per block long, rows of scales four.
	apart, apart3 := GP64(), GP64()
	MOVQ(blocks, apart)
	SHLQ(Imm(5), apart)
	LEAQ(Mem{Base: apart, Index: apart, Scale: 2}, apart3)
	few, few3 := GP64(), GP64()
	MOVQ(blocks, few)
	SHLQ(Imm(2), few)
	LEAQ(Mem{Base: few, Index: few, Scale: 2}, few3)

	mask, ones := YMM(), YMM()
	VMOVDQU(lowNibbles(), mask)
	VMOVDQU(ones16(), ones)

	Label("tokens")
	total := [tile]VecVirtual{YMM(), YMM(), YMM(), YMM()}
	for _, t := range total {
		VXORPS(t, t, t)
	}
	weights, left := GP64(), GP64()
	MOVQ(group, weights)
	MOVQ(blocks, left)

	Label("block")
	sums := [tile]VecVirtual{YMM(), YMM(), YMM(), YMM()}
	for chunk := range 4 {
		low, high := YMM(), YMM()
		VMOVDQU(Mem{Base: weights, Disp: scaleBytes + 32*chunk}, high)
		VPAND(mask, high, low)
		VPSRLW(Imm(4), high, high)
		VPAND(mask, high, high)
		for part, w := range []VecVirtual{low, high} {
			for t, at := range rows(values, apart, apart3, 8*chunk+4*part) {
				four := YMM()
				VPBROADCASTD(at, four)
				if chunk == 0 && part == 0 {
					VPMADDUBSW(four, w, sums[t])
					continue
				}
				VPMADDUBSW(four, w, four)
				VPADDW(four, sums[t], sums[t])
			}
		}
	}
	rowScale := YMM()
	VCVTPH2PS(Mem{Base: weights}, rowScale)
	scales, shifts := rows(scale, few, few3, 0), rows(shift, few, few3, 0)
	for t, sum := range sums {
		VPMADDWD(ones, sum, sum)
		VCVTDQ2PS(sum, sum)
		mine := YMM()
		VBROADCASTSS(scales[t], mine)
		VMULPS(mine, sum, sum)
		VBROADCASTSS(shifts[t], mine)
		VADDPS(mine, sum, sum)
		VFMADD231PS(rowScale, sum, total[t])
	}
	ADDQ(U32(groupBlock), weights)
	ADDQ(Imm(blockSize), values)
	ADDQ(Imm(4), scale)
	ADDQ(Imm(4), shift)
	DECQ(left)
	JNZ(LabelRef("block"))

	bias := Load(Param("bias"), left)
	for _, t := range total {
		VADDPS(Mem{Base: bias}, t, t)
		VMOVUPS(t, Mem{Base: out})
		ADDQ(stride, out)
	}
	// The pointers have walked one row; the next tile begins three further.
	ADDQ(apart3, values)
	ADDQ(few3, scale)
	ADDQ(few3, shift)
	DECQ(tiles)
	JNZ(LabelRef("tokens"))
	VZEROUPPER()
	RET()
}

// rows addresses the same place in four rows.
func rows(base, apart, apart3 Register, at int) [tile]Mem {
	return [tile]Mem{
		{Base: base, Disp: at},
		{Base: base, Index: apart, Scale: 1, Disp: at},
		{Base: base, Index: apart, Scale: 2, Disp: at},
		{Base: base, Index: apart3, Scale: 1, Disp: at},
	}
}
