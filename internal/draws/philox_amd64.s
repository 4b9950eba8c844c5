//go:build !purego

#include "textflag.h"

// Philox4x32-10 for eight candidates side by side. A 64-bit lane holds one word
// of the state of one candidate in its lower half: VPMULUDQ multiplies just
// these halves and leaves the whole product in the lane, so what stands in the
// upper halves never matters and only the draws at the end are cleaned of it.
//
//	SI   rows        Z0–Z3  state c0 to c3
//	CX   blocks left Z4, Z5 products
//	DI   round keys  Z6     number of the block, in every lane
//	                 Z7     candidate of each lane
//	                 Z8     layer
//	                 Z9, Z10 multipliers
//	                 Z11    one

DATA lane<>+0(SB)/8, $0
DATA lane<>+8(SB)/8, $1
DATA lane<>+16(SB)/8, $2
DATA lane<>+24(SB)/8, $3
DATA lane<>+32(SB)/8, $4
DATA lane<>+40(SB)/8, $5
DATA lane<>+48(SB)/8, $6
DATA lane<>+56(SB)/8, $7
GLOBL lane<>(SB), RODATA|NOPTR, $64

// One round turns (c0, c1, c2, c3) into
// (hi(M1·c2)^c1^k0, lo(M1·c2), hi(M0·c0)^c3^k1, lo(M0·c0)). The new c1 and c3
// stay in p1 and p0, which so change places with the old c1 and c3.
#define ROUND(r, c1, c3, p0, p1) \
	VPMULUDQ Z0, Z9, p0; \
	VPMULUDQ Z2, Z10, p1; \
	VPSRLQ $32, p1, Z0; \
	VPSRLQ $32, p0, Z2; \
	VPTERNLOGQ.BCST $0x96, (16*r)(DI), c1, Z0; \
	VPTERNLOGQ.BCST $0x96, (16*r+8)(DI), c3, Z2

// The draw is the upper 24 bits of the lower half.
#define DRAW(c, at) \
	VPSLLQ $32, c, c; \
	VPSRLQ $40, c, c; \
	VMOVDQU64 c, at(SI)

// func philoxAVX512(rows *[8]uint64, blocks int, keys *[10][2]uint64, layer, first uint32)
TEXT ·philoxAVX512(SB), NOSPLIT, $0-32
	MOVQ rows+0(FP), SI
	MOVQ blocks+8(FP), CX
	MOVQ keys+16(FP), DI
	MOVL layer+24(FP), AX
	VPBROADCASTQ AX, Z8
	MOVL first+28(FP), AX
	VPBROADCASTQ AX, Z7
	VPADDQ lane<>(SB), Z7, Z7
	MOVL $0xD2511F53, AX
	VPBROADCASTQ AX, Z9
	MOVL $0xCD9E8D57, AX
	VPBROADCASTQ AX, Z10
	MOVL $1, AX
	VPBROADCASTQ AX, Z11
	VPXORQ Z6, Z6, Z6

block:
	VMOVDQA64 Z6, Z0
	VMOVDQA64 Z7, Z1
	VMOVDQA64 Z8, Z2
	VPXORQ Z3, Z3, Z3
	ROUND(0, Z1, Z3, Z4, Z5)
	ROUND(1, Z5, Z4, Z3, Z1)
	ROUND(2, Z1, Z3, Z4, Z5)
	ROUND(3, Z5, Z4, Z3, Z1)
	ROUND(4, Z1, Z3, Z4, Z5)
	ROUND(5, Z5, Z4, Z3, Z1)
	ROUND(6, Z1, Z3, Z4, Z5)
	ROUND(7, Z5, Z4, Z3, Z1)
	ROUND(8, Z1, Z3, Z4, Z5)
	ROUND(9, Z5, Z4, Z3, Z1)
	DRAW(Z0, 0)
	DRAW(Z1, 64)
	DRAW(Z2, 128)
	DRAW(Z3, 192)
	ADDQ $256, SI
	VPADDQ Z11, Z6, Z6
	DECQ CX
	JNZ  block
	VZEROUPPER
	RET
