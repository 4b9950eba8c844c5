package figure

import (
	"math"
	"strings"
	"unicode"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Sizes of text, in the units that figures are drawn in; see [Size].
const (
	titleSize = 11
	textSize  = 9
	smallSize = 8
)

// style returns the text style of the given size.
func style(size float64, in Ink) text.Style {
	return text.Style{
		Color:   in.Light,
		Font:    font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, vg.Points(size)),
		Handler: writer{},
	}
}

func boldStyle(size float64, in Ink) text.Style {
	s := style(size, in)
	s.Font.Weight = stdfont.WeightBold
	return s
}

// liberation returns the face that text is set in, which the program carries.
func liberation(f font.Font) font.Face { return font.DefaultCache.Lookup(f, f.Size) }

// lineWriter is a canvas that writes whole lines in its own way.
type lineWriter interface {
	lineWidth(line string, f font.Font) vg.Length
	writeLine(line string, f font.Font, at vg.Point, width vg.Length)
}

// writer is a text.Handler for text in any script: what Liberation Sans lacks is
// drawn in a font of this machine, or spelt out where it has none.
type writer struct{}

var _ text.Handler = writer{}

// Cache implements text.Handler.
func (writer) Cache() *font.Cache { return font.DefaultCache }

// Extents implements text.Handler.
func (writer) Extents(f font.Font) font.Extents {
	face := liberation(f)
	return face.Extents()
}

// Lines implements text.Handler.
func (writer) Lines(txt string) []string { return strings.Split(strings.TrimRight(txt, "\n"), "\n") }

// Box implements text.Handler.
func (w writer) Box(txt string, f font.Font) (width, height, depth vg.Length) {
	e := w.Extents(f)
	for _, r := range runs(printable(txt), f) {
		width += r.face.Width(r.text)
	}
	return width, e.Ascent, e.Descent
}

// Draw implements text.Handler. The places are those of gonum's plain handler.
func (w writer) Draw(c vg.Canvas, txt string, sty text.Style, pt vg.Point) {
	if strings.TrimSpace(txt) == "" || sty.Font.Size <= 0 {
		return
	}
	c = innermost(c)
	c.SetColor(sty.Color)
	if sty.Rotation != 0 {
		c.Push()
		defer c.Pop()
		c.Rotate(sty.Rotation)
	}
	sin, cos := math.Sincos(sty.Rotation)
	pt = vg.Point{X: pt.Y*vg.Length(sin) + pt.X*vg.Length(cos), Y: pt.Y*vg.Length(cos) - pt.X*vg.Length(sin)}
	lines := w.Lines(txt)
	pt.Y += sty.Height(txt)*vg.Length(sty.YAlign) - w.Extents(sty.Font).Ascent
	for i, line := range lines {
		line = printable(line)
		width, _, _ := w.Box(line, sty.Font)
		own, ok := c.(lineWriter)
		if ok {
			width = own.lineWidth(line, sty.Font)
		}
		at := pt.Add(vg.Point{X: vg.Length(sty.XAlign) * width, Y: vg.Length(len(lines)-i) * sty.Font.Size})
		if ok {
			own.writeLine(line, sty.Font, at, width)
			continue
		}
		for _, r := range runs(line, sty.Font) {
			r.draw(c, at)
			at.X += r.face.Width(r.text)
		}
	}
}

// innermost returns the canvas that the areas drawn on are cut out of: one cut out
// of another holds that.
func innermost(c vg.Canvas) vg.Canvas {
	for {
		switch d := c.(type) {
		case *draw.Canvas:
			c = d.Canvas
		case draw.Canvas:
			c = d.Canvas
		default:
			return c
		}
	}
}

// drawText writes a line; where the style is centred in height it stands with
// its letters around y.
func drawText(c *draw.Canvas, s text.Style, x, y vg.Length, txt string) {
	if s.YAlign == text.YCenter {
		y += s.FontExtents().Descent
	}
	c.FillText(s, vg.Point{X: x, Y: y}, txt)
}

// printable replaces what must not be in a line of a figure: control
// characters, which are no XML, marks that turn the direction of what follows,
// and bytes that are no UTF-8.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case r < 0x20:
			return 0x2400 + r // ␛ and its like
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == unicode.ReplacementChar, r == 0xFFFE, r == 0xFFFF:
			return '�'
		}
		return r
	}, line)
}
