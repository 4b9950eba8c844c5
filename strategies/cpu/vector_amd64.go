//go:build !purego

package cpu

import "github.com/klauspost/cpuid/v2"

// hasVector reports whether the processor has what vector and swapper need.
func hasVector() bool { return cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512VL) }

// makeKeys turns the draws in items into words to be sorted, and writes the whole
// keys to exact, by item.
func makeKeys(items, exact []vectorRow, weights []numberedWeight, keys *vectorKeys) {
	keysAVX512(&items[0], &exact[0], &weights[0], keys, len(items))
}

// sortBlocks sorts each lane of rows, which are whole blocks, by the steps for that
// number of blocks.
func sortBlocks(rows []vectorRow, steps []blockStep) {
	blocksAVX512(&rows[0], &steps[0], len(steps))
}

// findTies sets, for every row but the first, the lanes that agree with the row
// before in the bits of mask. It reports whether there are any.
func findTies(rows []vectorRow, mask uint32, ties []uint16) bool {
	return len(rows) > 1 && tiesAVX512(&rows[0], len(rows)-1, mask, &ties[1]) != 0
}

//go:noescape
func keysAVX512(items, exact *vectorRow, weights *numberedWeight, keys *vectorKeys, count int)

//go:noescape
func blocksAVX512(rows *vectorRow, steps *blockStep, count int)

//go:noescape
func tiesAVX512(rows *vectorRow, pairs int, mask uint32, ties *uint16) uint16
