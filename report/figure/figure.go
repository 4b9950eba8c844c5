package figure

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Figure is one picture: panels in rows under a title, with what they share.
type Figure struct {
	Size     Size
	Title    string // not drawn where the size is bare
	Subtitle string
	Notes    []string // what is missing from all panels, a line each
	Legend   []Entry
	XLabel   string // of all panels, with unit
	YLabel   string

	rows   [][]*Panel // all rows have the same length, nil for an empty place
	height vg.Length
}

// Tip is a value that is shown when a reader points at a place of the figure, in
// units from the lower left.
type tip struct {
	at   vg.Point
	text string
}

// tips collects those of a panel while it is drawn.
type tips struct{ all []tip }

func (t *tips) add(at vg.Point, text string) {
	if t != nil && text != "" {
		t.all = append(t.all, tip{at, text})
	}
}

func (f *Figure) tips() []tip {
	var all []tip
	for _, row := range f.rows {
		for _, p := range row {
			if p != nil {
				all = append(all, p.tips.all...)
			}
		}
	}
	return all
}

const (
	figureMargin = 8  // units
	panelGap     = 14 // between a panel and the heading of the one below
	panelPad     = 14 // between panels beside each other
)

// SetPanels arranges the panels in rows of at most columns, each so high without
// its heading, which gives the figure its height.
func (f *Figure) SetPanels(panels []*Panel, columns int, panelHeight vg.Length) {
	columns = max(1, min(columns, len(panels)))
	f.rows = make([][]*Panel, (len(panels)+columns-1)/columns)
	for i := range f.rows {
		f.rows[i] = make([]*Panel, columns)
		copy(f.rows[i], panels[i*columns:min(len(panels), (i+1)*columns)])
	}
	room := (f.Size.width() - headingMargin) / vg.Length(columns)
	if columns > 1 {
		room -= panelPad / 2 // which the next heading is off
	}
	for _, p := range panels {
		if p.inset > 0 {
			room = min(room, (f.Size.width()-2*figureMargin)/vg.Length(columns)-p.inset-panelPad)
		}
	}
	fitHeadings(panels, room)
	for _, p := range panels {
		p.thinLabels(room)
	}
	blank := draw.New(vgimg.New(f.Size.width(), 100))
	left := f.header(draw.Crop(blank, figureMargin, -figureMargin, 0, 0))
	f.height = blank.Max.Y - left.Max.Y + 2*figureMargin + panelsHeight(f.rows, panelHeight)
	if f.XLabel != "" {
		f.height += f.labelHeight(f.XLabel, f.Size.width())
	}
	if f.YLabel != "" { // which must not be longer than the figure is high
		f.height = max(f.height, min(300, style(textSize, body).Width(f.YLabel)/3))
	}
}

// paint draws the figure to a canvas of its size.
func (f *Figure) paint(on vg.CanvasSizer) {
	for _, row := range f.rows {
		for _, p := range row {
			if p != nil {
				p.tips.all = nil
			}
		}
	}
	c := draw.New(on)
	c.SetColor(paper.Light)
	c.Fill(c.Rectangle.Path())
	c = draw.Crop(c, figureMargin, -figureMargin, figureMargin, -figureMargin)
	c = f.axisLabels(f.header(c))
	if len(f.rows) == 0 {
		return
	}
	c.Max.Y -= headingHeight(f.rows[:1])
	tiles := draw.Tiles{Rows: len(f.rows), Cols: len(f.rows[0]), PadX: panelPad, PadY: panelGap + headingHeight(f.rows[1:])}
	plots := make([][]*plot.Plot, len(f.rows))
	for i, row := range f.rows {
		plots[i] = make([]*plot.Plot, len(row))
		for j, p := range row {
			if p != nil {
				plots[i][j] = p.plot
			}
		}
	}
	for i, row := range plot.Align(plots, tiles, c) {
		for j, tile := range row {
			if p := f.rows[i][j]; p != nil {
				p.plot.Draw(tile)
				p.drawHeading(p.plot.DataCanvas(tile))
			}
		}
	}
}

// header draws title, subtitle, notes and legend and returns the canvas below
// them.
func (f *Figure) header(c draw.Canvas) draw.Canvas {
	y := c.Max.Y
	line := func(words string, size float64, s text.Style) {
		for _, part := range wrap(words, c.Max.X-c.Min.X, s.Width) {
			y -= vg.Points(size * 1.25)
			c.FillText(s, vg.Point{X: c.Min.X, Y: y}, part)
		}
	}
	if f.Title != "" && !f.Size.Bare {
		line(f.Title, titleSize, boldStyle(titleSize, body))
	}
	if f.Subtitle != "" {
		y -= vg.Points(2)
		line(f.Subtitle, textSize, style(textSize, muted))
	}
	for _, note := range f.Notes {
		y -= vg.Points(2)
		line(note, smallSize, style(smallSize, alert))
	}
	if len(f.Legend) > 0 {
		y -= vg.Points(6)
		y = drawLegend(&c, f.Legend, y)
	}
	c.Max.Y = y - vg.Points(8)
	return c
}

// axisLabelSize is what a line of the label of an axis takes beside the panels.
const axisLabelSize = 15

// labelHeight is what a label takes beside an axis of the length.
func (f *Figure) labelHeight(label string, length vg.Length) vg.Length {
	n := len(wrap(label, length-2*figureMargin, style(textSize, body).Width))
	return axisLabelSize + vg.Length(n-1)*textSize*1.25
}

// axisLabels writes what the axes of all panels show, once, below and left of
// them, and returns the canvas that remains.
func (f *Figure) axisLabels(c draw.Canvas) draw.Canvas {
	s := style(textSize, body)
	s.XAlign = text.XCenter
	if f.XLabel != "" {
		lines := wrap(f.XLabel, c.Max.X-c.Min.X, s.Width)
		y := c.Min.Y + 1 + vg.Length(len(lines)-1)*textSize*1.25
		c.Min.Y += axisLabelSize + vg.Length(len(lines)-1)*textSize*1.25
		for _, line := range lines {
			c.FillText(s, vg.Point{X: c.Center().X, Y: y}, line)
			y -= textSize * 1.25
		}
	}
	if f.YLabel != "" {
		s.Rotation = math.Pi / 2
		x := c.Min.X + textSize
		middle := c.Center().Y
		for i, line := range wrap(f.YLabel, c.Max.Y-c.Min.Y, style(textSize, body).Width) {
			if i > 0 {
				x += textSize * 1.25
			}
			c.FillText(s, vg.Point{X: x, Y: middle}, line)
		}
		c.Min.X = x - textSize + axisLabelSize
	}
	return c
}

// PNG returns the figure at a resolution in dots per inch of paper.
func (f *Figure) PNG(dotsPerInch int) (image []byte, err error) {
	defer contain(&err)
	// Vector canvases are scaled; an image gets more or fewer dots per unit.
	dpi := int(math.Round(float64(dotsPerInch) * f.Size.scale()))
	c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(f.Size.width(), f.height), vgimg.UseDPI(dpi))}
	f.paint(c)
	var b bytes.Buffer
	_, err = c.WriteTo(&b)
	return b.Bytes(), err
}

// contain turns a panic of a library that draws into an error: a figure that
// fails must not take the others with it.
func contain(err *error) {
	if v := recover(); v != nil {
		*err = errors.Join(*err, fmt.Errorf("drawing failed: %v", v))
	}
}
