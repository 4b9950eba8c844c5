package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// Interval is an estimate with its confidence interval.
type Interval struct {
	Center     float64
	Lo, Hi     float64 // −Inf or +Inf where the sample is too small to bound it
	Confidence float64 // of this interval; may be more than was asked for
}

// Bounded reports whether both ends of the interval are finite.
func (i Interval) Bounded() bool { return !math.IsInf(i.Lo, 0) && !math.IsInf(i.Hi, 0) }

// RelativeWidth is half the width of the interval over its centre, the x of
// "± x %"; +Inf where the interval has no bounds or the centre is 0.
func (i Interval) RelativeWidth() float64 {
	if !i.Bounded() || i.Center == 0 {
		return math.Inf(1)
	}
	return (i.Hi - i.Lo) / 2 / math.Abs(i.Center)
}

// intervalJSON is an interval with null for an end without bound.
type intervalJSON struct {
	Center     float64  `json:"center"`
	Lo         *float64 `json:"lo"`
	Hi         *float64 `json:"hi"`
	Confidence float64  `json:"confidence"`
}

// MarshalJSON writes {"center", "lo", "hi", "confidence"}; an end without bound
// is null, as JSON has no infinity.
func (i Interval) MarshalJSON() ([]byte, error) {
	j := intervalJSON{Center: i.Center, Confidence: i.Confidence}
	if !math.IsInf(i.Lo, 0) {
		j.Lo = &i.Lo
	}
	if !math.IsInf(i.Hi, 0) {
		j.Hi = &i.Hi
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what [Interval.MarshalJSON] writes.
func (i *Interval) UnmarshalJSON(text []byte) error {
	var j intervalJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	*i = Interval{Center: j.Center, Lo: math.Inf(-1), Hi: math.Inf(1), Confidence: j.Confidence}
	if j.Lo != nil {
		i.Lo = *j.Lo
	}
	if j.Hi != nil {
		i.Hi = *j.Hi
	}
	return nil
}

// MedianInterval returns the median of values and the interval between two of
// them that holds the true median with at least the confidence, whatever their
// distribution. The interval comes from the binomial distribution of the order
// statistics: exact up to 30 values, its normal approximation beyond. It needs
// 6 values at confidence 0.95; with fewer one end or both have no bound, and it
// warns.
func MedianInterval(values []float64, confidence float64) (Interval, []Warning, error) {
	if err := check(values); err != nil {
		return Interval{}, nil, err
	}
	if !(confidence > 0 && confidence < 1) {
		return Interval{}, nil, fmt.Errorf("confidence %v: use a number between 0 and 1", confidence)
	}
	sample := benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
	s := benchmath.AssumeNothing.Summary(sample, confidence)
	i := Interval{Center: s.Center, Lo: s.Lo, Hi: s.Hi, Confidence: s.Confidence}
	if i.Bounded() {
		return i, nil, nil
	}
	return i, []Warning{{
		Code:    FewRepeats,
		Message: fmt.Sprintf("%d runs give no %g %% interval of the median", len(values), 100*confidence),
		Advice:  "repeat each cell at least 6 times, better 10",
	}}, nil
}
