package analysis

import (
	"math"

	"packbench/runs"
	"packbench/stats"
)

// Over is the distribution of a measure over layers that are not idle.
type Over struct {
	Layers int // that count
	Mean   float64
	Q1     float64
	Median float64
	Q3     float64
	Worst  float64 // the largest value, or the smallest where higher is better
	At     int     // the index of the first element with the worst value, −1 of none
}

// Describe returns the distribution of values; of none, NaN.
func Describe(values []float64, better runs.Better) Over {
	none := math.NaN()
	d, err := stats.Describe(values)
	if err != nil {
		return Over{Mean: none, Q1: none, Median: none, Q3: none, Worst: none, At: -1}
	}
	o := Over{Layers: len(values), Mean: Mean(values), Q1: d.Q1, Median: d.Median, Q3: d.Q3, Worst: values[0]}
	for i, v := range values {
		if better == runs.Higher && v < o.Worst || better != runs.Higher && v > o.Worst {
			o.Worst, o.At = v, i
		}
	}
	return o
}

// Mean returns the arithmetic mean of values, NaN of none.
func Mean(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total / float64(len(values))
}

// Median returns the median of values, NaN of none.
func Median(values []float64) float64 { return Describe(values, runs.Neither).Median }
