// What the steps of swapper have in common.

// MAX16 sets all of out to the greatest of the 16 floats of in: halves, quarters,
// pairs, neighbours.
#define MAX16(in, tmp, out) \
	VSHUFF64X2 $0x4E, in, in, tmp; \
	VMAXPS tmp, in, out; \
	VSHUFF64X2 $0xB1, out, out, tmp; \
	VMAXPS tmp, out, out; \
	VPERMILPS $0x4E, out, tmp; \
	VMAXPS tmp, out, out; \
	VPERMILPS $0xB1, out, tmp; \
	VMAXPS tmp, out, out

// IOTA sets out to 0, 1, … 15. It uses AX and x, a part of out.
#define IOTA(x, out) \
	MOVQ $0x0706050403020100, AX; \
	VMOVQ AX, x; \
	MOVQ $0x0F0E0D0C0B0A0908, AX; \
	VPINSRQ $1, AX, x, x; \
	VPMOVZXBD x, out
