//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "lanes_amd64.h"

// The packing of shortQueue and longQueue. Only AVX512F is needed. Nothing is read
// or written outside the slices given.

// The bits of the room in the word of a longQueue.
#define LONG_ROOM ((2*const_longItems - 1)<<const_longRoomAt)

// shortAVX512 packs the items of each lane, in order. It adds to each item's word
// the pack and the room left in it, and returns the loads of the packs.
//
// The packs form a queue of eight by rising load, in registers: the load of row r in
// Zr, its room and pack in Z(8+r). The room is counted down to −1, whose sign bit is
// copied to the load. Loads are compared as unsigned integers, so full packs come
// after all others, and rows that are no pack after those. The first row takes the
// item. With y the new load, x₁ < x₂ … the rows behind it, and gᵣ meaning xᵣ < y,
//
//	new row r = xᵣ₊₁ where gᵣ₊₁, else y where gᵣ, else xᵣ.
//
// Of equally loaded packs the one of lowest number has to come first. They are put
// in order when two of them have reached the front. That is rare, except while packs
// are empty: these start in order, and keep it until each has taken an item, since a
// pack that is still empty then (its item has no load) goes to the front.
//
//	SI  next row of items       Z18 sign, Z19 bits of an item's number
//	DI  weights                 Z20 room for one, Z21 bits of a pack
//	BX  rows that empty packs   Z22 items, Z23 their weights, then y
//	    take, CX rows left      Z24 room and pack of y
//	K1–K7 comparisons
//
// func shortAVX512(items *vectorRow, weights *numberedWeight, start *shortPacking, filling, count int, loads *[shortPacks]vectorRow, mask uint32)
#define BEHIND(xr, xnext, pr, pnext, here, next) \
	VMOVAPS Z23, here, xr; \
	VMOVDQA32 Z24, here, pr; \
	VMOVAPS xnext, next, xr; \
	VMOVDQA32 pnext, next, pr

#define ITEM \
	VPANDD (SI), Z19, Z22; \
	KXNORW K1, K1, K1; \
	VPXORD Z23, Z23, Z23; \
	VGATHERDPS numberedWeight_weight(DI)(Z22*numberedWeight__size), K1, Z23

#define PACK \
	VADDPS Z0, Z23, Z23; \
	VPSUBD Z20, Z8, Z24; \
	VPORD Z24, Z22, Z22; \
	VMOVDQU32 Z22, (SI); \
	VPTERNLOGD $0xF8, Z18, Z24, Z23; /* Z23 | Z24 & Z18 */ \
	VPCMPUD LESS, Z23, Z1, K1; \
	VBLENDMPS Z1, Z23, K1, Z0; \
	VPBLENDMD Z9, Z24, K1, Z8; \
	VPCMPUD LESS, Z23, Z2, K2; \
	BEHIND(Z1, Z2, Z9, Z10, K1, K2); \
	VPCMPUD LESS, Z23, Z3, K3; \
	BEHIND(Z2, Z3, Z10, Z11, K2, K3); \
	VPCMPUD LESS, Z23, Z4, K4; \
	BEHIND(Z3, Z4, Z11, Z12, K3, K4); \
	VPCMPUD LESS, Z23, Z5, K5; \
	BEHIND(Z4, Z5, Z12, Z13, K4, K5); \
	VPCMPUD LESS, Z23, Z6, K6; \
	BEHIND(Z5, Z6, Z13, Z14, K5, K6); \
	VPCMPUD LESS, Z23, Z7, K7; \
	BEHIND(Z6, Z7, Z14, Z15, K6, K7); \
	VMOVAPS Z23, K7, Z7; \
	VMOVDQA32 Z24, K7, Z15; \
	ADDQ $ROW, SI

// INORDER puts equally loaded neighbours in the order of their packs.
#define INORDER(xr, xnext, pr, pnext) \
	VPCMPEQD xr, xnext, K1; \
	VPANDD Z21, pr, Z25; \
	VPANDD Z21, pnext, Z26; \
	VPCMPUD ABOVE, Z26, Z25, K1, K1; \
	VMOVDQA32 pr, Z25; \
	VMOVDQA32 pnext, K1, pr; \
	VMOVDQA32 Z25, K1, pnext

