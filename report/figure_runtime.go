package report

import (
	"fmt"

	"packbench/internal/number"
	"packbench/report/figure"
)

// drawRuntime shows the time of every run, by strategy and backend, a panel per
// problem.
func drawRuntime(sk *sketch) (*picture, error) {
	p := sk.newPicture("Runtime by strategy and backend, every run",
		"Each dot is one run, from weights in memory to packing in memory, all layers; further left is faster. "+
			"The large mark is the median, the bar its exact 95 % confidence interval (hidden where it is narrower than the mark).")
	p.Legend = []figure.Entry{figure.DotEntry("one run"), figure.NeutralMark("median", false), figure.BarEntry("95 % interval of the median", true)}
	sk.strips(p, "time of one run", true, number.Duration, func(p problem) []figure.StripRow {
		var rows []figure.StripRow
		for b, backend := range sk.present() { // of the others the notes tell
			for _, s := range sk.strategies {
				if r := sk.result(p, s, backend); r != nil {
					rows = append(rows, sk.timeRow(r, b > 0))
				}
			}
		}
		return rows
	})
	return p, nil
}

func (sk *sketch) timeRow(r *result, hollow bool) figure.StripRow {
	name := sk.strategyName(r.strategy)
	label := rowLabel(name)
	if len(sk.present()) > 1 {
		label += " · " + r.backend
	}
	row := figure.StripRow{Label: label, Look: sk.looks[r.strategy], Hollow: hollow, Lo: 1, Capped: true}
	row.Values = r.times()
	if len(row.Values) == 0 {
		row.Note = r.trouble()
		row.Tip = name + " on " + r.backend + ": " + row.Note
		return row
	}
	if r.failed() {
		row.Note = r.trouble()
	}
	m := medianInterval(row.Values)
	row.Middle = m.Center
	interval := "too few runs for an interval"
	if m.Bounded() {
		row.Lo, row.Hi = m.Lo, m.Hi
		interval = fmt.Sprintf("95 %% interval %s to %s", number.Duration(m.Lo), number.Duration(m.Hi))
	}
	row.Tip = fmt.Sprintf("%s on %s: median %s, %s, %s", name, r.backend, number.Duration(m.Center), interval, number.Count(m.n, "run"))
	return row
}
