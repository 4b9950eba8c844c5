//go:build !purego

#include "textflag.h"

// The orders of vector. A row is one ZMM register: sixteen 32-bit lanes, one per
// candidate. Only AVX512F is needed. No step reads or writes outside the slices
// given, and none multiplies and adds in one rounding.

// keysAVX512 turns rows of draws into rows of words.
//
//	SI items    Z10 spread  Z13 bits of the greatest noisy weight
//	R8 exact    Z11 floor   Z14 bits to shift by, Z15 bits of the keys
//	DI weights  Z12 2⁻²⁴    Z16 greatest key
//	CX rows     K1 lanes whose keys are the draws
//
// func keysAVX512(items, exact *vectorRow, weights *numberedWeight, keys *vectorKeys, count int)
TEXT ·keysAVX512(SB), NOSPLIT, $0-40
	MOVQ items+0(FP), SI
	MOVQ exact+8(FP), R8
	MOVQ weights+16(FP), DI
	MOVQ keys+24(FP), BX
	MOVQ count+32(FP), CX
	VMOVDQU32 0(BX), Z10
	VMOVDQU32 64(BX), Z11
	VMOVDQU32 128(BX), Z14
	VPBROADCASTD 192(BX), Z13
	VPBROADCASTD 196(BX), Z16
	VPBROADCASTD 200(BX), Z15
	MOVL 204(BX), AX
	KMOVW AX, K1
	MOVL $0x33800000, AX
	VPBROADCASTD AX, Z12

key:
	VMOVDQU32 (SI), Z0
	VCVTDQ2PS Z0, Z1
	VMULPS Z12, Z1, Z1
	VMULPS Z10, Z1, Z1
	VADDPS Z11, Z1, Z1
	VMULPS.BCST 4(DI), Z1, Z1
	VPSUBD Z1, Z13, Z1 // falling weights are rising differences
	VPMINUD Z16, Z1, Z1
	VMOVDQA32 Z0, K1, Z1
	VMOVDQU32 Z1, (R8)
	VPSLLVD Z14, Z1, Z1
	VPTERNLOGD.BCST $0xEA, (DI), Z15, Z1 // Z1 & Z15 | number
	VMOVDQU32 Z1, (SI)
	ADDQ $64, SI
	ADDQ $64, R8
	ADDQ $8, DI
	DECQ CX
	JNZ  key
	VZEROUPPER
	RET

// blocksAVX512 sorts blocks of sixteen rows and merges them, step by step; see
// newBlocks. The rows of one block stand in registers.
//
//	SI rows            R8, R9  the blocks a and b
//	DI next step       Z0–Z15  rows of a
//	CX steps left      Z16     the lesser of two rows, Z17 row of b
//	AX kind of step
//
// func blocksAVX512(rows *vectorRow, steps *blockStep, count int)

// The greater of two words is what is left of both when the lesser is taken away
// by exclusive or; that takes another port of the processor than a second
// comparison would.
#define ORDER(x, y) \
	VPMINUD x, y, Z16; \
	VPTERNLOGD $0x96, Z16, x, y; \
	VMOVDQA32 Z16, x

// A row of a, left in the register, with a row of b.
#define MEET(i, j, x) \
	VMOVDQU32 (i)(R8), x; \
	VMOVDQU32 (j)(R9), Z17; \
	ORDER(x, Z17); \
	VMOVDQU32 Z17, (j)(R9)

TEXT ·blocksAVX512(SB), NOSPLIT, $0-24
	MOVQ rows+0(FP), SI
	MOVQ steps+8(FP), DI
	MOVQ count+16(FP), CX

step:
	MOVL 0(DI), AX
	MOVL 4(DI), R8
	MOVL 8(DI), R9
	ADDQ SI, R8
	ADDQ SI, R9
	ADDQ $12, DI
	CMPL AX, $2
	JGE  clean
	VMOVDQU32 0(R8), Z0
	VMOVDQU32 64(R8), Z1
	VMOVDQU32 128(R8), Z2
	VMOVDQU32 192(R8), Z3
	VMOVDQU32 256(R8), Z4
	VMOVDQU32 320(R8), Z5
	VMOVDQU32 384(R8), Z6
	VMOVDQU32 448(R8), Z7
	VMOVDQU32 512(R8), Z8
	VMOVDQU32 576(R8), Z9
	VMOVDQU32 640(R8), Z10
	VMOVDQU32 704(R8), Z11
	VMOVDQU32 768(R8), Z12
	VMOVDQU32 832(R8), Z13
	VMOVDQU32 896(R8), Z14
	VMOVDQU32 960(R8), Z15
	TESTL AX, AX
	JNZ  merge

	// Sixteen rows by sixty comparisons, due to Green (Knuth, The Art of Computer
	// Programming 5.3.4).
	ORDER(Z0, Z1); ORDER(Z2, Z3); ORDER(Z4, Z5); ORDER(Z6, Z7)
	ORDER(Z8, Z9); ORDER(Z10, Z11); ORDER(Z12, Z13); ORDER(Z14, Z15)
	ORDER(Z0, Z2); ORDER(Z4, Z6); ORDER(Z8, Z10); ORDER(Z12, Z14)
	ORDER(Z1, Z3); ORDER(Z5, Z7); ORDER(Z9, Z11); ORDER(Z13, Z15)
	ORDER(Z0, Z4); ORDER(Z8, Z12); ORDER(Z1, Z5); ORDER(Z9, Z13)
	ORDER(Z2, Z6); ORDER(Z10, Z14); ORDER(Z3, Z7); ORDER(Z11, Z15)
	ORDER(Z0, Z8); ORDER(Z1, Z9); ORDER(Z2, Z10); ORDER(Z3, Z11)
	ORDER(Z4, Z12); ORDER(Z5, Z13); ORDER(Z6, Z14); ORDER(Z7, Z15)
	ORDER(Z5, Z10); ORDER(Z6, Z9); ORDER(Z3, Z12); ORDER(Z13, Z14)
	ORDER(Z4, Z8); ORDER(Z7, Z11); ORDER(Z1, Z2)
	ORDER(Z1, Z4); ORDER(Z7, Z13); ORDER(Z2, Z8); ORDER(Z11, Z14)
	ORDER(Z2, Z4); ORDER(Z5, Z6); ORDER(Z9, Z10); ORDER(Z11, Z13)
	ORDER(Z3, Z8); ORDER(Z7, Z12)
	ORDER(Z6, Z8); ORDER(Z10, Z12); ORDER(Z3, Z5); ORDER(Z7, Z9)
	ORDER(Z3, Z4); ORDER(Z5, Z6); ORDER(Z7, Z8); ORDER(Z9, Z10)
	ORDER(Z11, Z12)
	ORDER(Z6, Z7); ORDER(Z8, Z9)
	JMP  store

