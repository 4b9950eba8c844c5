// Package analysis computes the numbers about a run: quality by layer, its
// statistics, median times with their intervals, problems, standings. Each is
// defined once, here, for tables, comparisons, exports, figures and reports.
//
// An idle layer, one without any load, is packed perfectly whatever a strategy
// does. Idle layers are counted, and no statistic over layers contains them.
package analysis

import (
	"slices"

	"packbench/packing"
	"packbench/runs"
)

// The names of the measures that follow from recorded ones.
const (
	Gap               = "gap"
	MaxOverMean       = "max_over_mean"
	Balancedness      = "balancedness"
	RelativeImbalance = "relative_imbalance"
	// AboveOptimum is known for the layers whose lowest possible max load some
	// strategy of the run proved: the gap without the slack of the bound.
	AboveOptimum = "above_optimum"
)

// derived are the measures of layers that follow from recorded ones.
var derived = []struct {
	runs.Measure
	of func(packing.Quality) float64
}{
	{runs.Measure{Name: MaxOverMean, Unit: runs.Ratio, Better: runs.Lower, Scope: runs.PerLayer, Meaning: "max/mean load of the packs; 1 is perfect"},
		packing.Quality.MaxOverMean},
	{runs.Measure{Name: Balancedness, Unit: runs.Ratio, Better: runs.Higher, Scope: runs.PerLayer, Meaning: "mean/max load of the packs; 1 is perfect"},
		packing.Quality.Balancedness},
	{runs.Measure{Name: Gap, Unit: runs.Ratio, Better: runs.Lower, Scope: runs.PerLayer, Meaning: "(max load − lower bound)/lower bound; 0 is optimal"},
		packing.Quality.Gap},
	{runs.Measure{Name: RelativeImbalance, Unit: runs.Ratio, Better: runs.Lower, Scope: runs.PerLayer, Meaning: "(max − min load)/mean load of the packs"},
		func(q packing.Quality) float64 {
			if q.Mean == 0 {
				return 0
			}
			return q.Imbalance() / q.Mean
		}},
	{runs.Measure{Name: AboveOptimum, Unit: runs.Ratio, Better: runs.Lower, Scope: runs.PerLayer, Meaning: "(max load − lowest possible)/lowest possible, on layers where that was proved; 0 is optimal"},
		nil}, // takes more than the quality
}

// Measures returns the declared measures of a run of one scope: those recorded,
// then those that follow from them.
func Measures(m *runs.Manifest, scope runs.Scope) []runs.Measure {
	declared := m.Measures
	if declared == nil {
		declared = runs.MeasuresOf(m.Cells)
	}
	var list []runs.Measure
	for _, d := range declared {
		if d.Scope == scope {
			list = append(list, d)
		}
	}
	if scope == runs.PerLayer && Packed(m) {
		for _, d := range derived {
			list = append(list, d.Measure)
		}
	}
	return list
}

// Packed reports whether the run declares the loads of packs, from which the
// derived measures follow.
func Packed(m *runs.Manifest) bool {
	declared := m.Measures
	if declared == nil {
		declared = runs.MeasuresOf(m.Cells)
	}
	return slices.ContainsFunc(declared, func(d runs.Measure) bool { return d.Name == runs.MaxMeasure })
}

// Judged returns those measures of [Measures] that can be better or worse: what
// a comparison is about.
func Judged(m *runs.Manifest, scope runs.Scope) []runs.Measure {
	return slices.DeleteFunc(Measures(m, scope), func(d runs.Measure) bool { return d.Better == runs.Neither })
}

// restating are the measures that order the packings of a layer as another one
// does, in other units, or are a part of another.
var restating = []string{runs.MaxMeasure, runs.MinMeasure, runs.GPUMaxMeasure, MaxOverMean, Balancedness, RelativeImbalance, AboveOptimum}

// Headline returns those measures of [Judged] that carry information of their
// own: the default of tables and tests. Newly declared measures are among them.
func Headline(m *runs.Manifest, scope runs.Scope) []runs.Measure {
	return slices.DeleteFunc(Judged(m, scope), func(d runs.Measure) bool { return slices.Contains(restating, d.Name) })
}

// Leading returns the measure of layers that strategies are ranked by: the gap
// or, in a run that records no loads of packs, the first of [Headline]. Without
// any it is the zero Measure.
func Leading(m *runs.Manifest) runs.Measure {
	list := Headline(m, runs.PerLayer)
	for _, d := range list {
		if d.Name == Gap {
			return d
		}
	}
	if len(list) == 0 {
		return runs.Measure{}
	}
	return list[0]
}

// Find returns the declaration of a measure, recorded or derived.
func Find(m *runs.Manifest, name string) (runs.Measure, bool) {
	for _, d := range derived {
		if d.Name == name {
			return d.Measure, true
		}
	}
	return m.Measure(name)
}
