// What the assembly files have in common.

#define ROW (4*const_lanes)         // bytes of a row of 32-bit lanes; of a longRow too
#define HALFROW (4*const_halfLanes) // of half of the lanes

// How VCMPPS and VPCMPUD compare the third operand with the second.
#define EQUAL $0
#define LESS $1
#define GREATER $14 // floats
#define ABOVE $6    // whole numbers

// What VPTERNLOG makes of three operands a (the destination), b, c (the first).
#define XOR3 $0x96
#define ONES $0xFF // whatever they are
