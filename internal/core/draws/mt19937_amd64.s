//go:build !purego

#include "textflag.h"
#include "go_asm.h"

#define WORDS 16 // in a vector

// twistAVX512 makes 16 words of the new block at a time. The new block follows the
// last one in memory, so the words 1 and 397 places on are simply there, in either
// block. No load reaches the 16 words that are being made.
//
//	SI first of the 16 words  Z1 y     Z10 upper bit
//	CX left, by sixteens      K1 odd   Z11 matrix
//	                                   Z12 one
//
// func twistAVX512(x *[2 * mtWords]uint32)
TEXT ·twistAVX512(SB), NOSPLIT, $0-8
	MOVQ x+0(FP), SI
	MOVL $const_mtUpper, AX
	VPBROADCASTD AX, Z10
	MOVL $const_mtMatrix, AX
	VPBROADCASTD AX, Z11
	MOVL $1, AX
	VPBROADCASTD AX, Z12
	MOVL $(const_mtWords/WORDS), CX

twist:
	VMOVDQU32 (SI), Z0
	VMOVDQA32 Z10, Z1
	VPTERNLOGD $0xCA, 4(SI), Z0, Z1 // the bits of Z0 where those of Z1 are set, else of memory
	VPTESTMD Z12, Z1, K1
	VPSRLD $1, Z1, Z1
	VPXORD Z11, Z1, K1, Z1
	VPXORD (4*const_mtShift)(SI), Z1, Z1
	VMOVDQU32 Z1, (4*const_mtWords)(SI)
	ADDQ $(4*WORDS), SI
	DECL CX
	JNZ  twist
	VZEROUPPER
	RET

// temperAVX512 tempers 16 words at a time and keeps their low 24 bits.
//
//	SI words        Z0 word          Z10, Z11 masks of the tempering
//	DI dst          Z1 shifted word  Z12 mask of the draw
//	CX blocks left
//
// func temperAVX512(dst, words *uint32, blocks int)
TEXT ·temperAVX512(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ words+8(FP), SI
	MOVQ blocks+16(FP), CX
	MOVL $const_mtTemper7, AX
	VPBROADCASTD AX, Z10
	MOVL $const_mtTemper15, AX
	VPBROADCASTD AX, Z11
	MOVL $(1<<const_Bits - 1), AX
	VPBROADCASTD AX, Z12

temper:
	VMOVDQU32 (SI), Z0
	VPSRLD $11, Z0, Z1
	VPXORD Z1, Z0, Z0
	VPSLLD $7, Z0, Z1
	VPTERNLOGD $0x78, Z10, Z1, Z0 // Z0 ^ Z1 & Z10
	VPSLLD $15, Z0, Z1
	VPTERNLOGD $0x78, Z11, Z1, Z0
	VPSRLD $18, Z0, Z1
	VPXORD Z1, Z0, Z0
	VPANDD Z12, Z0, Z0
	VMOVDQU32 Z0, (DI)
	ADDQ $(4*WORDS), SI
	ADDQ $(4*WORDS), DI
	DECQ CX
	JNZ  temper
	VZEROUPPER
	RET
