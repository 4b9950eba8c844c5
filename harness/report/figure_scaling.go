package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// dimension is one of the numbers that make a problem large.
type dimension struct {
	name  string // "items"
	label string
	of    func(problem) int
	// rest is what must be the same for problems to lie on one line.
	rest func(problem) string
}

var dimensions = []dimension{
	{"items", "items per layer", func(p problem) int { return p.items },
		func(p problem) string {
			return fmt.Sprintf("%s, %s, %s per pack", p.name(), count(p.layers, "layer"), count(p.items/max(1, p.pack), "item"))
		}},
	{"packs", "packs", func(p problem) int { return p.pack },
		func(p problem) string {
			return fmt.Sprintf("%s, %s × %s", p.name(), count(p.layers, "layer"), count(p.items, "item"))
		}},
	{"layers", "layers", func(p problem) int { return p.layers },
		func(p problem) string {
			return fmt.Sprintf("%s, %s in %s", p.name(), count(p.items, "item"), count(p.pack, "pack"))
		}},
}

// line returns the problems that differ in the dimension alone, ascending: the
// longest such list, nil where none has three.
func (v *view) line(d dimension) (problems []problem, rest string) {
	groups := map[string][]problem{}
	for _, p := range v.problems {
		groups[d.rest(p)] = append(groups[d.rest(p)], p)
	}
	for key, group := range sorted(groups) {
		if len(group) >= 3 && len(group) > len(problems) {
			problems, rest = group, key
		}
	}
	slices.SortFunc(problems, func(a, b problem) int { return cmp.Compare(d.of(a), d.of(b)) })
	return problems, rest
}

// scalingFigure shows how the time grows with the size of the problem, a panel
// per dimension, with the exponents of power laws fitted to it. Without a figure
// it says why.
func scalingFigure(v *view) (f *figure, missing string) {
	f = &figure{
		id:    "scaling",
		title: "How the time grows with the size of the problem",
		caption: "Median time of a run against one dimension of the problem while the others stay the same, both axes logarithmic; the bars are exact 95 % intervals. " +
			"A straight line is a power law: the legend gives the exponents fitted to the medians by least squares, 1 being proportional growth.",
		notes:  v.missingBackends(),
		yLabel: "time of one run",
		tips:   &tips{},
	}
	exponents := map[string][]string{}
	var order []string
	var panels []*panel
	var charts []*chart
	var times []float64
	for _, d := range dimensions {
		problems, rest := v.line(d)
		if problems == nil {
			continue
		}
		ch := &chart{tips: f.tips}
		var sizes []float64
		for b, backend := range v.present() {
			for _, s := range v.strategies {
				cv := v.timeCurve(s, backend, problems, d)
				if len(cv.xs) == 0 {
					continue
				}
				cv.hollow = b > 0
				ch.curves = append(ch.curves, cv)
				sizes = append(sizes, cv.xs...)
				times = append(times, cv.extent()...)
				if !slices.Contains(order, cv.name) {
					order = append(order, cv.name)
				}
				if e, ok := exponent(cv.xs, cv.ys); ok {
					exponents[cv.name] = append(exponents[cv.name], d.name+" "+strings.ReplaceAll(strconv.FormatFloat(e, 'f', 2, 64), "-", "−"))
				}
			}
		}
		if len(ch.curves) == 0 {
			continue
		}
		ch.x = sizeScale(sizes)
		charts = append(charts, ch)
		n := newPanel("Time against " + d.label)
		n.under = rest
		panels = append(panels, n)
	}
	if len(panels) == 0 {
		return nil, "needs three problems or more that differ in items, packs or layers alone, as in bench run shapes"
	}
	for i, ch := range charts {
		ch.y = newScale(times, duration)
		ch.panel(panels[i])
	}
	for _, name := range order {
		text := name
		if e := exponents[name]; len(e) > 0 {
			text += " (" + strings.Join(e, ", ") + ")"
		}
		strategy, backend, _ := strings.Cut(name, " on ")
		hollow := backend != "" && backend != v.present()[0]
		f.legend = append(f.legend, curveLegend(text, v.looks[strategy], hollow))
	}
	f.setRows(grid(panels, 3), tradeoffHeight)
	return f, ""
}

// timeCurve is the time of a strategy on problems of growing size.
func (v *view) timeCurve(strategy, backend string, problems []problem, d dimension) curve {
	cv := curve{look: v.looks[strategy], name: strategy, marks: true}
	if len(v.present()) > 1 {
		cv.name += " on " + backend
	}
	for _, p := range problems {
		r := v.result(p, strategy, backend)
		if r == nil || len(r.times()) == 0 {
			continue
		}
		m := medianInterval(r.times())
		cv.xs, cv.ys = append(cv.xs, float64(d.of(p))), append(cv.ys, m.Center)
		cv.lo, cv.hi = append(cv.lo, m.Lo), append(cv.hi, m.Hi)
	}
	cv.tip = func(i int) string {
		return fmt.Sprintf("%s, %.0f %s: %s", cv.name, cv.xs[i], d.label, duration(cv.ys[i]))
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
func sizeScale(sizes []float64) scale {
	lo, hi := slices.Min(sizes), slices.Max(sizes)
	return scale{lo: lo / 1.15, hi: hi * 1.15, log: true, format: func(v float64) string {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}}
}
