// Package draws makes the uniform random numbers of the ensemble strategies.
//
// A draw is given as an integer in [0, 2²⁴); the uniform it stands for is that
// integer times 2⁻²⁴ ([Uniform]). Sorting the integers sorts the uniforms.
package draws

import "math/bits"

// Bits is the number of random bits in a draw.
const Bits = 24

// Uniform returns the float32 in [0, 1) that a draw stands for. It is exact.
func Uniform(draw uint32) float32 { return float32(draw) * 0x1p-24 }

// Noisy is the weight that a noisy order sorts by: w·(u·spread + floor), u being
// the uniform of the draw, each operation rounded to float32.
func Noisy(w float32, draw uint32, spread, floor float32) float32 {
	scaled := float32(Uniform(draw) * spread) // a conversion forbids fusing with what follows
	return w * float32(scaled+floor)
}

// Multipliers and key increments of Philox4x32.
const (
	philoxM0 = 0xD2511F53
	philoxM1 = 0xCD9E8D57
	philoxW0 = 0x9E3779B9
	philoxW1 = 0xBB67AE85
)

// Philox4x32 is one block of the counter-based generator Philox4x32-10 of
// Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3"
// (SC 2011): four words that are a function of key and counter.
func Philox4x32(counter [4]uint32, key [2]uint32) [4]uint32 {
	c0, c1, c2, c3 := counter[0], counter[1], counter[2], counter[3]
	k0, k1 := key[0], key[1]
	for range 10 {
		hi0, lo0 := bits.Mul32(philoxM0, c0)
		hi1, lo1 := bits.Mul32(philoxM1, c2)
		c0, c1, c2, c3 = hi1^c1^k0, lo1, hi0^c3^k1, lo0
		k0 += philoxW0
		k1 += philoxW1
	}
	return [4]uint32{c0, c1, c2, c3}
}

// Philox fills dst with the draws of one candidate of one layer: dst[i] is the
// draw of item i. The key is the seed (low word first), the counter is
// (i/4, candidate, layer, 0), and item i has word i%4 of the block, of which
// the upper 24 bits are the draw.
func Philox(dst []uint32, seed uint64, layer, candidate int) {
	key := [2]uint32{uint32(seed), uint32(seed >> 32)}
	counter := [4]uint32{0, uint32(candidate), uint32(layer), 0}
	for len(dst) >= 8 { // two blocks side by side hide each other's latency
		a0, a1, a2, a3 := uint64(counter[0]), counter[1], uint64(counter[2]), counter[3]
		b0, b1, b2, b3 := uint64(counter[0]+1), counter[1], uint64(counter[2]), counter[3]
		k0, k1 := key[0], key[1]
		for range 10 {
			pa0, pa1 := philoxM0*a0, philoxM1*a2
			pb0, pb1 := philoxM0*b0, philoxM1*b2
			a0, a1, a2, a3 = uint64(uint32(pa1>>32)^a1^k0), uint32(pa1), uint64(uint32(pa0>>32)^a3^k1), uint32(pa0)
			b0, b1, b2, b3 = uint64(uint32(pb1>>32)^b1^k0), uint32(pb1), uint64(uint32(pb0>>32)^b3^k1), uint32(pb0)
			k0 += philoxW0
			k1 += philoxW1
		}
		dst[0], dst[1], dst[2], dst[3] = uint32(a0)>>8, a1>>8, uint32(a2)>>8, a3>>8
		dst[4], dst[5], dst[6], dst[7] = uint32(b0)>>8, b1>>8, uint32(b2)>>8, b3>>8
		dst = dst[8:]
		counter[0] += 2
	}
	for len(dst) > 0 {
		block := Philox4x32(counter, key)
		for i := range min(4, len(dst)) {
			dst[i] = block[i] >> (32 - Bits)
		}
		dst = dst[min(4, len(dst)):]
		counter[0]++
	}
}
