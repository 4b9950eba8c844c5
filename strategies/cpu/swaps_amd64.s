//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "swaps_amd64.h"

// The swaps of swapper. AVX512F and AVX512DQ are needed. What decides about a swap
// is rounded after every operation. Nothing is read or written outside the states
// and the places given.

// SET begins the screen of 16 items, at off from BX: half of the gaps of their
// packs, the targets, which are the weights that it would be best to exchange them
// for, and how near to these the first item of the heaviest pack is.
#define SET(off, half, target, near) \
	VMOVDQU32 (swapState_word+off)(BX), half; \
	VPERMPS Z2, half, half; \
	VADDPS (swapState_weight+off)(BX), half, target; \
	VSUBPS target, Z5, near

// TRY goes on with another item of the heaviest pack. VRANGEPS gives the lesser of
// two numbers without their signs.
#define TRY(target, near) \
	VSUBPS target, Z5, Z22; \
	VRANGEPS $0x0A, Z22, near, near

// LAST makes the screened gains, with the items as their lowest bytes.
#define LAST(off, half, near) \
	VSUBPS near, half, half; \
	VPTERNLOGD $0xEA, Z6, Z29, half; \
	VMOVUPS half, (swapState_screen+off)(BX); \
	VMINPS half, Z3, near; \
	VMAXPS near, Z4, Z4; \
	VMAXPS half, Z3, Z3; \
	VPADDD Z28, Z6, Z6

// SETn, TRYn and LASTn do that for n vectors; TRYn begins with the item's weight.
#define SET1 SET(0, Z7, Z12, Z17)
#define SET2 SET1; SET(64, Z8, Z13, Z18)
#define SET3 SET2; SET(128, Z9, Z14, Z19)
#define SET4 SET3; SET(192, Z10, Z15, Z20)
#define SET5 SET4; SET(256, Z11, Z16, Z21)

#define TRY1 VBROADCASTSS (R10)(AX*1), Z5; TRY(Z12, Z17)
#define TRY2 TRY1; TRY(Z13, Z18)
#define TRY3 TRY2; TRY(Z14, Z19)
#define TRY4 TRY3; TRY(Z15, Z20)
#define TRY5 TRY4; TRY(Z16, Z21)

#define LAST1 LAST(0, Z7, Z17)
#define LAST2 LAST1; LAST(64, Z8, Z18)
#define LAST3 LAST2; LAST(128, Z9, Z19)
#define LAST4 LAST3; LAST(192, Z10, Z20)
#define LAST5 LAST4; LAST(256, Z11, Z21)

// EXACT tries item DX with all of the heaviest pack: all of Z9 is the greatest
// gain, K2 the ranks that have it. Nothing at a rank weighs nothing, and gains
// nothing.
#define EXACT \
	VBROADCASTSS swapState_weight(R8)(DX*4), Z7; \
	MOVL swapState_word(R8)(DX*4), BX; \
	MOVL BX, AX; \
	ANDL $15, AX; \
	VBROADCASTSS swapState_load(R8)(AX*4), Z8; \
	VBROADCASTSS swapState_most(R8), Z1; \
	VSUBPS Z8, Z1, Z8; \
	VMOVUPS (R9), Z9; \
	VPERMT2PS 64(R9), Z26, Z9; \
	VSUBPS Z7, Z9, Z9; \
	VSUBPS Z9, Z8, Z8; \
	VMINPS Z9, Z8, Z8; \
	MAX16(Z8, Z10, Z9); \
	VCMPPS $0, Z9, Z8, K2

// makeSwapsAVX512 makes the swaps of all candidates, one of each in each round. A
// stage of a swap is a chain of few operations that wait for each other; all
// candidates go through it before the next, so that it is not waited for.
//
//	SI states               Z0 loads             Z23 0, 1, … 15
//	R8 state                Z1 heaviest load     Z24 1 − 2⁻¹³
//	CX active left          Z2 half gaps         Z25 epsilon
//	DI heaviest pack        Z3, Z4 best and      Z26 0, 2, … 30
//	R9, R10 its row, and       second best gain  Z27 −2¹²⁷
//	   the end of it           of each lane      Z28 sixteens
//	R11 vectors             Z5 wᵢ                Z29 all but the lowest byte
//	R12 offsets of active   Z6 items; least      Z30 2¹²⁶
//	R13 −8·(members − 1)    Z7–Z11 half, near    Z31 halves
//	BX vector; j's word     Z12–Z16 targets
//	DX vectors left; j      Z17–Z21 near
//
// func makeSwapsAVX512(states *swapState, count, rounds, vectors, members int, epsilon float32)
TEXT ·makeSwapsAVX512(SB), NOSPLIT, $64-44
	MOVQ states+0(FP), SI
	LEAQ active-64(SP), R12
	XORQ AX, AX
	XORQ CX, CX

