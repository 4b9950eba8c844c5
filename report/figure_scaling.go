package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/report/figure"
	"packbench/runs"
)

// dimension is one of the numbers that make a problem large.
type dimension struct {
	name  string // "items"
	label string
	of    func(*analysis.Problem) int
	// rest is what must be the same for problems to lie on one line.
	rest func(*analysis.Problem) string
}

var dimensions = []dimension{
	{"items", "items per layer", func(p *analysis.Problem) int { return p.Items },
		func(p *analysis.Problem) string {
			return fmt.Sprintf("%s, %s, %s per pack", p.Name, number.Count(p.Layers, "layer"), number.Count(p.Items/max(1, p.Cell.Packs()), "item"))
		}},
	{"packs", "packs", func(p *analysis.Problem) int { return p.Cell.Packs() },
		func(p *analysis.Problem) string {
			return fmt.Sprintf("%s, %s × %s", p.Name, number.Count(p.Layers, "layer"), number.Count(p.Items, "item"))
		}},
	{"layers", "layers", func(p *analysis.Problem) int { return p.Layers },
		func(p *analysis.Problem) string {
			return fmt.Sprintf("%s, %s in %s", p.Name, number.Count(p.Items, "item"), number.Count(p.Cell.Packs(), "pack"))
		}},
}

// line returns the problems that differ in the dimension alone, ascending: the
// longest such list, nil where none has three.
func (v *view) line(d dimension) (problems []*analysis.Problem, rest string) {
	groups := map[string][]*analysis.Problem{}
	for _, p := range v.Problems {
		groups[d.rest(p)] = append(groups[d.rest(p)], p)
	}
	for key, group := range sorted(groups) {
		if len(group) >= 3 && len(group) > len(problems) {
			problems, rest = group, key
		}
	}
	slices.SortFunc(problems, func(a, b *analysis.Problem) int { return cmp.Compare(d.of(a), d.of(b)) })
	return problems, rest
}

func missingScaling(sk *sketch) string {
	if len(sk.growth()) == 0 {
		return "needs three problems or more that differ in items, packs or layers alone, as in bench run shapes"
	}
	return ""
}

// growth is the times along one dimension.
type growth struct {
	dimension
	rest   string
	curves []grownTime
}

// grownTime is the time of a strategy on problems of growing size.
type grownTime struct {
	figure.Curve
	strategy string
}

// growth returns the dimensions that any times lie along.
func (sk *sketch) growth() []growth {
	var all []growth
	for _, d := range dimensions {
		problems, rest := sk.line(d)
		if problems == nil {
			continue
		}
		g := growth{dimension: d, rest: printable(rest)}
		for b, backend := range sk.Present() {
			for _, s := range sk.Strategies {
				if cv := sk.timeCurve(s, backend, problems, d); len(cv.Xs) > 0 {
					cv.Hollow = b > 0
					g.curves = append(g.curves, grownTime{cv, s})
				}
			}
		}
		if len(g.curves) > 0 {
			all = append(all, g)
		}
	}
	return all
}

// drawScaling shows how the time grows with the size of the problem, a panel per
// dimension, with the exponents of power laws fitted to it.
func drawScaling(sk *sketch) (*picture, error) {
	p := sk.newPicture("Growth of the time with the size of the problem",
		"Median time of a run against one dimension of the problem while the others stay the same, both axes logarithmic; the bars are exact 95 % intervals. "+
			"A straight line is a power law: the legend gives the exponents fitted to the medians by least squares; 1 is proportional growth.")
	p.YLabel = "time of one run"
	all := sk.growth()
	exponents := map[string][]string{}
	var order []grownTime
	var times []float64
	for _, g := range all {
		for _, cv := range g.curves {
			times = append(times, cv.Extent()...)
			if !slices.ContainsFunc(order, func(o grownTime) bool { return o.Name == cv.Name }) {
				order = append(order, cv)
			}
			if e, ok := exponent(cv.Xs, cv.Ys); ok && sk.machines() == nil { // one machine may be larger for larger problems
				exponents[cv.Name] = append(exponents[cv.Name], g.name+" "+number.Minus(strconv.FormatFloat(e, 'f', 2, 64)))
			}
		}
	}
	var panels []*figure.Panel
	for _, g := range all {
		n := figure.NewPanel("Time against " + g.label)
		n.Under = g.rest
		ch := &figure.Chart{Y: figure.NewScale(times, number.Duration)}
		var sizes []float64
		for _, cv := range g.curves {
			ch.Curves = append(ch.Curves, cv.Curve)
			sizes = append(sizes, cv.Xs...)
		}
		ch.X = sizeScale(sizes)
		panels = append(panels, ch.Panel(n))
	}
	for _, cv := range order {
		text := cv.Name
		if e := exponents[cv.Name]; len(e) > 0 {
			text += " (" + strings.Join(e, ", ") + ")"
		}
		p.Legend = append(p.Legend, figure.CurveEntry(text, cv.Look, cv.Hollow))
	}
	p.SetPanels(panels, sk.size.Columns(len(panels), 3), tradeoffHeight)
	return p, nil
}

// timeCurve is the time of a strategy on problems of growing size.
func (sk *sketch) timeCurve(strategy, backend string, problems []*analysis.Problem, d dimension) figure.Curve {
	cv := figure.Curve{Look: sk.looks[strategy], Name: sk.strategyName(strategy), Marks: true}
	if len(sk.Present()) > 1 {
		cv.Name += " on " + backend
	}
	for _, p := range problems {
		r := sk.Result(p, strategy, backend)
		if r == nil || len(r.Runs(runs.TimeMeasure)) == 0 {
			continue
		}
		m := r.Time()
		cv.Xs, cv.Ys = append(cv.Xs, float64(d.of(p))), append(cv.Ys, m.Center)
		cv.Lo, cv.Hi = append(cv.Lo, m.Lo), append(cv.Hi, m.Hi)
	}
	cv.Tip = func(i int) string {
		return fmt.Sprintf("%s, %.0f %s: %s", cv.Name, cv.Xs[i], d.label, number.Duration(cv.Ys[i]))
	}
	return cv
}

// exponent fits y = c·xᵃ by least squares on the logarithms and returns a. It
// needs three different x.
func exponent(xs, ys []float64) (float64, bool) {
	var lx, ly []float64
	for i := range xs {
		lx, ly = append(lx, math.Log(xs[i])), append(ly, math.Log(ys[i]))
	}
	if len(slices.Compact(slices.Sorted(slices.Values(xs)))) < 3 {
		return 0, false
	}
	_, a := stat.LinearRegression(lx, ly, nil, false)
	return a, true
}

// sizeScale is a logarithmic axis of counts.
func sizeScale(sizes []float64) figure.Scale {
	lo, hi := slices.Min(sizes), slices.Max(sizes)
	return figure.LogScale(lo/1.15, hi*1.15, func(v float64) string {
		return strconv.FormatFloat(v, 'f', -1, 64)
	})
}
