package datasets

import (
	"fmt"
	"math"

	"packbench/internal/number"
)

// Sum returns loads of one step: for each layer and item the sum over the steps
// from ≤ step < to. Sums are exact before they are rounded once, to the nearest
// float64; loads that are all whole numbers, tenths, hundredths, … are summed as
// that, so that ten times 0.1 is 1. The error is that of a range that holds no
// step, or of a sum above the largest float32.
func (l *Loads) Sum(from, to int) (*Loads, error) {
	if _, err := l.Range(from, to); err != nil {
		return nil, err
	}
	n := l.Layers * l.Items
	sums := make([]float64, n)
	if scale, ok := l.grid(from*n, to*n); ok {
		l.sumUnits(sums, from, to, scale)
	} else {
		l.sumFloats(sums, from, to)
	}
	sum, err := fromValues(1, l.Layers, l.Items, sums)
	if err != nil {
		return nil, fmt.Errorf("summed over %s: %w", number.Count(to-from, "step"), err)
	}
	sum.Name, sum.Notes = l.Name, l.Notes
	return sum, nil
}

// maxUnits bounds the loads that are summed as whole numbers: 2⁵³, up to which
// float64 holds each of them.
const maxUnits = 1 << 53

// grid returns the smallest power of ten, up to 10⁹, that makes all loads from
// index lo to hi whole numbers, exactly or as the nearest float64 of a decimal
// number. ok is false where there is none, or where a sum could pass maxUnits.
func (l *Loads) grid(lo, hi int) (scale float64, ok bool) {
	scale = 1
	largest := 0.0
	for i := lo; i < hi; i++ {
		v := l.Value(i)
		for math.Round(float64(v*scale))/scale != v {
			if scale *= 10; scale > 1e9 {
				return 0, false
			}
		}
		largest = max(largest, v)
	}
	steps := float64((hi - lo) / (l.Layers * l.Items))
	return scale, float64(float64(largest*scale)*steps) < maxUnits
}

// sumUnits sums loads that are multiples of 1/scale.
func (l *Loads) sumUnits(sums []float64, from, to int, scale float64) {
	n := len(sums)
	for i := range sums {
		units := int64(0)
		for step := from; step < to; step++ {
			units += int64(math.Round(float64(l.Value(step*n+i) * scale)))
		}
		sums[i] = float64(units) / scale
	}
}

// sumFloats sums any loads.
func (l *Loads) sumFloats(sums []float64, from, to int) {
	n := len(sums)
	var exact exactSum
	for i := range sums {
		exact.reset()
		for step := from; step < to; step++ {
			exact.add(l.Value(step*n + i))
		}
		sums[i] = exact.round()
	}
}

// exactSum is the sum of numbers ≥ 0 without rounding, as numbers that do not
// overlap, smallest first (J. R. Shewchuk, Adaptive precision floating-point
// arithmetic, 1997: GROW-EXPANSION).
type exactSum struct{ parts []float64 }

func (s *exactSum) reset() { s.parts = s.parts[:0] }

func (s *exactSum) add(x float64) {
	kept := s.parts[:0]
	for _, y := range s.parts {
		if x < y {
			x, y = y, x
		}
		sum := x + y
		if rest := y - (sum - x); rest != 0 {
			kept = append(kept, rest)
		}
		x = sum
	}
	s.parts = append(kept, x)
}

// round returns the float64 nearest to the sum, the even one of two.
func (s *exactSum) round() float64 {
	i := len(s.parts) - 1
	if i < 0 {
		return 0
	}
	sum, rest := s.parts[i], 0.0
	for i--; i >= 0 && rest == 0; i-- {
		x := sum
		sum = x + s.parts[i]
		rest = s.parts[i] - (sum - x)
	}
	// Where the rest is half a unit, what is below it says which way to round.
	if i >= 0 && (rest < 0) == (s.parts[i] < 0) {
		if up := sum + float64(2*rest); float64(2*rest) == up-sum {
			sum = up
		}
	}
	return sum
}
