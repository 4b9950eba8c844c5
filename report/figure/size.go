package figure

import "gonum.org/v1/plot/vg"

// Size is how large figures are on paper. All else follows: figures are drawn
// with text of 9 units and scaled as a whole, so that marks and lines fit the
// text, and the width that is left in units decides how many panels stand beside
// each other.
type Size struct {
	Width vg.Length // of the figure
	Text  vg.Length // size of the text of axes and legends
	Bare  bool      // without a title, for papers, which have captions
}

// ScreenDPI is the resolution of figures for screens, twice the customary 96 dots
// per inch.
const ScreenDPI = 192

// Sizes in common use.
var (
	Page         = Size{Width: 7.5 * vg.Inch, Text: textSize} // the text of a printed page
	SingleColumn = Size{Width: 3.33 * vg.Inch, Text: 7, Bare: true}
	DoubleColumn = Size{Width: 7 * vg.Inch, Text: 8, Bare: true}
)

// scale is the size of a unit on paper, in points.
func (s Size) scale() float64 { return float64(s.Text) / textSize }

// width is that of the figure in units.
func (s Size) width() vg.Length { return s.Width / vg.Length(s.scale()) }

// Columns is how many of the panels stand beside each other, up to a limit: a
// panel needs room for its axis and a few labels.
func (s Size) Columns(panels, limit int) int {
	const minWidth = 150 // of a panel with its axis, in units
	return max(1, min(panels, limit, int(s.width()/minWidth)))
}
