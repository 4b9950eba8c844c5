package harness

import (
	"encoding/csv"
	"io"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/perf/benchmath"

	"packbench/internal/atomicfile"
)

// Summary is a cell in numbers: what one line of summary.csv holds. Quality is
// zero where no run is done, times are zero likewise.
type Summary struct {
	Runs            int     // that are done
	MeanImbalance   float64 // over layers, in the unit of the loads
	MedianImbalance float64
	WorstImbalance  float64
	MeanMaxOverMean float64 // 1 is perfect
	MeanGap         float64 // (max − lower bound)/lower bound: 0 is proof of the optimum
	WorstGap        float64
	Median          float64 // time, ns
	Low, High       float64 // interval of the median, ns
	Confidence      float64 // of the interval: at least 0.95 where there are enough runs, else 0
}

// Summarize returns the numbers of a cell. The interval of the median is made
// of order statistics and assumes no distribution; it needs six runs.
func (c *CellRuns) Summarize() Summary {
	var s Summary
	if q := c.Quality(); q != nil {
		layers := float64(len(q.Max))
		for l := range q.Max {
			layer := q.Layer(l)
			s.MeanImbalance += layer.Imbalance() / layers
			s.WorstImbalance = max(s.WorstImbalance, layer.Imbalance())
			s.MeanMaxOverMean += layer.MaxOverMean() / layers
			s.MeanGap += layer.Gap() / layers
			s.WorstGap = max(s.WorstGap, layer.Gap())
		}
		s.MedianImbalance = median(q.Imbalance)
	}
	times := c.Times()
	s.Runs = len(times)
	if s.Runs == 0 {
		return s
	}
	t := benchmath.AssumeNothing.Summary(benchmath.NewSample(times, &benchmath.DefaultThresholds), 0.95)
	s.Median = t.Center
	if len(t.Warnings) == 0 {
		s.Low, s.High, s.Confidence = t.Lo, t.Hi, t.Confidence
	}
	return s
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// summaryColumns are the columns of summary.csv. Each field is empty where the
// cell has no such number.
var summaryColumns = []string{
	"key", "strategy", "workload", "layers", "items", "packs", "backend", "rng", "seed",
	"status", "reason", "runs",
	"mean_imbalance", "median_imbalance", "worst_imbalance", "mean_max_over_mean", "mean_gap", "worst_gap",
	"median_time_ns", "low_time_ns", "high_time_ns", "confidence",
}

// WriteSummary writes summary.csv of the run: a line per cell, in the order of
// the plan.
func (r *Run) WriteSummary() error {
	return atomicfile.Write(filepath.Join(r.Dir, SummaryFile), func(w io.Writer) error {
		out := csv.NewWriter(w)
		if err := out.Write(summaryColumns); err != nil {
			return err
		}
		for _, c := range r.Cells() {
			if err := out.Write(c.summaryRow()); err != nil {
				return err
			}
		}
		out.Flush()
		return out.Error()
	})
}

func (c *CellRuns) summaryRow() []string {
	s := c.Summarize()
	number := func(there bool, format byte, v float64) string {
		if !there {
			return ""
		}
		return strconv.FormatFloat(v, format, -1, 64)
	}
	row := []string{
		c.Key, c.Strategy, c.Workload, strconv.Itoa(c.Layers), strconv.Itoa(c.Items), strconv.Itoa(c.Packs),
		c.Backend, c.RNG.String(), strconv.FormatUint(c.Seed, 10),
		string(c.Status()), c.Reason(), strconv.Itoa(s.Runs),
	}
	judged := c.Quality() != nil
	for _, v := range []float64{s.MeanImbalance, s.MedianImbalance, s.WorstImbalance, s.MeanMaxOverMean, s.MeanGap, s.WorstGap} {
		row = append(row, number(judged, 'g', v))
	}
	return append(row, number(s.Runs > 0, 'f', s.Median),
		number(s.Confidence > 0, 'f', s.Low), number(s.Confidence > 0, 'f', s.High), number(s.Confidence > 0, 'g', s.Confidence))
}
