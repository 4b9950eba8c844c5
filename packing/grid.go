package packing

import (
	"math"
	"math/bits"
)

// Grid is a number of which weights are whole multiples, so that sums of them
// can be formed in integers, without rounding. Token counts lie on a grid of 1
// or more; the float32 weights of a layer nearly always lie on one fine enough
// for int64.
type Grid struct {
	shift int   // the grid is step·2^−shift
	step  int64 // odd, or 1 where the grid is not exact
	exact bool
}

// GridOf returns the coarsest grid that holds the weights, but none so fine
// that their total would reach 2⁶². Weights must be finite and ≥ 0.
func GridOf(weights []float32) Grid {
	const none = math.MaxInt
	lowest, total := none, 0.0
	for _, w := range weights {
		total += float64(w)
		b := math.Float32bits(w)
		exponent, mantissa := int(b>>23&0xff), b&(1<<23-1)
		if exponent > 0 {
			mantissa |= 1 << 23
			exponent--
		}
		if mantissa != 0 {
			lowest = min(lowest, exponent+bits.TrailingZeros32(mantissa))
		}
	}
	if lowest == none {
		return Grid{step: 1, exact: true}
	}
	const smallest = 149 // the least float32 above 0 is 2^−149
	needed := smallest - lowest
	_, exponent := math.Frexp(total) // total < 2^exponent
	most := 61 - exponent            // leaves a bit for the rounding of total
	g := Grid{shift: min(needed, most), step: 1, exact: needed <= most}
	if !g.exact {
		return g
	}
	divisor := int64(0)
	for _, w := range weights {
		if divisor = gcd(g.Whole(w), divisor); divisor == 1 {
			break
		}
	}
	g.step = divisor
	return g
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Exact reports whether all weights are multiples of the grid. Where not,
// [Grid.Whole] rounds to the nearest multiple.
func (g Grid) Exact() bool { return g.exact }

// Whole returns w in units of the grid.
func (g Grid) Whole(w float32) int64 {
	units := int64(math.RoundToEven(scale(float64(w), g.shift)))
	if g.step != 1 {
		units /= g.step
	}
	return units
}

// Value returns the number that v units stand for, as the nearest float64.
func (g Grid) Value(v int64) float64 { return scale(float64(v)*float64(g.step), -g.shift) }

// scale returns x·2^shift for the shifts of grids, −67 to 210.
func scale(x float64, shift int) float64 {
	return x * math.Float64frombits(uint64(shift+1023)<<52)
}
