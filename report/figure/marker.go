package figure

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// marker is a filled shape that stands for a series: a regular polygon or,
// without corners, a circle. It implements draw.GlyphDrawer.
type marker struct {
	corners int     // 0 for a circle
	turn    float64 // of the first corner, in radians from the right
	waist   float64 // radius between corners relative to the corners', 0 for straight sides
	size    float64 // factor that makes shapes of equal radius look equally large
}

var _ draw.GlyphDrawer = marker{}

var markers = []marker{
	{size: 1},
	{corners: 4, turn: math.Pi / 4, size: 1.25},
	{corners: 3, turn: math.Pi / 2, size: 1.35},
	{corners: 4, turn: 0, size: 1.25},
	{corners: 3, turn: -math.Pi / 2, size: 1.35},
	{corners: 5, turn: math.Pi / 2, waist: 0.42, size: 1.5},
	{corners: 4, turn: math.Pi / 4, waist: 0.32, size: 1.6},
	{corners: 4, turn: 0, waist: 0.32, size: 1.6},
}

// DrawGlyph implements draw.GlyphDrawer: a filled shape with a thin edge in the
// colour of the paper, so that neighbours stay apart.
func (m marker) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, at vg.Point) {
	path := m.path(sty.Radius, at)
	c.SetColor(sty.Color)
	c.Fill(path)
	c.SetLineStyle(stroke(paper, 0.6))
	c.Stroke(path)
}

// drawHollow draws the outline of the shape.
func (m marker) drawHollow(c *draw.Canvas, sty draw.GlyphStyle, at vg.Point) {
	path := m.path(sty.Radius, at)
	c.SetColor(paper.Light)
	c.Fill(path)
	c.SetLineStyle(draw.LineStyle{Color: sty.Color, Width: vg.Points(1.3)})
	c.Stroke(path)
}

func (m marker) path(radius vg.Length, at vg.Point) vg.Path {
	var p vg.Path
	r := radius * vg.Length(m.size)
	if m.corners == 0 {
		p.Move(vg.Point{X: at.X + r, Y: at.Y})
		p.Arc(at, r, 0, 2*math.Pi)
		p.Close()
		return p
	}
	corner := func(angle, r float64) vg.Point {
		return vg.Point{X: at.X + vg.Length(r*math.Cos(angle)), Y: at.Y + vg.Length(r*math.Sin(angle))}
	}
	step := 2 * math.Pi / float64(m.corners)
	for i := range m.corners {
		angle := m.turn + float64(i)*step
		if i == 0 {
			p.Move(corner(angle, float64(r)))
		} else {
			p.Line(corner(angle, float64(r)))
		}
		if m.waist > 0 {
			p.Line(corner(angle+step/2, float64(r)*m.waist))
		}
	}
	p.Close()
	return p
}

// markRadius is the size of the marks, in points.
const markRadius = vg.Length(3.6)

func drawMark(c *draw.Canvas, l Look, hollow bool, at vg.Point) {
	sty := draw.GlyphStyle{Color: l.ink.Light, Radius: markRadius, Shape: l.marker}
	if hollow {
		l.marker.drawHollow(c, sty, at)
	} else {
		l.marker.DrawGlyph(c, sty, at)
	}
}

// drawBar draws the horizontal bar of a spread or an interval.
func drawBar(c *draw.Canvas, x0, x1, y vg.Length, capped bool) {
	c.StrokeLine2(stroke(paper, 3.4), x0, y, x1, y)
	c.StrokeLine2(stroke(body, 1.6), x0, y, x1, y)
	if capped {
		for _, x := range []vg.Length{x0, x1} {
			c.StrokeLine2(stroke(body, 1.2), x, y-4, x, y+4)
		}
	}
}

// drawRing draws a ring around a dot.
func drawRing(c *draw.Canvas, in Ink, at vg.Point) {
	var ring vg.Path
	addDot(&ring, at, markRadius)
	c.SetLineStyle(stroke(in, 0.9))
	c.Stroke(ring)
}
