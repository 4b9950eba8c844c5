package packing

import (
	"math"
	"slices"
)

// LowerBound returns a number that the heaviest pack of no packing of weights
// into packs packs can be below: the larger of [MeanBound] and
// [PigeonholeBound].
func LowerBound(weights []float32, packs int) float64 {
	var b bounder
	return b.lowerBound(weights, packs)
}

// MeanBound returns the mean load of a pack, rounded up to a whole number where
// all weights are whole (and their sum is exact in float64): some pack holds at
// least the mean.
func MeanBound(weights []float32, packs int) float64 {
	total, whole := 0.0, true
	for _, w := range weights {
		total += float64(w)
		whole = whole && w == float32(math.Trunc(float64(w)))
	}
	mean := total / float64(packs)
	if whole && total < 1<<53 {
		return math.Ceil(mean)
	}
	// float64 sums of different orders differ in the last bits; a bound must
	// not be above what a packing's own sum can come to.
	return mean * (1 - float64(len(weights))*0x1p-53)
}

// PigeonholeBound returns the largest of the k = items/packs pigeonhole bounds.
// With the weights sorted descending, bound i (0 ≤ i < k) looks at the first
// i·m + 1 items: some pack holds at least i + 1 of them, which weigh at least
// the lightest i + 1 of them, and its other k − i − 1 items weigh at least as
// much as the lightest k − i − 1 of all. i = 0 is the heaviest item with the
// k − 1 lightest.
func PigeonholeBound(weights []float32, packs int) float64 {
	var b bounder
	b.sort(weights)
	return b.pigeonhole(packs)
}

// bounder holds the sorted weights and prefix sums, reused over layers.
type bounder struct {
	sorted []float32 // descending
	prefix []float64 // prefix[i] = sum of the first i of sorted
}

func (b *bounder) lowerBound(weights []float32, packs int) float64 {
	b.sort(weights)
	return max(MeanBound(weights, packs), b.pigeonhole(packs))
}

func (b *bounder) sort(weights []float32) {
	b.sorted = append(b.sorted[:0], weights...)
	slices.SortFunc(b.sorted, func(x, y float32) int {
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	b.prefix = append(b.prefix[:0], 0)
	total := 0.0
	for _, w := range b.sorted {
		total += float64(w)
		b.prefix = append(b.prefix, total)
	}
}

func (b *bounder) pigeonhole(packs int) float64 {
	n := len(b.sorted)
	capacity := n / packs
	slack := b.prefix[n] * float64(n) * 0x1p-53 // how far a prefix sum can be off
	best := 0.0
	for i := range capacity {
		last := i*packs + 1 // one past the last of the first i·m + 1 items
		rest := capacity - i - 1
		estimate := b.prefix[last] - b.prefix[last-i-1] + b.prefix[n] - b.prefix[n-rest]
		if estimate+4*slack > best {
			best = max(best, b.sum(last-i-1, last)+b.sum(n-rest, n))
		}
	}
	return best
}

// sum is the weight of sorted[lo:hi], summed afresh: differences of prefix sums
// lose the last bits, and a bound must never be above the optimum.
func (b *bounder) sum(lo, hi int) float64 {
	total := 0.0
	for _, w := range b.sorted[lo:hi] {
		total += float64(w)
	}
	return total
}
