package figure

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Chart is a panel of curves.
type Chart struct {
	X, Y   Scale
	Level  float64 // a value of Y to compare with, 0 for none
	Curves []Curve

	tips *tips
}

// Curve is a line through points in ascending x.
type Curve struct {
	Look    Look
	Name    string
	Shift   vg.Length // to the right, so that marks at the same x stand apart
	Xs, Ys  []float64
	Lo, Hi  []float64 // of intervals around Ys; nil for none
	Scatter bool      // points without a line
	Step    bool      // Ys hold to the right of their x, up to the next
	Marks   bool      // a mark at every point; otherwise a few along the steps
	Hollow  bool
	Tip     func(i int) string // of point i; nil for none
}

// Panel completes p, which has its title.
func (ch *Chart) Panel(p *Panel) *Panel {
	ch.tips = p.tips
	return p.show(ch, ch.X, ch.Y)
}

// Plot implements plot.Plotter.
func (ch *Chart) Plot(c draw.Canvas, _ *plot.Plot) {
	drawGridX(&c, ch.X)
	drawGridY(&c, ch.Y)
	if ch.Level > 0 {
		y := c.Y(ch.Y.at(ch.Level))
		c.StrokeLine2(stroke(muted, 1, 4, 3), c.Min.X, y, c.Max.X, y)
	}
	for _, cv := range ch.Curves {
		ch.drawIntervals(&c, cv)
		if line := ch.line(&c, cv); len(line) > 1 && !cv.Scatter {
			c.StrokeLines(cv.Look.line(), line)
		}
	}
	for i, cv := range ch.Curves {
		ch.drawMarks(&c, cv, i)
	}
}

// at is the place of y over point i of a curve.
func (ch *Chart) at(c *draw.Canvas, cv Curve, i int, y float64) vg.Point {
	return vg.Point{X: c.X(ch.X.at(cv.Xs[i])) + cv.Shift, Y: c.Y(ch.Y.at(y))}
}

// line returns the course of a curve. A step curve runs on to the right end of
// the panel.
func (ch *Chart) line(c *draw.Canvas, cv Curve) []vg.Point {
	var line []vg.Point
	for i := range cv.Xs {
		p := ch.at(c, cv, i, cv.Ys[i])
		if cv.Step && i > 0 && i+1 < len(cv.Xs) {
			if last := line[len(line)-1]; p.X-last.X < 0.3 && p.Y-last.Y < 0.3 {
				continue // too near to be seen; there may be thousands
			}
		}
		if cv.Step && i > 0 {
			line = append(line, vg.Point{X: p.X, Y: line[len(line)-1].Y})
		}
		line = append(line, p)
	}
	if cv.Step && len(line) > 0 {
		line = append(line, vg.Point{X: c.Max.X, Y: line[len(line)-1].Y})
	}
	return line
}

func (ch *Chart) drawIntervals(c *draw.Canvas, cv Curve) {
	for i := range cv.Lo {
		if math.IsInf(cv.Lo[i], 0) || math.IsInf(cv.Hi[i], 0) {
			continue
		}
		lo, hi := ch.at(c, cv, i, cv.Lo[i]), ch.at(c, cv, i, cv.Hi[i])
		c.StrokeLine2(stroke(cv.Look.ink, 1), lo.X, lo.Y, hi.X, hi.Y)
	}
}

// drawMarks puts marks on the curve, the n-th of its chart: on every point, or
// on its steps at a few places that differ from curve to curve.
func (ch *Chart) drawMarks(c *draw.Canvas, cv Curve, n int) {
	if cv.Marks {
		for i := range cv.Xs {
			at := ch.at(c, cv, i, cv.Ys[i])
			drawMark(c, cv.Look, cv.Hollow, at)
			if cv.Tip != nil {
				ch.tips.add(at, cv.Tip(i))
			}
		}
		return
	}
	for _, share := range []float64{0.2, 0.5, 0.8} {
		x := c.X(share + 0.025*float64(n%6-3))
		i := -1 // the last point left of x
		for i+1 < len(cv.Xs) && c.X(ch.X.at(cv.Xs[i+1])) <= x {
			i++
		}
		if i < 0 {
			continue
		}
		at := vg.Point{X: x, Y: c.Y(ch.Y.at(cv.Ys[i]))}
		drawMark(c, cv.Look, cv.Hollow, at)
		if cv.Tip != nil {
			ch.tips.add(at, cv.Tip(i))
		}
	}
}

// Extent returns every y that the axis must hold.
func (cv Curve) Extent() []float64 {
	return slices.DeleteFunc(slices.Concat(cv.Ys, cv.Lo, cv.Hi), func(y float64) bool { return math.IsInf(y, 0) })
}
