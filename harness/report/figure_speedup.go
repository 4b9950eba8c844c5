package report

import (
	"fmt"
	"math"
)

// speedupFigure shows how many times faster the second backend is than the
// first, against the size of the problem. Without a figure it says why.
func speedupFigure(v *view) (f *figure, missing string) {
	present := v.present()
	if len(present) < 2 {
		for _, b := range v.backends {
			if reason := v.missing(b); reason != "" {
				return nil, b + " " + reason
			}
		}
		return nil, "needs two backends"
	}
	slow, fast := present[0], present[1]
	f = &figure{
		id:    "speedup",
		title: fmt.Sprintf("Speed-up of %s over %s", fast, slow),
		caption: fmt.Sprintf("Median time of a run on %s over that on %s, the same strategy on the same problem, against the number of items of all layers; above 1 %s is faster. "+
			"The bars reach from the least to the greatest ratio that the exact 95 %% intervals of both medians allow.", slow, fast, fast),
		notes:  v.missingBackends(),
		xLabel: "items of all layers",
		yLabel: "speed-up",
		tips:   &tips{},
	}
	ch := &chart{tips: f.tips}
	var sizes, ratios []float64
	for _, s := range v.strategies {
		cv := curve{look: v.looks[s], name: s, marks: true}
		for _, p := range v.problems {
			a, b := v.result(p, s, slow), v.result(p, s, fast)
			if a == nil || b == nil || len(a.times()) == 0 || len(b.times()) == 0 {
				continue
			}
			x, y := medianInterval(a.times()), medianInterval(b.times())
			cv.xs = append(cv.xs, float64(p.layers*p.items))
			cv.ys = append(cv.ys, x.Center/y.Center)
			lo, hi := x.Lo/y.Hi, x.Hi/y.Lo
			if !x.Bounded() || !y.Bounded() {
				lo, hi = math.Inf(-1), math.Inf(1)
			} else {
				ratios = append(ratios, lo, hi)
			}
			cv.lo, cv.hi = append(cv.lo, lo), append(cv.hi, hi)
		}
		if len(cv.xs) == 0 {
			f.notes = append(f.notes, fmt.Sprintf("× %s has no problem with times on both backends", s))
			continue
		}
		cv.scatter = true
		cv.tip = func(i int) string {
			return fmt.Sprintf("%s, %.0f items: %s times as fast on %s", s, cv.xs[i], number(cv.ys[i]), fast)
		}
		ch.curves = append(ch.curves, cv)
		sizes, ratios = append(sizes, cv.xs...), append(ratios, cv.ys...)
		f.legend = append(f.legend, legendEntry{s, false, v.strategyLegendMark(s)})
	}
	if len(ch.curves) == 0 {
		return nil, fmt.Sprintf("no strategy has times on both %s and %s", slow, fast)
	}
	times := func(v float64) string { return trimmed(number(v)) + " ×" }
	ch.x, ch.y = sizeScale(sizes), newScale(append(ratios, 1), times)
	ch.x.wide, ch.y.wide = true, true
	ch.level = 1
	f.setRows([][]*panel{{ch.panel(newPanel())}}, curveHeight)
	return f, ""
}