// EACH applies a macro to each row of the queue and its registers.
#define EACH(do) \
	do(0, Z0, Z8); do(1, Z1, Z9); do(2, Z2, Z10); do(3, Z3, Z11); \
	do(4, Z4, Z12); do(5, Z5, Z13); do(6, Z6, Z14); do(7, Z7, Z15)

#define LOAD(r, x, p) \
	VMOVDQU32 (shortPacking_load + ROW*r)(R8), x; \
	VMOVDQU32 (shortPacking_place + ROW*r)(R8), p

#define STORELOAD(r, x, p) VMOVDQU32 x, (ROW*r)(R8)

TEXT ·shortAVX512(SB), NOSPLIT, $0-52
	MOVQ items+0(FP), SI
	MOVQ weights+8(FP), DI
	MOVQ start+16(FP), R8
	MOVQ filling+24(FP), BX
	MOVQ count+32(FP), CX
	EACH(LOAD)
	MOVL $0x80000000, AX
	VPBROADCASTD AX, Z18
	MOVL mask+48(FP), AX
	VPBROADCASTD AX, Z19
	MOVL $(1<<const_shortRoomAt), AX
	VPBROADCASTD AX, Z20
	MOVL $(0xFF<<const_shortPackAt), AX
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
	EACH(STORELOAD)
	VZEROUPPER
	RET

equal:
	INORDER(Z6, Z7, Z14, Z15)
	INORDER(Z5, Z6, Z13, Z14)
	INORDER(Z4, Z5, Z12, Z13)
	INORDER(Z3, Z4, Z11, Z12)
	INORDER(Z2, Z3, Z10, Z11)
	INORDER(Z1, Z2, Z9, Z10)
	INORDER(Z0, Z1, Z8, Z9)
	JMP  pack

// sortAVX512 puts the rows of each comparator in order. The max of two words is the
// exclusive or of both and their min, which takes a different port of the processor
// than a second comparison would.
//
//	SI rows              AX, BX the two rows × halfLanes
//	DI next comparator   Z0, Z1 the rows
//	CX comparators left  Z2     the min
//
// func sortAVX512(rows *longRow, network *comparator, count int)
TEXT ·sortAVX512(SB), NOSPLIT, $0-24
	MOVQ rows+0(FP), SI
	MOVQ network+8(FP), DI
	MOVQ count+16(FP), CX

compare:
	MOVWLZX comparator_a(DI), AX
	MOVWLZX comparator_b(DI), BX
	VMOVDQU64 (SI)(AX*8), Z0
	VMOVDQU64 (SI)(BX*8), Z1
	VPMINUQ Z0, Z1, Z2
	VPTERNLOGQ XOR3, Z2, Z1, Z0 // Z0 ^ Z1 ^ Z2
	VMOVDQU64 Z2, (SI)(AX*8)
	VMOVDQU64 Z0, (SI)(BX*8)
	ADDQ $comparator__size, DI
	DECQ CX
	JNZ  compare
	VZEROUPPER
	RET

// fillAVX512 puts the p-th item of each lane into pack p, which is empty.
//
//	SI  items    Z0  word of the empty pack  Z11 upper halves' bits
//	DI  weights  Z1  items                   Z12 bits of an item's number
//	R8  queue    Z2  their weights           Z14 room for one
//	CX  packs    Z3  new word of the pack    Z15 step from pack to pack
//	    left     Z7  items with their places K2  gather
//	                                         K3  weights of zero, K4 any so far
//
// func fillAVX512(items *uint32, weights *numberedWeight, queue *longRow, count int, room uint64, mask uint32) (lanesWithZero uint16)
TEXT ·fillAVX512(SB), NOSPLIT, $0-50
	MOVQ items+0(FP), SI
	MOVQ weights+8(FP), DI
	MOVQ queue+16(FP), R8
	MOVQ count+24(FP), CX
	VPBROADCASTQ room+32(FP), Z0
	MOVL mask+40(FP), AX
	VPBROADCASTQ AX, Z12
	MOVQ $0xFFFFFFFF00000000, AX
	VPBROADCASTQ AX, Z11
	MOVL $(1<<const_longRoomAt), AX
	VPBROADCASTQ AX, Z14
	MOVL $(1<<const_longPackAt), AX
	VPBROADCASTQ AX, Z15
	KXORW K4, K4, K4

