//go:build !purego

#include "textflag.h"

// The steps of vector. A row is one ZMM register: eight 64-bit lanes, one
// per candidate. Only AVX512F is needed. No step reads or writes outside the
// slices given, and none multiplies and adds in one rounding.

// keysAVX512 turns rows of draws into rows of words key<<32 | item. The floats
// are made in the lower half of each lane, where the draw is; in the upper half
// the same instructions work on zeros.
//
//	SI items    Z10 spread          Z14 0x7FFFFFFF<<32 | item
//	DI weights  Z11 floor           Z15 one
//	CX rows     Z12 2⁻²⁴            K1  lanes whose keys are the draws
//	            Z13 the sign's bit of the upper half
//
// A descending key is the float's bits with the sign's bit set and all others
// inverted: (bits | Z13) ^ Z14, which sets the item besides.
//
// func keysAVX512(items *row, weights *float32, keys *laneKeys, count int)
TEXT ·keysAVX512(SB), NOSPLIT, $0-32
	MOVQ items+0(FP), SI
	MOVQ weights+8(FP), DI
	MOVQ keys+16(FP), BX
	MOVQ count+24(FP), CX
	VMOVDQU64 0(BX), Z10
	VMOVDQU64 64(BX), Z11
	VMOVDQU64 128(BX), Z0
	VPTESTMQ Z0, Z0, K1
	MOVL $0x33800000, AX
	VPBROADCASTD AX, Z12
	MOVQ $0x8000000000000000, AX
	VPBROADCASTQ AX, Z13
	MOVQ $0x7FFFFFFF00000000, AX
	VPBROADCASTQ AX, Z14
	MOVL $1, AX
	VPBROADCASTQ AX, Z15
	VPXORQ Z16, Z16, Z16

key:
	VMOVDQU64 (SI), Z0
	VCVTUDQ2PS Z0, Z1
	VMULPS Z12, Z1, Z1
	VMULPS Z10, Z1, Z1
	VADDPS Z11, Z1, Z1
	VMULPS.BCST (DI), Z1, Z1
	VPSLLQ $32, Z1, Z1
	VPTERNLOGQ $0x56, Z14, Z13, Z1 // (Z1 | Z13) ^ Z14
	VPSLLQ $32, Z0, Z0
	VPORQ Z16, Z0, K1, Z1
	VMOVDQU64 Z1, (SI)
	VPADDQ Z15, Z14, Z14
	VPADDQ Z15, Z16, Z16
	ADDQ $64, SI
	ADDQ $4, DI
	DECQ CX
	JNZ  key
	VZEROUPPER
	RET

// sortAVX512 puts the rows of each comparator in order. The greater of two words
// is what is left of both when the lesser is taken away by exclusive or; that
// takes another port of the processor than a second comparison would.
//
//	SI rows              AX, BX the two rows, times 8
//	DI next comparator   Z0, Z1 the rows
//	CX comparators left  Z2     the lesser
//
// func sortAVX512(rows *row, network *comparator, count int)
TEXT ·sortAVX512(SB), NOSPLIT, $0-24
	MOVQ rows+0(FP), SI
	MOVQ network+8(FP), DI
	MOVQ count+16(FP), CX

compare:
	MOVWLZX 0(DI), AX
	MOVWLZX 2(DI), BX
	VMOVDQU64 (SI)(AX*8), Z0
	VMOVDQU64 (SI)(BX*8), Z1
	VPMINUQ Z0, Z1, Z2
	VPTERNLOGQ $0x96, Z2, Z1, Z0 // Z0 ^ Z1 ^ Z2
	VMOVDQU64 Z2, (SI)(AX*8)
	VMOVDQU64 Z0, (SI)(BX*8)
	ADDQ $4, DI
	DECQ CX
	JNZ  compare
	VZEROUPPER
	RET

// fillAVX512 gives the p-th item of each lane to pack p, which is empty.
//
//	SI  items    Z0  word of the empty pack  Z12 lower halves' bits
//	DI  weights  Z1  items                   Z14 minus one
//	R8  queue    Z2  their weights           Z15 what the next pack's word is more
//	CX  packs    Z3  new word of the pack    K2  gather
//	    left     Z7  items with their places K3  weights of zero, K4 all of these
//
// func fillAVX512(items *row, weights *uint64, queue *row, count int, capacity uint64) (lanesWithZero uint16)
TEXT ·fillAVX512(SB), NOSPLIT, $0-42
	MOVQ items+0(FP), SI
	MOVQ weights+8(FP), DI
	MOVQ queue+16(FP), R8
	MOVQ count+24(FP), CX
	VPBROADCASTQ capacity+32(FP), Z0
	MOVL $0xFFFFFFFF, AX
	VPBROADCASTQ AX, Z12
	VPTERNLOGQ $0xFF, Z14, Z14, Z14
	MOVL $0x10000, AX
	VPBROADCASTQ AX, Z15
	KXORW K4, K4, K4

