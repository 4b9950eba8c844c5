package figure

import (
	"bytes"
	"image/color"
	"math"
	"slices"
	"time"

	"codeberg.org/go-pdf/fpdf"
	stdfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// PDF returns the figure as a page of its own size with its fonts embedded.
func (f *Figure) PDF() (document []byte, err error) {
	defer contain(&err)
	scale := f.Size.scale()
	w, h := float64(f.Size.width())*scale, float64(f.height)*scale
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: w, Ht: h}})
	doc.SetCatalogSort(true)
	doc.SetCreationDate(time.Unix(0, 0).UTC()) // the same figure, the same bytes
	doc.SetModificationDate(time.Unix(0, 0).UTC())
	doc.SetTitle(printable(f.Title), true)
	doc.SetAutoPageBreak(false, 0)
	doc.AddPage()
	p := &pdfPen{doc: doc, scale: scale, fonts: map[string]bool{}}
	f.paint(newCanvas(p, f.Size.width(), f.height))
	var b bytes.Buffer
	err = doc.Output(&b)
	return b.Bytes(), err
}

// pdfPen draws on a page of a PDF.
type pdfPen struct {
	doc   *fpdf.Fpdf
	scale float64 // points on the page per unit
	fonts map[string]bool
}

var _ pen = (*pdfPen)(nil)

func (p *pdfPen) at(pt vg.Point) (x, y float64) { return p.unit(pt.X), p.unit(pt.Y) }

func (p *pdfPen) unit(l vg.Length) float64 { return float64(l) * p.scale }

func (p *pdfPen) path(segments []segment, filled bool, how ink) {
	c := how.color
	p.doc.SetAlpha(float64(c.A)/255, "Normal")
	if filled && alikeDots(segments) {
		p.dots(segments, c)
		return
	}
	style := "F"
	if filled {
		p.doc.SetFillColor(int(c.R), int(c.G), int(c.B))
	} else {
		style = "D"
		p.doc.SetDrawColor(int(c.R), int(c.G), int(c.B))
		p.doc.SetLineWidth(p.unit(how.width))
		var dashes []float64
		for _, d := range how.dashes {
			dashes = append(dashes, p.unit(d))
		}
		p.doc.SetDashPattern(dashes, 0)
	}
	for _, g := range segments {
		x, y := p.at(g.points[2])
		switch g.kind {
		case 'M':
			p.doc.MoveTo(x, y)
		case 'L':
			p.doc.LineTo(x, y)
		case 'C':
			ax, ay := p.at(g.points[0])
			bx, by := p.at(g.points[1])
			p.doc.CurveBezierCubicTo(ax, ay, bx, by, x, y)
		case 'O':
			p.circle(x, y, p.unit(g.radius))
		case 'Z':
			p.doc.ClosePath()
		}
	}
	p.doc.DrawPath(style)
}

// alikeDots reports whether a path is circles of one size.
func alikeDots(segments []segment) bool {
	return !slices.ContainsFunc(segments, func(g segment) bool { return g.kind != 'O' || g.radius != segments[0].radius })
}

// dots draws filled circles of one size as lines without length and with round
// ends, which take an eighth of the space of curves: a figure may have a dot for
// every one of many runs.
func (p *pdfPen) dots(all []segment, c color.NRGBA) {
	if len(all) == 0 {
		return
	}
	p.doc.SetDrawColor(int(c.R), int(c.G), int(c.B))
	p.doc.SetLineWidth(2 * p.unit(all[0].radius))
	p.doc.SetDashPattern(nil, 0)
	p.doc.SetLineCapStyle("round")
	for _, g := range all {
		x, y := p.at(g.points[2])
		p.doc.MoveTo(x, y)
		p.doc.LineTo(x, y)
	}
	p.doc.DrawPath("D")
	p.doc.SetLineCapStyle("butt")
}

// circle adds a circle in four curves.
func (p *pdfPen) circle(x, y, r float64) {
	const k = 0.5522847498 // of the radius: where the control points are
	p.doc.MoveTo(x+r, y)
	p.doc.CurveBezierCubicTo(x+r, y+k*r, x+k*r, y+r, x, y+r)
	p.doc.CurveBezierCubicTo(x-k*r, y+r, x-r, y+k*r, x-r, y)
	p.doc.CurveBezierCubicTo(x-r, y-k*r, x-k*r, y-r, x, y-r)
	p.doc.CurveBezierCubicTo(x+k*r, y-r, x+r, y-k*r, x+r, y)
	p.doc.ClosePath()
}

func (p *pdfPen) text(line string, f font.Font, at vg.Point, _ vg.Length, angle float64, c color.NRGBA) {
	style := ""
	if f.Weight == stdfont.WeightBold {
		style = "B"
	}
	if !p.fonts[style] {
		var file bytes.Buffer
		face := liberation(f)
		if _, err := face.Face.WriteSourceTo(nil, &file); err != nil {
			p.doc.SetError(err)
			return
		}
		p.doc.AddUTF8FontFromBytes("liberation", style, file.Bytes())
		p.fonts[style] = true
	}
	p.doc.SetFont("liberation", style, p.unit(f.Size))
	p.doc.SetTextColor(int(c.R), int(c.G), int(c.B))
	p.doc.SetAlpha(float64(c.A)/255, "Normal")
	x, y := p.at(at)
	if angle != 0 {
		p.doc.TransformBegin()
		p.doc.TransformRotate(angle*180/math.Pi, x, y)
		defer p.doc.TransformEnd()
	}
	p.doc.Text(x, y, line)
}

// outline returns the path of text set from a point on its base line.
func outline(f font.Face, at vg.Point, text string) vg.Path {
	const unit = 64 // of fixed.Int26_6
	var buf sfnt.Buffer
	var path vg.Path
	em := fixed.Int26_6(f.Face.UnitsPerEm()) * unit
	scale := f.Font.Size / vg.Length(em)
	var x fixed.Int26_6
	for _, r := range text {
		glyph, err := f.Face.GlyphIndex(&buf, r)
		if err != nil {
			continue
		}
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
