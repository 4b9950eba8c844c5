//go:build !purego

#include "textflag.h"

// The search for the best swap of exchanger. A swap of an item of the heaviest
// pack, of weight w, with an item j gains min(δ, (most − carriedⱼ) − δ) where
// δ = w − weightⱼ, every difference rounded. The slices are padded to whole
// vectors with items that are carried by an infinite load and gain −∞.

// bestGainAVX512 tries all items of the heaviest pack with 32 others at a time.
//
//	SI weight   R8 first and CX number   Z0, Z1 weights of the others
//	DI carried  of the heaviest's items  Z2, Z3 gaps
//	BX blocks   R9 next and DX number    Z4 weight of the heaviest's item
//	            of those left            Z5–Z8 δ, gains
//	Z9, Z10 best gains of each place     Z11 most
//
// func bestGainAVX512(weight, carried *float32, blocks int, heavy *float32, count int, most float32) float32
TEXT ·bestGainAVX512(SB), NOSPLIT, $0-52
	MOVQ weight+0(FP), SI
	MOVQ carried+8(FP), DI
	MOVQ blocks+16(FP), BX
	MOVQ heavy+24(FP), R8
	MOVQ count+32(FP), CX
	VBROADCASTSS most+40(FP), Z11
	VPXORQ Z9, Z9, Z9
	VPXORQ Z10, Z10, Z10

others:
	VMOVUPS 0(SI), Z0
	VMOVUPS 64(SI), Z1
	VSUBPS 0(DI), Z11, Z2
	VSUBPS 64(DI), Z11, Z3
	MOVQ R8, R9
	MOVQ CX, DX

item:
	VBROADCASTSS (R9), Z4
	VSUBPS Z0, Z4, Z5
	VSUBPS Z1, Z4, Z6
	VSUBPS Z5, Z2, Z7
	VSUBPS Z6, Z3, Z8
	VMINPS Z5, Z7, Z7
	VMINPS Z6, Z8, Z8
	VMAXPS Z7, Z9, Z9
	VMAXPS Z8, Z10, Z10
	ADDQ $4, R9
	DECQ DX
	JNZ  item
	ADDQ $128, SI
	ADDQ $128, DI
	DECQ BX
	JNZ  others

	// The greatest of all places: halves, quarters, pairs, neighbours.
	VMAXPS Z10, Z9, Z9
	VEXTRACTF64X4 $1, Z9, Y10
	VMAXPS Y10, Y9, Y9
	VEXTRACTF128 $1, Y9, X10
	VMAXPS X10, X9, X9
	VPERMILPS $0x4E, X9, X10
	VMAXPS X10, X9, X9
	VPERMILPS $0xB1, X9, X10
	VMAXPS X10, X9, X9
	VMOVSS X9, ret+48(FP)
	VZEROUPPER
	RET

// firstGainAVX512 looks for a gain among the swaps of one item of the heaviest
// pack, 16 others at a time.
//
//	SI weight        Z0 weights, then δ  Z4 w
//	DI carried       Z1 gaps, then gains Z5 most
//	CX vectors left  AX first of the 16  Z6 gain
//
// func firstGainAVX512(weight, carried *float32, vectors int, w, most, gain float32) int
TEXT ·firstGainAVX512(SB), NOSPLIT, $0-48
	MOVQ weight+0(FP), SI
	MOVQ carried+8(FP), DI
	MOVQ vectors+16(FP), CX
	VBROADCASTSS w+24(FP), Z4
	VBROADCASTSS most+28(FP), Z5
	VBROADCASTSS gain+32(FP), Z6
	XORQ AX, AX

next:
	VSUBPS (SI)(AX*4), Z4, Z0
	VSUBPS (DI)(AX*4), Z5, Z1
	VSUBPS Z0, Z1, Z1
	VMINPS Z0, Z1, Z1
	VCMPPS $0, Z6, Z1, K1
	KORTESTW K1, K1
	JNZ  found
	ADDQ $16, AX
	DECQ CX
	JNZ  next
	MOVQ $-1, AX
	JMP  done

found:
	KMOVW K1, BX
	BSFL  BX, BX
	ADDQ  BX, AX

done:
	MOVQ AX, ret+40(FP)
	VZEROUPPER
	RET
