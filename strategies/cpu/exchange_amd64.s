//go:build !purego

#include "textflag.h"

// The search for the best swap of exchanger. A swap of an item of the heaviest
// pack, of weight w, with an item j gains min(δ, (most − carriedⱼ) − δ) where
// δ = w − weightⱼ, every difference rounded. The slices are padded to whole
// vectors with items that are carried by an infinite load and gain −∞.

// bestGainAVX512 tries each item of the heaviest pack in turn with 32 others at a
// time. Each of 16 places keeps the best gain of the others that it saw and the
// first item of the heaviest pack that gave it, so the first of all is the least
// among the places with the greatest gain.
//
//	SI weight   R8 next of and CX number  Z4 weight of the heaviest's item
//	DI carried  of the heaviest's items   Z0–Z3 δ, gaps and gains
//	R9 gap      AX others' offset         Z5, Z6 best gains with this item
//	BX blocks   DX blocks left            Z9, Z10 best gains and their items
//	            Z11 most                  Z12 number of the item, Z13 one
//
// func bestGainAVX512(weight, carried, gap *float32, blocks int, heavy *float32, count int, most float32) (gain float32, item uint32)
TEXT ·bestGainAVX512(SB), NOSPLIT, $0-64
	MOVQ weight+0(FP), SI
	MOVQ carried+8(FP), DI
	MOVQ gap+16(FP), R9
	MOVQ blocks+24(FP), BX
	MOVQ heavy+32(FP), R8
	MOVQ count+40(FP), CX
	VBROADCASTSS most+48(FP), Z11
	VPXORQ Z9, Z9, Z9
	VPXORQ Z10, Z10, Z10
	VPXORQ Z12, Z12, Z12
	MOVL $1, AX
	VPBROADCASTD AX, Z13
	XORQ AX, AX
	MOVQ BX, DX

gaps:
	VSUBPS 0(DI)(AX*1), Z11, Z0
	VSUBPS 64(DI)(AX*1), Z11, Z1
	VMOVUPS Z0, 0(R9)(AX*1)
	VMOVUPS Z1, 64(R9)(AX*1)
	ADDQ $128, AX
	DECQ DX
	JNZ  gaps

item:
	VBROADCASTSS (R8), Z4
	VPXORQ Z5, Z5, Z5
	VPXORQ Z6, Z6, Z6
	XORQ AX, AX
	MOVQ BX, DX

others:
	VSUBPS 0(SI)(AX*1), Z4, Z0
	VSUBPS 64(SI)(AX*1), Z4, Z1
	VMOVUPS 0(R9)(AX*1), Z2
	VMOVUPS 64(R9)(AX*1), Z3
	VSUBPS Z0, Z2, Z2
	VSUBPS Z1, Z3, Z3
	VMINPS Z0, Z2, Z2
	VMINPS Z1, Z3, Z3
	VMAXPS Z2, Z5, Z5
	VMAXPS Z3, Z6, Z6
	ADDQ $128, AX
	DECQ DX
	JNZ  others
	VMAXPS Z6, Z5, Z5
	VCMPPS $14, Z9, Z5, K1 // Z5 > Z9
	VMOVAPS Z5, K1, Z9
	VMOVDQA32 Z12, K1, Z10
	VPADDD Z13, Z12, Z12
	ADDQ $4, R8
	DECQ CX
	JNZ  item

	// The greatest of all places: halves, quarters, pairs, neighbours.
	VEXTRACTF64X4 $1, Z9, Y0
	VMAXPS Y0, Y9, Y0
	VEXTRACTF128 $1, Y0, X1
	VMAXPS X1, X0, X0
	VPERMILPS $0x4E, X0, X1
	VMAXPS X1, X0, X0
	VPERMILPS $0xB1, X0, X1
	VMAXPS X1, X0, X0
	VMOVSS X0, gain+56(FP)

	// The least item of the places that have it.
	VBROADCASTSS X0, Z1
	VCMPPS $0, Z1, Z9, K1
	VPTERNLOGD $0xFF, Z0, Z0, Z0
	VMOVDQA32 Z10, K1, Z0
	VEXTRACTI64X4 $1, Z0, Y1
	VPMINUD Y1, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPMINUD X1, X0, X0
	VPSHUFD $0x4E, X0, X1
	VPMINUD X1, X0, X0
	VPSHUFD $0xB1, X0, X1
	VPMINUD X1, X0, X0
	VMOVD X0, AX
	MOVL AX, item+60(FP)
	VZEROUPPER
	RET

// firstGainAVX512 looks for a gain among the swaps of one item of the heaviest
// pack, 16 others at a time.
//
//	SI weight        Z0 δ      Z4 w
//	DI gap           Z1 gains  Z6 gain
//	CX vectors left  AX first of the 16
//
// func firstGainAVX512(weight, gap *float32, vectors int, w, gain float32) int
TEXT ·firstGainAVX512(SB), NOSPLIT, $0-40
	MOVQ weight+0(FP), SI
	MOVQ gap+8(FP), DI
	MOVQ vectors+16(FP), CX
	VBROADCASTSS w+24(FP), Z4
	VBROADCASTSS gain+28(FP), Z6
	XORQ AX, AX

next:
	VSUBPS (SI)(AX*4), Z4, Z0
	VMOVUPS (DI)(AX*4), Z1
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
	MOVQ AX, ret+32(FP)
	VZEROUPPER
	RET
