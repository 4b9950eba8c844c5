package figure

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Frontier is a panel of named marks for which less is better in
// both directions, and the staircase of those that no other beats in both.
type Frontier struct {
	X, Y   Scale
	Points []Point
	Level  float64 // a value of Y to compare with, 0 for none

	tips    *tips
	crowded bool
}

// Panel completes p, which has its title.
func (fr *Frontier) Panel(p *Panel) *Panel {
	fr.tips = p.tips
	slices.SortStableFunc(fr.Points, func(a, b Point) int {
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y))
	})
	return p.show(fr, fr.X, fr.Y)
}

// Crowded says, once the panel was drawn, whether names had to be written over
// each other, over marks or over lines to other names: then the figure needs a
// legend in their place.
func (fr *Frontier) Crowded() bool { return fr.crowded }

// front returns the points that no other beats, in their order: none is as good
// in both and better in one.
func (fr *Frontier) front() []Point {
	var front []Point
	least := math.Inf(1)
	for _, p := range fr.Points {
		if p.Y < least {
			front, least = append(front, p), p.Y
		}
	}
	return front
}

// Plot implements plot.Plotter.
func (fr *Frontier) Plot(c draw.Canvas, _ *plot.Plot) {
	drawGridX(&c, fr.X)
	drawGridY(&c, fr.Y)
	lines := fr.drawFront(&c)
	if fr.Level > 0 {
		y := c.Y(fr.Y.at(fr.Level))
		c.StrokeLine2(stroke(muted, 1, 4, 3), c.Min.X, y, c.Max.X, y)
	}
	marks := make([]vg.Point, len(fr.Points))
	names := make([]string, len(fr.Points))
	for i, p := range fr.Points {
		marks[i], names[i] = fr.at(&c, p), p.Name
		drawMark(&c, p.Look, p.Hollow, marks[i])
		fr.tips.add(marks[i], p.Tip)
	}
	if len(fr.Points) > 0 && names[0] == "" {
		return
	}
	fr.crowded = false
	for _, l := range placeLabels(names, marks, lines, c.Rectangle) {
		l.draw(&c)
		fr.crowded = fr.crowded || l.covers
	}
}

func (fr *Frontier) at(c *draw.Canvas, p Point) vg.Point {
	return vg.Point{X: c.X(fr.X.at(p.X)), Y: c.Y(fr.Y.at(p.Y))}
}

// drawFront draws the staircase under which no point gets and returns the places
// of its lines.
func (fr *Frontier) drawFront(c *draw.Canvas) []vg.Rectangle {
	var line []vg.Point
	for _, p := range fr.front() {
		at := fr.at(c, p)
		if len(line) == 0 {
			line = append(line, vg.Point{X: at.X, Y: c.Max.Y})
		} else {
			line = append(line, vg.Point{X: at.X, Y: line[len(line)-1].Y})
		}
		line = append(line, at)
	}
	if len(line) == 0 {
		return nil
	}
	line = append(line, vg.Point{X: c.Max.X, Y: line[len(line)-1].Y})
	shade := append(slices.Clone(line), vg.Point{X: c.Max.X, Y: c.Max.Y})
	c.FillPolygon(band.Light, shade)
	drawGridX(c, fr.X)
	drawGridY(c, fr.Y)
	c.StrokeLines(stroke(muted, 1.2), line)
	var places []vg.Rectangle
	for i := range line[1:] {
		a, b := line[i], line[i+1]
		places = append(places, box(min(a.X, b.X)-1, min(a.Y, b.Y)-1, max(a.X, b.X)-min(a.X, b.X)+2, max(a.Y, b.Y)-min(a.Y, b.Y)+2))
	}
	return places
}
