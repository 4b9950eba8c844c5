package report

import (
	"fmt"
	"math"

	"packbench/internal/number"
	"packbench/report/figure"
)

// speedup is how many times faster one backend is than another on a problem.
type speedup struct {
	problem  problem
	strategy string
	ratio    float64 // of the medians
	lo, hi   float64 // that the intervals of both allow; no interval where lo > hi
}

// speedups returns those of all problems and strategies, and the two backends.
func (v *view) speedups() (all []speedup, slow, fast string) {
	present := v.present()
	if len(present) < 2 {
		return nil, "", ""
	}
	slow, fast = present[0], present[1]
	for _, s := range v.strategies {
		for _, p := range v.problems {
			a, b := v.result(p, s, slow), v.result(p, s, fast)
			if a == nil || b == nil || len(a.times()) == 0 || len(b.times()) == 0 {
				continue
			}
			x, y := medianInterval(a.times()), medianInterval(b.times())
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
	for _, b := range sk.backends {
		if reason := sk.missing(b); reason != "" {
			return b + " " + reason
		}
	}
	return "needs two backends"
}

// drawSpeedup shows how many times faster the second backend is than the first,
// against the size of the problem.
func drawSpeedup(sk *sketch) (*picture, error) {
	all, slow, fast := sk.speedups()
	p := sk.newPicture(fmt.Sprintf("Speed-up of %s over %s", fast, slow),
		fmt.Sprintf("Median time of a run on %s over that on %s, the same strategy on the same problem, against the number of items of all layers; above 1 %s is faster. "+
			"The bars reach from the smallest to the largest ratio that the exact 95 %% intervals of both medians allow.", slow, fast, fast))
	p.XLabel, p.YLabel = "items of all layers", "speed-up"
	ch := &figure.Chart{Level: 1}
	var sizes, ratios []float64
	for _, s := range sk.strategies {
		name := sk.strategyName(s)
		cv := figure.Curve{Look: sk.looks[s], Name: name, Marks: true, Scatter: true}
		for _, up := range all {
			if up.strategy != s {
				continue
			}
			cv.Xs, cv.Ys = append(cv.Xs, float64(up.problem.layers*up.problem.items)), append(cv.Ys, up.ratio)
			lo, hi := up.lo, up.hi
			if lo > hi {
				lo, hi = math.Inf(-1), math.Inf(1)
			} else {
				ratios = append(ratios, lo, hi)
			}
			cv.Lo, cv.Hi = append(cv.Lo, lo), append(cv.Hi, hi)
		}
		if len(cv.Xs) == 0 {
			p.Notes = append(p.Notes, fmt.Sprintf("× %s has no problem with times on both backends", name))
			continue
		}
		cv.Tip = func(i int) string {
			return fmt.Sprintf("%s, %.0f items: %s times as fast on %s", name, cv.Xs[i], number.Short(cv.Ys[i]), fast)
		}
		ch.Curves = append(ch.Curves, cv)
		sizes, ratios = append(sizes, cv.Xs...), append(ratios, cv.Ys...)
		p.Legend = append(p.Legend, figure.MarkEntry(name, sk.looks[s], false))
	}
	ch.X, ch.Y = sizeScale(sizes).Wide(), figure.NewScale(append(ratios, 1), times).Wide()
	p.SetPanels([]*figure.Panel{ch.Panel(figure.NewPanel(""))}, 1, curveHeight)
	return p, nil
}
