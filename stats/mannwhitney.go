package stats

import (
	"fmt"
	"slices"

	"golang.org/x/perf/benchmath"
)

// MannWhitney tests whether values of a tend to be smaller or larger than those
// of b, two independent samples. P is exact up to 50 values a side (25 where
// there are ties). The statistic is U of a: the number of pairs in which the
// value of a is larger, ties counting half.
//
// With too few values no p below alpha is possible; the test then warns. If all
// values are equal, P is 1.
func MannWhitney(a, b []float64, alpha float64) (Test, error) {
	for _, values := range [][]float64{a, b} {
		if err := check(values); err != nil {
			return Test{}, err
		}
	}
	thresholds := benchmath.Thresholds{CompareAlpha: alpha}
	s := benchmath.NewSample(slices.Clone(a), &thresholds)
	t := benchmath.NewSample(slices.Clone(b), &thresholds)
	if s.Values[0] == t.Values[len(b)-1] && t.Values[0] == s.Values[len(a)-1] {
		return Test{
			Statistic: float64(len(a)) * float64(len(b)) / 2, P: 1, Exact: true,
			Warnings: []Warning{{
				Code:    AllEqual,
				Message: fmt.Sprintf("all %d values equal %v", len(a)+len(b), a[0]),
				Advice:  "there is no difference to test; check that the clock resolves the runs",
			}},
		}, nil
	}
	u, tied := uStatistic(s.Values, t.Values)
	limit := 50
	if tied {
		limit = 25
	}
	test := Test{Statistic: u, P: benchmath.AssumeNothing.Compare(s, t).P, Exact: max(len(a), len(b)) <= limit}
	if least := LeastP(len(a), len(b)); least > alpha {
		test.Warnings = []Warning{{
			Code:    FewRepeats,
			Message: fmt.Sprintf("%d and %d runs cannot differ significantly: the min possible p is %.2g", len(a), len(b), least),
			Advice:  "repeat each cell at least 4 times, better 10",
		}}
	}
	return test, nil
}

// uStatistic counts the pairs in which the value of a is larger, ties as half,
// and reports whether any two values of both samples are equal.
func uStatistic(a, b []float64) (u float64, tied bool) {
	ranks, ties := midranks(slices.Concat(a, b))
	for _, r := range ranks[:len(a)] {
		u += r
	}
	n := float64(len(a))
	return u - n*(n+1)/2, ties > 0
}

// LeastP is the min two-sided p, that of samples of n and m values that do not
// overlap: 2 over the number of ways to choose n of n + m.
func LeastP(n, m int) float64 {
	ways := 1.0
	for i := 1; i <= n; i++ {
		ways *= float64(m+i) / float64(i)
	}
	return min(1, 2/ways)
}