activate:
	MOVQ AX, (R12)(CX*8)
	ADDQ $swapState__size, AX
	INCQ CX
	CMPQ CX, count+8(FP)
	JNE  activate

	MOVQ vectors+24(FP), R11
	MOVQ members+32(FP), R13
	NEGQ R13
	INCQ R13
	SHLQ $3, R13
	MOVQ R13, members+32(FP)
	VBROADCASTSS epsilon+40(FP), Z25
	IOTA(X23, Z23)
	VPADDD Z23, Z23, Z26
	MOVL $0x3F7FF800, AX // 1 − 2⁻¹³
	VPBROADCASTD AX, Z24
	MOVL $0xFF000000, AX // −2¹²⁷
	VPBROADCASTD AX, Z27
	MOVL $16, AX
	VPBROADCASTD AX, Z28
	MOVL $0xFFFFFF00, AX
	VPBROADCASTD AX, Z29
	MOVL $0x7E800000, AX // 2¹²⁶
	VPBROADCASTD AX, Z30
	MOVL $0x3F000000, AX // ½
	VPBROADCASTD AX, Z31

round:
	// The heaviest pack, the first on ties, and half of the others' gaps to it. A
	// swap with one that is as heavy gains nothing: at a load of 2¹²⁶ its items are
	// not tried.
	MOVQ count+8(FP), CX

heaviest:
	MOVQ -8(R12)(CX*8), R8
	ADDQ SI, R8
	VMOVUPS swapState_load(R8), Z0
	MAX16(Z0, Z2, Z1)
	VMOVSS X1, swapState_most(R8)
	VCMPPS $0, Z1, Z0, K1
	KMOVW K1, DI
	BSFL DI, DI
	MOVL DI, swapState_heavy(R8)
	VMOVAPS Z30, K1, Z0
	VSUBPS Z0, Z1, Z0
	VMULPS Z31, Z0, Z0
	VMOVUPS Z0, swapState_half(R8)
	DECQ CX
	JNZ  heaviest

	// The screened gains.
	MOVQ count+8(FP), CX

screen:
	MOVQ -8(R12)(CX*8), R8
	ADDQ SI, R8
	VMOVUPS swapState_half(R8), Z2
	MOVL swapState_heavy(R8), DI
	SHLQ $7, DI
	LEAQ swapState_row(R8)(DI*1), R9
	MOVQ R9, R10
	SUBQ R13, R10
	ADDQ $8, R10
	VMOVAPS Z27, Z3
	VMOVAPS Z27, Z4
	VMOVDQA64 Z23, Z6
	MOVQ R8, BX
	MOVQ R11, DX

	// Four vectors at a time, and then what is left, or five if that is all.
vectors:
	VBROADCASTSS (R9), Z5
	MOVQ R13, AX
	CMPQ DX, $5
	JEQ  five
	CMPQ DX, $4
	JGE  four
	CMPQ DX, $2
	JEQ  two
	JGT  three

	SET1

tryOne:
	TRY1
	ADDQ $8, AX
	JNZ  tryOne
	LAST1
	JMP  screened

two:
	SET2

tryTwo:
	TRY2
	ADDQ $8, AX
	JNZ  tryTwo
	LAST2
	JMP  screened

three:
	SET3

tryThree:
	TRY3
	ADDQ $8, AX
	JNZ  tryThree
	LAST3
	JMP  screened

five:
	SET5

tryFive:
	TRY5
	ADDQ $8, AX
	JNZ  tryFive
	LAST5
	JMP  screened

four:
	SET4

tryFour:
	TRY4
	ADDQ $8, AX
	JNZ  tryFour
	LAST4
	ADDQ $256, BX
	SUBQ $4, DX
	JNZ  vectors

screened:
	VMOVUPS Z3, swapState_first(R8)
	VMOVUPS Z4, swapState_second(R8)
	DECQ CX
	JNZ  screen

	// The best item, and which lanes have another that is as good but for the slack
	// and for twice what the lowest byte does to a gain, less than 2⁻¹⁵ of it: the
	// second of the best's lane or the first of another.
	MOVQ count+8(FP), CX

best:
	MOVQ -8(R12)(CX*8), R8
	ADDQ SI, R8
	VMOVUPS swapState_first(R8), Z3
	MAX16(Z3, Z5, Z7)
	VMOVD X7, DX
	MOVBLZX DX, DX
	MOVL DX, swapState_item(R8)
	VCMPPS $0, Z7, Z3, K1
	VMOVUPS swapState_second(R8), K1, Z3
	VMULPS Z24, Z7, Z6
	VSUBPS.BCST swapState_slack(R8), Z6, Z6
	VMOVSS X6, swapState_least(R8)
	VCMPPS $13, Z6, Z3, K1 // ≥
	KMOVW K1, swapState_others(R8)
	DECQ CX
	JNZ  best

	// Its gain, and the items of the heaviest pack that give it.
	MOVQ count+8(FP), CX

