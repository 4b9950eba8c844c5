//go:build !purego

#include "textflag.h"

// The steps of compact. A row is one ZMM register: sixteen 32-bit lanes, one per
// candidate. Only AVX512F is needed. No step reads or writes outside the slices
// given, and none multiplies and adds in one rounding.

// compactKeysAVX512 turns rows of draws into rows of words.
//
//	SI items    Z10 spread   Z13 bits of the greatest noisy weight
//	R8 exact    Z11 floor    Z14 shift
//	DI numbered Z12 2⁻²⁴     Z15 bits of the keys
//	CX rows     K1 lanes whose keys are the draws
//
// func compactKeysAVX512(items, exact *compactRow, numbered *numberedWeight, keys *compactKeys, count int)
TEXT ·compactKeysAVX512(SB), NOSPLIT, $0-40
	MOVQ items+0(FP), SI
	MOVQ exact+8(FP), R8
	MOVQ numbered+16(FP), DI
	MOVQ keys+24(FP), BX
	MOVQ count+32(FP), CX
	VMOVDQU32 0(BX), Z10
	VMOVDQU32 64(BX), Z11
	VMOVDQU32 128(BX), Z14
	VPBROADCASTD 192(BX), Z13
	MOVL 196(BX), AX
	KMOVW AX, K1
	MOVL $0x33800000, AX
	VPBROADCASTD AX, Z12
	MOVL $0xFFFFFF00, AX
	VPBROADCASTD AX, Z15

key:
	VMOVDQU32 (SI), Z0
	VCVTDQ2PS Z0, Z1
	VMULPS Z12, Z1, Z1
	VMULPS Z10, Z1, Z1
	VADDPS Z11, Z1, Z1
	VMULPS.BCST (DI), Z1, Z1
	VPSUBD Z1, Z13, Z1 // falling weights are rising differences
	VMOVDQA32 Z0, K1, Z1
	VMOVDQU32 Z1, (R8)
	VPSLLVD Z14, Z1, Z1
	VPTERNLOGD.BCST $0xEA, 4(DI), Z15, Z1 // Z1 & Z15 | number
	VMOVDQU32 Z1, (SI)
	ADDQ $64, SI
	ADDQ $64, R8
	ADDQ $8, DI
	DECQ CX
	JNZ  key
	VZEROUPPER
	RET

// compactSortAVX512 sorts blocks of sixteen rows and merges them, step by step; see
// newBlocks. The rows of one block stand in registers.
//
//	SI rows            R8, R9  the blocks a and b
//	DI next step       Z0–Z15  rows of a
//	CX steps left      Z16     the lesser of two rows, Z17 row of b
//	AX kind of step
//
// func compactSortAVX512(rows *compactRow, steps *blockStep, count int)

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

TEXT ·compactSortAVX512(SB), NOSPLIT, $0-24
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

// compactTiesAVX512 compares the keys of neighbouring rows.
//
//	SI rows  CX pairs left  Z0 row, Z1 differing bits  Z15 bits of the keys
//	K1 lanes with equal keys, K2 all of these
//
// func compactTiesAVX512(rows *compactRow, pairs int) uint16
TEXT ·compactTiesAVX512(SB), NOSPLIT, $0-18
	MOVQ rows+0(FP), SI
	MOVQ pairs+8(FP), CX
	MOVL $0xFFFFFF00, AX
	VPBROADCASTD AX, Z15
	KXORW K2, K2, K2

pair:
	VMOVDQU32 (SI), Z0
	VPXORD 64(SI), Z0, Z1
	VPTESTNMD Z15, Z1, K1
	KORW K1, K2, K2
	ADDQ $64, SI
	DECQ CX
	JNZ  pair
	KMOVW K2, AX
	MOVW AX, ret+16(FP)
	VZEROUPPER
	RET

// compactPackAVX512 packs the items of each lane, in their order. It writes beside
// each item the pack and the room left in it, and gives the loads of the packs.
//
// The packs stand in a queue of eight by rising load, in registers: row r in Zr, and
// its room and pack in Z(8+r). The room is counted down to −1, whose sign goes over
// to the load; the loads are compared as whole numbers without sign, so full packs
// come after all others, and behind them what is no pack. The first row takes the
// item. With y the new load, x₁ < x₂ … the rows behind it, and gᵣ saying that xᵣ < y,
//
//	new row r = xᵣ₊₁ where gᵣ₊₁, else y where gᵣ, else xᵣ.
//
// Of packs that are equally loaded the one of lowest number has to be first. It is
// made so when two such packs have come to the front, which is seldom but at the
// start, when all are empty: then they are in order, and stay so until each has got
// an item, for a pack that is still empty after that goes to the front.
//
//	SI  next row of items       Z18 sign, Z19 bits of an item
//	DI  numbered                Z20 room for one, Z21 bits of a pack
//	CX  rows left, but BX that  Z22 items, Z23 their weights, then y
//	    are no empty pack's     Z24 room and pack of y
//	K1–K7 comparisons
//
// func compactPackAVX512(items *compactRow, numbered *numberedWeight, start *compactQueue, filling, count int, loads *[8]compactRow)
#define BEHIND(xr, xnext, pr, pnext, here, next) \
	VMOVAPS Z23, here, xr; \
	VMOVDQA32 Z24, here, pr; \
	VMOVAPS xnext, next, xr; \
	VMOVDQA32 pnext, next, pr

