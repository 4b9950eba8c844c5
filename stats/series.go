package stats

import (
	"fmt"
	"math"
	"slices"
)

// SeriesMean is the mean of a series of which neighbours may depend on each
// other, such as the windows of a trace. Its unit is a block of consecutive
// values.
type SeriesMean struct {
	Interval            // without bounds where the series is too short for one
	Blocks      int     // equal ones, up to a value; 0 without an interval
	Length      int     // values of the shortest block
	Correlation float64 // of neighbours (lag 1), corrected for its bias in short series
	Warnings    []Warning
}

// The blocks of [MeanOfSeries].
const (
	minBlocks    = 5
	maxBlocks    = 10
	blockTarget  = 8 // values in a block, once there are more than minBlocks
	minBlockSize = 3
	// MinSeries is the number of values below which a series has no interval.
	MinSeries = minBlocks * minBlockSize
)

// MeanOfSeries returns the mean of a stationary series with Student's t interval
// of the means of contiguous blocks (batch means: Conway 1963; Schmeiser 1982): 5
// blocks, and up to 10 once they have 8 values. Blocks this few and this long cover
// better than a moving-block bootstrap of a short series. It is a function of the
// values alone.
//
// The interval has no bounds, and a warning says why, for fewer than [MinSeries]
// values, and where the lag-1 correlation r is so high that a block of n values
// holds less than one independent one, n(1 − r)/(1 + r) < 1, as it does of an
// AR(1) series.
func MeanOfSeries(values []float64, confidence float64) (SeriesMean, error) {
	if err := check(values); err != nil {
		return SeriesMean{}, err
	}
	if !(confidence > 0 && confidence < 1) {
		return SeriesMean{}, fmt.Errorf("confidence %v: use a number between 0 and 1", confidence)
	}
	n := len(values)
	mean := sum(values) / float64(n)
	s := SeriesMean{Interval: Interval{Center: mean, Lo: math.Inf(-1), Hi: math.Inf(1), Confidence: confidence}, Correlation: neighbours(values, mean)}
	if n < MinSeries {
		s.Warnings = []Warning{{
			Code:    FewRepeats,
			Message: fmt.Sprintf("%d values in a row give no interval of their mean", n),
			Advice:  fmt.Sprintf("use %d or more", MinSeries),
		}}
		return s, nil
	}
	s.Blocks = min(max(minBlocks, n/blockTarget), maxBlocks)
	s.Length = n / s.Blocks
	if independent := float64(s.Length) * (1 - s.Correlation) / (1 + s.Correlation); independent < 1 {
		s.Warnings = []Warning{{
			Code:    Dependent,
			Message: fmt.Sprintf("%d values in a row depend on each other (lag-1 correlation %.2f) for longer than a block of %d: they give no interval of their mean", n, s.Correlation, s.Length),
			Advice:  "use a longer series, or several",
		}}
		s.Blocks, s.Length = 0, 0
		return s, nil
	}
	means := make([]float64, s.Blocks)
	for i := range means {
		block := values[i*n/s.Blocks : (i+1)*n/s.Blocks]
		means[i] = sum(block) / float64(len(block))
	}
	half := studentHalf(means, sum(means)/float64(len(means)), confidence)
	s.Lo, s.Hi = mean-half, mean+half
	return s, nil
}

// neighbours is the lag-1 autocorrelation of a series. That of the sample is too
// low by about (1 + 3r)/n (Kendall 1954), which is corrected; 0 where all values
// are equal.
func neighbours(values []float64, mean float64) float64 {
	var products, squares float64
	for i, v := range values {
		d := v - mean
		squares += d * d
		if i > 0 {
			products += d * (values[i-1] - mean)
		}
	}
	if slices.Min(values) == slices.Max(values) || len(values) < 4 {
		return 0
	}
	n := float64(len(values))
	return min((products/squares+1/n)/(1-3/n), 1)
}

// MinSamples is the number of values below which [MeanOfSamples] gives no
// interval.
const MinSamples = 3

// MeanOfSamples returns the mean of independent values, such as one per trace,
// with Student's t interval; below [MinSamples] values it has no bounds and a
// warning says so.
func MeanOfSamples(values []float64, confidence float64) (Interval, []Warning, error) {
	if err := check(values); err != nil {
		return Interval{}, nil, err
	}
	if !(confidence > 0 && confidence < 1) {
		return Interval{}, nil, fmt.Errorf("confidence %v: use a number between 0 and 1", confidence)
	}
	i := Interval{Center: sum(values) / float64(len(values)), Lo: math.Inf(-1), Hi: math.Inf(1), Confidence: confidence}
	if len(values) < MinSamples {
		return i, []Warning{{
			Code:    FewRepeats,
			Message: fmt.Sprintf("%d values give no interval of their mean", len(values)),
			Advice:  fmt.Sprintf("use %d or more", MinSamples),
		}}, nil
	}
	half := studentHalf(values, i.Center, confidence)
	i.Lo, i.Hi = i.Center-half, i.Center+half
	return i, nil, nil
}
