package figure

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// families are the fonts that text in a page may be set in: each line has its
// width with it, so that it keeps its place in all of them.
const families = "'Liberation Sans',Arial,Helvetica,'DejaVu Sans','Noto Sans',sans-serif"

// svgPen writes the elements of an SVG.
type svgPen struct {
	bytes.Buffer
	paint func(color.NRGBA) string // writes a colour
	// glyphs are the outlines of letters that text is drawn with; nil to write
	// text as such, for browsers, which can set it to a width.
	glyphs *glyphs
}

var (
	_ pen        = (*svgPen)(nil)
	_ lineWriter = (*svgCanvas)(nil)
)

type svgCanvas struct {
	*canvas
	pen *svgPen
}

func newSVGCanvas(p *svgPen, f *Figure) *svgCanvas {
	return &svgCanvas{newCanvas(p, f.Size.width(), f.height), p}
}

// lineWidth is that of the letters where those are drawn; browsers are left to
// find every letter in a font of their own.
func (c *svgCanvas) lineWidth(line string, f font.Font) vg.Length {
	if c.pen.glyphs != nil {
		width, _, _ := writer{}.Box(line, f)
		return width
	}
	return readersWidth(line, f)
}

func (c *svgCanvas) writeLine(line string, f font.Font, at vg.Point, width vg.Length) {
	c.pen.text(line, f, c.place(at), width, c.state().angle, c.state().color)
}

// short writes a length with two decimals at most.
func short(l vg.Length) string {
	text := strconv.FormatFloat(float64(l), 'f', 2, 64)
	text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	if text == "-0" {
		return "0"
	}
	return text
}

func (s *svgPen) path(segments []segment, filled bool, how ink) {
	s.WriteString(`<path d="`)
	for _, g := range segments {
		switch g.kind {
		case 'Z':
			s.WriteByte('Z')
		case 'M', 'L':
			fmt.Fprintf(s, "%c%s,%s", g.kind, short(g.points[2].X), short(g.points[2].Y))
		case 'C':
			s.WriteByte('C')
			for i, p := range g.points {
				if i > 0 {
					s.WriteByte(' ')
				}
				fmt.Fprintf(s, "%s,%s", short(p.X), short(p.Y))
			}
		case 'O':
			at, r := g.points[0], short(g.radius)
			fmt.Fprintf(s, "M%s,%sa%s,%s 0 1 0 %s,0a%s,%s 0 1 0 -%s,0Z", short(at.X-g.radius), short(at.Y), r, r, short(2*g.radius), r, r, short(2*g.radius))
		}
	}
	if filled {
		fmt.Fprintf(s, `" style="fill:%s"`, s.paint(how.color))
		if how.color.A < 255 {
			fmt.Fprintf(s, ` fill-opacity="%.2g"`, float64(how.color.A)/255)
		}
	} else {
		fmt.Fprintf(s, `" style="fill:none;stroke:%s;stroke-width:%s`, s.paint(how.color), short(how.width))
		for i, d := range how.dashes {
			s.WriteString(map[bool]string{true: ";stroke-dasharray:", false: ","}[i == 0] + short(d))
		}
		s.WriteByte('"')
	}
	s.WriteString("/>\n")
}

func (s *svgPen) text(line string, f font.Font, at vg.Point, width vg.Length, angle float64, c color.NRGBA) {
	x, y := short(at.X), short(at.Y)
	turn := ""
	if angle != 0 {
		turn = short(vg.Length(-angle * 180 / math.Pi))
	}
	if s.glyphs != nil {
		fmt.Fprintf(s, `<g aria-label="%s" style="fill:%s" transform="translate(%s %s)`, attribute(line), s.paint(c), x, y)
		if turn != "" {
			fmt.Fprintf(s, " rotate(%s)", turn)
		}
		fmt.Fprintf(s, " scale(%.5g)\">%s</g>\n", float64(f.Size)/glyphUnits, s.glyphs.line(line, f))
		return
	}
	fmt.Fprintf(s, `<text x="%s" y="%s" textLength="%s" lengthAdjust="spacingAndGlyphs" font-size="%s" style="fill:%s"`,
		x, y, short(width), short(f.Size), s.paint(c))
	if f.Weight == stdfont.WeightBold {
		s.WriteString(` font-weight="bold"`)
	}
	if turn != "" {
		fmt.Fprintf(s, ` transform="rotate(%s %s %s)"`, turn, x, y)
	}
	s.WriteByte('>')
	_ = xml.EscapeText(s, []byte(line)) // a buffer takes everything
	s.WriteString("</text>\n")
}

// SVG returns the figure as a document of its own. Its text is drawn, with what
// it says as a label: many programs that show SVG set text in any font they
// have, whatever its width.
func (f *Figure) SVG() (document []byte, err error) {
	defer contain(&err)
	letters := &glyphs{known: map[glyphKey]string{}}
	body := &svgPen{paint: Hex, glyphs: letters}
	f.paint(newSVGCanvas(body, f))
	var b bytes.Buffer
	scale := vg.Length(f.Size.scale())
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="%spt" height="%spt" viewBox="0 0 %s %s">
`, short(f.Size.width()*scale), short(f.height*scale), short(f.Size.width()), short(f.height))
	fmt.Fprintf(&b, "<title>%s</title>\n<defs>\n%s</defs>\n", attribute(f.Title), letters.defs.String())
	b.Write(body.Bytes())
	b.WriteString("</svg>\n")
	return b.Bytes(), nil
}

// Inline returns the figure as an SVG element that stands in a page: it takes
// its colours from the page's variables --fig-NAME, see [Inks], so that it fits
// a dark one too, scales with the page, and tells its values where a reader
// points.
func (f *Figure) Inline() (element []byte, err error) {
	defer contain(&err)
	names := map[string]string{}
	for _, in := range Inks() {
		names[Hex(in.Light)] = "var(--fig-" + in.Name + ")"
	}
	body := &svgPen{paint: func(c color.NRGBA) string {
		hex := Hex(c)
		if name, ok := names[hex]; ok {
			return name
		}
		return hex
	}}
	f.paint(newSVGCanvas(body, f))
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg viewBox="0 0 %s %s" role="group" font-family="%s" aria-label="%s">`,
		short(f.Size.width()), short(f.height), families, attribute(f.Title))
	b.Write(body.Bytes())
	b.WriteString(`<g class="tips">`)
	for _, t := range f.tips() {
		fmt.Fprintf(&b, `<circle cx="%s" cy="%s" r="8" tabindex="-1" role="img" aria-label="%s"/>`,
			short(t.at.X), short(f.height-t.at.Y), attribute(t.text))
	}
	b.WriteString("</g></svg>")
	return b.Bytes(), nil
}

func attribute(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(printable(text)))
	return b.String()
}
