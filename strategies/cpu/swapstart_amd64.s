//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "swaps_amd64.h"

// The steps of swapper before and after its swaps. AVX512F and AVX512DQ are
// needed. No step reads or writes outside the slices and the states given.

// startSwapsAVX512 fills a state, but for the loads: 16 items at a time and then
// the packs' rows.
//
//	R8 state     Z0 items       Z4 packs    Z28, Z29 even and odd numbers
//	SI weights   Z1 weights     Z5 ranks    Z31 filler
//	DI order     Z2, Z3 places  Z6 words    K1–K3 the items
//	DX places    CX items left  BX offset in the state
//
// func startSwapsAVX512(s *swapState, weights *float32, order *int32, places *place, items int)
TEXT ·startSwapsAVX512(SB), NOSPLIT, $0-40
	MOVQ s+0(FP), R8
	MOVQ weights+8(FP), SI
	MOVQ order+16(FP), DI
	MOVQ places+24(FP), DX
	IOTA(X28, Z28)
	VPADDD Z28, Z28, Z28
	MOVL $1, AX
	VPBROADCASTD AX, Z29
	VPORD Z28, Z29, Z29
	MOVL $0x7E000000, AX // 2¹²⁵
	VPBROADCASTD AX, Z31
	MOVQ items+32(FP), CX
	MOVL $0xFFFF, R9
	XORQ BX, BX

vector:
	CMPQ CX, $16
	JGE  whole
	MOVL $1, R9
	SHLL CX, R9
	DECL R9

whole:
	KMOVW R9, K1
	KMOVW R9, K2
	KSHIFTRW $8, K1, K3
	VMOVDQU32.Z (DI)(BX*1), K1, Z0
	VMOVAPS Z31, Z1
	VGATHERDPS (SI)(Z0*4), K2, Z1
	VMOVUPS Z1, swapState_weight(R8)(BX*1)
	VMOVDQU64.Z (DX)(BX*2), K1, Z2
	VMOVDQU64.Z 64(DX)(BX*2), K3, Z3
	VMOVDQA64 Z28, Z4
	VPERMI2D Z3, Z2, Z4
	VMOVDQA64 Z29, Z5
	VPERMI2D Z3, Z2, Z5
	VPSLLD $8, Z4, Z6
	VPSLLD $4, Z5, Z5
	VPTERNLOGD $0xFE, Z5, Z4, Z6 // the union of the three
	VMOVDQU32 Z6, swapState_word(R8)(BX*1)
	ADDQ $64, BX
	SUBQ $16, CX
	JGT  vector

	MOVQ items+32(FP), CX
	XORQ BX, BX

item:
	MOVL swapState_word(R8)(BX*4), DX
	MOVL swapState_weight(R8)(BX*4), AX
	SHRL $4, DX
	MOVL AX, swapState_row(R8)(DX*8)
	MOVL BX, (swapState_row+4)(R8)(DX*8)
	INCQ BX
	CMPQ BX, CX
	JNE  item
	MOVQ $0, swapState_steps(R8)
	VZEROUPPER
	RET

// LOADOF reads the pack of item BX in the k-th state and its load; ADDTO adds the
// item to it.
#define LOADOF(k, pack, sum) \
	MOVBLZX (swapState_word+1+k*swapState__size)(R8)(BX*4), pack; \
	VMOVSS (swapState_load+k*swapState__size)(R8)(pack*4), sum

#define ADDTO(k, pack, sum) \
	VADDSS (swapState_weight+k*swapState__size)(R8)(BX*4), sum, sum; \
	VMOVSS sum, (swapState_load+k*swapState__size)(R8)(pack*4)

// sumSwapsAVX512 sums the loads of eight states afresh, one item after the other,
// and sets what follows from them. Items of one state may wait for each other, those
// of eight do not.
//
//	R8 state          Z0 loads of nothing, then of one state
//	CX items, states  Z1 the heaviest, then the imbalance
//	BX item           X0–X7 sums
//	K1 packs          AX, DX, SI, DI, R9–R12 their packs
//
// func sumSwapsAVX512(states *swapState, items, packs int)
TEXT ·sumSwapsAVX512(SB), NOSPLIT, $0-24
	MOVQ states+0(FP), R8
	MOVQ packs+16(FP), CX
	MOVL $1, BX
	SHLL CX, BX
	DECL BX
	KMOVW BX, K1
	MOVL $0xBF800000, AX // −1
	VPBROADCASTD AX, Z0
	VPXORQ Z1, Z1, Z1
	VMOVAPS Z1, K1, Z0
	MOVQ R8, DI
	MOVL $8, CX

clear:
	VMOVUPS Z0, swapState_load(DI)
	ADDQ $swapState__size, DI
	DECQ CX
	JNZ  clear
	MOVQ items+8(FP), CX
	XORQ BX, BX

item:
	LOADOF(0, AX, X0)
	LOADOF(1, DX, X1)
	LOADOF(2, SI, X2)
	LOADOF(3, DI, X3)
	LOADOF(4, R9, X4)
	LOADOF(5, R10, X5)
	LOADOF(6, R11, X6)
	LOADOF(7, R12, X7)
	ADDTO(0, AX, X0)
	ADDTO(1, DX, X1)
	ADDTO(2, SI, X2)
	ADDTO(3, DI, X3)
	ADDTO(4, R9, X4)
	ADDTO(5, R10, X5)
	ADDTO(6, R11, X6)
	ADDTO(7, R12, X7)
	INCQ BX
	CMPQ BX, CX
	JNE  item

	// The slack is 2⁻¹⁹ of the heaviest load: 32 halves of the last place of that,
	// where rounding can take 30; 2⁻¹²⁰ is for what is halved near zero. The
	// imbalance is the greatest of the differences from the heaviest.
	MOVL $0x36000000, AX // 2⁻¹⁹
	VMOVD AX, X6
	MOVL $0x03800000, AX // 2⁻¹²⁰
	VMOVD AX, X7
	MOVL $8, CX

state:
	VMOVUPS swapState_load(R8), Z0
	MAX16(Z0, Z3, Z1)
	VMOVSS X1, swapState_most(R8)
	VSUBPS.Z Z0, Z1, K1, Z0
	VMULSS X6, X1, X1
	VADDSS X7, X1, X1
	VMOVSS X1, swapState_slack(R8)
	MAX16(Z0, Z3, Z1)
	VMOVSS X1, swapState_imbalance(R8)
	ADDQ $swapState__size, R8
	DECQ CX
	JNZ  state
	VZEROUPPER
	RET
