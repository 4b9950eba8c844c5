//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// Philox4x32-10 for sixteen candidates of a layer side by side, in two halves of
// eight 64-bit lanes: even candidates and odd ones. The lower half of a lane holds
// one word of a candidate's state. VPMULUDQ multiplies the lower halves and leaves
// the whole product in the lane, so the upper halves do not matter. At the end the
// two halves are merged into sixteen 32-bit lanes.
//
//	SI rows         Z0–Z3, Z4, Z5      state and products of the even half
//	DI block starts Z16–Z19, Z20, Z21  of the odd half
//	BX round keys   Z6, Z7  upper, lower part of the second round's product, even
//	CX blocks left  Z22, Z23  odd
//	                Z9, Z10 multipliers
//	                K1 upper half of each 64-bit lane

#define ROW (4*const_Lanes) // bytes
#define XOR3 $0x96          // of the three operands of VPTERNLOG

// Even numbers, from 0.
#define EVEN(i) DATA even<>+(8*i)(SB)/8, $(2*i)
EVEN(0); EVEN(1); EVEN(2); EVEN(3); EVEN(4); EVEN(5); EVEN(6); EVEN(7)
GLOBL even<>(SB), RODATA|NOPTR, $64

// CANDIDATES makes the product of the second round from the candidates in upper.
#define CANDIDATES(upper, lower) \
	VPXORD.BCST roundKeys_candidate(BX), upper, upper; \
	VPMULUDQ upper, Z9, lower; \
	VPSRLQ $32, lower, upper; \
	VPXORD.BCST roundKeys_second(BX), upper, upper

// BEGIN does rounds three and four. Like ROUND, it leaves c1 in p1 and c3 in p0.
#define BEGIN(upper, lower, c0, c1, c2, p0, p1) \
	VPXORD.BCST blockStart_second(DI), upper, c2; \
	VPMULUDQ c2, Z10, c1; \
	VPSRLQ $32, c1, c0; \
	VPXORD.BCST blockStart_third(DI), c0, c0; \
	VPXORD.BCST (blockStart_third+4)(DI), lower, c2; \
	VPMULUDQ c0, Z9, p0; \
	VPMULUDQ c2, Z10, p1; \
	VPSRLQ $32, p1, c0; \
	VPSRLQ $32, p0, c2; \
	VPTERNLOGD.BCST XOR3, roundKeys_fourth(BX), c1, c0; \
	VPXORD.BCST blockStart_fourth(DI), c2, c2

// ROUND turns (c0, c1, c2, c3) into
// (hi(M1·c2)^c1^k0, lo(M1·c2), hi(M0·c0)^c3^k1, lo(M0·c0)).
#define ROUND(r, c0, c1, c2, c3, p0, p1) \
	VPMULUDQ c0, Z9, p0; \
	VPMULUDQ c2, Z10, p1; \
	VPSRLQ $32, p1, c0; \
	VPSRLQ $32, p0, c2; \
	VPTERNLOGD.BCST XOR3, (roundKeys_last + 8*r)(BX), c1, c0; \
	VPTERNLOGD.BCST XOR3, (roundKeys_last + 8*r + 4)(BX), c3, c2

// DRAW merges the halves of a word; the draw is its upper bits.
#define DRAW(even, odd, at) \
	VMOVSLDUP odd, K1, even; \
	VPSRLD $(32 - const_Bits), even, even; \
	VMOVDQU64 even, (ROW*at)(SI)

// func layerAVX512(rows *[Lanes]uint32, starts *blockStart, blocks int, keys *roundKeys, first uint32)
TEXT ·layerAVX512(SB), NOSPLIT, $0-36
	MOVQ rows+0(FP), SI
	MOVQ starts+8(FP), DI
	MOVQ blocks+16(FP), CX
	MOVQ keys+24(FP), BX
	MOVL first+32(FP), AX
	VPBROADCASTQ AX, Z6
	INCL AX
	VPBROADCASTQ AX, Z22
	VPADDQ even<>(SB), Z6, Z6
	VPADDQ even<>(SB), Z22, Z22
	MOVL $const_philoxM0, AX
	VPBROADCASTQ AX, Z9
	MOVL $const_philoxM1, AX
	VPBROADCASTQ AX, Z10
	MOVL $0xAAAA, AX
	KMOVW AX, K1
	CANDIDATES(Z6, Z7)
	CANDIDATES(Z22, Z23)

block:
	BEGIN(Z6, Z7, Z0, Z1, Z2, Z4, Z5)
	BEGIN(Z22, Z23, Z16, Z17, Z18, Z20, Z21)
	ROUND(0, Z0, Z5, Z2, Z4, Z3, Z1)
	ROUND(0, Z16, Z21, Z18, Z20, Z19, Z17)
	ROUND(1, Z0, Z1, Z2, Z3, Z4, Z5)
	ROUND(1, Z16, Z17, Z18, Z19, Z20, Z21)
	ROUND(2, Z0, Z5, Z2, Z4, Z3, Z1)
	ROUND(2, Z16, Z21, Z18, Z20, Z19, Z17)
	ROUND(3, Z0, Z1, Z2, Z3, Z4, Z5)
	ROUND(3, Z16, Z17, Z18, Z19, Z20, Z21)
	ROUND(4, Z0, Z5, Z2, Z4, Z3, Z1)
	ROUND(4, Z16, Z21, Z18, Z20, Z19, Z17)
	ROUND(5, Z0, Z1, Z2, Z3, Z4, Z5)
	ROUND(5, Z16, Z17, Z18, Z19, Z20, Z21)
	DRAW(Z0, Z16, 0)
	DRAW(Z5, Z21, 1)
	DRAW(Z2, Z18, 2)
	DRAW(Z4, Z20, 3)
	ADDQ $(const_Block*ROW), SI
	ADDQ $blockStart__size, DI
	DECQ CX
	JNZ  block
	VZEROUPPER
	RET
