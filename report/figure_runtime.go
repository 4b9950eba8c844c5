package report

import (
	"fmt"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/report/figure"
	"packbench/runs"
)

// drawRuntime shows the time of every run, by strategy and backend, a panel per
// problem.
func drawRuntime(sk *sketch) (*picture, error) {
	title, what, dot := "Runtime by strategy and backend, every run", "from weights in memory to packing in memory", "one run"
	switch {
	case sk.replayed():
		dot = "one replay"
	case !sk.packed():
		title, what = "Runtime by "+sk.subject()+", every run", "from loads in memory to plan in memory"
	}
	p := sk.newPicture(title,
		"Each dot is one run, "+what+", all layers; further left is faster. "+
			"The large mark is the median, the bar its exact 95 % confidence interval (hidden where it is narrower than the mark).")
	p.Legend = []figure.Entry{figure.DotEntry(dot), figure.NeutralMark("median", false), figure.BarEntry("95 % interval of the median", true)}
	sk.strips(p, "time of one run", true, number.Duration, func(p *analysis.Problem) []figure.StripRow {
		var rows []figure.StripRow
		for b, backend := range sk.Present() { // of the others the notes tell
			for _, s := range sk.Strategies {
				if r := sk.Result(p, s, backend); r != nil {
					rows = append(rows, sk.timeRow(r, b > 0))
				}
			}
		}
		return rows
	})
	return p, nil
}

func (sk *sketch) timeRow(r *analysis.Result, hollow bool) figure.StripRow {
	name := sk.strategyName(r.Strategy)
	label := rowLabel(name)
	if len(sk.Present()) > 1 {
		label += " · " + r.Backend
	}
	row := figure.StripRow{Label: label, Look: sk.looks[r.Strategy], Hollow: hollow, Lo: 1, Capped: true}
	row.Values = r.Runs(runs.TimeMeasure)
	if len(row.Values) == 0 {
		row.Note = r.Trouble()
		row.Tip = name + " on " + r.Backend + ": " + row.Note
		return row
	}
	if r.Failed() {
		row.Note = r.Trouble()
	}
	m := r.Time()
	row.Middle = m.Center
	interval := "too few runs for an interval"
	if m.Bounded() {
		row.Lo, row.Hi = m.Lo, m.Hi
		interval = fmt.Sprintf("95 %% interval %s to %s", number.Duration(m.Lo), number.Duration(m.Hi))
	}
	row.Tip = fmt.Sprintf("%s on %s: median %s, %s, %s", name, r.Backend, number.Duration(m.Center), interval, number.Count(m.N, "run"))
	return row
}
