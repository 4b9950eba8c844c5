package report

import (
	"fmt"
	"math"
	"slices"
)

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

// notes says which strategies lack results, a line each.
func (in instances) notes() []string {
	var lines []string
	for j, s := range in.strategies {
		if n := in.without(j); n > 0 {
			lines = append(lines, fmt.Sprintf("× %s has no result on %d of %s", s, n, count(len(in.gap), "layer")))
		}
	}
	return lines
}

const curveHeight = 190 // of a panel of curves, in points

// ecdfFigure shows for each strategy on how many layers its gap is at most so
// large.
func ecdfFigure(v *view, in instances) *figure {
	f := &figure{
		id:    "gap-distribution",
		title: "How often the gap to the lower bound is how small",
		caption: "The share of the layers, of all problems and seeds, whose heaviest pack is at most so far above the lower bound, " +
			"a load below which no packing can go. Further up and left is better; a layer at 0 is packed as well as can be.",
		subtitle: fmt.Sprintf("%s of %s", count(len(in.gap), "layer"), count(len(v.problems), "problem")),
		notes:    append(v.missingBackends(), in.notes()...),
		xLabel:   "gap: heaviest pack above the lower bound",
		yLabel:   "share of layers",
		tips:     &tips{},
	}
	var all []float64
	ch := &chart{tips: f.tips}
	for j, s := range in.strategies {
		values := finiteColumn(in.gap, j)
		all = append(all, values...)
		cv := distribution(values, len(in.gap))
		cv.look, cv.name = v.looks[s], s
		cv.tip = func(i int) string {
			return fmt.Sprintf("%s: gap at most %s on %.0f %% of the layers", s, percent(cv.xs[i]), 100*cv.ys[i])
		}
		ch.curves = append(ch.curves, cv)
		f.legend = append(f.legend, curveLegend(s, cv.look, false))
	}
	ch.x, ch.y = newScale(all, percent), shareScale()
	ch.x.wide = true
	f.setRows([][]*panel{{ch.panel(newPanel())}}, curveHeight)
	return f
}

// profileFigure shows for each strategy on how many layers its imbalance is at
// most so many times the least that any reached.
func profileFigure(v *view, in instances) *figure {
	f := &figure{
		id:    "performance-profile",
		title: "How often a strategy is within a factor of the best",
		caption: "The share of the layers on which a strategy leaves at most so many times the imbalance of the best strategy on that layer " +
			"(performance profile, Dolan and Moré 2002). At 1 it is the best itself; further up is better. " +
			"What a curve lacks to 100 % are layers that another strategy packs perfectly, which no factor reaches, or without a result.",
		subtitle: fmt.Sprintf("%s of %s", count(len(in.gap), "layer"), count(len(v.problems), "problem")),
		notes:    append(v.missingBackends(), in.notes()...),
		xLabel:   "imbalance relative to the best strategy on the layer",
		yLabel:   "share of layers",
		tips:     &tips{},
	}
	ch := &chart{tips: f.tips}
	ratios := make([][]float64, len(in.strategies)) // finite ones
	most := 1.0
	for _, row := range in.imbalance {
		least := math.Inf(1)
		for _, x := range row {
			if x < least { // false for NaN
				least = x
			}
		}
		for j, x := range row {
			ratio := math.Inf(1)
			switch {
			case x == least: // both may be 0
				ratio = 1
			case least > 0 && !math.IsNaN(x):
				ratio = x / least
			}
			if !math.IsInf(ratio, 0) {
				ratios[j] = append(ratios[j], ratio)
				most = max(most, ratio)
			}
		}
	}
	for j, s := range in.strategies {
		cv := distribution(ratios[j], len(in.imbalance))
		if len(cv.xs) > 0 && cv.xs[0] > 1 {
			cv.xs, cv.ys = slices.Insert(cv.xs, 0, 1), slices.Insert(cv.ys, 0, 0)
		}
		cv.look, cv.name = v.looks[s], s
		cv.tip = func(i int) string {
			return fmt.Sprintf("%s: at most %s times the best on %.0f %% of the layers", s, number(cv.xs[i]), 100*cv.ys[i])
		}
		ch.curves = append(ch.curves, cv)
		f.legend = append(f.legend, curveLegend(s, cv.look, false))
	}
	ch.x, ch.y = ratioScale(most), shareScale()
	f.setRows([][]*panel{{ch.panel(newPanel())}}, curveHeight)
	return f
}

// distribution is the distribution function of values, of which there should be
// so many in all: those missing are larger than any.
func distribution(values []float64, of int) curve {
	cv := curve{step: true}
	sorted := slices.Sorted(slices.Values(values))
	for i, x := range sorted {
		if i+1 < len(sorted) && sorted[i+1] == x {
			continue
		}
		cv.xs = append(cv.xs, x)
		cv.ys = append(cv.ys, float64(i+1)/float64(of))
	}
	return cv
}

func finiteColumn(rows [][]float64, j int) []float64 {
	var values []float64
	for _, row := range rows {
		if !math.IsNaN(row[j]) {
			values = append(values, row[j])
		}
	}
	return values
}

// shareScale is an axis from 0 to 100 %.
func shareScale() scale {
	return scale{hi: 1.02, wide: true, format: func(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) }}
}

// ratioScale is a logarithmic axis of ratios from 1 up.
func ratioScale(most float64) scale {
	times := func(v float64) string { return trimmed(number(v)) + " ×" }
	return scale{lo: 0.98, hi: max(most, 2) * 1.05, log: true, wide: true, format: times}
}
