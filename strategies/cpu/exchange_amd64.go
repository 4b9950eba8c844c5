//go:build !purego

package cpu

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
