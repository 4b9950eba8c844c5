//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "lanes_amd64.h"

// The search of swapper, for eight candidates in the 32-bit lanes of YMM
// registers. It needs AVX512F and AVX512VL, reads and writes only the rows that it
// is given, and rounds every operation.

#define GROUP const_swapGroup

// GAIN sets gain to min(δ, gap − δ), where δ = item − other and the gap is in Y16.
#define GAIN(item, other, delta, gain) \
	VSUBPS other, item, delta; \
	VSUBPS delta, Y16, gain; \
	VMINPS delta, gain, gain

// TRY tries one item of the heaviest pack against the items in Y0.
#define TRY(item, delta, gain, best) \
	GAIN(item, Y0, delta, gain); \
	VMAXPS gain, best, best

// GATHER reads the k-th item of the group from rows, in the lanes of K1.
#define GATHER(op, k, rows, item) \
	KXNORW K1, K1, K1; \
	op (k*HALFROW)(rows)(Y20*4), K1, item

// KEEP keeps the k-th item of the group where its gain is greater than the best
// before it, or equal and its word is less.
#define KEEP(k, item, gain) \
	GATHER(VPGATHERDD, k, DI, Y10); \
	VCMPPS EQUAL, Y21, gain, K1; \
	VPCMPUD LESS, Y22, Y10, K1, K1; \
	VCMPPS GREATER, Y21, gain, K2; \
	KORW K1, K2, K1; \
	VMOVAPS gain, K1, Y21; \
	VMOVDQA32 Y10, K1, Y22; \
	VMOVAPS item, K1, Y23

// swapsAVX512 tries the items of the heaviest pack, a group at a time, against all
// others and keeps the best gain and the item that has it. Then it looks for the
// other item: the first that gives this gain.
//
//	SI weights, DI words, R8 loads         Y16     gap to the heaviest load
//	BX packs, R9 capacity                  Y17     heaviest load
//	CX bytes of the rows that fill a pack  Y18     its pack, then row to gather from
//	R10 weights, R11 load, R12 packs left  Y19     one, then rows of a group
//	AX ranks left                          Y20     where to gather: halfLanes·row + lane
//	DX items left, then words              Y21–Y23 best gain, its item's word and weight
//	Y0 others, Y1–Y3 items of the group    Y24     word of the other item
//	Y4–Y6 their best gains, Y7–Y12 scratch
//
// func swapsAVX512(weight *swapWeights, word *swapWords, load *swapWeights, packs, capacity, stride int, best *bestSwaps)
TEXT ·swapsAVX512(SB), NOSPLIT, $0-56
	MOVQ weight+0(FP), SI
	MOVQ word+8(FP), DI
	MOVQ load+16(FP), R8
	MOVQ packs+24(FP), BX
	MOVQ capacity+32(FP), R9

	// The heaviest pack: the first on ties.
	MOVL $1, AX
	VPBROADCASTD AX, Y19
	VPXORD Y0, Y0, Y0
	VPXORD Y18, Y18, Y18
	VMOVUPS (R8), Y17
	MOVQ R8, R11
	MOVQ BX, R12

heaviest:
	VCMPPS LESS, (R11), Y17, K1
	VMOVUPS (R11), K1, Y17
	VMOVDQA32 Y0, K1, Y18
	VPADDD Y19, Y0, Y0
	ADDQ $HALFROW, R11
	DECQ R12
	JNZ  heaviest

	MOVQ stride+40(FP), CX
	IMUL3Q $const_halfLanes, CX, AX
	VPBROADCASTD AX, Y0
	VPMULLD Y0, Y18, Y18
	MOVQ $0x0706050403020100, AX
	VMOVQ AX, X20
	VPMOVZXBD X20, Y20
	VPADDD Y18, Y20, Y20
	MOVL $(GROUP*const_halfLanes), AX
	VPBROADCASTD AX, Y19
	SUBQ R9, CX
	IMUL3Q $HALFROW, CX, CX
	MOVQ R9, DX
	VPXORD Y21, Y21, Y21
	VPTERNLOGD ONES, Y22, Y22, Y22

group:
	GATHER(VGATHERDPS, 0, SI, Y1)
	GATHER(VGATHERDPS, 1, SI, Y2)
	GATHER(VGATHERDPS, 2, SI, Y3)
	VPXORD Y4, Y4, Y4
	VPXORD Y5, Y5, Y5
	VPXORD Y6, Y6, Y6
	MOVQ SI, R10
	MOVQ R8, R11
	MOVQ BX, R12

pack:
	VSUBPS (R11), Y17, Y16
	MOVQ R9, AX

rank:
	VMOVUPS (R10), Y0
	TRY(Y1, Y7, Y10, Y4)
	TRY(Y2, Y8, Y11, Y5)
	TRY(Y3, Y9, Y12, Y6)
	ADDQ $HALFROW, R10
	DECQ AX
	JNZ  rank
	ADDQ CX, R10
	ADDQ $HALFROW, R11
	DECQ R12
	JNZ  pack

	KEEP(0, Y1, Y4)
	KEEP(1, Y2, Y5)
	KEEP(2, Y3, Y6)
	VPADDD Y19, Y20, Y20
	SUBQ $GROUP, DX
	JGT  group

	VPTERNLOGD ONES, Y24, Y24, Y24
	MOVQ DI, DX

otherPack:
	VSUBPS (R8), Y17, Y16
	MOVQ R9, AX

otherRank:
	GAIN(Y23, (SI), Y7, Y10)
	VCMPPS EQUAL, Y21, Y10, K1
	VPMINUD (DX), Y24, K1, Y24
	ADDQ $HALFROW, SI
	ADDQ $HALFROW, DX
	DECQ AX
	JNZ  otherRank
	ADDQ CX, SI
	ADDQ CX, DX
	ADDQ $HALFROW, R8
	DECQ BX
	JNZ  otherPack

	MOVQ best+48(FP), AX
	VMOVUPS Y21, bestSwaps_gain(AX)
	VMOVDQU32 Y22, bestSwaps_from(AX)
	VMOVDQU32 Y24, bestSwaps_to(AX)
	VZEROUPPER
	RET
