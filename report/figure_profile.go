package report

import (
	"fmt"
	"math"
	"slices"

	"packbench/internal/number"
	"packbench/report/figure"
)

const curveHeight = 190 // of a panel of curves, in units of the figure

func missingLayers(sk *sketch) string {
	if len(sk.all.Gap) == 0 {
		return "no layer has a result"
	}
	return ""
}

// drawDistribution shows for each strategy the distribution of its gap over the
// layers.
func drawDistribution(sk *sketch) (*picture, error) {
	p := sk.newPicture("Distribution of the gap to the lower bound",
		"For each gap, the share of layers (over all problems and seeds) whose gap is no larger. No packing has a heaviest pack below the lower bound, "+
			"so a layer at 0 is packed optimally; further up and left is better.")
	in := sk.all
	p.Subtitle = fmt.Sprintf("%s of %s", number.Count(len(in.Gap), "layer"), number.Count(len(sk.Problems), "problem"))
	p.Notes = append(p.Notes, sk.incomplete()...)
	p.XLabel, p.YLabel = gapAxis, "share of layers"
	var all []float64
	ch := &figure.Chart{}
	for j, s := range in.Strategies {
		values := finiteColumn(in.Gap, j)
		all = append(all, values...)
		name := sk.strategyName(s)
		cv := distribution(values, len(in.Gap))
		cv.Look, cv.Name = sk.looks[s], name
		cv.Tip = func(i int) string {
			return fmt.Sprintf("%s: gap at most %s on %.0f %% of the layers", name, number.Percent(cv.Xs[i]), 100*cv.Ys[i])
		}
		ch.Curves = append(ch.Curves, cv)
		p.Legend = append(p.Legend, figure.CurveEntry(name, cv.Look, false))
	}
	ch.X, ch.Y = figure.NewScale(all, number.Percent).Wide(), shareScale()
	p.SetPanels([]*figure.Panel{ch.Panel(figure.NewPanel(""))}, 1, curveHeight)
	return p, nil
}

// drawProfile shows for each strategy on what share of the layers its imbalance
// is within a factor of the smallest.
func drawProfile(sk *sketch) (*picture, error) {
	p := sk.newPicture("Share of layers within a factor of the best strategy",
		"For each factor, the share of layers on which the imbalance of a strategy is within that factor of the best strategy's "+
			"(performance profile, Dolan and Moré 2002). At 1 it is the best itself; further up is better. "+
			"Where a curve ends below 100 %, another strategy packs the remaining layers perfectly, which no factor reaches, or they have no result.")
	in := sk.all
	p.Subtitle = fmt.Sprintf("%s of %s", number.Count(len(in.Gap), "layer"), number.Count(len(sk.Problems), "problem"))
	p.Notes = append(p.Notes, sk.incomplete()...)
	p.XLabel, p.YLabel = "imbalance relative to the best strategy on the layer", "share of layers"
	ch := &figure.Chart{}
	ratios, largest := in.Ratios()
	for j, s := range in.Strategies {
		name := sk.strategyName(s)
		cv := distribution(ratios[j], len(in.Imbalance))
		if len(cv.Xs) > 0 && cv.Xs[0] > 1 {
			cv.Xs, cv.Ys = slices.Insert(cv.Xs, 0, 1), slices.Insert(cv.Ys, 0, 0)
		}
		cv.Look, cv.Name = sk.looks[s], name
		cv.Tip = func(i int) string {
			return fmt.Sprintf("%s: at most %s times the best on %.0f %% of the layers", name, number.Short(cv.Xs[i]), 100*cv.Ys[i])
		}
		ch.Curves = append(ch.Curves, cv)
		p.Legend = append(p.Legend, figure.CurveEntry(name, cv.Look, false))
	}
	ch.X, ch.Y = ratioScale(largest), shareScale()
	p.SetPanels([]*figure.Panel{ch.Panel(figure.NewPanel(""))}, 1, curveHeight)
	return p, nil
}

// distribution is the distribution function of n values, of which the missing
// ones are larger than any.
func distribution(values []float64, n int) figure.Curve {
	cv := figure.Curve{Step: true}
	sorted := slices.Sorted(slices.Values(values))
	for i, x := range sorted {
		if i+1 < len(sorted) && sorted[i+1] == x {
			continue
		}
		cv.Xs = append(cv.Xs, x)
		cv.Ys = append(cv.Ys, float64(i+1)/float64(n))
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
func shareScale() figure.Scale {
	return figure.LinearScale(1.02, func(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) }).Wide()
}

// ratioScale is a logarithmic axis of ratios from 1 up.
func ratioScale(largest float64) figure.Scale {
	return figure.LogScale(0.98, max(largest, 2)*1.05, times).Wide()
}

// times writes a factor: "2.5 ×".
func times(v float64) string { return number.Trimmed(number.Short(v)) + " ×" }

// incomplete says which strategies lack results, a line each.
func (sk *sketch) incomplete() []string {
	var lines []string
	for j, s := range sk.all.Strategies {
		if n := sk.all.Without(j); n > 0 {
			lines = append(lines, fmt.Sprintf("× %s has no result on %d of %s", sk.strategyName(s), n, number.Count(len(sk.all.Gap), "layer")))
		}
	}
	return lines
}
