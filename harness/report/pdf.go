package report

import (
	"bytes"
	"image/color"
	"strings"

	stdfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgpdf"
)

// pdf returns the figure as a page of its own size with its font embedded.
func (f *figure) pdf() ([]byte, error) {
	c := vgpdf.New(figureWidth, f.height)
	c.EmbedFonts(true)
	f.paint(pdfCanvas{c})
	var b bytes.Buffer
	_, err := c.WriteTo(&b)
	return b.Bytes(), err
}

// pdfCanvas works around three limits of gonum's PDF canvas: it takes
// premultiplied colours for plain ones, embeds a single font (a second one
// gets the file of the first), and writes text in one code page only.
type pdfCanvas struct{ *vgpdf.Canvas }

// SetColor implements vg.Canvas.
func (c pdfCanvas) SetColor(in color.Color) {
	if n, ok := in.(color.NRGBA); ok {
		c.Canvas.SetColor(plainColor(n))
		return
	}
	c.Canvas.SetColor(in)
}

// plainColor gives its channels without multiplying them by its opacity.
type plainColor color.NRGBA

// RGBA implements color.Color, but for the multiplication.
func (c plainColor) RGBA() (r, g, b, a uint32) {
	return uint32(c.R) * 0x101, uint32(c.G) * 0x101, uint32(c.B) * 0x101, uint32(c.A) * 0x101
}

// FillString implements vg.Canvas. Text in bold, of which there is little, is
// drawn as outlines.
func (c pdfCanvas) FillString(f font.Face, at vg.Point, text string) {
	if f.Font.Weight == stdfont.WeightBold {
		c.Fill(outline(f, at, text))
		return
	}
	c.Canvas.FillString(f, at, codePage1252(text))
}

// outline returns the path of text set from a point on its base line.
func outline(f font.Face, at vg.Point, text string) vg.Path {
	const unit = 64 // of fixed.Int26_6
	var buf sfnt.Buffer
	var path vg.Path
	em := fixed.Int26_6(f.Face.UnitsPerEm()) * unit
	scale := f.Font.Size / vg.Length(em)
	x, before := fixed.Int26_6(0), sfnt.GlyphIndex(0)
	for _, r := range text {
		glyph, err := f.Face.GlyphIndex(&buf, r)
		if err != nil {
			continue
		}
		if kern, err := f.Face.Kern(&buf, before, glyph, em, stdfont.HintingNone); err == nil && before != 0 {
			x += kern
		}
		before = glyph
		place := func(p fixed.Point26_6) vg.Point {
			return vg.Point{X: at.X + vg.Length(p.X+x)*scale, Y: at.Y - vg.Length(p.Y)*scale}
		}
		segments, err := f.Face.LoadGlyph(&buf, glyph, em, nil)
		if err != nil {
			continue
		}
		for i, s := range segments {
			switch s.Op {
			case sfnt.SegmentOpMoveTo:
				if i > 0 {
					path.Close()
				}
				path.Move(place(s.Args[0]))
			case sfnt.SegmentOpLineTo:
				path.Line(place(s.Args[0]))
			case sfnt.SegmentOpQuadTo:
				path.QuadTo(place(s.Args[0]), place(s.Args[1]))
			case sfnt.SegmentOpCubeTo:
				path.CubeTo(place(s.Args[0]), place(s.Args[1]), place(s.Args[2]))
			}
		}
		if len(segments) > 0 {
			path.Close()
		}
		if advance, err := f.Face.GlyphAdvance(&buf, glyph, em, stdfont.HintingNone); err == nil {
			x += advance
		}
	}
	return path
}

// codePage1252 encodes text in Windows-1252; what it lacks becomes something
// alike.
func codePage1252(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < 0x80 || r >= 0xA0 && r <= 0xFF:
			b.WriteByte(byte(r))
		case codePage[r] != "":
			b.WriteString(codePage[r])
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}

var codePage = map[rune]string{
	'−': "\x96", // the minus sign is as wide as the en dash
	'–': "\x96", '—': "\x97", '…': "\x85", '‘': "\x91", '’': "\x92", '“': "\x93", '”': "\x94",
	'•': "\x95", '€': "\x80", '‰': "\x89", '≤': "<=", '≥': ">=", '→': "->", 'μ': "\xB5",
	'σ': "sigma", 'τ': "tau",
}
