package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"

	"packbench/strategies"
)

// refinement is a strategy at one number of rounds.
type refinement struct {
	base   string // the strategy without its rounds
	rounds int
	spec   string
}

// refinements returns the strategies that differ in rounds only, by base and
// rounds; bases with fewer than three numbers of rounds are left out.
func (v *view) refinements() (bases []string, of map[string][]refinement) {
	of = map[string][]refinement{}
	for _, spec := range v.strategies {
		if r, ok := parseRounds(spec); ok {
			of[r.base] = append(of[r.base], r)
		}
	}
	for base, all := range sorted(of) {
		slices.SortFunc(all, func(a, b refinement) int { return cmp.Compare(a.rounds, b.rounds) })
		if len(all) >= 3 {
			bases = append(bases, base)
		}
	}
	return bases, of
}

// parseRounds reads the rounds of a strategy that refines, whether it writes
// them or has them by default.
func parseRounds(spec string) (refinement, bool) {
	s, err := strategies.Builtin().Parse(spec)
	if err != nil {
		return refinement{}, false
	}
	e, ok := s.(strategies.Ensemble)
	if !ok || e.Refinement == strategies.NoRefinement {
		return refinement{}, false
	}
	name, args, _ := strings.Cut(spec, ":")
	kept := slices.DeleteFunc(strings.Split(args, ","), func(arg string) bool {
		return arg == "" || strings.HasPrefix(arg, "rounds=")
	})
	base := name
	if len(kept) > 0 {
		base += ":" + strings.Join(kept, ",")
	}
	return refinement{base, e.Rounds, spec}, true
}

// roundsFigure shows how the imbalance falls from round to round of the
// refinement, a panel per problem. Without a figure it says why.
func roundsFigure(v *view) (f *figure, missing string) {
	bases, of := v.refinements()
	if len(bases) == 0 {
		return nil, "needs a strategy with three numbers of rounds or more, as in topk-max-any:rounds=0, rounds=1, rounds=2"
	}
	f = &figure{
		id:    "convergence",
		title: "Imbalance after each round of the refinement",
		caption: "The median imbalance over the layers when the refinement ends after so many rounds, 0 being the packing before it; the bars span the middle half of the layers. " +
			"Where a curve is flat, more rounds gain nothing.",
		subtitle: v.common(),
		notes:    v.missingBackends(),
		xLabel:   "rounds of refinement at most",
		yLabel:   imbalanceAxis,
		tips:     &tips{},
	}
	known := looks(bases)
	for _, base := range bases {
		f.legend = append(f.legend, curveLegend(base, known[base], false))
	}
	var panels []*panel
	for _, p := range v.problems {
		ch := &chart{tips: f.tips}
		n := v.problemPanel(p, v.columns())
		var xs, ys []float64
		for b, base := range bases {
			cv := curve{look: known[base], name: base, marks: true}
			cv.shift = 3 * (vg.Length(b) - vg.Length(len(bases)-1)/2)
			for _, r := range of[base] {
				q := v.quality(p, r.spec)
				if q == nil || len(q.layers()) == 0 {
					n.notes = append(n.notes, "without "+r.spec)
					continue
				}
				lo, median, hi := quartiles(q.imbalances())
				cv.xs, cv.ys = append(cv.xs, float64(r.rounds)), append(cv.ys, median)
				cv.lo, cv.hi = append(cv.lo, lo), append(cv.hi, hi)
			}
			cv.tip = func(i int) string {
				return fmt.Sprintf("%s after %.0f rounds: median imbalance %s", base, cv.xs[i], number(cv.ys[i]))
			}
			ch.curves = append(ch.curves, cv)
			xs, ys = append(xs, cv.xs...), append(ys, cv.extent()...)
		}
		n.notes = n.notes[:min(2, len(n.notes))]
		ch.x, ch.y = roundsScale(xs), newScale(ys, number)
		panels = append(panels, ch.panel(n))
	}
	f.setRows(grid(panels, v.columns()), tradeoffHeight)
	return f, ""
}

// roundsScale is linear up to a few dozen rounds and logarithmic beyond.
func roundsScale(rounds []float64) scale {
	format := func(v float64) string {
		if v != math.Trunc(v) {
			return ""
		}
		return fmt.Sprint(int(v))
	}
	most := 1.0
	for _, r := range rounds {
		most = max(most, r)
	}
	if most <= 50 {
		return scale{hi: most * 1.04, format: format}
	}
	return newScale(rounds, format)
}