clean: // row i with row i
	CMPL AX, $4
	JGE  flip
	MEET(0, 0, Z0)
	MEET(64, 64, Z1)
	MEET(128, 128, Z2)
	MEET(192, 192, Z3)
	MEET(256, 256, Z4)
	MEET(320, 320, Z5)
	MEET(384, 384, Z6)
	MEET(448, 448, Z7)
	MEET(512, 512, Z8)
	MEET(576, 576, Z9)
	MEET(640, 640, Z10)
	MEET(704, 704, Z11)
	MEET(768, 768, Z12)
	MEET(832, 832, Z13)
	MEET(896, 896, Z14)
	MEET(960, 960, Z15)
	JMP  met

flip: // row i with row 15 − i
	MEET(0, 960, Z0)
	MEET(64, 896, Z1)
	MEET(128, 832, Z2)
	MEET(192, 768, Z3)
	MEET(256, 704, Z4)
	MEET(320, 640, Z5)
	MEET(384, 576, Z6)
	MEET(448, 512, Z7)
	MEET(512, 448, Z8)
	MEET(576, 384, Z9)
	MEET(640, 320, Z10)
	MEET(704, 256, Z11)
	MEET(768, 192, Z12)
	MEET(832, 128, Z13)
	MEET(896, 64, Z14)
	MEET(960, 0, Z15)

met:
	TESTL $1, AX
	JZ   store

merge: // what is bitonic
	ORDER(Z0, Z8); ORDER(Z1, Z9); ORDER(Z2, Z10); ORDER(Z3, Z11)
	ORDER(Z4, Z12); ORDER(Z5, Z13); ORDER(Z6, Z14); ORDER(Z7, Z15)
	ORDER(Z0, Z4); ORDER(Z1, Z5); ORDER(Z2, Z6); ORDER(Z3, Z7)
	ORDER(Z8, Z12); ORDER(Z9, Z13); ORDER(Z10, Z14); ORDER(Z11, Z15)
	ORDER(Z0, Z2); ORDER(Z1, Z3); ORDER(Z4, Z6); ORDER(Z5, Z7)
	ORDER(Z8, Z10); ORDER(Z9, Z11); ORDER(Z12, Z14); ORDER(Z13, Z15)
	ORDER(Z0, Z1); ORDER(Z2, Z3); ORDER(Z4, Z5); ORDER(Z6, Z7)
	ORDER(Z8, Z9); ORDER(Z10, Z11); ORDER(Z12, Z13); ORDER(Z14, Z15)

store:
	VMOVDQU32 Z0, 0(R8)
	VMOVDQU32 Z1, 64(R8)
	VMOVDQU32 Z2, 128(R8)
	VMOVDQU32 Z3, 192(R8)
	VMOVDQU32 Z4, 256(R8)
	VMOVDQU32 Z5, 320(R8)
	VMOVDQU32 Z6, 384(R8)
	VMOVDQU32 Z7, 448(R8)
	VMOVDQU32 Z8, 512(R8)
	VMOVDQU32 Z9, 576(R8)
	VMOVDQU32 Z10, 640(R8)
	VMOVDQU32 Z11, 704(R8)
	VMOVDQU32 Z12, 768(R8)
	VMOVDQU32 Z13, 832(R8)
	VMOVDQU32 Z14, 896(R8)
	VMOVDQU32 Z15, 960(R8)
	DECQ CX
	JNZ  step
	VZEROUPPER
	RET

// tiesAVX512 compares the keys of neighbouring rows and writes the set of the lanes
// where they are equal for the second of each two. It returns all of these lanes.
//
//	SI rows          Z0 row, Z1 differing bits  K1 lanes, K2 all of these
//	DI next of ties  Z15 bits of the keys
//	CX pairs left
//
// func tiesAVX512(rows *vectorRow, pairs int, mask uint32, ties *uint16) uint16
TEXT ·tiesAVX512(SB), NOSPLIT, $0-34
	MOVQ rows+0(FP), SI
	MOVQ pairs+8(FP), CX
	MOVL mask+16(FP), AX
	VPBROADCASTD AX, Z15
	MOVQ ties+24(FP), DI
	KXORW K2, K2, K2

pair:
	VMOVDQU32 (SI), Z0
	VPXORD 64(SI), Z0, Z1
	VPTESTNMD Z15, Z1, K1
	KMOVW K1, (DI)
	KORW K1, K2, K2
	ADDQ $64, SI
	ADDQ $2, DI
	DECQ CX
	JNZ  pair
	KMOVW K2, AX
	MOVW AX, ret+32(FP)
	VZEROUPPER
	RET
