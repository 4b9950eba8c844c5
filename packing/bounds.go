package packing

import "math"

// LowerBound returns the largest of [MeanBound], [PigeonholeBound] and
// [SpreadBound]: in every packing of weights into packs packs the heaviest pack
// weighs at least that. [Evaluate] gives the bound for loads beyond float32.
func LowerBound(weights []float32, packs int) float64 {
	var b Bounder
	return b.LowerBound(weights, packs)
}

// MeanBound returns the mean load of a pack, rounded up to a multiple of the
// coarsest unit that divides all weights (1 for most token counts): some pack
// holds at least the mean, and every load is such a multiple.
func MeanBound(weights []float32, packs int) float64 {
	var b Bounder
	return b.value(meanBound(b.prefixOfWeights(weights), packs))
}

// PigeonholeBound returns the largest of the k = items/packs pigeonhole bounds.
// With the weights sorted descending, bound i (0 ≤ i < k) looks at the first
// i·m + 1 items: some pack holds at least i + 1 of them, which weigh at least
// the lightest i + 1 of them, and its other k − i − 1 items weigh at least as
// much as the lightest k − i − 1 of all. i = 0 is the heaviest item with the
// k − 1 lightest.
//
// Source: Dell'Amico, Martello: Bounds for the cardinality constrained P||Cmax
// problem, Journal of Scheduling 4, 2001.
func PigeonholeBound(weights []float32, packs int) float64 {
	var b Bounder
	return b.value(pigeonholeBound(b.prefixOfWeights(weights), packs))
}

// SpreadBound extends the pigeonhole argument to more than one pack. With
// the weights sorted descending, look at the first r = i·m + q items
// (0 ≤ i < k, 1 ≤ q ≤ m). Either some pack holds at least i + 2 of them, so it
// weighs at least
//
//	a = the lightest i + 2 of the r + the lightest k − i − 2 of all,
//
// or at least q packs hold exactly i + 1 of them. The others in these q packs
// are q·(k − i − 1) items, which weigh at least as much as the lightest that
// many of all. So the heaviest of the q packs weighs at least their mean,
//
//	b = (the lightest q·(i + 1) of the r + the lightest q·(k − i − 1) of all)/q,
//
// and at least
//
//	c = the lightest i + 1 of the r + the max that one of them has beside,
//
// the latter by bound i = 0 of [PigeonholeBound] for the other items:
// the heaviest of the lightest q·(k − i − 1) with the lightest k − i − 2 of
// all. The bound is the largest min(a, max(b, c)) over all r. For k = 2 it is
// the optimum.
func SpreadBound(weights []float32, packs int) float64 {
	var b Bounder
	return b.value(spreadBound(b.prefixOfWeights(weights), packs, 0))
}

// WholeBound returns the largest of the bounds of [LowerBound] for loads on a
// [Grid], given the sums of the heaviest ones: prefix[i] is the weight of the i
// heaviest items together, prefix[0] = 0, and len(prefix) − 1 items go into
// packs packs.
func WholeBound(prefix []int64, packs int) int64 {
	return spreadBound(prefix, packs, max(meanBound(prefix, packs), pigeonholeBound(prefix, packs)))
}

// lightest is the weight of the count lightest of the r heaviest items.
func lightest(prefix []int64, count, r int) int64 { return prefix[r] - prefix[r-count] }

func ceilDiv(a int64, b int) int64 { return (a + int64(b) - 1) / int64(b) }

func meanBound(prefix []int64, packs int) int64 {
	return ceilDiv(prefix[len(prefix)-1], packs)
}

func pigeonholeBound(prefix []int64, packs int) int64 {
	n := len(prefix) - 1
	capacity := n / packs
	best := int64(0)
	for i := range capacity {
		best = max(best, lightest(prefix, i+1, i*packs+1)+lightest(prefix, capacity-i-1, n))
	}
	return best
}

// spreadBound returns the larger of the spread bound and best; only what is
// above best is computed.
func spreadBound(prefix []int64, packs int, best int64) int64 {
	n := len(prefix) - 1
	capacity := n / packs
	for i := range capacity {
		others := capacity - i - 1 // items of a pack beside the i + 1
		beside := int64(0)
		if others > 0 {
			beside = lightest(prefix, others-1, n)
		}
		for q := 1; q <= packs; q++ {
			r := i*packs + q
			a := int64(math.MaxInt64)
			if others > 0 && i+2 <= r {
				a = lightest(prefix, i+2, r) + beside
			}
			if a <= best {
				break // a falls as r grows
			}
			c := lightest(prefix, i+1, r)
			if others > 0 {
				c += lightest(prefix, 1, n-q*others+1) + beside
			}
			best = max(best, min(a, c))
			held := lightest(prefix, q*(i+1), r) + lightest(prefix, q*others, n)
			if float64(held) > float64(best)*float64(q) { // saves the division
				best = max(best, min(a, ceilDiv(held, q)))
			}
		}
	}
	return best
}
