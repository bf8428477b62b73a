package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// addNorm adds and normalises rows: once for the mean, once for the spread, once for the result.
func addNorm() {
	TEXT("addNormAVX2", NOSPLIT, "func(x, add, weight, bias *float32, rows int, epsilon float32)")
	Doc("addNormAVX2 adds rows of 384 numbers to those of x and normalises them.")
	Pragma("noescape")
	x, add := Load(Param("x"), GP64()), Load(Param("add"), GP64())
	weight, bias := Load(Param("weight"), GP64()), Load(Param("bias"), GP64())
	left, epsilon := Load(Param("rows"), GP64()), Load(Param("epsilon"), XMM())
	size, one := number("size", dims), number("one", 1)
	const step, unroll = 32, 4
	at := GP64()

	Label("row")
	var sums [unroll]VecVirtual
	for i := range sums {
		sums[i] = YMM()
		VXORPS(sums[i], sums[i], sums[i])
	}
	XORQ(at, at)
	Label("mean")
	for i := range sums {
		v, place := YMM(), Mem{Base: x, Index: at, Scale: 1, Disp: step * i}
		VMOVUPS(place, v)
		VADDPS(Mem{Base: add, Index: at, Scale: 1, Disp: step * i}, v, v)
		VMOVUPS(v, place)
		VADDPS(v, sums[i], sums[i])
	}
	ADDQ(U32(step*unroll), at)
	CMPQ(at, U32(4*dims))
	JNE(LabelRef("mean"))
	mean := YMM()
	middle := across(together(sums), VADDPS, VADDSS)
	VDIVSS(size, middle, middle)
	VBROADCASTSS(middle, mean)

	for i := range sums {
		VXORPS(sums[i], sums[i], sums[i])
	}
	XORQ(at, at)
	Label("spread")
	for i := range sums {
		v := YMM()
		VMOVUPS(Mem{Base: x, Index: at, Scale: 1, Disp: step * i}, v)
		VSUBPS(mean, v, v)
		VFMADD231PS(v, v, sums[i])
	}
	ADDQ(U32(step*unroll), at)
	CMPQ(at, U32(4*dims))
	JNE(LabelRef("spread"))
	spread, factor := across(together(sums), VADDPS, VADDSS), XMM()
	VDIVSS(size, spread, spread)
	VADDSS(epsilon, spread, spread)
	VSQRTSS(spread, spread, spread)
	VMOVSS(one, factor)
	VDIVSS(spread, factor, factor)
	scale := YMM()
	VBROADCASTSS(factor, scale)

	XORQ(at, at)
	Label("result")
	for i := range unroll {
		v, place := YMM(), Mem{Base: x, Index: at, Scale: 1, Disp: step * i}
		VMOVUPS(place, v)
		VSUBPS(mean, v, v)
		VMULPS(scale, v, v)
		w := YMM()
		VMOVUPS(Mem{Base: weight, Index: at, Scale: 1, Disp: step * i}, w)
		VFMADD213PS(Mem{Base: bias, Index: at, Scale: 1, Disp: step * i}, w, v)
		VMOVUPS(v, place)
	}
	ADDQ(U32(step*unroll), at)
	CMPQ(at, U32(4*dims))
	JNE(LabelRef("result"))
	ADDQ(U32(4*dims), x)
	ADDQ(U32(4*dims), add)
	DECQ(left)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}

func together(sums [4]VecVirtual) VecVirtual {
	VADDPS(sums[1], sums[0], sums[0])
	VADDPS(sums[3], sums[2], sums[2])
	VADDPS(sums[2], sums[0], sums[0])
	return sums[0]
}

// combine multiplies four rows of a with the matrix b: queries with keys, and weights with values. Sixteen columns at a time stay in registers.
func combine() {
	TEXT("combineAVX2", NOSPLIT, "func(a *float32, apart, terms int, b *float32, columns int, start, out *float32, stride int)")
	Doc("combineAVX2 writes start + a·b for four rows of a, apart bytes from one another, to rows of out that are stride bytes apart. columns is a multiple of 16.")
	Pragma("noescape")
	apart, columns := Load(Param("apart"), GP64()), Load(Param("columns"), GP64())
	b, start := Load(Param("b"), GP64()), Load(Param("start"), GP64())
	out, stride := Load(Param("out"), GP64()), Load(Param("stride"), GP64())
	apart3, wide := GP64(), GP64()
	LEAQ(Mem{Base: apart, Index: apart, Scale: 2}, apart3)
	MOVQ(columns, wide)
	SHLQ(Imm(2), wide)
	SHRQ(Imm(4), columns)

	Label("columns")
	var sums [tile][2]VecVirtual
	for t := range sums {
		for i := range sums[t] {
			sums[t][i] = YMM()
			VMOVUPS(Mem{Base: start, Disp: 32 * i}, sums[t][i])
		}
	}
	a, left, row := Load(Param("a"), GP64()), Load(Param("terms"), GP64()), GP64()
	MOVQ(b, row)
	Label("term")
	first, second, factor := YMM(), YMM(), YMM()
	VMOVUPS(Mem{Base: row}, first)
	VMOVUPS(Mem{Base: row, Disp: 32}, second)
	for t, at := range rows(a, apart, apart3, 0) {
		VBROADCASTSS(at, factor)
		VFMADD231PS(first, factor, sums[t][0])
		VFMADD231PS(second, factor, sums[t][1])
	}
	ADDQ(wide, row)
	ADDQ(Imm(4), a)
	DECQ(left)
	JNZ(LabelRef("term"))
	to := GP64()
	MOVQ(out, to)
	for t := range sums {
		VMOVUPS(sums[t][0], Mem{Base: to})
		VMOVUPS(sums[t][1], Mem{Base: to, Disp: 32})
		if t < tile-1 {
			ADDQ(stride, to)
		}
	}
	ADDQ(Imm(64), b)
	ADDQ(Imm(64), start)
	ADDQ(Imm(64), out)
	DECQ(columns)
	JNZ(LabelRef("columns"))
	VZEROUPPER()
	RET()
}
