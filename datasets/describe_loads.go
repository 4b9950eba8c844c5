package datasets

import (
	"math"

	"github.com/montanaflynn/stats"

	"packbench/packing"
)

// Summary is the min, the median and the max of a statistic over the
// layers (of all steps) that define it; all NaN where none does.
type Summary struct{ Min, Median, Max float64 }

// summarize makes the summary of the values that are numbers.
func summarize(values []float64) Summary {
	var data stats.Float64Data
	for _, v := range values {
		if !math.IsNaN(v) {
			data = append(data, v)
		}
	}
	if len(data) == 0 {
		return Summary{math.NaN(), math.NaN(), math.NaN()}
	}
	// The only error of these is that there are no data.
	least, _ := data.Min()
	median, _ := data.Median()
	greatest, _ := data.Max()
	return Summary{least, median, greatest}
}

// Statistic is a named statistic of a layer with its summary.
type Statistic struct {
	Name    string // "CV"
	Meaning string // one line
	Summary Summary
}

// Describe summarizes the [LayerStats] of all layers of all steps.
func (l *Loads) Describe() []Statistic {
	layers := make([]LayerStats, 0, l.Steps*l.Layers)
	for step := range l.Steps {
		for layer := range l.Layers {
			layers = append(layers, DescribeLayer(l.Layer(step, layer)))
		}
	}
	over := func(name, meaning string, value func(LayerStats) float64) Statistic {
		values := make([]float64, len(layers))
		for i, s := range layers {
			values[i] = value(s)
		}
		return Statistic{Name: name, Meaning: meaning, Summary: summarize(values)}
	}
	return []Statistic{
		over("total", "sum of the loads", func(s LayerStats) float64 { return s.Total }),
		over("CV", "standard deviation over mean", func(s LayerStats) float64 { return s.CV }),
		over("max/mean", "heaviest item over the mean item", func(s LayerStats) float64 { return s.MaxOverMean }),
		over("zeros", "share of items without load", func(s LayerStats) float64 { return s.Zeros }),
		over("Zipf s", "slope of log load on log rank", func(s LayerStats) float64 { return s.Zipf }),
		over("Zipf R²", "how well that line fits", func(s LayerStats) float64 { return s.ZipfR2 }),
		over("lognormal σ", "standard deviation of log load", func(s LayerStats) float64 { return s.Sigma }),
		over("gamma k", "maximum likelihood shape", func(s LayerStats) float64 { return s.GammaK }),
	}
}

// NearlyEven is how far above the mean pack, relative to it, the heaviest pack
// of a packing may be that counts as nearly even: a tenth of a percent.
const NearlyEven = 1e-3

// PackFacts is how even a packing into a number of packs can be, before any
// is made.
type PackFacts struct {
	Packs    int
	Capacity int // items per pack
	Layers   int // layers of all steps
	// Outweighed counts the layers in which one item outweighs the mean pack.
	Outweighed int
	// Uneven counts the layers in which no packing is nearly even: the lower bound
	// is more than [NearlyEven] above the mean pack.
	Uneven int
	// BoundOverMean is the lower bound of the heaviest pack over the mean pack:
	// no packing has a smaller max/mean.
	BoundOverMean Summary
}

// DescribePacks returns how even a packing into packs packs can be. The error
// is that of a number of packs that does not divide the items.
func (l *Loads) DescribePacks(packs int) (PackFacts, error) {
	shape := packing.Shape{Layers: l.Layers, Items: l.Items, Packs: packs}
	if err := shape.Validate(); err != nil {
		return PackFacts{}, err
	}
	facts := PackFacts{Packs: packs, Capacity: shape.Capacity(), Layers: l.Steps * l.Layers}
	var ratios []float64
	for step := range l.Steps {
		for layer := range l.Layers {
			loads := l.Layer(step, layer)
			total, heaviest := 0.0, 0.0
			for _, w := range loads {
				total += float64(w)
				heaviest = max(heaviest, float64(w))
			}
			mean := total / float64(packs)
			bound := packing.LowerBound(loads, packs)
			if heaviest > mean {
				facts.Outweighed++
			}
			if bound > mean*(1+NearlyEven) {
				facts.Uneven++
			}
			if mean > 0 {
				// A bound a rounding error below the mean says no more than the mean.
				ratios = append(ratios, max(1, bound/mean))
			}
		}
	}
	facts.BoundOverMean = summarize(ratios)
	return facts, nil
}
