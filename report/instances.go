package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/runs"
)

// instance is one layer of one seed of a problem, as a strategy packed it.
type instance struct {
	seed        uint64
	layer       int
	imbalance   float64
	relative    float64 // imbalance over the mean load of a pack
	maxOverMean float64
	gap         float64
	proven      bool // no packing has a smaller maximum
}

// key tells instances of a problem apart.
func (i instance) key() [2]uint64 { return [2]uint64{i.seed, uint64(i.layer)} }

// layers returns every layer that was packed, by seed and layer, but for idle
// ones: a layer without any load is balanced whatever a strategy does, and would
// count as a success of each. Layers whose numbers are not finite are left out
// too; see [result.trouble].
func (r *result) layers() []instance { return r.packed().layers }

// idle counts the layers without load.
func (r *result) idle() int { return r.packed().idle }

// packed is what a result says of its layers.
type packed struct {
	layers []instance
	idle   int
	broken int // layers whose numbers are missing or not finite
}

func (r *result) packed() *packed {
	if r.cache != nil {
		return r.cache
	}
	out := &packed{}
	r.cache = out
	for _, c := range r.cells {
		cell := analysis.NewCell(c)
		if !cell.Judged() {
			continue
		}
		proven := c.Layer(runs.OptimalMeasure)
		for l := range c.Layer(runs.MaxMeasure) {
			q := cell.Quality(l)
			i := instance{seed: c.Seed(), layer: l, imbalance: q.Imbalance(), relative: q.Imbalance() / q.Mean,
				maxOverMean: q.MaxOverMean(), gap: q.Gap()}
			i.proven = i.gap == 0 || proven != nil && proven[l] == 1
			if q.Max == 0 {
				out.idle++
				continue
			}
			out.layers = append(out.layers, i)
		}
	}
	slices.SortFunc(out.layers, func(a, b instance) int {
		return cmp.Or(cmp.Compare(a.seed, b.seed), cmp.Compare(a.layer, b.layer))
	})
	return out
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func (r *result) imbalances() []float64 {
	return column(r.layers(), func(i instance) float64 { return i.imbalance })
}

func column(all []instance, of func(instance) float64) []float64 {
	values := make([]float64, len(all))
	for i, x := range all {
		values[i] = of(x)
	}
	return values
}

// worst returns the instance with the largest value of a measure; the layers
// must not be empty.
func worst(all []instance, of func(instance) float64) instance {
	return slices.MaxFunc(all, func(a, b instance) int { return cmp.Compare(of(a), of(b)) })
}

// where names an instance: "layer 3", with its seed where there are several.
func (v *view) where(i instance) string {
	if len(v.run.Manifest.Experiment.Seeds) > 1 {
		return fmt.Sprintf("layer %d of seed %d", i.layer, i.seed)
	}
	return fmt.Sprintf("layer %d", i.layer)
}

// instances holds what every strategy reached on the same layers: a row per
// instance, a column per strategy.
type instances struct {
	strategies []string
	gap        [][]float64
	imbalance  [][]float64 // NaN where a strategy has no result
}

// instances gathers the layers of all problems where any strategy has a result.
func (v *view) instances() instances {
	all := instances{strategies: v.strategies}
	for _, p := range v.problems {
		columns := make([]map[[2]uint64]instance, len(v.strategies))
		var keys [][2]uint64
		for j, s := range v.strategies {
			columns[j] = map[[2]uint64]instance{}
			r := v.quality(p, s)
			if r == nil {
				continue
			}
			for _, i := range r.layers() {
				columns[j][i.key()] = i
				keys = append(keys, i.key())
			}
		}
		slices.SortFunc(keys, func(a, b [2]uint64) int { return slices.Compare(a[:], b[:]) })
		for _, k := range slices.Compact(keys) {
			gap, imbalance := make([]float64, len(columns)), make([]float64, len(columns))
			for j, column := range columns {
				gap[j], imbalance[j] = math.NaN(), math.NaN()
				if i, ok := column[k]; ok {
					gap[j], imbalance[j] = i.gap, i.imbalance
				}
			}
			all.gap = append(all.gap, gap)
			all.imbalance = append(all.imbalance, imbalance)
		}
	}
	return all
}

// without counts the instances where strategy j has no result.
func (in instances) without(j int) int {
	n := 0
	for _, row := range in.gap {
		if math.IsNaN(row[j]) {
			n++
		}
	}
	return n
}

// incomplete says which strategies lack results, a line each.
func (sk *sketch) incomplete() []string {
	var lines []string
	for j, s := range sk.all.strategies {
		if n := sk.all.without(j); n > 0 {
			lines = append(lines, fmt.Sprintf("× %s has no result on %d of %s", sk.strategyName(s), n, number.Count(len(sk.all.gap), "layer")))
		}
	}
	return lines
}
