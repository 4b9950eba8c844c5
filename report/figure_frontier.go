package report

import (
	"fmt"
	"math"

	"packbench/internal/number"
	"packbench/report/figure"
)

// gapAxis labels axes of the gap.
const gapAxis = "gap: heaviest pack above the lower bound"

func missingFrontier(sk *sketch) string {
	if len(sk.frontierPoints()) < 2 {
		return "needs two strategies with results on the same problems"
	}
	return ""
}

// drawFrontier shows what each strategy reaches in which time over all problems,
// with the front of those that no other beats in both.
func drawFrontier(sk *sketch) (*picture, error) {
	p := sk.newPicture("Gap against time over all problems, and the Pareto front",
		"Each mark is one strategy: the geometric mean over the problems of its median time, and the mean of its gap to the lower bound over all layers; lower left is better. "+
			"The line joins the strategies that no other beats on both; everything above and to the right of it is dominated.")
	p.Subtitle = number.Count(len(sk.ranking.Problems), "problem") + ", mean over all layers"
	p.XLabel, p.YLabel = "time of one run", gapAxis
	if note := note(sk.ranking, sk.view); note != "" {
		p.Notes = append(p.Notes, "× "+note)
	}
	points := sk.frontierPoints()
	var times, gaps []float64
	for _, pt := range points {
		times, gaps = append(times, pt.X), append(gaps, pt.Y)
	}
	fr := &figure.Frontier{
		X:      figure.NewScale(times, number.Duration).Widened(0.1).Wide(),
		Y:      figure.NewScale(gaps, number.Percent).Widened(0.06).Wide(),
		Points: points,
	}
	arrange := func() { p.SetPanels([]*figure.Panel{fr.Panel(figure.NewPanel(""))}, 1, 270) }
	arrange()
	if _, err := p.SVG(); err != nil { // a trial
		return nil, err
	}
	if fr.Crowded() {
		p.Legend = sk.strategyLegend()
		for i := range fr.Points {
			fr.Points[i].Name = ""
		}
		arrange()
	}
	return p, nil
}

func (sk *sketch) frontierPoints() []figure.Point {
	var points []figure.Point
	for i, backend := range sk.ranking.Backends {
		for _, s := range sk.ranking.Standings {
			if s.Layers == 0 || math.IsNaN(s.Times[i]) {
				continue
			}
			name := sk.strategyName(s.Strategy)
			if i > 0 {
				name += " on " + backend
			}
			points = append(points, figure.Point{Name: name, Look: sk.looks[s.Strategy], Hollow: i > 0, X: s.Times[i], Y: s.Mean,
				Tip: fmt.Sprintf("%s: mean gap %s, worst %s, in %s", name, number.Percent(s.Mean), number.Percent(s.Worst), number.Duration(s.Times[i]))})
		}
	}
	return points
}
