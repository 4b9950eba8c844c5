package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"packbench/stats"
)

// rankAlpha is the level of the tests behind the rank diagram.
const rankAlpha = 0.05

// rankFigure is the critical-difference diagram of Demšar (2006): the mean
// ranks of the strategies over the layers on which all have a result, with bars
// over those that the data cannot tell apart. Without a figure it says why.
func rankFigure(v *view, in instances) (f *figure, missing string) {
	var columns []int // strategies with any result
	for j := range in.strategies {
		if in.without(j) < len(in.imbalance) {
			columns = append(columns, j)
		}
	}
	var blocks [][]float64
	for _, row := range in.imbalance {
		block := make([]float64, 0, len(columns))
		for _, j := range columns {
			if !math.IsNaN(row[j]) {
				block = append(block, row[j])
			}
		}
		if len(block) == len(columns) {
			blocks = append(blocks, block)
		}
	}
	if len(columns) < 3 {
		return nil, "fewer than three strategies have results"
	}
	ranking, err := stats.Friedman(blocks)
	if err != nil {
		return nil, err.Error()
	}
	cd, err := stats.CriticalDifference(len(columns), len(blocks), rankAlpha)
	if err != nil {
		return nil, err.Error()
	}
	f = &figure{
		id:    "ranks",
		title: "Mean ranks of the strategies by imbalance",
		caption: "On every layer the strategies are ranked by the imbalance they leave, 1 for the least, ties sharing a rank; further left is better. " +
			"A bar joins strategies whose mean ranks are too close to be told apart (critical-difference diagram, Demšar 2006; Nemenyi test at level 0.05).",
		subtitle: fmt.Sprintf("%s on which every strategy has a result · Friedman test: p %s · critical difference %s",
			count(len(blocks), "layer"), pValue(ranking.P), significant(cd, 2)),
		notes: append(v.missingBackends(), in.notes()...),
		tips:  &tips{},
	}
	d := &rankDiagram{cd: cd, tips: f.tips}
	for i, j := range columns {
		d.marks = append(d.marks, rankMark{in.strategies[j], v.looks[in.strategies[j]], ranking.MeanRanks[i]})
	}
	for _, clique := range stats.Cliques(ranking.MeanRanks, cd) {
		lo, hi := math.Inf(1), 0.0
		for _, i := range clique {
			lo, hi = min(lo, ranking.MeanRanks[i]), max(hi, ranking.MeanRanks[i])
		}
		d.bars = append(d.bars, [2]float64{lo, hi})
	}
	slices.SortStableFunc(d.marks, func(a, b rankMark) int { return cmp.Compare(a.rank, b.rank) })
	p := newPanel()
	p.HideAxes()
	p.Add(d)
	f.setRows([][]*panel{{p}}, d.height())
	return f, ""
}

// pValue writes a p value: "= 0.012", "< 0.001".
func pValue(p float64) string {
	if p < 0.001 {
		return "< 0.001"
	}
	return "= " + significant(p, 2)
}

// rankDiagram draws strategies along an axis of ranks, the better half labelled
// on the left, the others on the right.
type rankDiagram struct {
	marks []rankMark // best first
	bars  [][2]float64
	cd    float64
	tips  *tips
}

type rankMark struct {
	strategy string
	look     look
	rank     float64
}

// Lengths of the diagram, in points.
const (
	rankTop  = 34 // above the axis: its labels, the critical difference
	rankBar  = 6  // between bars
	rankLine = 15 // between labels
)

func (d *rankDiagram) height() vg.Length {
	return vg.Length(rankTop + rankBar*(len(d.bars)+1) + rankLine*((len(d.marks)+1)/2) + 8)
}

// Plot implements plot.Plotter.
func (d *rankDiagram) Plot(c draw.Canvas, _ *plot.Plot) {
	const side = 130 // for labels
	k := len(d.marks)
	left, right := c.Min.X+side, c.Max.X-side
	x := func(rank float64) vg.Length { return left + (right-left)*vg.Length((rank-1)/float64(k-1)) }
	axis := c.Max.Y - rankTop
	c.StrokeLine2(stroke(muted, 0.8), left, axis, right, axis)
	s := style(smallSize, text0)
	s.XAlign = text.XCenter
	for rank := 1; rank <= k; rank++ {
		at := x(float64(rank))
		c.StrokeLine2(stroke(muted, 0.8), at, axis, at, axis+4)
		c.FillText(s, vg.Point{X: at, Y: axis + 7}, fmt.Sprint(rank))
	}
	d.drawDifference(&c, left, x(1+d.cd)-left, axis+22)
	for i, bar := range d.bars {
		y := axis - vg.Length(rankBar*(i+1))
		c.StrokeLine2(stroke(text0, 2.6), x(bar[0])-3, y, x(bar[1])+3, y)
	}
	bottom := axis - vg.Length(rankBar*(len(d.bars)+1))
	half := (k + 1) / 2
	for i, m := range d.marks {
		row := i
		if i >= half {
			row = k - 1 - i
		}
		d.drawMarkLine(&c, m, x(m.rank), axis, bottom-vg.Length(rankLine*row)-rankLine/2, i < half)
	}
}

// drawDifference draws the critical difference as a length of the axis.
func (d *rankDiagram) drawDifference(c *draw.Canvas, x, length, y vg.Length) {
	c.StrokeLine2(stroke(text0, 1), x, y, x+length, y)
	c.StrokeLine2(stroke(text0, 1), x, y-3, x, y+3)
	c.StrokeLine2(stroke(text0, 1), x+length, y-3, x+length, y+3)
	c.FillText(style(smallSize, muted), vg.Point{X: x + length + 5, Y: y - 2.5}, "critical difference")
}

// drawMarkLine draws the mark of a strategy on the axis and a line to its label.
func (d *rankDiagram) drawMarkLine(c *draw.Canvas, m rankMark, x, axis, y vg.Length, left bool) {
	s := style(smallSize, text0)
	end, gap := c.Max.X-126, vg.Length(5)
	s.XAlign = text.XLeft
	if left {
		end, gap = c.Min.X+126, -5
		s.XAlign = text.XRight
	}
	c.StrokeLines(stroke(m.look.ink, 1.1), []vg.Point{{X: x, Y: axis}, {X: x, Y: y}, {X: end, Y: y}})
	at := vg.Point{X: x, Y: axis}
	drawMark(c, m.look, false, at)
	d.tips.add(at, "%s: mean rank %s", m.strategy, significant(m.rank, 3))
	label := shorten(m.strategy, 94, s.Width) + "  " + significant(m.rank, 3)
	c.FillText(s, vg.Point{X: end + gap, Y: y - 2.5}, label)
}
