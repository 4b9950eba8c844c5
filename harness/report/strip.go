package report

import (
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// strip is a panel of rows of points along one axis of values: every single
// value is visible, with a mark for the middle and a bar for the spread.
type strip struct {
	scale  scale
	rows   []stripRow
	radius vg.Length // of dots
	tips   *tips
}

// stripRow is one row of a strip.
type stripRow struct {
	label  string
	look   look
	hollow bool
	values []float64
	middle float64
	lo, hi float64 // ends of the bar; no bar where lo > hi
	capped bool    // the bar is an interval and ends in caps
	note   string  // why there are no values, or what else to know
	tip    string
}

// Heights of a row and of what surrounds the rows of a strip, in points.
const (
	stripRowHeight = 28
	stripSurround  = 24
)

// panel completes p, which has its title. Only a panel with labels names its
// rows.
func (s *strip) panel(p *panel, labels bool) *panel {
	p.X.Tick.Marker = plot.ConstantTicks(s.scale.ticks())
	p.Y.Tick.Length = 0
	p.Y.Tick.LineStyle.Width = 0
	p.Y.LineStyle.Width = 0
	p.Y.Padding = 0
	p.Y.Tick.Label.XAlign = draw.XRight
	var ticks plot.ConstantTicks
	for i, r := range s.rows {
		label := r.label
		if !labels {
			label = ""
		}
		ticks = append(ticks, plot.Tick{Value: s.y(i), Label: label})
	}
	p.Y.Tick.Marker = ticks
	p.Add(s)
	return p
}

// y is the place of row i, the first on top.
func (s *strip) y(i int) float64 {
	return (float64(len(s.rows)-i) - 0.5) / float64(len(s.rows))
}

// Plot implements plot.Plotter.
func (s *strip) Plot(c draw.Canvas, p *plot.Plot) {
	height := (c.Max.Y - c.Min.Y) / vg.Length(len(s.rows))
	for i := range s.rows {
		if i%2 == 0 {
			y := c.Y(s.y(i))
			fillRect(&c, band, c.Min.X, y-height/2, c.Max.X, y+height/2)
		}
	}
	drawGridX(&c, s.scale)
	for i, r := range s.rows {
		s.drawRow(&c, r, c.Y(s.y(i)), height)
	}
}

func (s *strip) drawRow(c *draw.Canvas, r stripRow, y, height vg.Length) {
	if len(r.values) == 0 {
		drawNote(c, "× "+r.note, c.Min.X+4, y, c.Max.X-c.Min.X-8)
		s.tips.add(vg.Point{X: c.Min.X + 7, Y: y}, "%s", r.tip)
		return
	}
	// The mark stands in the upper part of the row, the dots below it, so that
	// neither hides the other.
	lower, upper := y-height*0.16, y+height*0.27
	s.drawDots(c, r, lower, height*0.3)
	if r.lo <= r.hi {
		x0, x1 := c.X(s.scale.at(r.lo)), c.X(s.scale.at(r.hi))
		if x1-x0 > 2.5*markRadius { // or the mark hides it
			drawBar(c, x0, x1, upper, r.capped)
		}
	}
	at := vg.Point{X: c.X(s.scale.at(r.middle)), Y: upper}
	drawMark(c, r.look, r.hollow, at)
	s.tips.add(at, "%s", r.tip)
	if r.note != "" {
		drawNote(c, r.note, c.Min.X+4, y, c.Max.X-c.Min.X-8)
	}
}

// drawDots draws a dot per value around the height y, at most limit off it.
func (s *strip) drawDots(c *draw.Canvas, r stripRow, y, limit vg.Length) {
	radius := s.radius
	limit -= radius
	var places []vg.Length
	zeros := 0
	for _, v := range r.values {
		if v <= 0 && s.scale.zero > 0 {
			zeros++
		} else {
			places = append(places, c.X(s.scale.at(v)))
		}
	}
	var dots vg.Path // all of a row in one path keeps the SVG small
	for i, dy := range swarm(places, radius, limit) {
		addDot(&dots, vg.Point{X: places[i], Y: y + dy}, radius)
	}
	// Zeros fill their band column by column.
	perColumn := int(limit/radius) + 1
	columns := (zeros + perColumn - 1) / perColumn
	gap := min(2*radius, (c.X(s.scale.zero)-c.Min.X-4*radius)/vg.Length(max(1, columns-1)))
	for i := range zeros {
		x := c.X(s.scale.at(0)) + gap*(vg.Length(i/perColumn)-vg.Length(columns-1)/2)
		inColumn := min(perColumn, zeros-i/perColumn*perColumn)
		addDot(&dots, vg.Point{X: x, Y: y + 2*radius*(vg.Length(i%perColumn)-vg.Length(inColumn-1)/2)}, radius)
	}
	c.SetColor(r.look.faint())
	c.Fill(dots)
}

// markRadius is the size of the mark of a strategy, in points.
const markRadius = vg.Length(3.6)

// drawMark draws the mark of a strategy's middle value.
func drawMark(c *draw.Canvas, l look, hollow bool, at vg.Point) {
	sty := draw.GlyphStyle{Color: l.ink.light, Radius: markRadius, Shape: l.marker}
	if hollow {
		l.marker.drawHollow(c, sty, at)
	} else {
		l.marker.DrawGlyph(c, sty, at)
	}
}

// drawBar draws the horizontal bar of a spread or an interval.
func drawBar(c *draw.Canvas, x0, x1, y vg.Length, capped bool) {
	c.StrokeLine2(stroke(paper, 3.4), x0, y, x1, y)
	c.StrokeLine2(stroke(text0, 1.6), x0, y, x1, y)
	if capped {
		for _, x := range []vg.Length{x0, x1} {
			c.StrokeLine2(stroke(text0, 1.2), x, y-4, x, y+4)
		}
	}
}

// drawNote writes a remark into a panel, in two lines at most.
func drawNote(c *draw.Canvas, note string, x, y, width vg.Length) {
	s := style(smallSize, alert)
	s.YAlign = text.YCenter
	lines := wrap(note, width, s.Width)
	if len(lines) > 2 {
		lines = []string{lines[0], shorten(strings.Join(lines[1:], " "), width, s.Width)}
	}
	y += noteLine * vg.Length(len(lines)-1) / 2
	for _, line := range lines {
		drawText(c, s, x, y, shorten(line, width, s.Width))
		y -= noteLine
	}
}

func drawText(c *draw.Canvas, s text.Style, x, y vg.Length, txt string) {
	if strings.TrimSpace(txt) == "" {
		return
	}
	if s.YAlign == text.YCenter {
		y += s.FontExtents().Descent
	}
	c.FillText(s, vg.Point{X: x, Y: y}, txt)
}

// drawGridX draws a line at each labelled value and sets the band of zeros
// apart.
func drawGridX(c *draw.Canvas, s scale) {
	for _, t := range s.ticks() {
		if t.Label != "" {
			x := c.X(t.Value)
			c.StrokeLine2(stroke(gridln, 0.7), x, c.Min.Y, x, c.Max.Y)
		}
	}
	if s.zero > 0 {
		x := c.X(s.zero)
		c.StrokeLine2(stroke(muted, 0.7, 2, 2), x, c.Min.Y, x, c.Max.Y)
	}
}

// drawGridY is drawGridX for the other axis.
func drawGridY(c *draw.Canvas, s scale) {
	for _, t := range s.ticks() {
		if t.Label != "" {
			y := c.Y(t.Value)
			c.StrokeLine2(stroke(gridln, 0.7), c.Min.X, y, c.Max.X, y)
		}
	}
	if s.zero > 0 {
		y := c.Y(s.zero)
		c.StrokeLine2(stroke(muted, 0.7, 2, 2), c.Min.X, y, c.Max.X, y)
	}
}

func fillRect(c *draw.Canvas, in ink, x0, y0, x1, y1 vg.Length) {
	c.FillPolygon(in.light, []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})
}