#define ITEM \
	VPANDD (SI), Z19, Z22; \
	KXNORW K1, K1, K1; \
	VPXORD Z23, Z23, Z23; \
	VGATHERDPS (DI)(Z22*8), K1, Z23

#define PACK \
	VADDPS Z0, Z23, Z23; \
	VPSUBD Z20, Z8, Z24; \
	VPORD Z24, Z22, Z22; \
	VMOVDQU32 Z22, (SI); \
	VPTERNLOGD $0xF8, Z18, Z24, Z23; /* Z23 | Z24 & Z18 */ \
	VPCMPUD $1, Z23, Z1, K1; \
	VPCMPUD $1, Z23, Z2, K2; \
	VPCMPUD $1, Z23, Z3, K3; \
	VPCMPUD $1, Z23, Z4, K4; \
	VPCMPUD $1, Z23, Z5, K5; \
	VPCMPUD $1, Z23, Z6, K6; \
	VPCMPUD $1, Z23, Z7, K7; \
	VBLENDMPS Z1, Z23, K1, Z0; \
	VPBLENDMD Z9, Z24, K1, Z8; \
	BEHIND(Z1, Z2, Z9, Z10, K1, K2); \
	BEHIND(Z2, Z3, Z10, Z11, K2, K3); \
	BEHIND(Z3, Z4, Z11, Z12, K3, K4); \
	BEHIND(Z4, Z5, Z12, Z13, K4, K5); \
	BEHIND(Z5, Z6, Z13, Z14, K5, K6); \
	BEHIND(Z6, Z7, Z14, Z15, K6, K7); \
	VMOVAPS Z23, K7, Z7; \
	VMOVDQA32 Z24, K7, Z15; \
	ADDQ $64, SI

// Equally loaded neighbours in the order of their packs.
#define EQUAL(xr, xnext, pr, pnext) \
	VPCMPEQD xr, xnext, K1; \
	VPANDD Z21, pr, Z25; \
	VPANDD Z21, pnext, Z26; \
	VPCMPUD $6, Z26, Z25, K1, K1; \
	VMOVDQA32 pr, Z25; \
	VMOVDQA32 pnext, K1, pr; \
	VMOVDQA32 Z25, K1, pnext

#define ROW(r, x, p) \
	VMOVDQU32 (64*r)(R8), x; \
	VMOVDQU32 (64*r+512)(R8), p

TEXT ·compactPackAVX512(SB), NOSPLIT, $0-48
	MOVQ items+0(FP), SI
	MOVQ numbered+8(FP), DI
	MOVQ start+16(FP), R8
	MOVQ filling+24(FP), BX
	MOVQ count+32(FP), CX
	ROW(0, Z0, Z8)
	ROW(1, Z1, Z9)
	ROW(2, Z2, Z10)
	ROW(3, Z3, Z11)
	ROW(4, Z4, Z12)
	ROW(5, Z5, Z13)
	ROW(6, Z6, Z14)
	ROW(7, Z7, Z15)
	MOVL $0x80000000, AX
	VPBROADCASTD AX, Z18
	MOVL $255, AX
	VPBROADCASTD AX, Z19
	MOVL $0x1000000, AX
	VPBROADCASTD AX, Z20
	MOVL $0xFF0000, AX
	VPBROADCASTD AX, Z21
	SUBQ BX, CX

fill:
	ITEM
	PACK
	DECQ BX
	JNZ  fill
	TESTQ CX, CX
	JZ   done

item:
	ITEM
	VPCMPEQD Z0, Z1, K1
	KORTESTW K1, K1
	JNZ  equal

pack:
	PACK
	DECQ CX
	JNZ  item

done:
	MOVQ loads+40(FP), R8
	VMOVDQU32 Z0, 0(R8)
	VMOVDQU32 Z1, 64(R8)
	VMOVDQU32 Z2, 128(R8)
	VMOVDQU32 Z3, 192(R8)
	VMOVDQU32 Z4, 256(R8)
	VMOVDQU32 Z5, 320(R8)
	VMOVDQU32 Z6, 384(R8)
	VMOVDQU32 Z7, 448(R8)
	VZEROUPPER
	RET

equal:
	EQUAL(Z6, Z7, Z14, Z15)
	EQUAL(Z5, Z6, Z13, Z14)
	EQUAL(Z4, Z5, Z12, Z13)
	EQUAL(Z3, Z4, Z11, Z12)
	EQUAL(Z2, Z3, Z10, Z11)
	EQUAL(Z1, Z2, Z9, Z10)
	EQUAL(Z0, Z1, Z8, Z9)
	JMP  pack
