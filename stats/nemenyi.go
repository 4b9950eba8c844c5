package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// CriticalDifference returns how far apart the mean ranks of two of several
// treatments, ranked on the given number of blocks, must be to count as
// different at level alpha: Nemenyi's test, for the critical-difference diagram
// of Demšar (2006).
func CriticalDifference(treatments, blocks int, alpha float64) (float64, error) {
	switch {
	case treatments < 2:
		return 0, fmt.Errorf("a critical difference of %d strategies: need at least 2", treatments)
	case blocks < 1:
		return 0, fmt.Errorf("a critical difference on %d instances: need at least 1", blocks)
	case !(alpha > 0 && alpha < 1):
		return 0, fmt.Errorf("alpha %v: use a number between 0 and 1", alpha)
	}
	k := float64(treatments)
	q := studentizedRange(treatments, 1-alpha) / math.Sqrt2
	return q * math.Sqrt(k*(k+1)/(6*float64(blocks))), nil
}

// Cliques returns the largest groups of treatments whose mean ranks lie within
// the critical difference cd of each other: the bars of the diagram. A group is
// a list of indices into meanRanks, best rank first, and has at least two
// members; no group is part of another.
func Cliques(meanRanks []float64, cd float64) [][]int {
	order := make([]int, len(meanRanks))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(meanRanks[i], meanRanks[j]) })
	var cliques [][]int
	covered := 0 // end of the last group: a group that ends there is part of it
	for lo := range order {
		hi := lo + 1
		for hi < len(order) && meanRanks[order[hi]]-meanRanks[order[lo]] <= cd {
			hi++
		}
		if hi-lo > 1 && hi > covered {
			cliques = append(cliques, slices.Clone(order[lo:hi]))
			covered = hi
		}
	}
	return cliques
}

// studentizedRange returns the quantile p of the range of k independent
// standard normal variables, which is the studentized range with infinitely
// many degrees of freedom.
func studentizedRange(k int, p float64) float64 {
	lo, hi := 0.0, 40.0
	for range 60 {
		middle := (lo + hi) / 2
		if rangeCDF(k, middle) < p {
			lo = middle
		} else {
			hi = middle
		}
	}
	return (lo + hi) / 2
}

// rangeCDF is the probability that the range of k standard normal variables is
// at most q: k ∫ φ(z) (Φ(z) − Φ(z − q))^(k−1) dz over the largest, z. The
// integrand is smooth and vanishes outside, so that the trapezoidal rule
// converges to machine precision.
func rangeCDF(k int, q float64) float64 {
	const bound, step = 9, 1.0 / 32
	total := 0.0
	for z := -float64(bound); z <= bound; z += step {
		within := distuv.UnitNormal.CDF(z) - distuv.UnitNormal.CDF(z-q)
		total += distuv.UnitNormal.Prob(z) * math.Pow(within, float64(k-1))
	}
	return float64(k) * total * step
}
