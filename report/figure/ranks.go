package figure

import (
	"cmp"
	"fmt"
	"slices"

	"packbench/internal/shorten"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Ranks is a critical-difference diagram: series along an axis of mean ranks,
// the better half labelled on the left, the others on the right, with bars over
// those that are too close to be told apart.
type Ranks struct {
	Marks      []Rank
	Bars       [][2]float64 // from rank to rank
	Difference float64      // that is critical

	width vg.Length
	tips  *tips
}

// Rank is the mean rank of a series.
type Rank struct {
	Name  string
	Look  Look
	Rank  float64
	Value string // the rank as it is written beside the name
}

// Lengths of the diagram.
const (
	rankTop  = 34 // above the axis: its labels, the critical difference
	rankBar  = 6  // between bars
	rankLine = 15 // between labels
)

// Height is that of the panel.
func (d *Ranks) Height() vg.Length {
	return vg.Length(rankTop + rankBar*(len(d.Bars)+1) + rankLine*((len(d.Marks)+1)/2) + 8)
}

// Panel completes p, a panel of a figure of the size.
func (d *Ranks) Panel(p *Panel, size Size) *Panel {
	d.tips, d.width = p.tips, size.width()
	slices.SortStableFunc(d.Marks, func(a, b Rank) int { return cmp.Compare(a.Rank, b.Rank) })
	p.plot.HideAxes()
	p.plot.Add(d)
	return p
}

// Plot implements plot.Plotter.
func (d *Ranks) Plot(c draw.Canvas, _ *plot.Plot) {
	side := min(130, d.width/3) // for labels
	k := len(d.Marks)
	left, right := c.Min.X+side, c.Max.X-side
	x := func(rank float64) vg.Length { return left + (right-left)*vg.Length((rank-1)/float64(max(1, k-1))) }
	axis := c.Max.Y - rankTop
	c.StrokeLine2(stroke(muted, 0.8), left, axis, right, axis)
	s := style(smallSize, body)
	s.XAlign = text.XCenter
	every := max(1, int(float64(k)*14/float64(right-left)+0.999)) // so that numbers do not touch
	for rank := 1; rank <= k; rank++ {
		at := x(float64(rank))
		c.StrokeLine2(stroke(muted, 0.8), at, axis, at, axis+4)
		if (rank-1)%every == 0 {
			c.FillText(s, vg.Point{X: at, Y: axis + 7}, fmt.Sprint(rank))
		}
	}
	d.drawDifference(&c, left, min(right, x(1+d.Difference))-left, axis+22)
	for i, bar := range d.Bars {
		y := axis - vg.Length(rankBar*(i+1))
		c.StrokeLine2(stroke(body, 2.6), x(bar[0])-3, y, x(bar[1])+3, y)
	}
	bottom := axis - vg.Length(rankBar*(len(d.Bars)+1))
	names := make([]string, k)
	widest := vg.Length(0)
	for i, m := range d.Marks {
		names[i] = m.Name
		widest = max(widest, s.Width("  "+m.Value))
	}
	names = shorten.All(names, side-10-widest, s.Width)
	half := (k + 1) / 2
	for i, m := range d.Marks {
		row := i
		if i >= half {
			row = k - 1 - i
		}
		m.Name = names[i]
		d.drawMarkLine(&c, m, x(m.Rank), axis, bottom-vg.Length(rankLine*row)-rankLine/2, i < half, side)
	}
}

// drawDifference draws the critical difference as a length of the axis.
func (d *Ranks) drawDifference(c *draw.Canvas, x, length, y vg.Length) {
	c.StrokeLine2(stroke(body, 1), x, y, x+length, y)
	c.StrokeLine2(stroke(body, 1), x, y-3, x, y+3)
	c.StrokeLine2(stroke(body, 1), x+length, y-3, x+length, y+3)
	s := style(smallSize, muted)
	const words = "critical difference"
	at := vg.Point{X: x + length + 5, Y: y - 2.5}
	if at.X+s.Width(words) > c.Max.X { // no room beside the length: left of it
		at.X = x - 5 - s.Width(words)
	}
	c.FillText(s, at, words)
}

// drawMarkLine draws a mark on the axis and a line to its label.
func (d *Ranks) drawMarkLine(c *draw.Canvas, m Rank, x, axis, y vg.Length, left bool, side vg.Length) {
	s := style(smallSize, body)
	end, gap := c.Max.X-side+4, vg.Length(5)
	s.XAlign = text.XLeft
	if left {
		end, gap = c.Min.X+side-4, -5
		s.XAlign = text.XRight
	}
	c.StrokeLines(stroke(m.Look.ink, 1.1), []vg.Point{{X: x, Y: axis}, {X: x, Y: y}, {X: end, Y: y}})
	at := vg.Point{X: x, Y: axis}
	drawMark(c, m.Look, false, at)
	d.tips.add(at, m.Name+": mean rank "+m.Value)
	c.FillText(s, vg.Point{X: end + gap, Y: y - 2.5}, m.Name+"  "+m.Value)
}
