package analysis

import (
	"maps"
	"math"
	"slices"

	"packbench/runs"
	"packbench/stats"
)

// Sample is a measure over the runs of cells, in the form that intervals and
// tests use.
//
// Runs of one process share what differs from process to process, so their
// spread understates how a time varies. If the runs come from several
// invocations, each value is the median of one invocation.
type Sample struct {
	Values      []float64 // of runs or, where there are several, of invocations
	Runs        int       // that are done
	Invocations int       // that made them
}

// SampleOf returns the sample of a measure over the runs of cells that are done,
// pooled.
func SampleOf(measure string, cells ...*Cell) Sample {
	by := map[int][]float64{}
	var all []float64
	for _, c := range cells {
		for _, r := range c.Records {
			if v, ok := r.Run.Get(measure); ok && r.Status == runs.Done {
				by[r.Invocation] = append(by[r.Invocation], v)
				all = append(all, v)
			}
		}
	}
	s := Sample{Values: all, Runs: len(all), Invocations: len(by)}
	if s.Invocations > 1 {
		s.Values = nil
		for _, i := range slices.Sorted(maps.Keys(by)) {
			s.Values = append(s.Values, Median(by[i]))
		}
	}
	return s
}

// Median returns the median of the sample.
func (s Sample) Median() Times {
	t := MedianOf(s.Values)
	t.N, t.Invocations = s.Runs, s.Invocations
	return t
}

// Confidence is the level of the intervals of times.
const Confidence = 0.95

// Times is the median of a measure over runs with its exact interval, which is
// made of order statistics and assumes no distribution. Without any run N is 0
// and the median NaN.
//
// With several Invocations both are of the invocations' medians. With one the
// interval says how the median varies within this run; from one run to the next
// it moves by [BetweenRuns] or more.
type Times struct {
	stats.Interval
	N           int // runs
	Invocations int // that made them; 0 where that is not known
}

// BetweenRuns is how much the median time of a cell moves from one run of an
// experiment to the next on a quiet machine, as a share: repeats within a run
// cannot show it.
const BetweenRuns = 0.02

// MedianOf returns the median of the values of runs.
func MedianOf(values []float64) Times {
	i, _, err := stats.MedianInterval(values, Confidence)
	if err != nil {
		return Times{Interval: stats.Interval{Center: math.NaN(), Lo: math.Inf(-1), Hi: math.Inf(1)}}
	}
	return Times{Interval: i, N: len(values)}
}
