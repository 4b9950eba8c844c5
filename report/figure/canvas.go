package figure

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// pen draws what a page of vector graphics consists of, in points from its
// upper left corner. SVG and PDF are pens.
type pen interface {
	// path fills or strokes segments.
	path(segments []segment, filled bool, s ink)
	// text writes from a point on the base line, turned anticlockwise by angle.
	text(line string, f font.Font, at vg.Point, width vg.Length, angle float64, c color.NRGBA)
}

// segment is a part of a path: 'M'ove, 'L'ine, 'C'urve (cubic), 'O' for a whole
// circle, 'Z' to close.
type segment struct {
	kind   byte
	points [3]vg.Point // where it leads to comes last; the centre of a circle first
	radius vg.Length
}

// ink is how a path is drawn.
type ink struct {
	color  color.NRGBA
	width  vg.Length
	dashes []vg.Length
}

// canvas is a vg.Canvas that hands everything to a pen in the place where it
// stands on the page: gonum's own canvases for SVG and PDF write text in one
// code page, keep fonts in files and know no width of a text.
type canvas struct {
	pen    pen
	w, h   vg.Length
	states []state
}

type state struct {
	ink
	at    vg.Point // of the origin
	angle float64
	scale float64
}

var _ vg.CanvasSizer = (*canvas)(nil)

func newCanvas(p pen, w, h vg.Length) *canvas {
	c := &canvas{pen: p, w: w, h: h, states: []state{{scale: 1}}}
	vg.Initialize(c)
	return c
}

func (c *canvas) state() *state { return &c.states[len(c.states)-1] }

// Size implements vg.CanvasSizer.
func (c *canvas) Size() (w, h vg.Length) { return c.w, c.h }

// SetLineWidth implements vg.Canvas.
func (c *canvas) SetLineWidth(w vg.Length) { c.state().width = w }

// SetLineDash implements vg.Canvas; patterns begin at their beginning.
func (c *canvas) SetLineDash(pattern []vg.Length, _ vg.Length) { c.state().dashes = pattern }

// SetColor implements vg.Canvas.
func (c *canvas) SetColor(in color.Color) {
	if in == nil {
		in = color.Black
	}
	c.state().color = color.NRGBAModel.Convert(in).(color.NRGBA)
}

// Rotate implements vg.Canvas.
func (c *canvas) Rotate(angle float64) { c.state().angle += angle }

// Translate implements vg.Canvas.
func (c *canvas) Translate(by vg.Point) {
	s := c.state()
	s.at = s.place(by)
}

// Scale implements vg.Canvas for both directions alike, as figures use it.
func (c *canvas) Scale(x, _ float64) { c.state().scale *= x }

// Push implements vg.Canvas.
func (c *canvas) Push() { c.states = append(c.states, *c.state()) }

// Pop implements vg.Canvas.
func (c *canvas) Pop() { c.states = c.states[:len(c.states)-1] }

// place is where a point is, in points from the lower left corner.
func (s *state) place(p vg.Point) vg.Point {
	sin, cos := math.Sincos(s.angle)
	x, y := float64(p.X)*s.scale, float64(p.Y)*s.scale
	return vg.Point{X: s.at.X + vg.Length(x*cos-y*sin), Y: s.at.Y + vg.Length(x*sin+y*cos)}
}

// place is where a point is on the page.
func (c *canvas) place(p vg.Point) vg.Point {
	p = c.state().place(p)
	p.Y = c.h - p.Y
	return p
}

// Stroke implements vg.Canvas.
func (c *canvas) Stroke(p vg.Path) {
	if c.state().width > 0 {
		c.pen.path(c.segments(p), false, c.state().ink)
	}
}

// Fill implements vg.Canvas.
func (c *canvas) Fill(p vg.Path) { c.pen.path(c.segments(p), true, c.state().ink) }

// FillString implements vg.Canvas.
func (c *canvas) FillString(f font.Face, at vg.Point, text string) {
	c.pen.text(text, f.Font, c.place(at), f.Width(text), c.state().angle, c.state().color)
}

// DrawImage implements vg.Canvas; figures have no images.
func (c *canvas) DrawImage(vg.Rectangle, image.Image) {}

// segments returns a path on the page. Of arcs it knows whole circles only,
// which are all that figures have.
func (c *canvas) segments(p vg.Path) []segment {
	all := make([]segment, 0, len(p))
	var last vg.Point
	for i, comp := range p {
		at := c.place(comp.Pos)
		switch comp.Type {
		case vg.MoveComp:
			if i+1 < len(p) && p[i+1].Type == vg.ArcComp {
				continue // to where the circle begins
			}
			all = append(all, segment{kind: 'M', points: [3]vg.Point{2: at}})
		case vg.LineComp:
			all = append(all, segment{kind: 'L', points: [3]vg.Point{2: at}})
		case vg.ArcComp:
			all = append(all, segment{kind: 'O', points: [3]vg.Point{0: at, 2: at}, radius: comp.Radius * vg.Length(c.state().scale)})
		case vg.CurveComp:
			s := segment{kind: 'C', points: [3]vg.Point{2: at}}
			if len(comp.Control) == 1 { // a quadratic curve, as a cubic one
				q := c.place(comp.Control[0])
				s.points[0] = vg.Point{X: last.X + (q.X-last.X)*2/3, Y: last.Y + (q.Y-last.Y)*2/3}
				s.points[1] = vg.Point{X: at.X + (q.X-at.X)*2/3, Y: at.Y + (q.Y-at.Y)*2/3}
			} else {
				s.points[0], s.points[1] = c.place(comp.Control[0]), c.place(comp.Control[1])
			}
			all = append(all, s)
		case vg.CloseComp:
			if i > 0 && p[i-1].Type == vg.ArcComp {
				continue
			}
			all = append(all, segment{kind: 'Z'})
		}
		last = at
	}
	return all
}
