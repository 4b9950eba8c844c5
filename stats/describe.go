package stats

import (
	"github.com/montanaflynn/stats"
)

// Description describes a sample. All but N have the unit of the values.
type Description struct {
	N      int     `json:"n"`
	Mean   float64 `json:"mean"`
	StdDev float64 `json:"std_dev"` // of the sample, n − 1; 0 for one value
	Min    float64 `json:"min"`
	Q1     float64 `json:"q1"`
	Median float64 `json:"median"`
	Q3     float64 `json:"q3"`
	Max    float64 `json:"max"`
	MAD    float64 `json:"mad"` // median absolute deviation from the median, not scaled
}

// Describe returns the description of values, in any order. Quartiles are
// interpolated linearly (Hyndman and Fan's type 7, NumPy's default).
func Describe(values []float64) (Description, error) {
	if err := check(values); err != nil {
		return Description{}, err
	}
	// The functions fail for nothing but empty samples.
	d := Description{N: len(values)}
	d.Mean, _ = stats.Mean(values)
	d.Min, _ = stats.Min(values)
	d.Max, _ = stats.Max(values)
	d.Q1, _ = stats.Percentile(values, 25)
	d.Median, _ = stats.Median(values)
	d.Q3, _ = stats.Percentile(values, 75)
	d.MAD, _ = stats.MedianAbsoluteDeviation(values)
	if len(values) > 1 {
		d.StdDev, _ = stats.StandardDeviationSample(values)
	}
	return d, nil
}

// IQR is the interquartile range, Q3 − Q1.
func (d Description) IQR() float64 { return d.Q3 - d.Q1 }
