//go:build !purego

package draws

import "github.com/klauspost/cpuid/v2"

// hasVector reports whether the processor has the instructions of the assembly.
func hasVector() bool { return cpuid.CPU.Supports(cpuid.AVX512F) }

// philoxVector fills as many whole blocks of rows as it can and returns the
// number of rows filled.
func philoxVector(rows [][Lanes]uint64, seed uint64, layer, first int) int {
	blocks := len(rows) / 4
	if blocks == 0 || !hasVector() {
		return 0
	}
	var keys [10][2]uint64
	k0, k1 := uint32(seed), uint32(seed>>32)
	for r := range keys {
		keys[r] = [2]uint64{uint64(k0), uint64(k1)}
		k0 += philoxW0
		k1 += philoxW1
	}
	philoxAVX512(&rows[0], blocks, &keys, uint32(layer), uint32(first))
	return 4 * blocks
}

// fillVector fills as many whole blocks of rows as it can and returns the number
// of rows filled.
func (d *Layer) fillVector(rows [][Wide]uint32, first int) int {
	blocks := len(rows) / 4
	if blocks == 0 || !hasVector() {
		return 0
	}
	layerAVX512(&rows[0], &d.blocks[0], blocks, &d.rounds, uint32(first))
	return 4 * blocks
}

// twistVector does what twist does if it can, and reports whether it could.
func twistVector(x *[2 * mtWords]uint32) bool {
	if !hasVector() {
		return false
	}
	twistAVX512(x)
	return true
}

// temperVector does what temper does for as many words as it can and returns
// their number.
func temperVector(dst, words []uint32) int {
	blocks := len(dst) / 16
	if blocks == 0 || !hasVector() {
		return 0
	}
	temperAVX512(&dst[0], &words[0], blocks)
	return 16 * blocks
}

// philoxAVX512 fills 4·blocks rows with the draws of candidates first to
// first + 7 of a layer; keys holds the two key words of each round.
//
//go:noescape
func philoxAVX512(rows *[Lanes]uint64, blocks int, keys *[10][2]uint64, layer, first uint32)

// layerAVX512 fills 4·blocks rows with the draws of candidates first to
// first + 15.
//
//go:noescape
func layerAVX512(rows *[Wide]uint32, starts *blockStart, blocks int, keys *roundKeys, first uint32)

//go:noescape
func twistAVX512(x *[2 * mtWords]uint32)

// temperAVX512 tempers 16·blocks words.
//
//go:noescape
func temperAVX512(dst, words *uint32, blocks int)
