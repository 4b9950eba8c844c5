package stats

import (
	"fmt"
	"math"
	"slices"

	moremath "github.com/aclements/go-moremath/stats"
	"gonum.org/v1/gonum/stat/distuv"
)

// exactShift is the largest sample for which [RatioInterval] uses the exact
// distribution of U.
const exactShift = 50

// RatioInterval estimates the factor by which a is larger than b, two independent
// samples of positive values, with the interval that belongs to the Mann–Whitney
// test: the centre is the median of all ratios a[i]/b[j], and the ends are two of
// them, chosen by the distribution of U (Moses; see Hollander and Wolfe,
// "Nonparametric statistical methods"), so that nothing is assumed about the
// distributions except that they differ by a factor. The interval is exact up to
// 50 values a side, by the normal approximation beyond. Where the samples are too
// small for the confidence, or it is not between 0 and 1, the ends have no bound.
func RatioInterval(a, b []float64, confidence float64) (Interval, error) {
	for _, values := range [][]float64{a, b} {
		if err := check(values); err != nil {
			return Interval{}, err
		}
		if low := slices.Min(values); low <= 0 {
			return Interval{}, fmt.Errorf("a ratio of %v: values must be positive", low)
		}
	}
	a, b = logs(a), logs(b)
	center, err := HodgesLehmann(a, b)
	if err != nil {
		return Interval{}, err
	}
	i := Interval{Center: math.Exp(center), Lo: math.Inf(-1), Hi: math.Inf(1), Confidence: 1}
	if math.IsInf(i.Center, 1) {
		return Interval{}, fmt.Errorf("a ratio of e^%.4g is not finite", center)
	}
	k, covered := shiftEnds(len(a), len(b), confidence)
	if k < 1 {
		return i, nil
	}
	differences := newDifferences(a, b)
	total := len(a) * len(b)
	i.Lo, i.Hi, i.Confidence = math.Exp(differences.kth(k)), math.Exp(differences.kth(total+1-k)), covered
	return i, nil
}

// logs returns the logarithms of values, ascending.
func logs(values []float64) []float64 {
	list := make([]float64, len(values))
	for i, v := range values {
		list[i] = math.Log(v)
	}
	slices.Sort(list)
	return list
}

// shiftEnds returns the largest k for which the k-th smallest and k-th largest
// difference of samples of n and m values hold the shift with at least the
// confidence, and with how much they do; 0 where there is none.
func shiftEnds(n, m int, confidence float64) (k int, covered float64) {
	tail := (1 - confidence) / 2
	below := func(u int) float64 { return moremath.UDist{N1: n, N2: m}.CDF(float64(u)) }
	if max(n, m) > exactShift {
		mean := float64(n) * float64(m) / 2
		deviation := math.Sqrt(mean * float64(n+m+1) / 6)
		below = func(u int) float64 { return distuv.UnitNormal.CDF((float64(u) + 0.5 - mean) / deviation) }
	}
	lo, hi := 0, n*m/2 // P(U ≤ k − 1) ≤ tail holds up to some k
	for lo < hi {
		middle := (lo + hi + 1) / 2
		if below(middle-1) <= tail {
			lo = middle
		} else {
			hi = middle - 1
		}
	}
	if lo == 0 {
		return 0, 1
	}
	return lo, 1 - 2*below(lo-1)
}