pack:
	VPMOVZXDQ (SI), Z1
	VPANDQ Z12, Z1, Z1
	KXNORW K2, K2, K2
	VPXORQ Z2, Z2, Z2
	VPGATHERQQ (DI)(Z1*numberedWeight__size), K2, Z2
	VPANDQ Z11, Z2, Z2
	VPTESTNMQ Z2, Z2, K3
	KORW K3, K4, K4
	VPORQ Z1, Z0, Z7
	VPMOVQD Z7, (SI)
	VPSUBQ Z14, Z0, Z3
	VPORQ Z2, Z3, Z3
	VMOVDQU64 Z3, (R8)
	VPADDQ Z15, Z0, Z0
	ADDQ $ROW, SI
	ADDQ $ROW, R8
	DECQ CX
	JNZ  pack
	KMOVW K4, AX
	MOVW AX, lanesWithZero+48(FP)
	VZEROUPPER
	RET

// longAVX512 packs the items of each lane, in order. It adds to each item's word the
// pack and the room in it before the item, and returns the words of the lightest and
// the heaviest pack.
//
// The queue is sorted, so the first row names the pack that takes the next item. Its
// new word y moves to its place like this: with x₀ < x₁ < … the old queue, x₀ being
// the word that leaves, and t₀ = y,
//
//	new row r = min(tᵣ, xᵣ₊₁), tᵣ₊₁ = max(tᵣ, xᵣ₊₁),
//
// that is, y is carried along to the first greater word, takes its place, and all
// that follow move up by one. As the queue is sorted, tᵣ is max(y, xᵣ) for r > 0;
// each block of eight rows begins with that and need not wait for the block before.
// The word of a full pack has all bits set and stays at the end. So do the rows that
// fill up the last block; there is at least one, which takes the last tᵣ.
//
//	SI  next row of items  Z0  first row of the queue, then y
//	DI  weights            Z1  items, Z2 their weights in the upper halves
//	R8  queue              Z3  carried word tᵣ
//	CX  rows of items left Z4  xᵣ₊₁, Z5 new row r
//	DX  blocks             Z6  new first row, Z7 items with their places
//	R9  block, R10 left    Z10, Z11 lightest full and heaviest packs
//	K1  upper halves       Z12 bits of an item's number, Z13 of the room
//	K2  gather, K3 full    Z14 room for one
//
// func longAVX512(items *uint32, weights *numberedWeight, queue *longRow, count, blocks int, lightest, heaviest *longRow, mask uint32)
#define MOVE(r) \
	VMOVDQU64 (ROW*r)(R9), Z4; \
	VPMINUQ Z3, Z4, Z5; \
	VPTERNLOGQ XOR3, Z5, Z4, Z3; \
	VMOVDQU64 Z5, (ROW*r - ROW)(R9)

TEXT ·longAVX512(SB), NOSPLIT, $0-60
	MOVQ items+0(FP), SI
	MOVQ weights+8(FP), DI
	MOVQ queue+16(FP), R8
	MOVQ count+24(FP), CX
	MOVQ blocks+32(FP), DX
	MOVL mask+56(FP), AX
	VPBROADCASTQ AX, Z12
	MOVL $LONG_ROOM, AX
	VPBROADCASTQ AX, Z13
	VPTERNLOGQ ONES, Z10, Z10, Z10
	MOVL $(1<<const_longRoomAt), AX
	VPBROADCASTQ AX, Z14
	MOVL $0xAAAA, AX
	KMOVW AX, K1
	VPXORQ Z11, Z11, Z11
	VMOVDQU64 (R8), Z0

