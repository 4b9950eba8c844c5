package report

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot/vg"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/report/figure"
	"packbench/runs"
)

// tradeoffHeight is that of a panel with its axes, in units of the figure.
const tradeoffHeight = vg.Length(165)

// drawTradeoff shows imbalance against time, a panel per problem.
func drawTradeoff(sk *sketch) (*picture, error) {
	p := sk.newPicture("Imbalance against runtime",
		"Each mark is one strategy: median time of a run and median imbalance over the layers; lower left is better. "+
			"The bars span the exact 95 % interval of the median time and the middle half of the layers; the dotted line leads to the worst layer.")
	problems := sk.begin(p, maxPanels)
	p.XLabel, p.YLabel = "time of one run", imbalanceAxis
	p.Legend = sk.strategyLegend()
	columns := sk.columns(len(problems))
	charts := make([]*figure.Scatter, len(problems))
	panels := make([]*figure.Panel, len(problems))
	var times []float64
	for i, problem := range problems {
		panels[i] = sk.problemPanel(problem)
		charts[i] = sk.tradeoff(problem, panels[i])
		for _, pt := range charts[i].Points {
			times = append(times, pt.X)
			if pt.XLo <= pt.XHi {
				times = append(times, pt.XLo, pt.XHi)
			}
		}
	}
	for i, s := range charts {
		s.X = figure.NewScale(times, number.Duration)
		if columns == 1 {
			s.X = s.X.Wide()
		}
		s.Panel(panels[i])
	}
	p.SetPanels(panels, columns, tradeoffHeight)
	return p, nil
}

// tradeoff returns the marks of a problem; what has none is noted on its panel.
func (sk *sketch) tradeoff(p *analysis.Problem, n *figure.Panel) *figure.Scatter {
	t := &figure.Scatter{}
	var values []float64
	without := map[string][]string{} // strategies, by why
	var reasons []string
	for b, backend := range sk.Present() {
		for _, s := range sk.Strategies {
			r := sk.Result(p, s, backend)
			if r == nil {
				continue
			}
			q := r.Values(runs.ImbalanceMeasure)
			if len(r.Runs(runs.TimeMeasure)) == 0 || len(q) == 0 {
				why := ", " + r.Trouble()
				if len(sk.Present()) > 1 {
					why = " on " + backend + why
				}
				if without[why] == nil {
					reasons = append(reasons, why)
				}
				without[why] = append(without[why], sk.strategyName(s))
				continue
			}
			time := r.Time()
			pt := figure.Point{Look: sk.looks[s], Hollow: b > 0, X: time.Center, XLo: 1}
			if time.Bounded() {
				pt.XLo, pt.XHi = time.Lo, time.Hi
			}
			o := analysis.Describe(q, runs.Lower)
			pt.YLo, pt.Y, pt.YHi, pt.YWorst = o.Q1, o.Median, o.Q3, o.Worst
			pt.Tip = fmt.Sprintf("%s on %s: median %s, worst %s, in %s", sk.strategyName(s), backend,
				number.Short(pt.Y), number.Short(pt.YWorst), number.Duration(time.Center))
			t.Points = append(t.Points, pt)
			values = append(values, pt.YLo, pt.Y, pt.YHi, pt.YWorst)
		}
	}
	for _, why := range reasons { // "without descent:fast and 2 more on cuda, unsupported: …"
		names := strings.Join(without[why], ", ")
		if more := len(without[why]) - 1; more > 1 {
			names = fmt.Sprintf("%s and %d more", without[why][0], more)
		}
		n.Notes = append(n.Notes, "without "+names+why)
	}
	if len(n.Notes) > 2 {
		n.Notes = []string{n.Notes[0], "and others without a result, see the table"}
	}
	t.Y = figure.NewScale(values, number.Short)
	return t
}