pack:
	VPANDQ (SI), Z12, Z1
	KXNORW K2, K2, K2
	VPXORQ Z2, Z2, Z2
	VPGATHERQQ (DI)(Z1*8), K2, Z2
	VPTESTNMQ Z2, Z2, K3
	KORW K3, K4, K4
	VPSLLQ $32, Z0, Z7
	VPORQ Z1, Z7, Z7
	VMOVDQU64 Z7, (SI)
	VPADDQ Z14, Z0, Z3
	VPORQ Z2, Z3, Z3
	VMOVDQU64 Z3, (R8)
	VPADDQ Z15, Z0, Z0
	ADDQ $64, SI
	ADDQ $64, R8
	DECQ CX
	JNZ  pack
	KMOVW K4, AX
	MOVW AX, lanesWithZero+40(FP)
	VZEROUPPER
	RET

// packAVX512 packs the items of each lane, in their order. It writes beside each
// item the pack and the room that it found there, and gives the words of the
// least and the most loaded pack.
//
// The queue is sorted, so the first row names the pack that gets the next item.
// Its new word y goes to its place like this: with x₀ < x₁ < … the old queue, x₀
// being the word that leaves, and t₀ = y,
//
//	new row r = min(tᵣ, xᵣ₊₁), tᵣ₊₁ = max(tᵣ, xᵣ₊₁),
//
// that is, y is carried along until a greater word takes its place and all that
// follow move one on. As the queue is sorted, tᵣ is max(y, xᵣ) for r > 0; each
// block of eight rows begins with that and need not wait for the one before. A
// full pack's word has all bits set and stays at the end; so do the rows that
// fill up the last block, at least one of them, which takes the last tᵣ.
//
//	SI  next row of items  Z0  first row of the queue, then y
//	DI  weights            Z1  items, Z2 their weights in the upper halves
//	R8  queue              Z3  carried word tᵣ
//	CX  rows of items left Z4  xᵣ₊₁, Z5 new row r
//	DX  blocks             Z6  new first row, Z7 items with their places
//	R9  block, R10 left    Z10, Z11 least and most loaded full packs
//	K1  upper halves       Z12 lower halves' bits, Z13 the room's bits
//	K2  gather, K3 full    Z14 all bits: minus one, or a full pack
//
// func packAVX512(items *row, weights *uint64, queue *row, count, blocks int, least, most *row)
#define MOVE(r) \
	VMOVDQU64 (64*r)(R9), Z4; \
	VPMINUQ Z3, Z4, Z5; \
	VPTERNLOGQ $0x96, Z5, Z4, Z3; \
	VMOVDQU64 Z5, (64*r-64)(R9)

TEXT ·packAVX512(SB), NOSPLIT, $0-56
	MOVQ items+0(FP), SI
	MOVQ weights+8(FP), DI
	MOVQ queue+16(FP), R8
	MOVQ count+24(FP), CX
	MOVQ blocks+32(FP), DX
	MOVL $0xFFFFFFFF, AX
	VPBROADCASTQ AX, Z12
	MOVL $0xFFFF, AX
	VPBROADCASTQ AX, Z13
	VPTERNLOGQ $0xFF, Z14, Z14, Z14
	MOVL $0xAAAA, AX
	KMOVW AX, K1
	VMOVDQA64 Z14, Z10
	VPXORQ Z11, Z11, Z11
	VMOVDQU64 (R8), Z0

item:
	VPANDQ (SI), Z12, Z1
	KXNORW K2, K2, K2
	VPXORQ Z2, Z2, Z2
	VPGATHERQQ (DI)(Z1*8), K2, Z2
	VPSLLQ $32, Z0, Z7
	VPORQ Z1, Z7, Z7
	VMOVDQU64 Z7, (SI)
	VADDPS Z2, Z0, K1, Z0              // add the load,
	VPADDQ Z14, Z0, Z0                 // take the room,
	VPTESTNMQ Z13, Z0, K3
	VPMINUQ Z0, Z10, K3, Z10
	VPMAXUQ Z0, Z11, K3, Z11
	VPTERNLOGQ $0xFF, Z0, Z0, K3, Z0   // and leave if that was the last
	MOVQ R8, R9
	MOVQ DX, R10
	VMOVDQU64 64(R9), Z4
	VPMINUQ Z0, Z4, Z6
	VMOVDQA64 Z0, Z3
	VPTERNLOGQ $0x96, Z6, Z4, Z3
	JMP  second

block:
	VPMAXUQ (R9), Z0, Z3
	MOVE(1)

second:
	MOVE(2)
	MOVE(3)
	MOVE(4)
	MOVE(5)
	MOVE(6)
	MOVE(7)
	MOVE(8)
	ADDQ $512, R9
	DECQ R10
	JNZ  block
	VMOVDQA64 Z6, Z0
	ADDQ $64, SI
	DECQ CX
	JNZ  item

	MOVQ least+40(FP), AX
	VMOVDQU64 Z10, (AX)
	MOVQ most+48(FP), AX
	VMOVDQU64 Z11, (AX)
	VZEROUPPER
	RET
