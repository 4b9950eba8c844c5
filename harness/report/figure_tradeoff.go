package report

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// tradeoff is a panel of strategies by the time they take and the quality they
// give.
type tradeoff struct {
	x, y   scale
	points []tradeoffPoint
	front  []int // points on the Pareto front by ascending time, nil for none
	notes  []string
	tips   *tips
}

// tradeoffPoint is one strategy on one backend.
type tradeoffPoint struct {
	look     look
	hollow   bool
	time     interval
	quality  float64
	qlo, qhi float64 // spread of the quality over layers
	tip      string
}

const tradeoffHeight = 165 // of a panel with its axes, in points

// tradeoffFigure shows imbalance against time, a panel per problem.
func tradeoffFigure(v *view) *figure {
	f := &figure{
		id:    "imbalance-vs-runtime",
		title: "Imbalance against runtime",
		caption: "Each mark is one strategy: median time of a run and median imbalance over the layers; lower left is better. " +
			"The bars span the exact 95 % interval of the median time and the middle half of the layers.",
		tips: &tips{},
	}
	v.tradeoffFigure(f, imbalanceAxis, number, (*result).imbalances)
	return f
}

// tradeoffFigure fills f with a panel per problem.
func (v *view) tradeoffFigure(f *figure, axis string, format func(float64) string, quality func(*result) []float64) {
	columns := v.columns()
	f.subtitle, f.xLabel, f.yLabel, f.notes = v.common(), "time of one run", axis, v.missingBackends()
	f.legend = v.strategyLegend()
	var panels []*panel
	charts := make([]*tradeoff, len(v.problems))
	var times []float64
	for i, p := range v.problems {
		charts[i] = v.tradeoff(p, format, quality)
		times = append(times, charts[i].times()...)
	}
	for i, p := range v.problems {
		t := charts[i]
		t.tips, t.x = f.tips, newScale(times, duration)
		panels = append(panels, t.panel(v.problemPanel(p, columns)))
	}
	f.setRows(grid(panels, columns), tradeoffHeight)
}

func (v *view) tradeoff(p problem, format func(float64) string, quality func(*result) []float64) *tradeoff {
	t := &tradeoff{}
	var values []float64
	for b, backend := range v.present() {
		for _, s := range v.strategies {
			r := v.result(p, s, backend)
			if r == nil {
				continue
			}
			q := quality(r)
			if len(r.times()) == 0 || len(q) == 0 {
				t.notes = append(t.notes, fmt.Sprintf("without %s, %s", s, r.trouble()))
				continue
			}
			pt := tradeoffPoint{look: v.looks[s], hollow: b > 0, time: medianInterval(r.times())}
			pt.qlo, pt.quality, pt.qhi = quartiles(q)
			pt.tip = fmt.Sprintf("%s on %s: %s in %s", s, backend, format(pt.quality), duration(pt.time.Center))
			t.points = append(t.points, pt)
			values = append(values, pt.qlo, pt.quality, pt.qhi)
		}
	}
	t.y = newScale(values, format)
	return t
}

// times returns every time that the axis must hold.
func (t *tradeoff) times() []float64 {
	var times []float64
	for _, pt := range t.points {
		times = append(times, pt.time.Center)
		if pt.time.Bounded() {
			times = append(times, pt.time.Lo, pt.time.Hi)
		}
	}
	return times
}

// panel completes p, which has its title.
func (t *tradeoff) panel(p *panel) *panel {
	p.notes = t.notes
	if len(p.notes) > 2 {
		p.notes = []string{p.notes[0], fmt.Sprintf("and %d more without a result, see the table", len(t.notes)-1)}
	}
	p.X.Tick.Marker = plot.ConstantTicks(t.x.ticks())
	p.Y.Tick.Marker = plot.ConstantTicks(t.y.ticks())
	p.Add(t)
	return p
}

// Plot implements plot.Plotter.
func (t *tradeoff) Plot(c draw.Canvas, _ *plot.Plot) {
	drawGridX(&c, t.x)
	drawGridY(&c, t.y)
	for _, pt := range t.points {
		x, y := c.X(t.x.at(pt.time.Center)), c.Y(t.y.at(pt.quality))
		bar := stroke(pt.look.ink, 1)
		if pt.time.Bounded() {
			c.StrokeLine2(bar, c.X(t.x.at(pt.time.Lo)), y, c.X(t.x.at(pt.time.Hi)), y)
		}
		c.StrokeLine2(bar, x, c.Y(t.y.at(pt.qlo)), x, c.Y(t.y.at(pt.qhi)))
	}
	for _, pt := range t.points {
		at := vg.Point{X: c.X(t.x.at(pt.time.Center)), Y: c.Y(t.y.at(pt.quality))}
		drawMark(&c, pt.look, pt.hollow, at)
		t.tips.add(at, "%s", pt.tip)
	}
}

// strategyLegend explains the marks of the strategies, and of backends where
// there are several.
func (v *view) strategyLegend() []legendEntry {
	var legend []legendEntry
	for _, s := range v.strategies {
		legend = append(legend, legendEntry{s, false, v.strategyLegendMark(s)})
	}
	for i, backend := range v.present() {
		if i > 0 {
			legend = append(legend, legendEntry{"hollow: on " + backend, false, func(c *draw.Canvas, at vg.Point) {
				drawMark(c, look{ink: muted, marker: markers[0]}, true, at)
			}})
		}
	}
	return legend
}

// strategyLegendMark draws the mark of a strategy.
func (v *view) strategyLegendMark(strategy string) func(*draw.Canvas, vg.Point) {
	return func(c *draw.Canvas, at vg.Point) { drawMark(c, v.looks[strategy], false, at) }
}
