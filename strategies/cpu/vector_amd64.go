//go:build !purego

package cpu

import "github.com/klauspost/cpuid/v2"

// hasVector reports whether the processor has what vector needs.
func hasVector() bool { return cpuid.CPU.Supports(cpuid.AVX512F) }

// makeKeys turns the draws in items into words key<<32 | item.
func makeKeys(items []row, weights []float32, keys *laneKeys) {
	keysAVX512(&items[0], &weights[0], keys, len(items))
}

// sortRows sorts each lane of rows by the network for as many rows.
func sortRows(rows []row, network []comparator) {
	if len(network) > 0 {
		sortAVX512(&rows[0], &network[0], len(network))
	}
}

// fillPacks puts the first items of each lane into one empty pack each, the p-th
// into pack p, and writes places and queue as packRows does, the latter not yet
// sorted. It reports whether all of these items have a load.
func fillPacks(items []row, weights []uint64, queue []row, capacity uint64) bool {
	return fillAVX512(&items[0], &weights[0], &queue[0], len(items), capacity) == 0
}

// queueBlock is the number of rows that packRows moves at a time: the queue has
// one row and whole blocks of these.
const queueBlock = 8

// packRows packs the items of each lane in their order and writes the lower half
// of the word that the pack had before over each item's key. It returns the words
// of the least and the most loaded pack of each lane at the end.
func packRows(items []row, weights []uint64, queue []row) (least, most row) {
	packAVX512(&items[0], &weights[0], &queue[0], len(items), (len(queue)-1)/queueBlock, &least, &most)
	return least, most
}

//go:noescape
func keysAVX512(items *row, weights *float32, keys *laneKeys, count int)

//go:noescape
func sortAVX512(rows *row, network *comparator, count int)

//go:noescape
func fillAVX512(items *row, weights *uint64, queue *row, count int, capacity uint64) (lanesWithZero uint16)

//go:noescape
func packAVX512(items *row, weights *uint64, queue *row, count, blocks int, least, most *row)

// bestGain returns the greatest gain min(δ, gap − δ) of a swap of an item of the
// heaviest pack, whose load is most, with any other, or 0 where none is above
// that, and the first item of the heaviest pack that gives it: δ is the difference
// of the weights, gap that of most and the load that the other's pack carries.
// The gaps are left in gap.
func bestGain(weight, carried, gap, heavy []float32, most float32) (gain float32, item int) {
	gain, k := bestGainAVX512(&weight[0], &carried[0], &gap[0], len(weight)/exchangeBlock, &heavy[0], len(heavy), most)
	return gain, int(k)
}

// firstGain returns the first item that gives just this gain with one of weight
// w of the heaviest pack, or −1.
func firstGain(weight, gap []float32, w, gain float32) int {
	return firstGainAVX512(&weight[0], &gap[0], len(weight)/(exchangeBlock/2), w, gain)
}

//go:noescape
func bestGainAVX512(weight, carried, gap *float32, blocks int, heavy *float32, count int, most float32) (gain float32, item uint32)

//go:noescape
func firstGainAVX512(weight, gap *float32, vectors int, w, gain float32) int
