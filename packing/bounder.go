package packing

import "slices"

// Bounder computes [LowerBound], keeping its memory from one layer to the next.
// Its arithmetic is in whole numbers (see [Grid]), so no rounding can lift a
// bound above an optimum. The zero value is ready for use.
type Bounder struct {
	sorted []float32
	prefix []int64 // prefix[i] is the sum of the i heaviest weights, on the grid
	grid   Grid
}

// LowerBound is the function [LowerBound].
func (b *Bounder) LowerBound(weights []float32, packs int) float64 {
	return b.value(WholeBound(b.prefixOf(weights), packs))
}

// LowerBoundSorted is [LowerBound] of weights that never rise.
func (b *Bounder) LowerBoundSorted(sorted []float32, packs int) float64 {
	return b.value(WholeBound(b.prefixOfSorted(sorted), packs))
}

func (b *Bounder) prefixOf(weights []float32) []int64 {
	b.sorted = append(b.sorted[:0], weights...)
	slices.Sort(b.sorted)
	slices.Reverse(b.sorted)
	return b.prefixOfSorted(b.sorted)
}

func (b *Bounder) prefixOfSorted(sorted []float32) []int64 {
	b.grid = GridOf(sorted)
	b.prefix = append(b.prefix[:0], 0)
	total := int64(0)
	for _, w := range sorted {
		total += b.grid.Whole(w)
		b.prefix = append(b.prefix, total)
	}
	return b.prefix
}

// value returns a bound as a number that is not above what float64 arithmetic
// makes of the loads of a packing that attains it.
func (b *Bounder) value(whole int64) float64 {
	bound := b.grid.Value(whole)
	total := float64(b.prefix[len(b.prefix)-1]) * float64(b.grid.step)
	if b.grid.exact && total < 1<<53 {
		return bound // all sums are exact in float64
	}
	return bound * (1 - float64(float64(len(b.prefix))*0x1p-53))
}
