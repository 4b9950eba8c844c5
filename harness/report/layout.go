package report

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// missingBackends says which backends could not run at all, a line each.
func (v *view) missingBackends() []string {
	var lines []string
	for _, b := range v.backends {
		if reason := v.missing(b); reason != "" {
			lines = append(lines, "× "+b+" "+reason)
		}
	}
	return lines
}

// columns is the number of panels beside each other where each problem has one.
func (v *view) columns() int {
	if len(v.problems) > 8 {
		return 3
	}
	return min(2, len(v.problems))
}

// common is what all problems share, their shape or their workload, to be said
// once; "" where they share neither.
func (v *view) common() string {
	switch {
	case len(v.problems) == 0:
		return ""
	case v.oneShape():
		return v.problems[0].shape()
	case v.oneWorkload() && v.columns() > 2:
		return v.problems[0].name() + ", layers × items × packs"
	case v.oneWorkload():
		return v.problems[0].name()
	}
	return ""
}

// problemPanel returns an empty panel for a problem, one of so many columns.
func (v *view) problemPanel(p problem, columns int) *panel {
	width := vg.Length(float64(figureWidth)-110) / vg.Length(columns)
	s := boldStyle(textSize, text0)
	switch {
	case v.oneShape():
		return newPanel(wrap(p.name(), width, s.Width)...)
	case v.oneWorkload() && columns > 2:
		return newPanel(p.size().String()) // common explains it
	case v.oneWorkload():
		return newPanel(wrap(p.shape(), width, s.Width)...)
	}
	n := newPanel(wrap(p.name(), width, s.Width)...)
	n.under = p.shape()
	return n
}

func dotLegend(text string) legendEntry {
	return legendEntry{text, false, func(c *draw.Canvas, at vg.Point) {
		faint := muted.light
		faint.A = 0x80
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: faint, Radius: vg.Points(1.9), Shape: draw.CircleGlyph{}}, at)
	}}
}

func markLegend(text string) legendEntry {
	return legendEntry{text, false, func(c *draw.Canvas, at vg.Point) {
		drawMark(c, look{ink: muted, marker: markers[0]}, false, at)
	}}
}

func barLegend(text string, capped bool) legendEntry {
	return legendEntry{text, true, func(c *draw.Canvas, at vg.Point) { drawBar(c, at.X-7, at.X+7, at.Y, capped) }}
}
