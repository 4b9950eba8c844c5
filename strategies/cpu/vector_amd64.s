//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "lanes_amd64.h"

// The orders of vector. A row is one ZMM register: sixteen 32-bit lanes, one per
// candidate. Only AVX512F is needed. Nothing is read or written outside the slices
// given, and no multiplication and addition share one rounding.

// keysAVX512 turns rows of draws into rows of words: key above item number.
//
//	SI items    Z10 spread  Z13 bits of the max noisy weight
//	R8 exact    Z11 floor   Z14 bits to shift by, Z15 bits of the keys
//	DI weights  Z12 2⁻²⁴    Z16 max key
//	CX rows     K1 lanes whose keys are the draws
//
// func keysAVX512(items, exact *vectorRow, weights *numberedWeight, keys *vectorKeys, count int)
TEXT ·keysAVX512(SB), NOSPLIT, $0-40
	MOVQ items+0(FP), SI
	MOVQ exact+8(FP), R8
	MOVQ weights+16(FP), DI
	MOVQ keys+24(FP), BX
	MOVQ count+32(FP), CX
	VMOVUPS vectorKeys_spread(BX), Z10
	VMOVUPS vectorKeys_floor(BX), Z11
	VMOVDQU32 vectorKeys_left(BX), Z14
	VPBROADCASTD vectorKeys_base(BX), Z13
	VPBROADCASTD vectorKeys_max(BX), Z16
	VPBROADCASTD vectorKeys_mask(BX), Z15
	MOVL vectorKeys_random(BX), AX
	KMOVW AX, K1
	MOVL $0x33800000, AX // 2⁻²⁴
	VPBROADCASTD AX, Z12

key:
	VMOVDQU32 (SI), Z0
	VCVTDQ2PS Z0, Z1
	VMULPS Z12, Z1, Z1
	VMULPS Z10, Z1, Z1
	VADDPS Z11, Z1, Z1
	VMULPS.BCST numberedWeight_weight(DI), Z1, Z1
	VPSUBD Z1, Z13, Z1 // falling weights are rising differences
	VPMINUD Z16, Z1, Z1
	VMOVDQA32 Z0, K1, Z1
	VMOVDQU32 Z1, (R8)
	VPSLLVD Z14, Z1, Z1
	VPTERNLOGD.BCST $0xEA, numberedWeight_number(DI), Z15, Z1 // Z1 & Z15 | number
	VMOVDQU32 Z1, (SI)
	ADDQ $ROW, SI
	ADDQ $ROW, R8
	ADDQ $numberedWeight__size, DI
	DECQ CX
	JNZ  key
	VZEROUPPER
	RET

// blocksAVX512 sorts blocks of sixteen rows and merges them, step by step; see
// newBlocks. The rows of one block stand in registers.
//
//	SI rows            R8, R9  the blocks a and b
//	DI next step       Z0–Z15  rows of a
//	CX steps left      Z16     min of two rows, Z17 row of b
//	AX kind of step
//
// func blocksAVX512(rows *vectorRow, steps *blockStep, count int)

// ORDER leaves the min in x and the max in y. The max is the exclusive or of both
// and the min, which takes a different port of the processor than a second
// comparison would.
#define ORDER(x, y) \
	VPMINUD x, y, Z16; \
	VPTERNLOGD XOR3, Z16, x, y; \
	VMOVDQA32 Z16, x

#define LAST (const_blockRows - 1)

// EACH applies a macro to each row of a block and its register.
#define EACH(do) \
	do(0, Z0); do(1, Z1); do(2, Z2); do(3, Z3); \
	do(4, Z4); do(5, Z5); do(6, Z6); do(7, Z7); \
	do(8, Z8); do(9, Z9); do(10, Z10); do(11, Z11); \
	do(12, Z12); do(13, Z13); do(14, Z14); do(15, Z15)

#define LOAD(i, x) VMOVDQU32 (ROW*i)(R8), x
#define STORE(i, x) VMOVDQU32 x, (ROW*i)(R8)

// ORDERWITH leaves the min of row x of a and row j of b in x, and the max in b.
// HALVE pairs row i with row i of b, FLIP with row LAST−i.
#define ORDERWITH(j, x) \
	VMOVDQU32 (ROW*(j))(R9), Z17; \
	ORDER(x, Z17); \
	VMOVDQU32 Z17, (ROW*(j))(R9)

#define HALVE(i, x) ORDERWITH(i, x)
#define FLIP(i, x) ORDERWITH(LAST-i, x)

TEXT ·blocksAVX512(SB), NOSPLIT, $0-24
	MOVQ rows+0(FP), SI
	MOVQ steps+8(FP), DI
	MOVQ count+16(FP), CX

step:
	MOVL blockStep_kind(DI), AX
	MOVL blockStep_a(DI), R8
	MOVL blockStep_b(DI), R9
	ADDQ SI, R8
	ADDQ SI, R9
	ADDQ $blockStep__size, DI
	EACH(LOAD)
	CMPL AX, $const_blockMerge
	JEQ  merge
	JGT  two

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

two: // blocks
	CMPL AX, $const_blockFlip
	JGE  flip
	EACH(HALVE)
	JMP  met

flip:
	EACH(FLIP)

met:
	TESTL $const_blockThen, AX
	JZ    store

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
	EACH(STORE)
	DECQ CX
	JNZ  step
	VZEROUPPER
	RET

// tiesAVX512 compares the keys of neighbouring rows and writes, for the second row
// of each pair, the set of lanes in which they are equal. It returns the union.
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
	VPXORD ROW(SI), Z0, Z1
	VPTESTNMD Z15, Z1, K1
	KMOVW K1, (DI)
	KORW K1, K2, K2
	ADDQ $ROW, SI
	ADDQ $2, DI
	DECQ CX
	JNZ  pair
	KMOVW K2, AX
	MOVW AX, ret+32(FP)
	VZEROUPPER
	RET
