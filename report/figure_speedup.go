package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/report/figure"
	"packbench/runs"
)

// speedup is how many times faster one backend is than another on a problem.
type speedup struct {
	problem  *analysis.Problem
	strategy string
	ratio    float64 // of the medians
	lo, hi   float64 // that the intervals of both allow; no interval where lo > hi
}

// speedups returns those of all problems and strategies, and the two backends.
func (v *view) speedups() (all []speedup, slow, fast string) {
	present := v.Present()
	if len(present) < 2 {
		return nil, "", ""
	}
	slow, fast = present[0], present[1]
	for _, s := range v.Strategies {
		for _, p := range v.Problems {
			a, b := v.Result(p, s, slow), v.Result(p, s, fast)
			if a == nil || b == nil || len(a.Runs(runs.TimeMeasure)) == 0 || len(b.Runs(runs.TimeMeasure)) == 0 {
				continue
			}
			x, y := a.Time(), b.Time()
			up := speedup{problem: p, strategy: s, ratio: x.Center / y.Center, lo: 1}
			if x.Bounded() && y.Bounded() {
				up.lo, up.hi = x.Lo/y.Hi, x.Hi/y.Lo
			}
			all = append(all, up)
		}
	}
	return all, slow, fast
}

func missingSpeedup(sk *sketch) string {
	all, slow, fast := sk.speedups()
	switch {
	case len(all) > 0:
		return ""
	case slow != "":
		return fmt.Sprintf("no strategy has times on both %s and %s", slow, fast)
	}
	for _, b := range sk.Backends {
		if reason := sk.Missing(b); reason != "" {
			return b + " " + reason
		}
	}
	return "needs two backends"
}

// The figure of speed-ups has at most so many marks, and so many rows.
const (
	maxSpeedupMarks = 180
	maxSpeedups     = 60
)

// drawSpeedup shows how many times faster the second backend is than the first,
// a row per problem, the smallest first.
func drawSpeedup(sk *sketch) (*picture, error) {
	all, slow, fast := sk.speedups()
	p := sk.newPicture(fmt.Sprintf("Speed-up of %s over %s", fast, slow),
		fmt.Sprintf("Median time of a run on %s divided by that on %s, for the same strategy on the same problem; to the right of 1, %s is faster. Problems are ordered by the items of all their layers. "+
			"The bars span the ratios that the exact 95 %% intervals of the two medians allow.", slow, fast, fast))
	p.XLabel = fmt.Sprintf("speed-up: time on %s ÷ time on %s", slow, fast)
	present := map[string]bool{}
	for _, up := range all {
		present[up.strategy] = true
	}
	problems := sk.begin(p, min(maxSpeedups, max(1, maxSpeedupMarks/len(present))))
	p.Subtitle = join(sk.shapeKey(), p.Subtitle)
	problems = slices.SortedStableFunc(slices.Values(problems), func(a, b *analysis.Problem) int { return cmp.Compare(a.Layers*a.Items, b.Layers*b.Items) })
	d := &figure.Dots{Level: 1}
	ratios := []float64{1}
	for _, problem := range problems {
		row := figure.DotRow{Label: sk.shortName(problem)}
		for _, up := range all {
			if up.problem != problem {
				continue
			}
			name := sk.strategyName(up.strategy)
			row.Marks = append(row.Marks, figure.Point{Look: sk.looks[up.strategy], X: up.ratio, XLo: up.lo, XHi: up.hi,
				Tip: fmt.Sprintf("%s, %s: %s times as fast on %s", sk.shortName(problem), name, number.Short(up.ratio), fast)})
			ratios = append(ratios, up.ratio)
			if up.lo <= up.hi {
				ratios = append(ratios, up.lo, up.hi)
			}
		}
		if len(row.Marks) > 0 {
			d.Rows = append(d.Rows, row)
		}
	}
	var without []string
	for _, s := range sk.Strategies {
		if present[s] {
			p.Legend = append(p.Legend, figure.MarkEntry(sk.strategyName(s), sk.looks[s], false))
		} else {
			without = append(without, sk.strategyName(s))
		}
	}
	if len(without) > 0 {
		p.Notes = append(p.Notes, "× no times on both backends: "+strings.Join(without, ", "))
	}
	d.X = figure.RatioScale(ratios, times).Wide()
	p.SetPanels([]*figure.Panel{d.Panel(figure.NewPanel(""), sk.size)}, 1, figure.DotsHeight(len(d.Rows), len(present)))
	return p, nil
}
