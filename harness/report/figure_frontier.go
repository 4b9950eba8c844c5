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
)

// frontierFigure shows what each strategy reaches in which time over all
// problems, with the front of those that no other beats in both. Without a
// figure it says why.
func frontierFigure(v *view, r ranking) (f *figure, missing string) {
	f = &figure{
		id:    "frontier",
		title: "Gap against time over all problems, and the Pareto front",
		caption: "Each mark is one strategy: geometric mean over the problems of the median time of a run, and mean gap to the lower bound over all layers; lower left is better. " +
			"The line joins the strategies that no other beats in both: whatever lies above and right of it is dominated.",
		subtitle: fmt.Sprintf("%s, mean over all layers", count(len(r.problems), "problem")),
		notes:    v.missingBackends(),
		xLabel:   "time of one run",
		yLabel:   "gap: heaviest pack above the lower bound",
		tips:     &tips{},
	}
	fr := &frontier{tips: f.tips}
	for i, backend := range r.backends {
		for _, s := range r.standings {
			if s.layers == 0 || math.IsNaN(s.times[i]) {
				continue
			}
			name := s.strategy
			if i > 0 {
				name += " on " + backend
			}
			fr.points = append(fr.points, frontierPoint{name: name, look: s.look, hollow: i > 0, time: s.times[i], gap: s.gap})
		}
	}
	if len(fr.points) < 2 {
		return nil, "needs two strategies with results on the same problems"
	}
	if note := r.note(); note != "" {
		f.notes = append(f.notes, "× "+note)
	}
	fr.findFront()
	var times, gaps []float64
	for _, p := range fr.points {
		times, gaps = append(times, p.time), append(gaps, p.gap)
	}
	fr.x, fr.y = newScale(times, duration).widened(0.1), newScale(gaps, percent).widened(0.06)
	fr.x.wide, fr.y.wide = true, true
	p := newPanel()
	p.X.Tick.Marker = plot.ConstantTicks(fr.x.ticks())
	p.Y.Tick.Marker = plot.ConstantTicks(fr.y.ticks())
	p.Add(fr)
	f.setRows([][]*panel{{p}}, 270)
	return f, ""
}

// frontier is a panel of strategies with labels at their marks.
type frontier struct {
	x, y   scale
	points []frontierPoint
	tips   *tips
}

type frontierPoint struct {
	name    string
	look    look
	hollow  bool
	time    float64 // ns
	gap     float64
	onFront bool
}

// findFront marks the points that no other beats: none is as good in both and
// better in one.
func (fr *frontier) findFront() {
	slices.SortStableFunc(fr.points, func(a, b frontierPoint) int {
		return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.gap, b.gap))
	})
	least := math.Inf(1)
	for i := range fr.points {
		if p := &fr.points[i]; p.gap < least {
			p.onFront, least = true, p.gap
		}
	}
}

// Plot implements plot.Plotter.
func (fr *frontier) Plot(c draw.Canvas, _ *plot.Plot) {
	drawGridX(&c, fr.x)
	drawGridY(&c, fr.y)
	drawn := fr.drawFront(&c) // what no label is to be drawn over: the front, then labels
	var boxes []vg.Rectangle
	for _, p := range fr.points {
		at := fr.at(&c, p)
		boxes = append(boxes, box(at.X-9, at.Y-9, 18, 18)) // so that a label is nearest to its own mark
	}
	for i, p := range fr.points {
		at := fr.at(&c, p)
		drawMark(&c, p.look, p.hollow, at)
		fr.tips.add(at, "%s: gap %s in %s", p.name, percent(p.gap), duration(p.time))
		others := slices.Delete(slices.Clone(boxes), i, i+1)
		drawn = append(drawn, fr.drawLabel(&c, p, at, others, drawn))
	}
}

func (fr *frontier) at(c *draw.Canvas, p frontierPoint) vg.Point {
	return vg.Point{X: c.X(fr.x.at(p.time)), Y: c.Y(fr.y.at(p.gap))}
}

// drawFront draws the staircase under which no strategy gets and returns the
// places of its lines.
func (fr *frontier) drawFront(c *draw.Canvas) []vg.Rectangle {
	var line []vg.Point
	for _, p := range fr.points {
		if !p.onFront {
			continue
		}
		at := fr.at(c, p)
		if len(line) == 0 {
			line = append(line, vg.Point{X: at.X, Y: c.Max.Y})
		} else {
			line = append(line, vg.Point{X: at.X, Y: line[len(line)-1].Y})
		}
		line = append(line, at)
	}
	if len(line) == 0 {
		return nil
	}
	line = append(line, vg.Point{X: c.Max.X, Y: line[len(line)-1].Y})
	shade := append(slices.Clone(line), vg.Point{X: c.Max.X, Y: c.Max.Y})
	c.FillPolygon(band.light, shade)
	drawGridX(c, fr.x)
	drawGridY(c, fr.y)
	c.StrokeLines(stroke(muted, 1.2), line)
	var places []vg.Rectangle
	for i := range line[1:] {
		a, b := line[i], line[i+1]
		places = append(places, box(min(a.X, b.X)-1, min(a.Y, b.Y)-1, max(a.X, b.X)-min(a.X, b.X)+2, max(a.Y, b.Y)-min(a.Y, b.Y)+2))
	}
	return places
}

// drawLabel writes the name of a strategy beside its mark, where it covers the
// least of what is there, and returns the place.
func (fr *frontier) drawLabel(c *draw.Canvas, p frontierPoint, at vg.Point, marks, drawn []vg.Rectangle) vg.Rectangle {
	s := style(smallSize, text0)
	name := shorten(p.name, 170, s.Width)
	width, height := s.Width(name), vg.Length(smallSize)
	best, least := vg.Rectangle{}, math.Inf(1)
	for i, try := range []vg.Point{
		{X: at.X + 7, Y: at.Y - height/2 + 1},         // right
		{X: at.X + 5, Y: at.Y + 5},                    // above right
		{X: at.X + 5, Y: at.Y - 5 - height},           // below right
		{X: at.X - 7 - width, Y: at.Y - height/2 + 1}, // left
		{X: at.X - 5 - width, Y: at.Y + 5},            // above left
		{X: at.X - 5 - width, Y: at.Y - 5 - height},   // below left
		{X: at.X - width/2, Y: at.Y + 7},              // above
		{X: at.X - width/2, Y: at.Y - 7 - height},     // below
	} {
		b := box(try.X, try.Y, width, height)
		cost := 0.01 * float64(i)
		for _, m := range marks {
			cost += overlap(b, m)
		}
		for _, d := range drawn {
			cost += 6 * overlap(b, d)
		}
		inside := box(c.Min.X, c.Min.Y, c.Max.X-c.Min.X, c.Max.Y-c.Min.Y)
		cost += 10 * (float64(width*height) - overlap(b, inside))
		if cost < least {
			best, least = b, cost
		}
	}
	s.YAlign = text.YBottom
	c.FillText(s, vg.Point{X: best.Min.X, Y: best.Min.Y + 1}, name)
	return best
}

func box(x, y, width, height vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: x, Y: y}, Max: vg.Point{X: x + width, Y: y + height}}
}

// overlap is the area that two boxes share.
func overlap(a, b vg.Rectangle) float64 {
	w := min(a.Max.X, b.Max.X) - max(a.Min.X, b.Min.X)
	h := min(a.Max.Y, b.Max.Y) - max(a.Min.Y, b.Min.Y)
	if w <= 0 || h <= 0 {
		return 0
	}
	return float64(w * h)
}
