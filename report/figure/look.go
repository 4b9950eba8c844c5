package figure

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Look is how one series is drawn, everywhere: a colour, a marker and a pattern
// of lines.
type Look struct {
	ink    Ink
	marker marker
	dashes dashes
}

// Colors and Shapes are the numbers of colours and of markers that looks have.
var (
	Colors = len(palette)
	Shapes = len(markers)
)

// NewLook returns the look of a colour and a shape, counted from 0; larger
// numbers start again. Looks of different shapes also differ in their lines.
func NewLook(color, shape int) Look {
	shape %= len(markers)
	return Look{ink: palette[color%len(palette)], marker: markers[shape], dashes: patterns[shape]}
}

// neutral is the look of a mark that stands for no series.
var neutral = Look{ink: muted, marker: markers[0]}

// dashes is the pattern of lines: lengths of dash and gap in turn, in points, to
// the first 0.
type dashes [4]vg.Length

// patterns go with the markers.
var patterns = []dashes{{}, {6, 2}, {2, 1.5}, {7, 2, 1.5, 2}, {10, 2}, {4, 3}, {3, 1.5, 1, 1.5}, {1, 1.5}}

// faint is the colour for marks that are many.
func (l Look) faint() color.NRGBA {
	c := l.ink.Light
	c.A = 0x80
	return c
}

func (l Look) line() draw.LineStyle {
	s := stroke(l.ink, 1.5)
	for _, d := range l.dashes {
		if d > 0 {
			s.Dashes = append(s.Dashes, d)
		}
	}
	return s
}

// Color is the colour of the look.
func (l Look) Color() Ink { return l.ink }
