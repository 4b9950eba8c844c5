package figure

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Heat is a panel of rows of coloured cells, one per value: deviations from a
// middle, 0.
type Heat struct {
	Rows  []HeatRow
	Limit float64 // from where on the colour is full, see [HeatLimit]

	tips *tips
}

// HeatRow is one row of cells.
type HeatRow struct {
	Label  string
	Values []float64
	Note   string // why there are no values
	Tip    string
}

// HeatHeight is the height of a panel of rows.
func HeatHeight(rows int) vg.Length { return vg.Length(16*rows + 6) }

// Panel completes p, a panel of a figure of the size. Only a panel with labels
// names its rows.
func (h *Heat) Panel(p *Panel, size Size, labelled bool) *Panel {
	h.tips = p.tips
	p.plot.HideX()
	labels := make([]string, len(h.Rows))
	for i, r := range h.Rows {
		labels[i] = r.Label
	}
	labels = rowLabels(labels, size.labelWidth()+10, 1)
	if !labelled {
		clear(labels)
	}
	p.labelRows(labels)
	p.plot.Add(h)
	return p
}

// Plot implements plot.Plotter.
func (h *Heat) Plot(c draw.Canvas, _ *plot.Plot) {
	height := (c.Max.Y - c.Min.Y) / vg.Length(max(1, len(h.Rows)))
	for i, row := range h.Rows {
		y := c.Y(rowY(i, len(h.Rows)))
		if len(row.Values) == 0 {
			s := style(smallSize, alert)
			s.YAlign = text.YCenter
			drawText(&c, s, c.Min.X+4, y, shortenEnd("× "+row.Note, c.Max.X-c.Min.X-8, s.Width))
			h.tips.add(vg.Point{X: c.Min.X + 7, Y: y}, row.Label+": "+row.Note)
			continue
		}
		width := (c.Max.X - c.Min.X) / vg.Length(len(row.Values))
		gap := vg.Length(0)
		if width > 4 {
			gap = 0.5
		}
		for j, x := range row.Values {
			left := c.Min.X + width*vg.Length(j)
			fillRect(&c, rampInk(x, h.Limit), left, y-height/2+1, left+width-gap, y+height/2-1)
		}
		h.tips.add(vg.Point{X: c.Min.X + width/2, Y: y}, row.Tip)
	}
}

// HeatLimit is the deviation that gets the full colour: what 95 % of the values
// of a row stay within, of the row two thirds down the list. A few large values
// or a bad row do not make all others pale.
func HeatLimit(rows []HeatRow) float64 {
	var within []float64
	for _, row := range rows {
		var all []float64
		for _, x := range row.Values {
			all = append(all, math.Abs(x))
		}
		if len(all) > 0 {
			slices.Sort(all)
			within = append(within, all[(len(all)-1)*95/100])
		}
	}
	slices.Sort(within)
	if len(within) == 0 || within[len(within)-1] == 0 {
		return 0.001
	}
	limit := within[min(len(within)-1, 2*len(within)/3)]
	if limit == 0 {
		limit = within[len(within)-1]
	}
	return niceStep(limit)
}
