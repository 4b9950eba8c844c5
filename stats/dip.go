package stats

import (
	"math"
	"slices"
)

// Dip returns the dip statistic of Hartigan and Hartigan (1985): the largest
// distance between the distribution function of the values and the closest
// unimodal one, at least 1/2n. Unlike a coefficient of skewness and kurtosis it
// does not take an outlier or a long tail, which times always have, for a
// second mode.
func Dip(values []float64) (float64, error) {
	if err := check(values); err != nil {
		return 0, err
	}
	steps := newECDF(values)
	// Distances are counted in steps of the distribution function; a unimodal
	// function in the middle of a band halves them.
	dip := 1.0
	lo, hi := 0, len(steps)-1
	for lo < hi {
		below := steps.hull(lo, hi, func(s step) float64 { return s.before }, -1)
		above := steps.hull(lo, hi, func(s step) float64 { return s.after }, 1)
		distance, left, right := steps.widest(below, above)
		if distance <= dip {
			break
		}
		// Between left and right the band holds the mode. Outside, the best
		// unimodal function follows the convex hull up to it and the concave
		// hull from there on.
		for i := lo; i < left; i++ {
			dip = max(dip, steps[i].after-steps.along(below, func(s step) float64 { return s.before }, i))
		}
		for i := right + 1; i <= hi; i++ {
			dip = max(dip, steps.along(above, func(s step) float64 { return s.after }, i)-steps[i].before)
		}
		if left == lo && right == hi {
			break
		}
		lo, hi = left, right
	}
	return dip / (2 * float64(len(values))), nil
}

// step is a place where the empirical distribution function jumps.
type step struct {
	x             float64
	before, after float64 // number of values below x, and up to x
}

type ecdf []step

func newECDF(values []float64) ecdf {
	sorted := slices.Sorted(slices.Values(values))
	var e ecdf
	for i, v := range sorted {
		if i > 0 && v == sorted[i-1] {
			e[len(e)-1].after++
			continue
		}
		e = append(e, step{v, float64(i), float64(i + 1)})
	}
	return e
}

// hull returns the indices of the corners of the greatest convex minorant (sign
// −1) or the least concave majorant (sign 1) of steps lo to hi at the heights
// y.
func (e ecdf) hull(lo, hi int, y func(step) float64, sign float64) []int {
	var corners []int
	for i := lo; i <= hi; i++ {
		for len(corners) > 1 {
			a, b := corners[len(corners)-2], corners[len(corners)-1]
			turn := (e[b].x-e[a].x)*(y(e[i])-y(e[a])) - (e[i].x-e[a].x)*(y(e[b])-y(e[a]))
			if sign*turn < 0 {
				break
			}
			corners = corners[:len(corners)-1]
		}
		corners = append(corners, i)
	}
	return corners
}

// along returns the height of the hull at step i.
func (e ecdf) along(corners []int, y func(step) float64, i int) float64 {
	at, found := slices.BinarySearch(corners, i)
	if found {
		return y(e[i])
	}
	a, b := e[corners[at-1]], e[corners[at]]
	return y(a) + (y(b)-y(a))*(e[i].x-a.x)/(b.x-a.x)
}

// widest returns the largest distance between the hulls, and the corners of the
// hull below at or before it and of the hull above at or after it.
func (e ecdf) widest(below, above []int) (distance float64, left, right int) {
	distance = math.Inf(-1)
	consider := func(i int) {
		d := e.along(above, func(s step) float64 { return s.after }, i) -
			e.along(below, func(s step) float64 { return s.before }, i)
		if d <= distance {
			return
		}
		distance = d
		at, found := slices.BinarySearch(below, i)
		if !found {
			at--
		}
		left = below[at]
		at, _ = slices.BinarySearch(above, i)
		right = above[at]
	}
	for _, i := range below {
		consider(i)
	}
	for _, i := range above {
		consider(i)
	}
	return distance, left, right
}
