package figure

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Scatter is a panel of marks with the spread of their values in both
// directions.
type Scatter struct {
	X, Y   Scale
	Points []Point

	tips *tips
}

// Point is one mark.
type Point struct {
	Name   string // written beside the mark where the panel names its marks
	Look   Look
	Hollow bool
	X, Y   float64
	XLo    float64 // spread; no bar where Lo > Hi
	XHi    float64
	YLo    float64
	YHi    float64
	YWorst float64 // the largest of the values, a thin line beyond the bar; 0 for none
	Tip    string
}

// Panel completes p, which has its title.
func (s *Scatter) Panel(p *Panel) *Panel {
	s.tips = p.tips
	return p.show(s, s.X, s.Y)
}

// Plot implements plot.Plotter.
func (s *Scatter) Plot(c draw.Canvas, _ *plot.Plot) {
	drawGridX(&c, s.X)
	drawGridY(&c, s.Y)
	for _, pt := range s.Points {
		x, y := c.X(s.X.at(pt.X)), c.Y(s.Y.at(pt.Y))
		bar := stroke(pt.Look.ink, 1)
		if pt.XLo <= pt.XHi {
			c.StrokeLine2(bar, c.X(s.X.at(pt.XLo)), y, c.X(s.X.at(pt.XHi)), y)
		}
		if pt.YLo <= pt.YHi {
			c.StrokeLine2(bar, x, c.Y(s.Y.at(pt.YLo)), x, c.Y(s.Y.at(pt.YHi)))
		}
		if pt.YWorst > pt.YHi {
			top := c.Y(s.Y.at(pt.YWorst))
			c.StrokeLine2(stroke(pt.Look.ink, 0.6, 1.5, 1.5), x, c.Y(s.Y.at(pt.YHi)), x, top)
			c.StrokeLine2(bar, x-2.5, top, x+2.5, top)
		}
	}
	for _, pt := range s.Points {
		at := vg.Point{X: c.X(s.X.at(pt.X)), Y: c.Y(s.Y.at(pt.Y))}
		drawMark(&c, pt.Look, pt.Hollow, at)
		s.tips.add(at, pt.Tip)
	}
}
