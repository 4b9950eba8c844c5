package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/report/figure"
	"packbench/runs"
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
	for _, spec := range v.Strategies {
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

func missingRounds(sk *sketch) string {
	if bases, _ := sk.refinements(); len(bases) == 0 {
		return "needs a strategy with three numbers of rounds or more, as in topk-max-any:rounds=0, rounds=1, rounds=2"
	}
	return ""
}

// drawRounds shows how the imbalance falls from round to round of the
// refinement, a panel per problem.
func drawRounds(sk *sketch) (*picture, error) {
	bases, of := sk.refinements()
	p := sk.newPicture("Imbalance after each round of the refinement",
		"Median imbalance over the layers when the refinement may take the given number of rounds, 0 being the packing before it; the bars span the middle half of the layers. "+
			"Where a curve is flat, more rounds gain nothing.")
	problems := sk.begin(p, maxPanels)
	p.XLabel, p.YLabel = "maximum rounds of refinement", imbalanceAxis
	known := looks(bases)
	for _, base := range bases {
		p.Legend = append(p.Legend, figure.CurveEntry(printable(base), known[base], false))
	}
	var panels []*figure.Panel
	for _, problem := range problems {
		ch := &figure.Chart{}
		n := sk.problemPanel(problem)
		var xs, ys []float64
		for b, base := range bases {
			cv := figure.Curve{Look: known[base], Name: base, Marks: true}
			cv.Shift = 3 * (vg.Length(b) - vg.Length(len(bases)-1)/2)
			for _, r := range of[base] {
				q := sk.Answer(problem, r.spec)
				if q == nil || len(q.Instances()) == 0 {
					n.Notes = append(n.Notes, "without "+sk.strategyName(r.spec))
					continue
				}
				o := analysis.Describe(q.Values(runs.ImbalanceMeasure), runs.Lower)
				lo, median, hi := o.Q1, o.Median, o.Q3
				cv.Xs, cv.Ys = append(cv.Xs, float64(r.rounds)), append(cv.Ys, median)
				cv.Lo, cv.Hi = append(cv.Lo, lo), append(cv.Hi, hi)
			}
			cv.Tip = func(i int) string {
				return fmt.Sprintf("%s after %.0f rounds: median imbalance %s", printable(base), cv.Xs[i], number.Short(cv.Ys[i]))
			}
			ch.Curves = append(ch.Curves, cv)
			xs, ys = append(xs, cv.Xs...), append(ys, cv.Extent()...)
		}
		n.Notes = n.Notes[:min(2, len(n.Notes))]
		ch.X, ch.Y = roundsScale(xs), figure.NewScale(ys, number.Short)
		panels = append(panels, ch.Panel(n))
	}
	p.SetPanels(panels, sk.columns(len(panels)), tradeoffHeight)
	return p, nil
}

// roundsScale is linear up to a few dozen rounds and logarithmic beyond.
func roundsScale(rounds []float64) figure.Scale {
	format := func(v float64) string {
		if v != math.Trunc(v) {
			return ""
		}
		return fmt.Sprint(int(v))
	}
	largest := 1.0
	for _, r := range rounds {
		largest = max(largest, r)
	}
	if largest <= 50 {
		return figure.LinearScale(largest*1.04, format)
	}
	return figure.NewScale(rounds, format)
}