item:
	VPMOVZXDQ (SI), Z1
	VPANDQ Z12, Z1, Z1
	KXNORW K2, K2, K2
	VPXORQ Z2, Z2, Z2
	VPGATHERQQ (DI)(Z1*numberedWeight__size), K2, Z2
	VPORQ Z1, Z0, Z7
	VPMOVQD Z7, (SI)
	VADDPS Z2, Z0, K1, Z0              // add the load,
	VPSUBQ Z14, Z0, Z0                 // take the room,
	VPTESTNMQ Z13, Z0, K3
	VPMINUQ Z0, Z10, K3, Z10
	VPMAXUQ Z0, Z11, Z11 // loads only grow
	VPTERNLOGQ ONES, Z0, Z0, K3, Z0   // and leave if that was the last
	MOVQ R8, R9
	MOVQ DX, R10
	VMOVDQU64 ROW(R9), Z4
	VPMINUQ Z0, Z4, Z6
	VMOVDQA64 Z0, Z3
	VPTERNLOGQ XOR3, Z6, Z4, Z3
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
	ADDQ $(const_queueBlock*ROW), R9
	DECQ R10
	JNZ  block
	VMOVDQA64 Z6, Z0
	ADDQ $ROW, SI
	DECQ CX
	JNZ  item

	MOVQ lightest+40(FP), AX
	VMOVDQU64 Z10, (AX)
	MOVQ heaviest+48(FP), AX
	VMOVDQU64 Z11, (AX)
	VZEROUPPER
	RET

// Where the rows of a block begin, for a gather of one lane.
#define OFFSET(i) DATA offsets<>+(4*i)(SB)/4, $(ROW*i)
OFFSET(0); OFFSET(1); OFFSET(2); OFFSET(3)
OFFSET(4); OFFSET(5); OFFSET(6); OFFSET(7)
OFFSET(8); OFFSET(9); OFFSET(10); OFFSET(11)
OFFSET(12); OFFSET(13); OFFSET(14); OFFSET(15)
GLOBL offsets<>(SB), RODATA|NOPTR, $64

// PLACES writes the places of eight items: packs to the lower halves of 64-bit
// lanes, ranks to the upper.
#define PLACES(packs, ranks, at) \
	VPMOVZXDQ packs, Z3; \
	VPMOVZXDQ ranks, Z4; \
	VPSLLQ $32, Z4, Z4; \
	VPORQ Z3, Z4, Z3; \
	VMOVDQU64 Z3, at(R8)

// takeAVX512 extracts the order and places of a lane, a block of rows at a time.
//
//	SI rows, of that lane   Z0 words                Z10 offsets of the rows
//	DI orders, R8 places    Z1 packs, Z2 ranks      Z11–Z16 the format
//	CX blocks left          Z3, Z4 both of a place  K1 gather
//
// func takeAVX512(rows *uint32, blocks int, format *placeFormat, order *int32, places *place)
TEXT ·takeAVX512(SB), NOSPLIT, $0-40
	MOVQ rows+0(FP), SI
	MOVQ blocks+8(FP), CX
	MOVQ format+16(FP), BX
	MOVQ order+24(FP), DI
	MOVQ places+32(FP), R8
	VMOVDQU32 offsets<>(SB), Z10
	VPBROADCASTD placeFormat_item(BX), Z11
	VPBROADCASTD placeFormat_pack(BX), Z12
	VPBROADCASTD placeFormat_room(BX), Z13
	VMOVD placeFormat_packAt(BX), X14
	VMOVD placeFormat_roomAt(BX), X15
	VPBROADCASTD placeFormat_last(BX), Z16

rows:
	KXNORW K1, K1, K1
	VPXORD Z0, Z0, Z0
	VPGATHERDD (SI)(Z10*1), K1, Z0
	VPANDD Z11, Z0, Z1
	VMOVDQU32 Z1, (DI)
	VPSRLD X14, Z0, Z1
	VPANDD Z12, Z1, Z1
	VPSRLD X15, Z0, Z2
	VPSUBD Z2, Z16, Z2
	VPANDD Z13, Z2, Z2
	PLACES(Y1, Y2, 0)
	VEXTRACTI64X4 $1, Z1, Y1
	VEXTRACTI64X4 $1, Z2, Y2
	PLACES(Y1, Y2, const_blockRows/2*const_placeSize)
	ADDQ $(const_blockRows*ROW), SI
	ADDQ $(4*const_blockRows), DI
	ADDQ $(const_blockRows*const_placeSize), R8
	DECQ CX
	JNZ  rows
	VZEROUPPER
	RET
