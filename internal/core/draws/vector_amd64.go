//go:build !purego

package draws

import "github.com/klauspost/cpuid/v2"

// hasVector reports whether the processor has the instructions of the assembly.
func hasVector() bool { return cpuid.CPU.Supports(cpuid.AVX512F) }

// fillVector fills the whole blocks of rows, if it can, and returns the number of
// rows filled.
func (d *Layer) fillVector(rows [][Lanes]uint32, first int) int {
	blocks := len(rows) / Block
	if blocks == 0 || !hasVector() {
		return 0
	}
	layerAVX512(&rows[0], &d.blocks[0], blocks, &d.rounds, uint32(first))
	return Block * blocks
}

// twistVector is twist, if the processor can; it reports whether it did.
func twistVector(x *[2 * mtWords]uint32) bool {
	if !hasVector() {
		return false
	}
	twistAVX512(x)
	return true
}

// temperVector is temper for whole vectors of words, if the processor can. It returns
// the number of words done.
func temperVector(dst, words []uint32) int {
	blocks := len(dst) / 16
	if blocks == 0 || !hasVector() {
		return 0
	}
	temperAVX512(&dst[0], &words[0], blocks)
	return 16 * blocks
}

// layerAVX512 fills Block·blocks rows with the draws of candidates first to
// first + 15.
//
//go:noescape
func layerAVX512(rows *[Lanes]uint32, starts *blockStart, blocks int, keys *roundKeys, first uint32)

//go:noescape
func twistAVX512(x *[2 * mtWords]uint32)

// temperAVX512 tempers 16·blocks words.
//
//go:noescape
func temperAVX512(dst, words *uint32, blocks int)
