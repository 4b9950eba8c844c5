//go:build !purego

package cpu

// findSwaps finds the swap of max gain in each lane: of an item of the heaviest pack
// (the first on ties) with an item of another. The gain is min(δ, gap − δ), where δ
// is the difference of their weights and gap that of their packs' loads. Ties go to
// the min word of the former, then of the latter.
func findSwaps(weight []swapWeights, word []swapWords, load []swapWeights, capacity int, best *bestSwaps) {
	stride := len(weight) / len(load)
	swapsAVX512(&weight[0], &word[0], &load[0], len(load), capacity, stride, best)
}

//go:noescape
func swapsAVX512(weight *swapWeights, word *swapWords, load *swapWeights, packs, capacity, stride int, best *bestSwaps)
