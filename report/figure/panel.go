package figure

import (
	"math"
	"slices"
	"strings"

	"packbench/internal/shorten"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Panel is one plot of a figure with its heading, which stands above the data,
// flush left, where gonum's own title would be centred over the axis as well.
type Panel struct {
	Title string
	Under string   // a line below the title, less prominent
	Notes []string // what the data do not show, a line each

	plot  *plot.Plot
	tips  *tips
	title []string // lines
	under []string
	notes []string
	inset vg.Length // of the data, for labels of rows that every panel has

	labelTop bool // the horizontal axis has its labels above the data, too
}

// Heights of the lines of a heading.
const (
	headingLine   = 12
	noteLine      = 10
	headingGap    = 5   // between the heading and the data
	headingMargin = 110 // of the width of a figure, which headings have not
	titleLines    = 3   // at most
)

// NewPanel returns an empty panel in the common style whose axes run over
// [0, 1]; see [Scale] for how values get there.
func NewPanel(title string) *Panel {
	p := &Panel{plot: plot.New(), tips: &tips{}, Title: title}
	p.plot.BackgroundColor = nil
	p.plot.TextHandler = writer{}
	for _, axis := range []*plot.Axis{&p.plot.X, &p.plot.Y} {
		axis.Min, axis.Max = 0, 1
		axis.Padding = vg.Points(2)
		axis.LineStyle = stroke(muted, 0.6)
		axis.Tick.LineStyle = stroke(muted, 0.6)
		axis.Tick.Length = vg.Points(4)
		axis.Tick.Label.Font = style(smallSize, body).Font
		axis.Tick.Label.Color = body.Light
		axis.Tick.Label.Handler = writer{}
	}
	return p
}

// show puts what is plotted on the panel, with axes of two scales.
func (p *Panel) show(what plot.Plotter, x, y Scale) *Panel {
	p.plot.X.Tick.Marker = plot.ConstantTicks(x.ticks())
	p.plot.Y.Tick.Marker = plot.ConstantTicks(y.ticks())
	p.plot.Add(what)
	return p
}

// thinLabels drops labels of the horizontal axis that would touch the one before
// them on a panel of about the width.
func (p *Panel) thinLabels(width vg.Length) {
	ticks, ok := p.plot.X.Tick.Marker.(plot.ConstantTicks)
	if !ok {
		return
	}
	s := style(smallSize, body)
	end := vg.Length(math.Inf(-1))
	kept := slices.Clone(ticks)
	for i, t := range kept {
		if t.Label == "" {
			continue
		}
		half := s.Width(t.Label) / 2
		if at := vg.Length(t.Value) * width; at-half < end+3 {
			kept[i].Label = ""
		} else {
			end = at + half
		}
	}
	p.plot.X.Tick.Marker = kept
}

// rowY is the place of row i of n on the vertical axis, the first on top.
func rowY(i, n int) float64 { return (float64(n-i) - 0.5) / float64(n) }

// drawBands shades every other of n rows.
func drawBands(c *draw.Canvas, n int) {
	height := (c.Max.Y - c.Min.Y) / vg.Length(max(1, n))
	for i := 0; i < n; i += 2 {
		y := c.Y(rowY(i, n))
		fillRect(c, band, c.Min.X, y-height/2, c.Max.X, y+height/2)
	}
}

// labelRows gives the vertical axis labels of rows, from the top, and nothing else.
func (p *Panel) labelRows(labels []string) {
	ticks := make([]plot.Tick, len(labels))
	for i, l := range labels {
		ticks[i] = plot.Tick{Value: rowY(i, len(labels)), Label: l}
	}
	p.plot.Y.LineStyle.Width, p.plot.Y.Tick.Length, p.plot.Y.Tick.LineStyle.Width, p.plot.Y.Padding = 0, 0, 0, 0
	p.plot.Y.Tick.Label.XAlign = draw.XRight
	p.plot.Y.Tick.Marker = plot.ConstantTicks(ticks)
}

// fitHeadings breaks the headings of panels into lines of a width. Titles are
// whole where a few lines hold them, and differ where they were different.
func fitHeadings(panels []*Panel, width vg.Length) {
	bold, small := boldStyle(textSize, body), style(smallSize, body)
	titles := make([]string, len(panels))
	for i, p := range panels {
		titles[i] = p.Title
	}
	// Breaks leave lines shorter than they could be.
	titles = shorten.All(titles, titleLines*width*0.8, bold.Width)
	for i, p := range panels {
		p.title, p.under, p.notes = nil, nil, nil
		if p.Title != "" {
			p.title = wrap(titles[i], width, bold.Width)
		}
		if p.Under != "" {
			p.under = wrap(p.Under, width, small.Width)
		}
		for _, note := range p.Notes {
			p.notes = append(p.notes, wrap(note, width, small.Width)...)
		}
	}
}

// headingHeight is the height that the tallest heading in rows takes.
func headingHeight(rows [][]*Panel) vg.Length {
	tallest := 0
	for _, row := range rows {
		for _, p := range row {
			if p != nil {
				tallest = max(tallest, p.headingLines())
			}
		}
	}
	return vg.Points(float64(tallest + headingGap))
}

// headingLines is the height of the lines of the heading.
func (p *Panel) headingLines() int {
	lines := headingLine*len(p.title) + noteLine*(len(p.under)+len(p.notes))
	if p.labelTop {
		lines += noteLine
	}
	return lines
}

// drawHeading writes the heading above data, the canvas of the panel's data.
func (p *Panel) drawHeading(data draw.Canvas) {
	y := data.Max.Y + headingGap + vg.Length(p.headingLines())
	for _, line := range p.title {
		y -= headingLine
		data.FillText(boldStyle(textSize, body), vg.Point{X: data.Min.X, Y: y + 2}, line)
	}
	for _, line := range p.under {
		y -= noteLine
		data.FillText(style(smallSize, muted), vg.Point{X: data.Min.X, Y: y + 2}, line)
	}
	for _, line := range p.notes {
		y -= noteLine
		data.FillText(style(smallSize, alert), vg.Point{X: data.Min.X, Y: y + 2}, line)
	}
	if ticks, ok := p.plot.X.Tick.Marker.(plot.ConstantTicks); ok && p.labelTop {
		s := style(smallSize, body)
		s.XAlign = text.XCenter
		for _, t := range ticks {
			data.FillText(s, vg.Point{X: data.X(t.Value), Y: y - noteLine + 2}, t.Label)
		}
	}
}

// panelsHeight is the height of rows of panels, each of height without its
// heading.
func panelsHeight(rows [][]*Panel, height vg.Length) vg.Length {
	if len(rows) == 0 {
		return 0
	}
	n := vg.Length(len(rows))
	return n*height + headingHeight(rows[:1]) + (n-1)*(panelGap+headingHeight(rows[1:]))
}

// rowLabels breaks the labels of rows into at most lines of a width: every
// line of a label for itself, what is too long shortened in its middle.
func rowLabels(labels []string, width vg.Length, lines int) []string {
	s := style(smallSize, body)
	fitted := shorten.All(labels, vg.Length(lines)*width*0.85, func(label string) vg.Length { return s.Width(strings.ReplaceAll(label, "\n", " ")) })
	for i, label := range fitted {
		var all []string
		for line := range strings.SplitSeq(label, "\n") {
			all = append(all, wrap(line, width, s.Width)...)
		}
		if len(all) > lines { // a break too many: run the lines together
			all = wrap(strings.ReplaceAll(label, "\n", " "), width, s.Width)
		}
		if len(all) > lines {
			all = append(all[:lines-1], shorten.Middle(strings.Join(all[lines-1:], " "), width, s.Width))
		}
		fitted[i] = strings.Join(all, "\n")
	}
	return fitted
}