exact:
	MOVQ -8(R12)(CX*8), R8
	ADDQ SI, R8
	MOVL swapState_heavy(R8), DI
	SHLQ $7, DI
	LEAQ swapState_row(R8)(DI*1), R9
	MOVL swapState_item(R8), DX
	EXACT
	VMOVSS X9, swapState_gain(R8)
	KMOVW K2, swapState_ranks(R8)
	DECQ CX
	JNZ  exact

	// The swap, or none.
	MOVQ count+8(FP), CX

candidate:
	MOVQ -8(R12)(CX*8), R8
	ADDQ SI, R8
	MOVL swapState_heavy(R8), DI
	MOVL swapState_item(R8), DX
	MOVWLZX swapState_ranks(R8), AX
	LEAL -1(AX), BX
	ANDL AX, BX
	ORW  swapState_others(R8), BX
	JNZ  several
	VUCOMISS swapState_gain(R8), X25
	JCC  stop // epsilon ≥ gain
	MOVL swapState_word(R8)(DX*4), BX
	BSFL AX, AX

swap: // the item of rank AX of the heaviest pack with item DX, of word BX
	// Words, weights by rank, positions by rank.
	MOVQ DI, R9
	SHLQ $4, R9
	ADDQ AX, R9
	MOVL BX, R10
	SHRL $4, R10
	VMOVSS swapState_row(R8)(R9*8), X5
	MOVL (swapState_row+4)(R8)(R9*8), AX
	VMOVSS swapState_weight(R8)(DX*4), X6
	VMOVSS X6, swapState_row(R8)(R9*8)
	MOVL DX, (swapState_row+4)(R8)(R9*8)
	VMOVSS X5, swapState_row(R8)(R10*8)
	MOVL AX, (swapState_row+4)(R8)(R10*8)
	MOVL swapState_word(R8)(AX*4), R9
	MOVL R9, swapState_word(R8)(DX*4)
	MOVL BX, swapState_word(R8)(AX*4)

	// Loads.
	VSUBSS X6, X5, X5
	VBROADCASTSS X5, Z5
	VMOVUPS swapState_load(R8), Z0
	SHRL $8, BX
	XORL R9, R9
	BTSL DI, R9
	KMOVW R9, K1
	XORL R9, R9
	BTSL BX, R9
	KMOVW R9, K2
	VSUBPS Z5, Z0, K1, Z0
	VADDPS Z5, Z0, K2, Z0
	VMOVUPS Z0, swapState_load(R8)

	// Places.
	MOVQ swapState_places(R8), BX
	MOVQ (BX)(AX*8), R9
	MOVQ (BX)(DX*8), R10
	MOVQ R10, (BX)(AX*8)
	MOVQ R9, (BX)(DX*8)
	INCQ swapState_steps(R8)
	DECQ CX
	JNZ  candidate

nextRound:
	DECQ rounds+16(FP)
	JNZ  round

done:
	VZEROUPPER
	RET

stop: // the last of the active, which has had its turn, takes the place
	MOVQ count+8(FP), AX
	MOVQ -8(R12)(AX*8), BX
	MOVQ BX, -8(R12)(CX*8)
	DECQ AX
	MOVQ AX, count+8(FP)
	JZ   done
	DECQ CX
	JNZ  candidate
	JMP  nextRound

	// Several swaps may be best: of the greatest gain that with the first item i, then
	// that with the first item j.
	//
	//	X11 best gain          R10 first item of the vector  R11 vectors left
	//	R12 its i, j and rank  R13 items left of the vector  R15 i<<16 | j<<8 | rank
several:
	MOVQ DI, R9
	SHLQ $7, R9
	LEAQ swapState_row(R8)(R9*1), R9
	VBROADCASTSS swapState_least(R8), Z6
	VMOVAPS Z27, Z11
	XORL R12, R12
	XORQ R10, R10

severalVector:
	VCMPPS $2, swapState_screen(R8)(R10*4), Z6, K1 // Z6 ≤ it
	KMOVW K1, R13
	TESTL R13, R13
	JZ   severalNext

severalItem:
	BSFL R13, DX
	ADDL R10, DX
	LEAL -1(R13), AX
	ANDL AX, R13
	EXACT
	KMOVW K2, AX

severalRank:
	BSFL AX, BX
	MOVL 4(R9)(BX*8), R15
	SHLL $8, R15
	ORL  DX, R15
	SHLL $8, R15
	ORL  BX, R15
	VUCOMISS X11, X9
	JCS  worse
	JHI  better
	CMPL R15, R12
	JCC  worse

better:
	MOVL R15, R12
	VMOVAPS X9, X11

worse:
	LEAL -1(AX), R15
	ANDL R15, AX
	JNZ  severalRank
	TESTL R13, R13
	JNZ  severalItem

severalNext:
	ADDQ $16, R10
	DECQ R11
	JNZ  severalVector

	MOVBLZX R12, AX
	SHRL $8, R12
	MOVBLZX R12, DX
	MOVL swapState_word(R8)(DX*4), BX
	MOVQ vectors+24(FP), R11
	LEAQ active-64(SP), R12
	MOVQ members+32(FP), R13
	VUCOMISS X25, X11
	JLS  stop
	JMP  swap
