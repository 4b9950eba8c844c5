package figure

import "gonum.org/v1/plot/vg/draw"

// drawGridX draws a line at each labelled value and sets the band of zeros
// apart.
func drawGridX(c *draw.Canvas, s Scale) {
	for _, t := range s.ticks() {
		if t.Label != "" {
			x := c.X(t.Value)
			c.StrokeLine2(stroke(gridln, 0.7), x, c.Min.Y, x, c.Max.Y)
		}
	}
	if s.zero > 0 {
		x := c.X(s.zero)
		c.StrokeLine2(stroke(muted, 0.7, 2, 2), x, c.Min.Y, x, c.Max.Y)
	}
}

// drawGridY is drawGridX for the other axis.
func drawGridY(c *draw.Canvas, s Scale) {
	for _, t := range s.ticks() {
		if t.Label != "" {
			y := c.Y(t.Value)
			c.StrokeLine2(stroke(gridln, 0.7), c.Min.X, y, c.Max.X, y)
		}
	}
	if s.zero > 0 {
		y := c.Y(s.zero)
		c.StrokeLine2(stroke(muted, 0.7, 2, 2), c.Min.X, y, c.Max.X, y)
	}
}
