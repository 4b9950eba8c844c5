package stats

import (
	"fmt"
	"math"
)

// Ratio is a named quotient New/Old to be averaged, or the reason why there is
// none.
type Ratio struct {
	Name     string
	Old, New float64
	Failed   string // why there are no values, "" where there are
}

// GeometricMean is the geometric mean of ratios.
type GeometricMean struct {
	Value float64    `json:"value"` // 1 where no ratio could be used
	Used  int        `json:"used"`
	Of    int        `json:"of"`
	Left  []Excluded `json:"left_out,omitempty"` // the others, each with its reason
}

// Excluded names a ratio that a mean could not use.
type Excluded struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// GeometricMeanOf returns the geometric mean of the ratios. It cannot use 0 or
// infinity: a ratio with one value 0 is left out and named, as is a failed one.
// Show their number beside the mean, which is over the others only. Two values
// of 0 are equal, their ratio is 1.
func GeometricMeanOf(ratios []Ratio) GeometricMean {
	g := GeometricMean{Of: len(ratios)}
	logs := 0.0
	for _, r := range ratios {
		reason := r.unusable()
		if reason != "" {
			g.Left = append(g.Left, Excluded{r.Name, reason})
			continue
		}
		g.Used++
		if r.Old != r.New {
			logs += math.Log(r.New) - math.Log(r.Old)
		}
	}
	g.Value = math.Exp(logs / float64(max(g.Used, 1)))
	return g
}

// unusable says why the ratio has no finite logarithm, "" where it has.
func (r Ratio) unusable() string {
	usable := func(v float64) bool { return v >= 0 && !math.IsInf(v, 1) }
	switch {
	case r.Failed != "":
		return r.Failed
	case !usable(r.Old) || !usable(r.New):
		return fmt.Sprintf("%.4g against %.4g have no ratio", r.New, r.Old)
	case r.Old == 0 && r.New > 0:
		return fmt.Sprintf("from 0 to %.4g", r.New)
	case r.New == 0 && r.Old > 0:
		return fmt.Sprintf("from %.4g to 0", r.Old)
	case math.Abs(math.Log(r.New)-math.Log(r.Old)) > 700: // no float is so large, or so small
		return fmt.Sprintf("from %.4g to %.4g", r.Old, r.New)
	}
	return ""
}
