package figure

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Strip is a panel of rows of points along one axis of values: every single
// value is visible, with a mark for the middle and a bar for the spread.
type Strip struct {
	Scale Scale
	Rows  []StripRow
	Crowd int // values in the fullest row of all panels, which sets the size of dots

	tips *tips
}

// StripRow is one row of a strip.
type StripRow struct {
	Label  string
	Look   Look
	Hollow bool
	Values []float64
	Middle float64
	Lo, Hi float64 // ends of the bar; no bar where Lo > Hi
	Capped bool    // the bar is an interval and ends in caps
	Worst  bool    // the largest value is ringed
	Note   string  // why there are no values, or what else to know
	Tip    string
}

// Heights of a row and of what surrounds the rows of a strip.
const (
	stripRowHeight = 28
	stripSurround  = 24
)

// StripHeight is the height of a panel of rows.
func StripHeight(rows int) vg.Length { return vg.Length(rows*stripRowHeight + stripSurround) }

// labelWidth is the room for the labels of rows.
func (s Size) labelWidth() vg.Length { return min(100, s.width()/4) }

// Panel completes p, a panel of a figure of the size. Only a panel with labels
// names its rows.
func (s *Strip) Panel(p *Panel, size Size, labelled bool) *Panel {
	s.tips = p.tips
	p.plot.X.Tick.Marker = plot.ConstantTicks(s.Scale.ticks())
	labels := make([]string, len(s.Rows))
	for i, r := range s.Rows {
		labels[i] = r.Label
	}
	labels = rowLabels(labels, size.labelWidth(), 3)
	if !labelled {
		clear(labels)
	}
	p.labelRows(labels)
	p.plot.Add(s)
	return p
}

// Plot implements plot.Plotter.
func (s *Strip) Plot(c draw.Canvas, _ *plot.Plot) {
	height := (c.Max.Y - c.Min.Y) / vg.Length(max(1, len(s.Rows)))
	drawBands(&c, len(s.Rows))
	drawGridX(&c, s.Scale)
	for i, r := range s.Rows {
		s.drawRow(&c, r, c.Y(rowY(i, len(s.Rows))), height)
	}
}

func (s *Strip) drawRow(c *draw.Canvas, r StripRow, y, height vg.Length) {
	if len(r.Values) == 0 {
		drawNote(c, "× "+r.Note, c.Min.X+4, y, c.Max.X-c.Min.X-8)
		s.tips.add(vg.Point{X: c.Min.X + 7, Y: y}, r.Tip)
		return
	}
	// The mark stands in the upper part of the row, the dots below it, so that
	// neither hides the other.
	lower, upper := y-height*0.16, y+height*0.27
	s.drawDots(c, r, lower, height*0.3)
	if r.Lo <= r.Hi {
		x0, x1 := c.X(s.Scale.at(r.Lo)), c.X(s.Scale.at(r.Hi))
		if x1-x0 > 2.5*markRadius { // or the mark hides it
			drawBar(c, x0, x1, upper, r.Capped)
		}
	}
	at := vg.Point{X: c.X(s.Scale.at(r.Middle)), Y: upper}
	drawMark(c, r.Look, r.Hollow, at)
	s.tips.add(at, r.Tip)
	if r.Note != "" {
		drawNote(c, r.Note, c.Min.X+4, y, c.Max.X-c.Min.X-8)
	}
}

// drawDots draws a dot per value around the height y, at most limit off it.
func (s *Strip) drawDots(c *draw.Canvas, r StripRow, y, limit vg.Length) {
	radius := dotRadius(s.Crowd)
	limit -= radius
	var places []vg.Length
	zeros, worst := 0, -1
	for _, v := range r.Values {
		switch {
		case math.IsNaN(v) || math.IsInf(v, 0): // has no place
		case v <= 0 && s.Scale.zero > 0:
			zeros++
		default:
			places = append(places, c.X(s.Scale.at(v)))
			if n := len(places) - 1; worst < 0 || places[n] > places[worst] {
				worst = n
			}
		}
	}
	const parts = 3                                     // of the path of a dot
	dots := make(vg.Path, 0, parts*(len(places)+zeros)) // all of a row in one path keeps the SVG small
	for i, dy := range swarm(places, radius, limit) {
		addDot(&dots, vg.Point{X: places[i], Y: y + dy}, radius)
		if r.Worst && i == worst && len(r.Values) > 1 {
			drawRing(c, r.Look.ink, vg.Point{X: places[i], Y: y + dy})
		}
	}
	// Zeros fill their band column by column.
	perColumn := int(limit/radius) + 1
	columns := (zeros + perColumn - 1) / perColumn
	gap := min(2*radius, (c.X(s.Scale.zero)-c.Min.X-4*radius)/vg.Length(max(1, columns-1)))
	for i := range zeros {
		x := c.X(s.Scale.at(0)) + gap*(vg.Length(i/perColumn)-vg.Length(columns-1)/2)
		inColumn := min(perColumn, zeros-i/perColumn*perColumn)
		addDot(&dots, vg.Point{X: x, Y: y + 2*radius*(vg.Length(i%perColumn)-vg.Length(inColumn-1)/2)}, radius)
	}
	if len(dots) > 0 {
		c.SetColor(r.Look.faint())
		c.Fill(dots)
	}
}

// drawNote writes a remark into a panel, in two lines at most.
func drawNote(c *draw.Canvas, note string, x, y, width vg.Length) {
	s := style(smallSize, alert)
	s.YAlign = text.YCenter
	lines := wrap(note, width, s.Width)
	if len(lines) > 2 {
		lines = []string{lines[0], shortenEnd(lines[1]+" "+lines[2], width, s.Width)}
	}
	y += noteLine * vg.Length(len(lines)-1) / 2
	for _, line := range lines {
		drawText(c, s, x, y, line)
		y -= noteLine
	}
}
