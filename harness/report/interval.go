package report

import (
	"math"

	"golang.org/x/perf/benchmath"
)

// interval is a median with its confidence interval.
type interval struct {
	median float64
	lo, hi float64 // infinite where there are too few values
	n      int
}

// medianInterval returns the median of values with the exact 95 % confidence
// interval of the median (order statistics; no assumption on the distribution).
func medianInterval(values []float64) interval {
	s := benchmath.AssumeNothing.Summary(benchmath.NewSample(values, &benchmath.DefaultThresholds), 0.95)
	return interval{median: s.Center, lo: s.Lo, hi: s.Hi, n: len(values)}
}

// finite says whether there were enough values for the interval.
func (i interval) finite() bool { return !math.IsInf(i.lo, 0) && !math.IsInf(i.hi, 0) }

// String is "1.2 ms to 1.3 ms".
func (i interval) String() string {
	if !i.finite() {
		return "too few runs"
	}
	return duration(i.lo) + " to " + duration(i.hi)
}
