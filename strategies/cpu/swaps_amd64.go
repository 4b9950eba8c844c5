//go:build !purego

package cpu

// findSwaps finds the best swap of each lane: of an item of the heaviest pack, the
// first on ties, with an item of another, the gain min(δ, gap − δ) is greatest,
// where δ is the difference of their weights and gap that of their packs' loads.
// Ties go to the least word of the former, then of the latter.
func findSwaps(weight []swapWeights, word []swapWords, load []swapWeights, capacity int, best *bestSwaps) {
	stride := len(weight) / len(load)
	swapsAVX512(&weight[0], &word[0], &load[0], len(load), capacity, stride, best)
}

//go:noescape
func swapsAVX512(weight *swapWeights, word *swapWords, load *swapWeights, packs, capacity, stride int, best *bestSwaps)
