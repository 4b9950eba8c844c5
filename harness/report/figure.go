package report

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// figure is one picture of a report.
type figure struct {
	id       string // stem of the file names
	title    string
	subtitle string
	caption  string // what to see, one or two sentences
	height   vg.Length
	legend   []legendEntry
	notes    []string // what is missing from all panels, a line each
	xLabel   string   // of all panels, with unit
	yLabel   string
	rows     [][]*panel // all rows have the same length, nil for an empty place
	// tips collects the values that a reader can ask for by pointing; the
	// plotters add to it while they draw.
	tips *tips
}

// legendEntry explains one mark.
type legendEntry struct {
	text string
	wide bool                              // the thumbnail is a line rather than a mark
	draw func(c *draw.Canvas, at vg.Point) // a thumbnail centred at a point
}

// tip is a value shown when a reader points at a place of the figure, in points
// from the lower left.
type tip struct {
	at   vg.Point
	text string
}

type tips struct{ all []tip }

func (t *tips) add(at vg.Point, format string, args ...any) {
	if t != nil {
		t.all = append(t.all, tip{at, fmt.Sprintf(format, args...)})
	}
}

const (
	figureMargin = 8  // points
	panelGap     = 14 // between a panel and the heading of the one below, in points
)

// paint draws the figure to a canvas of figureWidth × height.
func (f *figure) paint(canvas vg.CanvasSizer) {
	if f.tips != nil {
		f.tips.all = nil
	}
	c := draw.New(canvas)
	c.SetColor(paper.light)
	c.Fill(c.Rectangle.Path())
	c = draw.Crop(c, figureMargin, -figureMargin, figureMargin, -figureMargin)
	c = f.axisLabels(f.header(c))
	c.Max.Y -= headingHeight(f.rows[:1])
	tiles := draw.Tiles{Rows: len(f.rows), Cols: len(f.rows[0]), PadX: vg.Points(14), PadY: panelGap + headingHeight(f.rows[1:])}
	plots := make([][]*plot.Plot, len(f.rows))
	for i, row := range f.rows {
		plots[i] = make([]*plot.Plot, len(row))
		for j, p := range row {
			if p != nil {
				plots[i][j] = p.Plot
			}
		}
	}
	for i, row := range plot.Align(plots, tiles, c) {
		for j, tile := range row {
			if p := f.rows[i][j]; p != nil {
				p.Draw(tile)
				p.drawHeading(p.DataCanvas(tile))
			}
		}
	}
}

// setRows gives the figure its panels, each so high without its heading, and so
// its own height.
func (f *figure) setRows(rows [][]*panel, panelHeight vg.Length) {
	f.rows = rows
	measure := vgimg.New(figureWidth, 100)
	blank := draw.New(measure)
	left := f.header(draw.Crop(blank, figureMargin, -figureMargin, 0, 0))
	f.height = blank.Max.Y - left.Max.Y + 2*figureMargin + panelsHeight(rows, panelHeight)
	if f.xLabel != "" {
		f.height += axisLabelSize
	}
}

// header draws title, subtitle and legend and returns the canvas below them.
func (f *figure) header(c draw.Canvas) draw.Canvas {
	y := c.Max.Y
	line := func(words string, size float64, bold bool, in ink) {
		s := style(size, in)
		if bold {
			s = boldStyle(size, in)
		}
		for _, part := range wrap(words, c.Max.X-c.Min.X, s.Width) {
			y -= vg.Points(size * 1.25)
			c.FillText(s, vg.Point{X: c.Min.X, Y: y}, part)
		}
	}
	line(f.title, titleSize, true, text0)
	if f.subtitle != "" {
		y -= vg.Points(2)
		line(f.subtitle, textSize, false, muted)
	}
	for _, note := range f.notes {
		y -= vg.Points(2)
		line(note, smallSize, false, alert)
	}
	if len(f.legend) > 0 {
		y -= vg.Points(6)
		y = f.drawLegend(c, y)
	}
	c.Max.Y = y - vg.Points(8)
	return c
}

// axisLabelSize is what the label of an axis takes beside the panels, in points.
const axisLabelSize = 15

// axisLabels writes what the axes of all panels show, once, below and left of
// them, and returns the canvas that remains.
func (f *figure) axisLabels(c draw.Canvas) draw.Canvas {
	s := style(textSize, text0)
	s.XAlign = text.XCenter
	if f.xLabel != "" {
		c.FillText(s, vg.Point{X: c.Center().X, Y: c.Min.Y + 1}, f.xLabel)
		c.Min.Y += axisLabelSize
	}
	if f.yLabel != "" {
		s.Rotation = math.Pi / 2
		c.FillText(s, vg.Point{X: c.Min.X + textSize, Y: c.Center().Y}, f.yLabel)
		c.Min.X += axisLabelSize
	}
	return c
}

// drawLegend draws the legend in lines below y and returns the lowest y used.
func (f *figure) drawLegend(c draw.Canvas, y vg.Length) vg.Length {
	const lineHeight = 13
	s := style(textSize, text0)
	x := c.Min.X
	y -= lineHeight
	for _, e := range f.legend {
		thumb := vg.Length(12)
		if e.wide {
			thumb = 22
		}
		width := s.Width(e.text) + thumb + 4
		if x+width > c.Max.X && x > c.Min.X {
			x = c.Min.X
			y -= lineHeight
		}
		e.draw(&c, vg.Point{X: x + thumb/2, Y: y + vg.Points(3.2)})
		c.FillText(s, vg.Point{X: x + thumb + 4, Y: y}, e.text)
		x += width + 14
	}
	return y
}

// wrap breaks text into lines no wider than width.
func wrap(text string, width vg.Length, measure func(string) vg.Length) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		next := strings.TrimSpace(line + " " + word)
		if line != "" && measure(next) > width {
			lines = append(lines, line)
			next = word
		}
		line = next
	}
	return append(lines, line)
}

// shorten cuts text to a width, with an ellipsis where it was longer.
func shorten(text string, width vg.Length, measure func(string) vg.Length) string {
	if measure(text) <= width {
		return text
	}
	runes := []rune(text)
	for len(runes) > 1 && measure(string(runes)+"…") > width {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ,;:") + "…"
}

// png returns the figure at twice the resolution of a screen of 96 dots per
// inch.
func (f *figure) png() ([]byte, error) { return f.image(192) }

func (f *figure) image(dotsPerInch int) ([]byte, error) {
	c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(figureWidth, f.height), vgimg.UseDPI(dotsPerInch))}
	f.paint(c)
	var b bytes.Buffer
	_, err := c.WriteTo(&b)
	return b.Bytes(), err
}

// svg returns the figure as a document with its fonts by name: Liberation Sans
// or what has its metrics, Arial and Helvetica among them.
func (f *figure) svg() ([]byte, error) {
	c := vgsvg.New(figureWidth, f.height)
	f.paint(c)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, err
	}
	return bytes.ReplaceAll(b.Bytes(),
		[]byte("font-family:Liberation Sans;font-variant:none;"),
		[]byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")), nil
}

// grid arranges panels in rows of at most columns.
func grid(panels []*panel, columns int) [][]*panel {
	columns = min(columns, len(panels))
	rows := int(math.Ceil(float64(len(panels)) / float64(columns)))
	g := make([][]*panel, rows)
	for i := range g {
		g[i] = make([]*panel, columns)
		copy(g[i], panels[i*columns:min(len(panels), (i+1)*columns)])
	}
	return g
}
