package report

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel is one plot of a figure with its heading, which stands above the data,
// flush left, where gonum's own title would be centred over the axis as well.
type panel struct {
	*plot.Plot
	title []string // lines
	under string   // a line below the title, less prominent
	notes []string // what the data do not show, a line each
}

// Heights of the lines of a heading, in points.
const (
	headingLine = 12
	noteLine    = 10
	headingGap  = 5 // between the heading and the data
)

// newPanel returns an empty panel in the common style whose axes run over
// [0, 1]; see scale for how values get there.
func newPanel(title ...string) *panel {
	p := &panel{Plot: plot.New(), title: title}
	p.BackgroundColor = nil
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Min, axis.Max = 0, 1
		axis.Padding = vg.Points(2)
		axis.LineStyle = stroke(muted, 0.6)
		axis.Tick.LineStyle = stroke(muted, 0.6)
		axis.Tick.Length = vg.Points(4)
		axis.Tick.Label.Font = style(smallSize, text0).Font
		axis.Tick.Label.Color = text0.light
		axis.Label.TextStyle.Font = style(textSize, text0).Font
		axis.Label.TextStyle.Color = text0.light
		axis.Label.Padding = vg.Points(4)
	}
	return p
}

// headingHeight is the height that the tallest heading in rows takes.
func headingHeight(rows [][]*panel) vg.Length {
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

// headingLines is the height of the lines of the heading, in points.
func (p *panel) headingLines() int {
	h := headingLine*len(p.title) + noteLine*len(p.notes)
	if p.under != "" {
		h += noteLine
	}
	return h
}

// drawHeading writes the heading above data, the canvas of the panel's data.
func (p *panel) drawHeading(data draw.Canvas) {
	y := data.Max.Y + headingGap + vg.Length(p.headingLines())
	for _, line := range p.title {
		y -= headingLine
		data.FillText(boldStyle(textSize, text0), vg.Point{X: data.Min.X, Y: y + 2}, line)
	}
	if p.under != "" {
		y -= noteLine
		data.FillText(style(smallSize, muted), vg.Point{X: data.Min.X, Y: y + 2}, p.under)
	}
	s := style(smallSize, alert)
	for _, note := range p.notes {
		y -= noteLine
		data.FillText(s, vg.Point{X: data.Min.X, Y: y + 2}, shorten(note, data.Max.X-data.Min.X, s.Width))
	}
}

// panelsHeight is the height of rows of panels, each of height without its
// heading.
func panelsHeight(rows [][]*panel, height vg.Length) vg.Length {
	n := vg.Length(len(rows))
	return n*height + headingHeight(rows[:1]) + (n-1)*(panelGap+headingHeight(rows[1:]))
}
