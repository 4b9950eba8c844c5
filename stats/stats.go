// Package stats holds the statistics with which runs are summarised and
// compared. It deals with numbers only: no records, files or output.
//
// For times it assumes nothing about their distribution: medians with exact
// intervals and the Mann–Whitney U test, as benchstat does, through
// golang.org/x/perf/benchmath. For the quality of packings, which different
// strategies reach on the same layers, it compares pairs: the Wilcoxon
// signed-rank test and a bootstrap of the paired difference for two strategies,
// the Friedman test with Nemenyi's critical difference for more.
//
// What a reader should know before trusting a number comes as [Warning] values
// beside the result. No value is ever dropped without being named.
package stats

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Test is the outcome of a two-sided test of a hypothesis.
type Test struct {
	Statistic float64 `json:"statistic"`
	P         float64 `json:"p"`
	// Exact is true where P comes from the exact distribution of the statistic,
	// false where it comes from the normal approximation.
	Exact    bool      `json:"exact"`
	Warnings []Warning `json:"warnings,omitempty"`
}

// errEmpty is returned by functions that need at least one value.
var errEmpty = errors.New("no values: need at least one")

// check returns an error unless there are values and all are finite.
func check(values []float64) error {
	if len(values) == 0 {
		return errEmpty
	}
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("value %d is %v: values must be finite", i, v)
		}
	}
	return nil
}

// checkPairs returns an error unless a and b are equally many finite values.
func checkPairs(a, b []float64) error {
	if len(a) != len(b) {
		return fmt.Errorf("%d values against %d: a paired comparison needs equally many", len(a), len(b))
	}
	if err := check(a); err != nil {
		return err
	}
	return check(b)
}

// midranks returns the rank of each value, from 1, ascending; equal values
// share the mean of their ranks. ties is the sum of t³ − t over the groups of t
// equal values, by which variances of rank sums are corrected.
func midranks(values []float64) (ranks []float64, ties float64) {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(values[i], values[j]) })
	ranks = make([]float64, len(values))
	for lo := 0; lo < len(order); {
		hi := lo + 1
		for hi < len(order) && values[order[hi]] == values[order[lo]] {
			hi++
		}
		for _, i := range order[lo:hi] {
			ranks[i] = float64(lo+hi+1) / 2
		}
		t := float64(hi - lo)
		ties += t*t*t - t
		lo = hi
	}
	return ranks, ties
}

// Ranks returns the rank of each value, from 1, ascending; equal values share the
// mean of their ranks.
func Ranks(values []float64) []float64 {
	ranks, _ := midranks(values)
	return ranks
}
