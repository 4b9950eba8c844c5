package report

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// imbalanceAxis labels axes of imbalance.
const imbalanceAxis = "imbalance: max − min load of a layer's packs, in the unit of the loads"

// imbalanceFigure shows the imbalance of every layer, by strategy, a panel per
// problem.
func imbalanceFigure(v *view) *figure {
	f := &figure{
		id:    "imbalance",
		title: "Imbalance by strategy, every layer",
		caption: "Each dot is one layer: the load of its heaviest pack less that of its lightest, in the unit of the loads; further left is better. " +
			"The large mark is the median over the layers, the bar spans the middle half of them. Layers packed perfectly stand at 0.",
		tips: &tips{},
	}
	f.legend = []legendEntry{dotLegend("one layer"), markLegend("median"), barLegend("middle half of the layers", false)}
	v.stripFigure(f, imbalanceAxis, false, number, func(p problem) []stripRow {
		var rows []stripRow
		for _, s := range v.strategies {
			r := v.quality(p, s)
			if r == nil {
				continue
			}
			row := stripRow{label: rowLabel(s), look: v.looks[s], lo: 1, note: r.trouble()}
			row.values = r.imbalances()
			row.tip = s + ": " + row.note
			if len(row.values) > 0 {
				row.lo, row.middle, row.hi = quartiles(row.values)
				row.tip = fmt.Sprintf("%s: median imbalance %s, middle half %s to %s, %s", s,
					number(row.middle), number(row.lo), number(row.hi), count(len(row.values), "layer"))
			}
			rows = append(rows, row)
		}
		return rows
	})
	return f
}

// runtimeFigure shows the time of every run, by strategy and backend, a panel
// per problem.
func runtimeFigure(v *view) *figure {
	f := &figure{
		id:    "runtime",
		title: "Runtime by strategy and backend, every run",
		caption: "Each dot is one run: weights in memory to packing in memory, all layers; further left is faster. " +
			"The large mark is the median, the bar its exact 95 % confidence interval (where none is seen it is narrower than the mark).",
		tips: &tips{},
	}
	f.legend = []legendEntry{dotLegend("one run"), markLegend("median"), barLegend("95 % interval of the median", true)}
	v.stripFigure(f, "time of one run", true, duration, func(p problem) []stripRow {
		var rows []stripRow
		for b, backend := range v.present() { // of the others the notes tell
			for _, s := range v.strategies {
				if r := v.result(p, s, backend); r != nil {
					rows = append(rows, v.timeRow(r, b > 0))
				}
			}
		}
		return rows
	})
	return f
}

func (v *view) timeRow(r *result, hollow bool) stripRow {
	label := rowLabel(r.strategy)
	if len(v.present()) > 1 {
		label += " · " + r.backend
	}
	row := stripRow{label: label, look: v.looks[r.strategy], hollow: hollow, lo: 1, capped: true, note: r.trouble()}
	row.values = r.times()
	row.tip = r.strategy + " on " + r.backend + ": " + row.note
	if len(row.values) == 0 {
		return row
	}
	m := medianInterval(row.values)
	row.middle = m.Center
	interval := "too few runs for an interval"
	if m.Bounded() {
		row.lo, row.hi = m.Lo, m.Hi
		interval = fmt.Sprintf("95 %% interval %s to %s", duration(m.Lo), duration(m.Hi))
	}
	row.tip = fmt.Sprintf("%s on %s: median %s, %s, %s", r.strategy, r.backend, duration(m.Center), interval, count(m.n, "run"))
	return row
}

// stripFigure fills f with one strip per problem. The panels share their axis
// where the values are shared, of one kind on all problems.
func (v *view) stripFigure(f *figure, axis string, shared bool, format func(float64) string, rowsOf func(problem) []stripRow) {
	columns := v.columns()
	f.subtitle, f.xLabel, f.notes = v.common(), axis, v.missingBackends()
	strips := make([]*strip, len(v.problems))
	var all []float64
	most, crowd := 0, 0
	for i, p := range v.problems {
		s := &strip{rows: rowsOf(p), tips: f.tips}
		var values []float64
		for _, r := range s.rows {
			values = append(values, r.values...)
			crowd = max(crowd, len(r.values))
		}
		s.scale = newScale(values, format)
		all = append(all, values...)
		most = max(most, len(s.rows))
		strips[i] = s
	}
	var panels []*panel
	for i, s := range strips {
		s.radius = dotRadius(crowd)
		if shared {
			s.scale = newScale(all, format)
		}
		panels = append(panels, s.panel(v.problemPanel(v.problems[i], columns), i%columns == 0))
	}
	f.setRows(grid(panels, columns), vg.Length(most*stripRowHeight+stripSurround))
}

// missingBackends says which backends could not run at all, a line each.
func (v *view) missingBackends() []string {
	var lines []string
	for _, b := range v.backends {
		if reason := v.missing(b); reason != "" {
			lines = append(lines, "× "+b+" "+reason)
		}
	}
	return lines
}

// columns is the number of panels beside each other where each problem has one.
func (v *view) columns() int {
	if len(v.problems) > 8 {
		return 3
	}
	return min(2, len(v.problems))
}

// common is what all problems share, their shape or their workload, to be said
// once; "" where they share neither.
func (v *view) common() string {
	switch {
	case len(v.problems) == 0:
		return ""
	case v.oneShape():
		return v.problems[0].shape()
	case v.oneWorkload():
		return v.problems[0].name()
	}
	return ""
}

// problemPanel returns an empty panel for a problem, one of so many columns.
func (v *view) problemPanel(p problem, columns int) *panel {
	width := vg.Length(float64(figureWidth)-110) / vg.Length(columns)
	s := boldStyle(textSize, text0)
	switch {
	case v.oneShape():
		return newPanel(wrap(p.name(), width, s.Width)...)
	case v.oneWorkload():
		return newPanel(wrap(p.shape(), width, s.Width)...)
	}
	n := newPanel(wrap(p.name(), width, s.Width)...)
	n.under = p.shape()
	return n
}

// rowLabel breaks a strategy's spec into short lines: the name, then the
// parameters.
func rowLabel(spec string) string {
	name, args, ok := strings.Cut(spec, ":")
	if !ok {
		return spec
	}
	s := style(smallSize, text0)
	lines := wrap(strings.ReplaceAll(args, ",", ", "), vg.Points(86), s.Width)
	if len(lines) > 2 {
		lines = append(lines[:1], shorten(strings.Join(lines[1:], " "), vg.Points(86), s.Width))
	}
	return name + "\n" + strings.Join(lines, "\n")
}

func dotLegend(text string) legendEntry {
	return legendEntry{text, false, func(c *draw.Canvas, at vg.Point) {
		faint := muted.light
		faint.A = 0x80
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: faint, Radius: vg.Points(1.9), Shape: draw.CircleGlyph{}}, at)
	}}
}

func markLegend(text string) legendEntry {
	return legendEntry{text, false, func(c *draw.Canvas, at vg.Point) {
		drawMark(c, look{ink: muted, marker: markers[0]}, false, at)
	}}
}

func barLegend(text string, capped bool) legendEntry {
	return legendEntry{text, true, func(c *draw.Canvas, at vg.Point) { drawBar(c, at.X-7, at.X+7, at.Y, capped) }}
}
