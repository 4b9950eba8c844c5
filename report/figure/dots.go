package figure

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Dots is a panel of rows with a few marks each along one axis of values, below
// each other in their row so that equal values do not hide each other.
type Dots struct {
	X     Scale
	Level float64 // a value to compare with, 0 for none
	Rows  []DotRow

	tips *tips
}

// DotRow is one row. Of its points only X, its spread, look and tip matter.
type DotRow struct {
	Label string
	Marks []Point
}

// maxRowsBelow is how many rows may stand above the labels of their axis; above
// more, the labels stand a second time.
const maxRowsBelow = 12

// DotsHeight is the height of a panel of rows with up to that many marks each.
func DotsHeight(rows, marks int) vg.Length {
	return vg.Length(rows)*max(13, 7*vg.Length(marks)+5) + 24
}

// Panel completes p, a panel of a figure of the size.
func (d *Dots) Panel(p *Panel, size Size) *Panel {
	d.tips = p.tips
	p.plot.X.Tick.Marker = plot.ConstantTicks(d.X.ticks())
	labels := make([]string, len(d.Rows))
	lines := 2
	for i, r := range d.Rows {
		labels[i] = r.Label
		if len(r.Marks) < 3 {
			lines = 1 // all that the row is high enough for
		}
	}
	labels = rowLabels(labels, min(210, size.width()*0.4), lines)
	for _, l := range labels {
		p.inset = max(p.inset, style(smallSize, body).Width(l))
	}
	p.labelRows(labels)
	p.labelTop = len(d.Rows) > maxRowsBelow
	p.plot.Add(d)
	return p
}

// Plot implements plot.Plotter.
func (d *Dots) Plot(c draw.Canvas, _ *plot.Plot) {
	height := (c.Max.Y - c.Min.Y) / vg.Length(max(1, len(d.Rows)))
	drawBands(&c, len(d.Rows))
	drawGridX(&c, d.X)
	if d.Level > 0 {
		x := c.X(d.X.at(d.Level))
		c.StrokeLine2(stroke(muted, 1, 4, 3), x, c.Min.Y, x, c.Max.Y)
	}
	for i, r := range d.Rows {
		step := (height - 5) / vg.Length(max(1, len(r.Marks)))
		y := c.Y(rowY(i, len(d.Rows))) + step*vg.Length(len(r.Marks)-1)/2
		for _, pt := range r.Marks {
			at := vg.Point{X: c.X(d.X.at(pt.X)), Y: y}
			if pt.XLo <= pt.XHi {
				c.StrokeLine2(stroke(pt.Look.ink, 1), c.X(d.X.at(pt.XLo)), y, c.X(d.X.at(pt.XHi)), y)
			}
			drawMark(&c, pt.Look, pt.Hollow, at)
			d.tips.add(at, pt.Tip)
			y -= step
		}
	}
}
