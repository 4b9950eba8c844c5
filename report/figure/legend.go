package figure

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"packbench/internal/shorten"
)

// Entry explains one mark in a legend.
type Entry struct {
	Text string
	wide bool                              // the thumbnail is a line rather than a mark
	draw func(c *draw.Canvas, at vg.Point) // a thumbnail centred at a point
}

// MarkEntry explains the mark of a look.
func MarkEntry(text string, l Look, hollow bool) Entry {
	return Entry{text, false, func(c *draw.Canvas, at vg.Point) { drawMark(c, l, hollow, at) }}
}

// NeutralMark explains a mark whatever its look.
func NeutralMark(text string, hollow bool) Entry { return MarkEntry(text, neutral, hollow) }

// CurveEntry explains a curve of a look.
func CurveEntry(text string, l Look, hollow bool) Entry {
	return Entry{text, true, func(c *draw.Canvas, at vg.Point) {
		c.StrokeLine2(l.line(), at.X-9, at.Y, at.X+9, at.Y)
		drawMark(c, l, hollow, at)
	}}
}

// DotEntry explains the dots of a strip.
func DotEntry(text string) Entry {
	return Entry{text, false, func(c *draw.Canvas, at vg.Point) {
		faint := muted.Light
		faint.A = 0x80
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: faint, Radius: vg.Points(1.9), Shape: draw.CircleGlyph{}}, at)
	}}
}

// RingEntry explains the ring around the worst dot of a strip.
func RingEntry(text string) Entry {
	return Entry{text, false, func(c *draw.Canvas, at vg.Point) { drawRing(c, muted, at) }}
}

// BarEntry explains the bars of a strip; those of intervals have caps.
func BarEntry(text string, capped bool) Entry {
	return Entry{text, true, func(c *draw.Canvas, at vg.Point) { drawBar(c, at.X-7, at.X+7, at.Y, capped) }}
}

// HeatEntries explain the colours of a heat panel.
func HeatEntries() []Entry {
	return HeatEntriesOf("above the mean load", "at the mean", "below the mean load")
}

// HeatEntriesOf explain the colours of a heat panel of other values.
func HeatEntriesOf(above, middle, below string) []Entry {
	var all []Entry
	for _, e := range []struct {
		text string
		at   float64
	}{{above, 1}, {"half as far", 0.5}, {middle, 0}, {"half as far", -0.5}, {below, -1}} {
		in := rampInk(e.at, 1)
		all = append(all, Entry{e.text, false, func(c *draw.Canvas, at vg.Point) {
			fillRect(c, in, at.X-5, at.Y-4, at.X+5, at.Y+4)
		}})
	}
	return all
}

// drawLegend draws entries in lines below y and returns the lowest y used.
func drawLegend(c *draw.Canvas, entries []Entry, y vg.Length) vg.Length {
	const lineHeight, gap = 13, 4
	s := style(textSize, body)
	texts := make([]string, len(entries))
	for i, e := range entries {
		texts[i] = e.Text
	}
	texts = shorten.All(texts, c.Max.X-c.Min.X-22-gap, s.Width)
	x := c.Min.X
	y -= lineHeight
	for i, e := range entries {
		thumb := vg.Length(12)
		if e.wide {
			thumb = 22
		}
		width := s.Width(texts[i]) + thumb + gap
		if x+width > c.Max.X && x > c.Min.X {
			x = c.Min.X
			y -= lineHeight
		}
		e.draw(c, vg.Point{X: x + thumb/2, Y: y + vg.Points(3.2)})
		c.FillText(s, vg.Point{X: x + thumb + gap, Y: y}, texts[i])
		x += width + 14
	}
	return y
}
