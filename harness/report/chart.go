package report

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// chart is a panel of curves.
type chart struct {
	x, y   scale
	level  float64 // a value of y to compare with, 0 for none
	curves []curve
	tips   *tips
}

// curve is a line through points in ascending x.
type curve struct {
	look    look
	name    string
	shift   vg.Length // to the right, so that marks at the same x stand apart
	xs, ys  []float64
	lo, hi  []float64 // of intervals around ys; nil for none
	scatter bool      // points without a line
	step    bool      // ys hold to the right of their x, up to the next
	marks   bool      // a mark at every point; otherwise a few along the steps
	hollow  bool
	tip     func(i int) string // of point i; nil for none
}

// panel completes p, which has its title.
func (ch *chart) panel(p *panel) *panel {
	p.X.Tick.Marker = plot.ConstantTicks(ch.x.ticks())
	p.Y.Tick.Marker = plot.ConstantTicks(ch.y.ticks())
	p.Add(ch)
	return p
}

// Plot implements plot.Plotter.
func (ch *chart) Plot(c draw.Canvas, _ *plot.Plot) {
	drawGridX(&c, ch.x)
	drawGridY(&c, ch.y)
	if ch.level > 0 {
		y := c.Y(ch.y.at(ch.level))
		c.StrokeLine2(stroke(muted, 1, 4, 3), c.Min.X, y, c.Max.X, y)
	}
	for _, cv := range ch.curves {
		ch.drawIntervals(&c, cv)
		if line := ch.line(&c, cv); len(line) > 1 && !cv.scatter {
			c.StrokeLines(cv.look.line(), line)
		}
	}
	for i, cv := range ch.curves {
		ch.drawMarks(&c, cv, i)
	}
}

// at is the place of y over point i of a curve.
func (ch *chart) at(c *draw.Canvas, cv curve, i int, y float64) vg.Point {
	return vg.Point{X: c.X(ch.x.at(cv.xs[i])) + cv.shift, Y: c.Y(ch.y.at(y))}
}

// line returns the course of a curve. A step curve runs on to the right end of
// the panel.
func (ch *chart) line(c *draw.Canvas, cv curve) []vg.Point {
	var line []vg.Point
	for i := range cv.xs {
		p := ch.at(c, cv, i, cv.ys[i])
		if cv.step && i > 0 && i+1 < len(cv.xs) {
			if last := line[len(line)-1]; p.X-last.X < 0.3 && p.Y-last.Y < 0.3 {
				continue // too near to be seen; there may be thousands
			}
		}
		if cv.step && i > 0 {
			line = append(line, vg.Point{X: p.X, Y: line[len(line)-1].Y})
		}
		line = append(line, p)
	}
	if cv.step && len(line) > 0 {
		line = append(line, vg.Point{X: c.Max.X, Y: line[len(line)-1].Y})
	}
	return line
}

func (ch *chart) drawIntervals(c *draw.Canvas, cv curve) {
	for i := range cv.lo {
		if math.IsInf(cv.lo[i], 0) || math.IsInf(cv.hi[i], 0) {
			continue
		}
		lo, hi := ch.at(c, cv, i, cv.lo[i]), ch.at(c, cv, i, cv.hi[i])
		c.StrokeLine2(stroke(cv.look.ink, 1), lo.X, lo.Y, hi.X, hi.Y)
	}
}

// drawMarks puts marks on the curve, the n-th of its chart: on every point, or
// on its steps at a few places that differ from curve to curve.
func (ch *chart) drawMarks(c *draw.Canvas, cv curve, n int) {
	if cv.marks {
		for i := range cv.xs {
			at := ch.at(c, cv, i, cv.ys[i])
			drawMark(c, cv.look, cv.hollow, at)
			if cv.tip != nil {
				ch.tips.add(at, "%s", cv.tip(i))
			}
		}
		return
	}
	for _, share := range []float64{0.2, 0.5, 0.8} {
		x := c.X(share + 0.025*float64(n%6-3))
		i := -1 // the last point left of x
		for i+1 < len(cv.xs) && c.X(ch.x.at(cv.xs[i+1])) <= x {
			i++
		}
		if i < 0 {
			continue
		}
		at := vg.Point{X: x, Y: c.Y(ch.y.at(cv.ys[i]))}
		drawMark(c, cv.look, cv.hollow, at)
		if cv.tip != nil {
			ch.tips.add(at, "%s", cv.tip(i))
		}
	}
}

// extent returns every y that the axis must hold.
func (cv curve) extent() []float64 {
	return slices.DeleteFunc(slices.Concat(cv.ys, cv.lo, cv.hi), func(y float64) bool { return math.IsInf(y, 0) })
}

// curveLegend explains the curves of strategies.
func curveLegend(name string, l look, hollow bool) legendEntry {
	return legendEntry{name, true, func(c *draw.Canvas, at vg.Point) {
		c.StrokeLine2(l.line(), at.X-9, at.Y, at.X+9, at.Y)
		drawMark(c, l, hollow, at)
	}}
}
