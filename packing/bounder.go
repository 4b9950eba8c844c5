package packing

import "slices"

// Bounder computes lower bounds, keeping its memory from one layer to the next.
// Its arithmetic is in whole numbers (see [UnitsOf]), so no rounding can lift a
// bound above an optimum. The zero value is ready for use.
type Bounder struct {
	units  []int64 // the loads, in the order of the layer
	sorted []int64
	prefix []int64 // prefix[i] is the sum of the i heaviest
	grid   Grid
}

// LowerBound is the function [LowerBound].
func (b *Bounder) LowerBound(weights []float32, packs int) float64 {
	return b.value(WholeBound(b.prefixOfWeights(weights), packs))
}

// Whole returns the lower bound of a layer of loads that are whole numbers; see
// [UnitsOf].
func (b *Bounder) Whole(units []int64, packs int) int64 {
	return WholeBound(b.prefixOf(units), packs)
}

func (b *Bounder) prefixOfWeights(weights []float32) []int64 {
	b.units = slices.Grow(b.units[:0], len(weights))[:len(weights)]
	b.grid = UnitsOf(b.units, weights, nil)
	return b.prefixOf(b.units)
}

func (b *Bounder) prefixOf(units []int64) []int64 {
	b.sorted = append(b.sorted[:0], units...)
	slices.Sort(b.sorted)
	b.prefix = append(b.prefix[:0], 0)
	total := int64(0)
	for i := len(b.sorted) - 1; i >= 0; i-- {
		total += b.sorted[i]
		b.prefix = append(b.prefix, total)
	}
	return b.prefix
}

// value returns a bound as a number that is not above what float64 arithmetic
// makes of the loads of a packing that attains it.
func (b *Bounder) value(units int64) float64 {
	bound := b.grid.Value(units)
	total := b.prefix[len(b.prefix)-1]
	if b.grid.exact && b.grid.base == binary && total < 1<<53/b.grid.step {
		return bound // all sums are exact in float64
	}
	return bound * (1 - float64(float64(len(b.prefix))*0x1p-53))
}
