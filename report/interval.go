package report

import (
	"math"
	"strings"

	"packbench/internal/number"
	"packbench/stats"
)

// interval is the median of times with its confidence interval.
type interval struct {
	stats.Interval
	n int // times; without any the interval is empty
}

// medianInterval returns the median of values with the exact 95 % confidence
// interval of the median (order statistics; no assumption on the distribution).
func medianInterval(values []float64) interval {
	i, _, err := stats.MedianInterval(values, 0.95)
	if err != nil { // no values
		return interval{stats.Interval{Center: math.NaN(), Lo: math.Inf(-1), Hi: math.Inf(1)}, 0}
	}
	return interval{i, len(values)}
}

// String is "1.20–1.30 ms", or "998 µs – 1.02 ms".
func (i interval) String() string {
	if !i.Bounded() {
		return "too few runs"
	}
	lo, hi := number.Duration(i.Lo), number.Duration(i.Hi)
	value, unit, _ := strings.Cut(lo, " ")
	if strings.HasSuffix(hi, " "+unit) {
		return value + "–" + hi
	}
	return lo + " – " + hi
}

// quartiles returns the lower quartile, the median and the upper quartile of
// values, NaN of none.
func quartiles(values []float64) (q1, median, q3 float64) {
	d, err := stats.Describe(values)
	if err != nil {
		return math.NaN(), math.NaN(), math.NaN()
	}
	return d.Q1, d.Median, d.Q3
}

// median returns the median of values, NaN of none.
func median(values []float64) float64 {
	_, m, _ := quartiles(values)
	return m
}
