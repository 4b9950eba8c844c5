package report

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot/vg"
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
