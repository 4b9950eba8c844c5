package report

import (
	"fmt"
)

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
